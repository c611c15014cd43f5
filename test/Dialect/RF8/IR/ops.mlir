// RUN: gg-opt %s --verify-roundtrip | FileCheck %s
// RUN: gg-opt %s --mlir-print-op-generic | gg-opt | FileCheck %s

// CHECK-LABEL: func @quantize
func.func @quantize(%w: tensor<8x6xf32>, %h: tensor<?x6xf16>) {
  // CHECK: rf8.quantize %{{.*}} rounding nearest granularity <channel(0)> : tensor<8x6xf32> -> tensor<8x6x!rf8.e4r3>, tensor<8xf32>
  %c0, %s0 = rf8.quantize %w rounding nearest granularity <channel(0)>
      : tensor<8x6xf32> -> tensor<8x6x!rf8.e4r3>, tensor<8xf32>
  // CHECK: rf8.quantize %{{.*}} rounding greedy granularity <tensor_pow2> : tensor<8x6xf32> -> tensor<8x6x!rf8.e4r3d>, tensor<f32>
  %c1, %s1 = rf8.quantize %w rounding greedy granularity <tensor_pow2>
      : tensor<8x6xf32> -> tensor<8x6x!rf8.e4r3d>, tensor<f32>
  // CHECK: rf8.quantize %{{.*}} rounding nearest granularity <group(1, 4)> : tensor<?x6xf16> -> tensor<?x6x!rf8.e4r3>, tensor<?x2xf32>
  %c2, %s2 = rf8.quantize %h rounding nearest granularity <group(1, 4)>
      : tensor<?x6xf16> -> tensor<?x6x!rf8.e4r3>, tensor<?x2xf32>
  return
}

// CHECK-LABEL: func @dequantize
func.func @dequantize(%c: tensor<8x6x!rf8.e4r3d>, %s: tensor<6xf32>) -> tensor<8x6xbf16> {
  // CHECK: rf8.dequantize %{{.*}}, %{{.*}} granularity <channel(1)> : tensor<8x6x!rf8.e4r3d>, tensor<6xf32> -> tensor<8x6xbf16>
  %w = rf8.dequantize %c, %s granularity <channel(1)>
      : tensor<8x6x!rf8.e4r3d>, tensor<6xf32> -> tensor<8x6xbf16>
  return %w : tensor<8x6xbf16>
}

// CHECK-LABEL: func @decode
func.func @decode(%c: !rf8.e4r3, %v: vector<2x64x!rf8.e4r3d>) -> (f32, vector<2x64xbf16>) {
  // CHECK: rf8.decode %{{.*}} : !rf8.e4r3 to f32
  %0 = rf8.decode %c : !rf8.e4r3 to f32
  // CHECK: rf8.decode %{{.*}} : vector<2x64x!rf8.e4r3d> to vector<2x64xbf16>
  %1 = rf8.decode %v : vector<2x64x!rf8.e4r3d> to vector<2x64xbf16>
  return %0, %1 : f32, vector<2x64xbf16>
}

// CHECK-LABEL: func @pack
func.func @pack(%w: tensor<17x5x!rf8.e4r3>, %h: tensor<17x5xbf16>) {
  // CHECK: rf8.pack %{{.*}} layout <panel(1)> : tensor<17x5x!rf8.e4r3> -> tensor<2x2x1x64x!rf8.e4r3>
  %0 = rf8.pack %w layout <panel(1)> : tensor<17x5x!rf8.e4r3> -> tensor<2x2x1x64x!rf8.e4r3>
  // CHECK: rf8.pack %{{.*}} layout <panel(2)> : tensor<17x5xbf16> -> tensor<1x3x2x32xbf16>
  %1 = rf8.pack %h layout <panel(2)> : tensor<17x5xbf16> -> tensor<1x3x2x32xbf16>
  // CHECK: rf8.unpack %{{.*}} layout <panel(2)> : tensor<1x3x2x32xbf16> -> tensor<17x5xbf16>
  %2 = rf8.unpack %1 layout <panel(2)> : tensor<1x3x2x32xbf16> -> tensor<17x5xbf16>
  return
}

// CHECK-LABEL: func @linear_tensor
func.func @linear_tensor(%x: tensor<?x6xf32>, %w: tensor<1x2x2x64x!rf8.e4r3>,
                         %s: tensor<1x32xf32>, %o: tensor<?x20xf32>) -> tensor<?x20xf32> {
  // CHECK: rf8.linear ins(%{{.*}}, %{{.*}} : tensor<?x6xf32>, tensor<1x2x2x64x!rf8.e4r3>) scales(%{{.*}} : tensor<1x32xf32>) outs(%{{.*}} : tensor<?x20xf32>) {group_size = 8 : i64} -> tensor<?x20xf32>
  %0 = rf8.linear ins(%x, %w : tensor<?x6xf32>, tensor<1x2x2x64x!rf8.e4r3>)
                  scales(%s : tensor<1x32xf32>)
                  outs(%o : tensor<?x20xf32>) {group_size = 8 : i64} -> tensor<?x20xf32>
  return %0 : tensor<?x20xf32>
}

// CHECK-LABEL: func @linear_counts
func.func @linear_counts(%x: tensor<8x6xf32>, %w: tensor<1x6x2x16xf32>, %c: tensor<2xi64>,
                         %o: tensor<8x20xf32>) -> tensor<8x20xf32> {
  // CHECK: rf8.linear ins(%{{.*}}, %{{.*}} : tensor<8x6xf32>, tensor<1x6x2x16xf32>) counts(%{{.*}} : tensor<2xi64>) outs(%{{.*}} : tensor<8x20xf32>) -> tensor<8x20xf32>
  %0 = rf8.linear ins(%x, %w : tensor<8x6xf32>, tensor<1x6x2x16xf32>)
                  counts(%c : tensor<2xi64>) outs(%o : tensor<8x20xf32>) -> tensor<8x20xf32>
  return %0 : tensor<8x20xf32>
}

// CHECK-LABEL: func @linear_memref
func.func @linear_memref(%x: memref<3x6xf32, strided<[?, 1], offset: ?>>,
                         %w: memref<1x6x2x16xf32>, %o: memref<3x20xf32>) {
  // CHECK: rf8.linear ins(%{{.*}}, %{{.*}} : memref<3x6xf32, strided<[?, 1], offset: ?>>, memref<1x6x2x16xf32>) outs(%{{.*}} : memref<3x20xf32>)
  rf8.linear ins(%x, %w : memref<3x6xf32, strided<[?, 1], offset: ?>>, memref<1x6x2x16xf32>)
             outs(%o : memref<3x20xf32>)
  return
}

// CHECK-LABEL: func @types
// CHECK-SAME: memref<4x!rf8.e4r3>, %{{.*}}: vector<4x!rf8.e4r3d>
func.func @types(%m: memref<4x!rf8.e4r3>, %v: vector<4x!rf8.e4r3d>) {
  return
}
