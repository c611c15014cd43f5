// RUN: gg-opt %s -split-input-file -gg-outline-weights -verify-diagnostics

func.func @missing() -> tensor<256xf32> {
  // expected-error @+1 {{expected the bytes of resource 'nowhere' but got none}}
  %0 = arith.constant dense_resource<nowhere> : tensor<256xf32>
  return %0 : tensor<256xf32>
}

// -----

func.func @complex() -> tensor<2xcomplex<f32>> {
  // expected-error @+1 {{expected elements that a buffer holds but got 'tensor<2xcomplex<f32>>'}}
  %0 = arith.constant dense<(1.0, 2.0)> : tensor<2xcomplex<f32>>
  return %0 : tensor<2xcomplex<f32>>
}

// -----

func.func @sparse() -> tensor<256xf32> {
  // expected-error @+1 {{expected dense or dense_resource elements}}
  %0 = arith.constant sparse<[[3]], [1.0]> : tensor<256xf32>
  return %0 : tensor<256xf32>
}
