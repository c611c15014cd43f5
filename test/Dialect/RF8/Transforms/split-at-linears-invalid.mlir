// RUN: gg-opt %s -rf8-split-at-linears -verify-diagnostics

// expected-error @+1 {{expected one block but got 2}}
func.func @blocks(%x: tensor<4xf32>) -> tensor<4xf32> {
  cf.br ^next
^next:
  return %x : tensor<4xf32>
}
