// RUN: gg-opt %s -gg-outline-weights -verify-diagnostics

func.func @missing() -> tensor<256xf32> {
  // expected-error @+1 {{expected the bytes of resource 'nowhere' but got none}}
  %0 = arith.constant dense_resource<nowhere> : tensor<256xf32>
  return %0 : tensor<256xf32>
}
