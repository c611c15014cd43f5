// RUN: gg-opt %s -gg-entry-abi -verify-diagnostics

// expected-error @+1 {{expected a buffer of identity layout and a rank of at most 8 as argument #0 but got 'tensor<4xf32>'}}
func.func @step(%x: tensor<4xf32>) attributes {gg.entry = "step"} {
  return
}
