// RUN: gg-opt %s -onnx-recover -split-input-file | FileCheck %s

// Each key head copied twice; keys and values grown by a Concat. The shape of
// the grown keys still comes from a Concat, as the mask may need it.
// CHECK-LABEL: func @grown_and_copied
// CHECK-SAME: (%[[Q:[^:]*]]: {{.*}}, %[[K:[^:]*]]: {{.*}}, %[[V:[^:]*]]: {{.*}}, %[[PK:[^:]*]]: {{.*}}, %[[PV:[^:]*]]: {{.*}})
// CHECK: %[[GROWN:.*]] = onnx.Concat(%[[PK]], %[[K]])
// CHECK: %[[LENGTH:.*]] = onnx.Shape(%[[GROWN]])
// CHECK: %[[MASK:.*]] = onnx.ConstantOfShape(%[[LENGTH]])
// CHECK: %[[MASK2:.*]] = onnx.Unsqueeze(%[[MASK]],
// CHECK: %[[Y:.*]], %[[K2:.*]], %[[V2:.*]], %{{.*}} = onnx.Attention(%[[Q]], %[[K]], %[[V]], %[[MASK2]], %[[PK]], %[[PV]], %{{.*}}) {scale = 5.000000e-01 : f32}
// CHECK-NEXT: return %[[Y]], %[[K2]], %[[V2]]
func.func @grown_and_copied(
    %q: tensor<?x4x?x8xf32> {onnx.dims = ["b", "4", "s", "8"]},
    %k: tensor<?x2x?x8xf32> {onnx.dims = ["b", "2", "s", "8"]},
    %v: tensor<?x2x?x8xf32> {onnx.dims = ["b", "2", "s", "8"]},
    %pk: tensor<?x2x?x8xf32> {onnx.dims = ["b", "2", "p", "8"]},
    %pv: tensor<?x2x?x8xf32> {onnx.dims = ["b", "2", "p", "8"]})
    -> (tensor<?x4x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) {
  %none = onnx.None : none
  %zero = onnx.Constant dense<0> : tensor<1xi64>
  %two = onnx.Constant dense<2> : tensor<1xi64>
  %four = onnx.Constant dense<4> : tensor<1xi64>
  %eight = onnx.Constant dense<8> : tensor<1xi64>
  %k1 = onnx.Concat(%pk, %k) {axis = 2 : i64}
      : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %v1 = onnx.Concat(%pv, %v) {axis = -2 : i64}
      : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %b = onnx.Shape(%k1) {start = 0 : i64, end = 1 : i64}
      : (tensor<?x2x?x8xf32>) -> tensor<1xi64>
  %t = onnx.Shape(%k1) {start = 2 : i64, end = 3 : i64}
      : (tensor<?x2x?x8xf32>) -> tensor<1xi64>
  %s5 = onnx.Concat(%b, %two, %two, %t, %eight) {axis = 0 : i64}
      : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>,
         tensor<1xi64>) -> tensor<5xi64>
  %s4 = onnx.Concat(%b, %four, %t, %eight) {axis = 0 : i64}
      : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>)
      -> tensor<4xi64>
  %m1 = onnx.ConstantOfShape(%t) : (tensor<1xi64>) -> tensor<?xf32>
  %m = onnx.Unsqueeze(%m1, %zero)
      : (tensor<?xf32>, tensor<1xi64>) -> tensor<1x?xf32>
  %k2 = onnx.Unsqueeze(%k1, %two)
      : (tensor<?x2x?x8xf32>, tensor<1xi64>) -> tensor<?x2x1x?x8xf32>
  %k3 = onnx.Expand(%k2, %s5)
      : (tensor<?x2x1x?x8xf32>, tensor<5xi64>) -> tensor<?x2x2x?x8xf32>
  %k4 = onnx.Reshape(%k3, %s4)
      : (tensor<?x2x2x?x8xf32>, tensor<4xi64>) -> tensor<?x4x?x8xf32>
  %v2 = onnx.Unsqueeze(%v1, %two)
      : (tensor<?x2x?x8xf32>, tensor<1xi64>) -> tensor<?x2x1x?x8xf32>
  %v3 = onnx.Expand(%v2, %s5)
      : (tensor<?x2x1x?x8xf32>, tensor<5xi64>) -> tensor<?x2x2x?x8xf32>
  %v4 = onnx.Reshape(%v3, %s4)
      : (tensor<?x2x2x?x8xf32>, tensor<4xi64>) -> tensor<?x4x?x8xf32>
  %y, %0, %1, %2 = onnx.Attention(%q, %k4, %v4, %m, %none, %none, %none)
      {scale = 0.5 : f32}
      : (tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>,
         tensor<1x?xf32>, none, none, none)
      -> (tensor<?x4x?x8xf32>, none, none, none)
  return %y, %k1, %v1
      : tensor<?x4x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>
}

// -----

// The heads by Gather and by Tile.
// CHECK-LABEL: func @gathered
// CHECK: onnx.Attention(%arg0, %arg1, %arg2,
func.func @gathered(%q: tensor<1x4x3x8xf32>, %k: tensor<1x2x5x8xf32>,
                    %v: tensor<1x2x5x8xf32>) -> tensor<1x4x3x8xf32> {
  %none = onnx.None : none
  %heads = onnx.Constant dense<[0, 0, 1, 1]> : tensor<4xi64>
  %two = onnx.Constant dense<2> : tensor<1xi64>
  %times = onnx.Constant dense<[1, 1, 2, 1, 1]> : tensor<5xi64>
  %shape = onnx.Constant dense<[1, 4, 5, 8]> : tensor<4xi64>
  %k1 = onnx.Gather(%k, %heads) {axis = 1 : i64}
      : (tensor<1x2x5x8xf32>, tensor<4xi64>) -> tensor<1x4x5x8xf32>
  %v1 = onnx.Unsqueeze(%v, %two)
      : (tensor<1x2x5x8xf32>, tensor<1xi64>) -> tensor<1x2x1x5x8xf32>
  %v2 = onnx.Tile(%v1, %times)
      : (tensor<1x2x1x5x8xf32>, tensor<5xi64>) -> tensor<1x2x2x5x8xf32>
  %v3 = onnx.Reshape(%v2, %shape)
      : (tensor<1x2x2x5x8xf32>, tensor<4xi64>) -> tensor<1x4x5x8xf32>
  %y, %0, %1, %2 = onnx.Attention(%q, %k1, %v3, %none, %none, %none, %none)
      : (tensor<1x4x3x8xf32>, tensor<1x4x5x8xf32>, tensor<1x4x5x8xf32>, none,
         none, none, none) -> (tensor<1x4x3x8xf32>, none, none, none)
  return %y : tensor<1x4x3x8xf32>
}

// -----

// Heads in turn (0, 1, 0, 1) are another grouping; a causal attention counts
// from where its own keys begin.
// CHECK-LABEL: func @look_alikes
// CHECK: %[[TURN:.*]] = onnx.Gather
// CHECK: onnx.Attention(%arg0, %[[TURN]], %[[TURN]],
// CHECK: %[[GROWN:.*]] = onnx.Concat
// CHECK: onnx.Attention(%arg0, %[[GROWN]], %[[GROWN]],
func.func @look_alikes(%q: tensor<1x4x3x8xf32>, %k: tensor<1x2x5x8xf32>,
                       %p: tensor<1x2x6x8xf32>)
    -> (tensor<1x4x3x8xf32>, tensor<1x4x3x8xf32>) {
  %none = onnx.None : none
  %heads = onnx.Constant dense<[0, 1, 0, 1]> : tensor<4xi64>
  %k1 = onnx.Gather(%k, %heads) {axis = 1 : i64}
      : (tensor<1x2x5x8xf32>, tensor<4xi64>) -> tensor<1x4x5x8xf32>
  %y, %0, %1, %2 = onnx.Attention(%q, %k1, %k1, %none, %none, %none, %none)
      : (tensor<1x4x3x8xf32>, tensor<1x4x5x8xf32>, tensor<1x4x5x8xf32>, none,
         none, none, none) -> (tensor<1x4x3x8xf32>, none, none, none)
  %k2 = onnx.Concat(%p, %k) {axis = 2 : i64}
      : (tensor<1x2x6x8xf32>, tensor<1x2x5x8xf32>) -> tensor<1x2x11x8xf32>
  %z, %3, %4, %5 = onnx.Attention(%q, %k2, %k2, %none, %none, %none, %none)
      {is_causal = 1 : i64}
      : (tensor<1x4x3x8xf32>, tensor<1x2x11x8xf32>, tensor<1x2x11x8xf32>, none,
         none, none, none) -> (tensor<1x4x3x8xf32>, none, none, none)
  return %y, %z : tensor<1x4x3x8xf32>, tensor<1x4x3x8xf32>
}

// -----

// Heads merged for an operator that takes [batch, length, all heads], which
// parts them again.
// CHECK-LABEL: func @merged_heads
// CHECK: onnx.Attention(%arg0, %arg2, %arg2, {{.*}}%arg1, %arg1, {{.*}})
func.func @merged_heads(
    %q: tensor<?x4x?x8xf32> {onnx.dims = ["b", "4", "s", "8"]},
    %p: tensor<?x2x?x8xf32> {onnx.dims = ["b", "2", "p", "8"]},
    %k: tensor<?x2x?x8xf32> {onnx.dims = ["b", "2", "s", "8"]})
    -> tensor<?x4x?x8xf32> {
  %none = onnx.None : none
  %heads = onnx.Constant dense<[0, 0, 1, 1]> : tensor<4xi64>
  %merged = onnx.Constant dense<[0, 0, 32]> : tensor<3xi64>
  %parted = onnx.Constant dense<[0, 0, 4, 8]> : tensor<4xi64>
  %all = onnx.Concat(%p, %k) {axis = 2 : i64}
      : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %0 = onnx.Gather(%all, %heads) {axis = 1 : i64}
      : (tensor<?x2x?x8xf32>, tensor<4xi64>) -> tensor<?x4x?x8xf32>
  %1 = onnx.Transpose(%0) {perm = array<i64: 0, 2, 1, 3>}
      : (tensor<?x4x?x8xf32>) -> tensor<?x?x4x8xf32>
  %2 = onnx.Reshape(%1, %merged)
      : (tensor<?x?x4x8xf32>, tensor<3xi64>) -> tensor<?x?x32xf32>
  %3 = onnx.Reshape(%2, %parted)
      : (tensor<?x?x32xf32>, tensor<4xi64>) -> tensor<?x?x4x8xf32>
  %4 = onnx.Transpose(%3) {perm = array<i64: 0, 2, 1, 3>}
      : (tensor<?x?x4x8xf32>) -> tensor<?x4x?x8xf32>
  %y, %5, %6, %7 = onnx.Attention(%q, %4, %4, %none, %none, %none, %none)
      : (tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>, none,
         none, none, none) -> (tensor<?x4x?x8xf32>, none, none, none)
  return %y : tensor<?x4x?x8xf32>
}

// -----

// Parted into other heads than were merged.
// CHECK-LABEL: func @other_heads
// CHECK: %[[K:.*]] = onnx.Transpose
// CHECK: %[[K2:.*]] = onnx.Transpose
// CHECK: onnx.Attention(%arg0, %[[K2]], %[[K2]],
func.func @other_heads(%q: tensor<1x4x3x8xf32>, %k: tensor<1x8x3x4xf32>)
    -> tensor<1x4x3x8xf32> {
  %none = onnx.None : none
  %merged = onnx.Constant dense<[0, 0, 32]> : tensor<3xi64>
  %parted = onnx.Constant dense<[0, 0, 4, 8]> : tensor<4xi64>
  %1 = onnx.Transpose(%k) {perm = array<i64: 0, 2, 1, 3>}
      : (tensor<1x8x3x4xf32>) -> tensor<1x3x8x4xf32>
  %2 = onnx.Reshape(%1, %merged)
      : (tensor<1x3x8x4xf32>, tensor<3xi64>) -> tensor<1x3x32xf32>
  %3 = onnx.Reshape(%2, %parted)
      : (tensor<1x3x32xf32>, tensor<4xi64>) -> tensor<1x3x4x8xf32>
  %4 = onnx.Transpose(%3) {perm = array<i64: 0, 2, 1, 3>}
      : (tensor<1x3x4x8xf32>) -> tensor<1x4x3x8xf32>
  %y, %5, %6, %7 = onnx.Attention(%q, %4, %4, %none, %none, %none, %none)
      : (tensor<1x4x3x8xf32>, tensor<1x4x3x8xf32>, tensor<1x4x3x8xf32>, none,
         none, none, none) -> (tensor<1x4x3x8xf32>, none, none, none)
  return %y : tensor<1x4x3x8xf32>
}
