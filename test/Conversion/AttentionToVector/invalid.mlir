// RUN: gg-opt %s -split-input-file -convert-attention-to-vector -verify-diagnostics

func.func @tensors(%q: tensor<1x1x1x1x8xf32>, %k: tensor<1x1x4x8xf32>) -> tensor<1x1x1x1x8xf32> {
  // expected-error @+1 {{expected memrefs but got 'tensor<1x1x1x1x8xf32>'; bufferize first}}
  %0 = gg.attention ins(%q, %k, %k : tensor<1x1x1x1x8xf32>, tensor<1x1x4x8xf32>, tensor<1x1x4x8xf32>) outs(%q : tensor<1x1x1x1x8xf32>) {scale = 1.0 : f32} -> tensor<1x1x1x1x8xf32>
  return %0 : tensor<1x1x1x1x8xf32>
}

// -----

func.func @strided(%q: memref<1x1x1x1x8xf32>, %k: memref<1x1x4x8xf32, strided<[64, 64, 16, 2]>>) {
  // expected-error @+1 {{expected contiguous rows but got 'memref<1x1x4x8xf32, strided<[64, 64, 16, 2]>>'}}
  gg.attention ins(%q, %k, %k : memref<1x1x1x1x8xf32>, memref<1x1x4x8xf32, strided<[64, 64, 16, 2]>>, memref<1x1x4x8xf32, strided<[64, 64, 16, 2]>>) outs(%q : memref<1x1x1x1x8xf32>) {scale = 1.0 : f32}
  return
}
