// RUN: gg-opt %s -split-input-file -gg-bufferize -verify-diagnostics

// The old cache is read after the new one is made.
// expected-error @+1 {{expected result #1 to be argument #1 updated in place but it needs a copy}}
func.func @copy(%x: tensor<1x4xf32>, %cache: tensor<8x4xf32>) -> (tensor<8x4xf32>, tensor<8x4xf32>)
    attributes {gg.entry = "step"} {
  %0 = tensor.insert_slice %x into %cache[3, 0] [1, 4] [1, 1] : tensor<1x4xf32> into tensor<8x4xf32>
  return %cache, %0 : tensor<8x4xf32>, tensor<8x4xf32>
}

// -----

// expected-error @+1 {{expected an argument for each of 1 caches but got 0}}
func.func @none() -> (tensor<1xf32>, tensor<1xf32>) attributes {gg.entry = "step"} {
  %0 = arith.constant dense<1.0> : tensor<1xf32>
  return %0, %0 : tensor<1xf32>, tensor<1xf32>
}
