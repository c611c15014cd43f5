// RUN: gg-opt %s -canonicalize | FileCheck %s

// Rounding is not undone.

// CHECK-LABEL: func @dequantize_of_quantize
// CHECK: rf8.quantize
// CHECK: rf8.dequantize
func.func @dequantize_of_quantize(%w: tensor<8x6xf32>) -> tensor<8x6xf32> {
  %c, %s = rf8.quantize %w rounding nearest granularity <channel(0)>
      : tensor<8x6xf32> -> tensor<8x6x!rf8.e4r3>, tensor<8xf32>
  %0 = rf8.dequantize %c, %s granularity <channel(0)>
      : tensor<8x6x!rf8.e4r3>, tensor<8xf32> -> tensor<8x6xf32>
  return %0 : tensor<8x6xf32>
}

// CHECK-LABEL: func @unpack_of_pack
// CHECK-SAME: (%[[W:.*]]: tensor<17x5xf32>)
// CHECK-NEXT: return %[[W]]
func.func @unpack_of_pack(%w: tensor<17x5xf32>) -> tensor<17x5xf32> {
  %0 = rf8.pack %w layout <panel(2)> : tensor<17x5xf32> -> tensor<1x5x2x16xf32>
  %1 = rf8.unpack %0 layout <panel(2)> : tensor<1x5x2x16xf32> -> tensor<17x5xf32>
  return %1 : tensor<17x5xf32>
}

// The padding of a packed argument need not be zero: packing again makes it so.

// CHECK-LABEL: func @pack_of_unpack
// CHECK: rf8.unpack
// CHECK: rf8.pack
func.func @pack_of_unpack(%p: tensor<1x5x2x16xf32>) -> tensor<1x5x2x16xf32> {
  %0 = rf8.unpack %p layout <panel(2)> : tensor<1x5x2x16xf32> -> tensor<17x5xf32>
  %1 = rf8.pack %0 layout <panel(2)> : tensor<17x5xf32> -> tensor<1x5x2x16xf32>
  return %1 : tensor<1x5x2x16xf32>
}

// CHECK-LABEL: func @pack_of_unpack_of_pack
// CHECK-COUNT-1: rf8.pack
// CHECK-NOT: rf8.
func.func @pack_of_unpack_of_pack(%w: tensor<17x5xf32>) -> tensor<1x5x2x16xf32> {
  %0 = rf8.pack %w layout <panel(2)> : tensor<17x5xf32> -> tensor<1x5x2x16xf32>
  %1 = rf8.unpack %0 layout <panel(2)> : tensor<1x5x2x16xf32> -> tensor<17x5xf32>
  %2 = rf8.pack %1 layout <panel(2)> : tensor<17x5xf32> -> tensor<1x5x2x16xf32>
  return %2 : tensor<1x5x2x16xf32>
}

// CHECK-LABEL: func @extract_channel
// CHECK-SAME: (%[[C:.*]]: tensor<8x6x!rf8.e4r3>, %[[S:.*]]: tensor<8xf32>, %[[I:.*]]: index, %[[J:.*]]: index)
// CHECK: %[[CODE:.*]] = tensor.extract %[[C]][%[[I]], %[[J]]]
// CHECK: %[[SCALE:.*]] = tensor.extract %[[S]][%[[I]]]
// CHECK: %[[VALUE:.*]] = rf8.decode %[[CODE]] : !rf8.e4r3 to f32
// CHECK: %[[R:.*]] = arith.mulf %[[VALUE]], %[[SCALE]]
// CHECK: return %[[R]]
func.func @extract_channel(%c: tensor<8x6x!rf8.e4r3>, %s: tensor<8xf32>, %i: index, %j: index) -> f32 {
  %w = rf8.dequantize %c, %s granularity <channel(0)>
      : tensor<8x6x!rf8.e4r3>, tensor<8xf32> -> tensor<8x6xf32>
  %0 = tensor.extract %w[%i, %j] : tensor<8x6xf32>
  return %0 : f32
}

// CHECK-LABEL: func @extract_group
// CHECK-SAME: (%[[C:.*]]: tensor<8x6x!rf8.e4r3>, %[[S:.*]]: tensor<8x2xf32>, %[[I:.*]]: index, %[[J:.*]]: index)
// CHECK: %[[SIZE:.*]] = arith.constant 4 : index
// CHECK: %[[G:.*]] = arith.divui %[[J]], %[[SIZE]]
// CHECK: tensor.extract %[[S]][%[[I]], %[[G]]]
// CHECK: arith.truncf %{{.*}} : f32 to bf16
func.func @extract_group(%c: tensor<8x6x!rf8.e4r3>, %s: tensor<8x2xf32>, %i: index, %j: index) -> bf16 {
  %w = rf8.dequantize %c, %s granularity <group(1, 4)>
      : tensor<8x6x!rf8.e4r3>, tensor<8x2xf32> -> tensor<8x6xbf16>
  %0 = tensor.extract %w[%i, %j] : tensor<8x6xbf16>
  return %0 : bf16
}

// CHECK-LABEL: func @extract_tensor
// CHECK-SAME: (%[[C:.*]]: tensor<8x6x!rf8.e4r3>, %[[S:.*]]: tensor<f32>
// CHECK: tensor.extract %[[S]][]
func.func @extract_tensor(%c: tensor<8x6x!rf8.e4r3>, %s: tensor<f32>, %i: index, %j: index) -> f32 {
  %w = rf8.dequantize %c, %s granularity <tensor_pow2>
      : tensor<8x6x!rf8.e4r3>, tensor<f32> -> tensor<8x6xf32>
  %0 = tensor.extract %w[%i, %j] : tensor<8x6xf32>
  return %0 : f32
}

// An element of a packed weight is read where it lies, in each order.

// CHECK-LABEL: func @extract_unpacked_rows
// CHECK-SAME: (%[[P:.*]]: tensor<2x5x2x16xf32>, %[[N:.*]]: index, %[[K:.*]]: index)
// CHECK-DAG: %[[C2:.*]] = arith.constant 2 : index
// CHECK-DAG: %[[C16:.*]] = arith.constant 16 : index
// CHECK-DAG: %[[C32:.*]] = arith.constant 32 : index
// CHECK-DAG: %[[PANEL:.*]] = arith.divui %[[N]], %[[C32]]
// CHECK-DAG: %[[BLOCKS:.*]] = arith.divui %[[N]], %[[C16]]
// CHECK-DAG: %[[BLOCK:.*]] = arith.remui %[[BLOCKS]], %[[C2]]
// CHECK-DAG: %[[O:.*]] = arith.remui %[[N]], %[[C16]]
// CHECK: tensor.extract %[[P]][%[[PANEL]], %[[K]], %[[BLOCK]], %[[O]]]
// CHECK-NOT: rf8.unpack
func.func @extract_unpacked_rows(%p: tensor<2x5x2x16xf32>, %n: index, %k: index) -> f32 {
  %w = rf8.unpack %p layout <panel(2)> : tensor<2x5x2x16xf32> -> tensor<40x5xf32>
  %0 = tensor.extract %w[%n, %k] : tensor<40x5xf32>
  return %0 : f32
}

// CHECK-LABEL: func @extract_unpacked_codes
// CHECK: tensor.extract %{{.*}} : tensor<3x2x1x64x!rf8.e4r3>
// CHECK-NOT: rf8.unpack
func.func @extract_unpacked_codes(%p: tensor<3x2x1x64x!rf8.e4r3>, %n: index, %k: index) -> !rf8.e4r3 {
  %w = rf8.unpack %p layout <panel(1)> : tensor<3x2x1x64x!rf8.e4r3> -> tensor<40x5x!rf8.e4r3>
  %0 = tensor.extract %w[%n, %k] : tensor<40x5x!rf8.e4r3>
  return %0 : !rf8.e4r3
}
