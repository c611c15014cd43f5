// RUN: gg-opt %s -convert-rf8-to-vector -split-input-file -verify-diagnostics

func.func @tensors(%x: tensor<3x6xf32>, %w: tensor<1x6x1x16xf32>, %o: tensor<3x9xf32>) -> tensor<3x9xf32> {
  // expected-error @+1 {{expected memrefs but got 'tensor<1x6x1x16xf32>'; bufferize first}}
  %0 = rf8.linear ins(%x, %w : tensor<3x6xf32>, tensor<1x6x1x16xf32>) outs(%o : tensor<3x9xf32>) -> tensor<3x9xf32>
  return %0 : tensor<3x9xf32>
}

// -----

func.func @strided(%x: memref<3x6xf32, strided<[1, 3]>>, %w: memref<1x6x1x16xf32>, %o: memref<3x9xf32, strided<[1, 3]>>) {
  // expected-error @+1 {{expected contiguous rows but got 'memref<3x9xf32, strided<[1, 3]>>'}}
  rf8.linear ins(%x, %w : memref<3x6xf32, strided<[1, 3]>>, memref<1x6x1x16xf32>) outs(%o : memref<3x9xf32, strided<[1, 3]>>)
  return
}

// -----

func.func @left(%w: tensor<3x6x!rf8.e4r3>, %s: tensor<3xf32>) -> tensor<3x6xf32> {
  // expected-error @+1 {{expected to be gone before the conversion to vectors}}
  %0 = rf8.dequantize %w, %s granularity <channel(0)> : tensor<3x6x!rf8.e4r3>, tensor<3xf32> -> tensor<3x6xf32>
  return %0 : tensor<3x6xf32>
}
