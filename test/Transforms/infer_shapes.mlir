// RUN: gg-opt %s -onnx-infer-shapes -split-input-file | FileCheck %s
// RUN: gg-opt %s -onnx-infer-shapes=trace=true -split-input-file | FileCheck %s --check-prefixes=CHECK,TRACE

// A Reshape to a shape that is put together from dims.
// CHECK-LABEL: func @computed_shape
// CHECK-SAME: -> tensor<?x?x8x8xf32>
func.func @computed_shape(
    %x: tensor<?x?x64xf32> {onnx.dims = ["batch", "seq", "64"]})
    -> tensor<?x?x?x?xf32> {
  %none = onnx.None : none
  %zero = onnx.Constant dense<0> : tensor<i64>
  %axes = onnx.Constant dense<0> : tensor<1xi64>
  %rest = onnx.Constant dense<[-1, 8]> : tensor<2xi64>
  %s = onnx.Shape(%x) : (tensor<?x?x64xf32>) -> tensor<3xi64>
  %b = onnx.Gather(%s, %zero) : (tensor<3xi64>, tensor<i64>) -> tensor<i64>
  %b1 = onnx.Unsqueeze(%b, %axes) : (tensor<i64>, tensor<1xi64>) -> tensor<1xi64>
  %s1 = onnx.Shape(%x) {start = 1 : i64, end = 2 : i64}
      : (tensor<?x?x64xf32>) -> tensor<1xi64>
  %t = onnx.Concat(%b1, %s1, %rest) {axis = 0 : i64}
      : (tensor<1xi64>, tensor<1xi64>, tensor<2xi64>) -> tensor<4xi64>
  // CHECK: onnx.Reshape{{.*}} -> tensor<?x?x8x8xf32>
  %y = onnx.Reshape(%x, %t)
      : (tensor<?x?x64xf32>, tensor<4xi64>) -> tensor<?x?x?x?xf32>
  return %y : tensor<?x?x?x?xf32>
}

// -----

// What optimum writes around Expand: where(shape == -1, 1, shape).
// CHECK-LABEL: func @expand_where
func.func @expand_where(
    %x: tensor<?x1x8xf32> {onnx.dims = ["batch", "1", "8"]})
    -> tensor<*xf32> {
  %two = onnx.Constant dense<[2]> : tensor<1xi64>
  %minus = onnx.Constant dense<-1> : tensor<i64>
  %b = onnx.Shape(%x) {start = 0 : i64, end = 1 : i64}
      : (tensor<?x1x8xf32>) -> tensor<1xi64>
  %r = onnx.Shape(%x) {start = 2 : i64} : (tensor<?x1x8xf32>) -> tensor<1xi64>
  %t = onnx.Concat(%b, %two, %r) {axis = 0 : i64}
      : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3xi64>
  %n = onnx.Shape(%t) : (tensor<3xi64>) -> tensor<1xi64>
  %ones = onnx.ConstantOfShape(%n) {value = dense<1> : tensor<1xi64>}
      : (tensor<1xi64>) -> tensor<?xi64>
  %neg = onnx.Mul(%ones, %minus) : (tensor<?xi64>, tensor<i64>) -> tensor<?xi64>
  %eq = onnx.Equal(%t, %neg) : (tensor<3xi64>, tensor<?xi64>) -> tensor<3xi1>
  %w = onnx.Where(%eq, %ones, %t)
      : (tensor<3xi1>, tensor<?xi64>, tensor<3xi64>) -> tensor<3xi64>
  // CHECK: onnx.Expand{{.*}} -> tensor<?x2x8xf32>
  %y = onnx.Expand(%x, %w) : (tensor<?x1x8xf32>, tensor<3xi64>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// -1 cancels against equal sizes: [batch * seq, 64] -> [batch, seq, 64].
// CHECK-LABEL: func @cancel
func.func @cancel(
    %x: tensor<?x?x64xf32> {onnx.dims = ["batch", "seq", "64"]})
    -> tensor<*xf32> {
  %flat = onnx.Constant dense<[-1, 64]> : tensor<2xi64>
  %s = onnx.Shape(%x) {end = 2 : i64} : (tensor<?x?x64xf32>) -> tensor<2xi64>
  %minus = onnx.Constant dense<-1> : tensor<1xi64>
  %t = onnx.Concat(%s, %minus) {axis = 0 : i64}
      : (tensor<2xi64>, tensor<1xi64>) -> tensor<3xi64>
  // CHECK: onnx.Reshape{{.*}} -> tensor<?x64xf32>
  %0 = onnx.Reshape(%x, %flat)
      : (tensor<?x?x64xf32>, tensor<2xi64>) -> tensor<*xf32>
  // CHECK: onnx.Reshape{{.*}} -> tensor<?x?x64xf32>
  %1 = onnx.Reshape(%0, %t) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  return %1 : tensor<*xf32>
}

// -----

// The two past sizes agree by name, so the sum does, too.
// CHECK-LABEL: func @attention
// CHECK-SAME: -> (tensor<?x?x64xf32>, tensor<?x4x?x8xf32>)
func.func @attention(
    %x: tensor<?x?x64xf32> {onnx.dims = ["b", "s", "64"]},
    %k: tensor<?x?x32xf32> {onnx.dims = ["b", "s", "32"]},
    %pk: tensor<?x4x?x8xf32> {onnx.dims = ["b", "4", "p", "8"]})
    -> (tensor<?x?x?xf32>, tensor<?x?x?x?xf32>) {
  %none = onnx.None : none
  %y, %k2, %v2, %qk = onnx.Attention(%x, %k, %k, %none, %pk, %pk, %none)
      {q_num_heads = 8 : i64, kv_num_heads = 4 : i64}
      : (tensor<?x?x64xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>, none,
         tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>, none)
      -> (tensor<?x?x?xf32>, tensor<?x?x?x?xf32>, tensor<?x?x?x?xf32>, none)
  return %y, %k2 : tensor<?x?x?xf32>, tensor<?x?x?x?xf32>
}

// -----

// CHECK-LABEL: func @layout
func.func @layout(%x: tensor<2x3x4xf32>) -> tensor<*xf32> {
  %none = onnx.None : none
  %axis = onnx.Constant dense<1> : tensor<1xi64>
  %last = onnx.Constant dense<-1> : tensor<1xi64>
  %end = onnx.Constant dense<9223372036854775807> : tensor<1xi64>
  // CHECK: onnx.Transpose{{.*}} -> tensor<4x3x2xf32>
  %0 = onnx.Transpose(%x) : (tensor<2x3x4xf32>) -> tensor<*xf32>
  // CHECK: onnx.Slice{{.*}} -> tensor<4x1x2xf32>
  %1 = onnx.Slice(%0, %last, %end, %axis, %none)
      : (tensor<*xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none)
      -> tensor<*xf32>
  // CHECK: onnx.Squeeze{{.*}} -> tensor<4x2xf32>
  %2 = onnx.Squeeze(%1, %axis) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  // CHECK: onnx.ReduceMean{{.*}} -> tensor<4x1xf32>
  %3 = onnx.ReduceMean(%2, %axis) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  // CHECK: onnx.Split{{.*}} -> (tensor<2x1xf32>, tensor<2x1xf32>)
  %4:2 = onnx.Split(%3, %none) {num_outputs = 2 : i64}
      : (tensor<*xf32>, none) -> (tensor<*xf32>, tensor<*xf32>)
  // CHECK: onnx.MatMul{{.*}} -> tensor<2x3x4xf32>
  %w = onnx.Constant dense<0.0> : tensor<4x4xf32>
  %5 = onnx.MatMul(%x, %w) : (tensor<2x3x4xf32>, tensor<4x4xf32>) -> tensor<*xf32>
  return %4#0 : tensor<*xf32>
}

// -----

// Half of a head's size, computed from the shape of a tensor of unknown batch.
// CHECK-LABEL: func @known_element
// CHECK-DAG: %[[HALF:.*]] = onnx.Constant dense<4> : tensor<1xi64>
// CHECK: onnx.Slice(%{{.*}}, %{{.*}}, %[[HALF]],
func.func @known_element(
    %x: tensor<?x2x8xf32> {onnx.dims = ["batch", "2", "8"]})
    -> tensor<?x2x?xf32> {
  %none = onnx.None : none
  %zero = onnx.Constant dense<0> : tensor<1xi64>
  %two = onnx.Constant dense<2> : tensor<1xi64>
  %s = onnx.Shape(%x) : (tensor<?x2x8xf32>) -> tensor<3xi64>
  %d = onnx.Gather(%s, %two) : (tensor<3xi64>, tensor<1xi64>) -> tensor<1xi64>
  %h = onnx.Div(%d, %two) : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %y = onnx.Slice(%x, %zero, %h, %two, %none)
      : (tensor<?x2x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none)
      -> tensor<?x2x?xf32>
  return %y : tensor<?x2x?xf32>
}

// -----

// CHECK-LABEL: func @vendor_attention
// CHECK-SAME: -> (tensor<?x?x32xf32>, tensor<2x?x4x?x8xf32>, tensor<?x?x64xf32>, tensor<?x2x?x8xf32>, tensor<?x?x64xf32>, tensor<?x8x?x8xf32>)
func.func @vendor_attention(
    %x: tensor<?x?x32xf32> {onnx.dims = ["b", "s", "32"]},
    %w: tensor<32x96xf32>,
    %past: tensor<2x?x4x?x8xf32> {onnx.dims = ["2", "b", "4", "p", "8"]},
    %q: tensor<?x?x64xf32> {onnx.dims = ["b", "s", "64"]},
    %kv: tensor<?x?x16xf32> {onnx.dims = ["b", "s", "16"]},
    %lengths: tensor<?xi32> {onnx.dims = ["b"]}, %total: tensor<i32>)
    -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, tensor<*xf32>,
        tensor<*xf32>, tensor<*xf32>) {
  %none = onnx.None : none
  %0:2 = "onnx.ms.Attention"(%x, %w, %none, %none, %past, %none, %none)
      {num_heads = 4 : i64}
      : (tensor<?x?x32xf32>, tensor<32x96xf32>, none, none,
         tensor<2x?x4x?x8xf32>, none, none) -> (tensor<*xf32>, tensor<*xf32>)
  %1:4 = "onnx.ms.GroupQueryAttention"(%q, %kv, %kv, %none, %none, %lengths,
      %total, %none, %none, %none, %none, %none, %none, %none, %none, %none,
      %none) {num_heads = 8 : i64, kv_num_heads = 2 : i64}
      : (tensor<?x?x64xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>, none, none,
         tensor<?xi32>, tensor<i32>, none, none, none, none, none, none, none,
         none, none, none) -> (tensor<*xf32>, tensor<*xf32>, none, none)
  %2:4 = "onnx.ms.MultiHeadAttention"(%q, %q, %q, %none, %none, %none, %none,
      %none, %none, %none) {num_heads = 8 : i64}
      : (tensor<?x?x64xf32>, tensor<?x?x64xf32>, tensor<?x?x64xf32>, none, none,
         none, none, none, none, none)
      -> (tensor<*xf32>, tensor<*xf32>, none, none)
  return %0#0, %0#1, %1#0, %1#1, %2#0, %2#1
      : tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, tensor<*xf32>,
        tensor<*xf32>, tensor<*xf32>
}

// -----

// Rows of a matrix product, joined and parted again.
// CHECK-LABEL: func @parted_rows
func.func @parted_rows(
    %x: tensor<?x?x8xf32> {onnx.dims = ["batch", "seq", "8"]},
    %w: tensor<8x6xf32>) -> tensor<?x?x?x?xf32> {
  %flat = onnx.Constant dense<[-1, 8]> : tensor<2xi64>
  %rest = onnx.Constant dense<-1> : tensor<1xi64>
  %six = onnx.Constant dense<6> : tensor<1xi64>
  %last = onnx.Constant dense<[0, 0, 2, -1]> : tensor<4xi64>
  %0 = onnx.Reshape(%x, %flat)
      : (tensor<?x?x8xf32>, tensor<2xi64>) -> tensor<?x8xf32>
  %1 = onnx.MatMul(%0, %w)
      : (tensor<?x8xf32>, tensor<8x6xf32>) -> tensor<?x6xf32>
  %s = onnx.Shape(%x) {start = 1 : i64, end = 2 : i64}
      : (tensor<?x?x8xf32>) -> tensor<1xi64>
  %t = onnx.Concat(%rest, %s, %six) {axis = 0 : i64}
      : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3xi64>
  %2 = onnx.Reshape(%1, %t)
      : (tensor<?x6xf32>, tensor<3xi64>) -> tensor<?x?x6xf32>
  %y = onnx.Reshape(%2, %last)
      : (tensor<?x?x6xf32>, tensor<4xi64>) -> tensor<?x?x?x?xf32>
  // CHECK: -> tensor<?x?x2x3xf32>
  return %y : tensor<?x?x?x?xf32>
}

// -----

// A result has the rank that the graph declares, where only the run knows more.
// CHECK-LABEL: func @declared
// CHECK-SAME:    -> (tensor<2x?xf32>
// CHECK:       onnx.Squeeze({{.*}}) : (tensor<2x1x?xf32>, tensor<?xi64>) -> tensor<2x?xf32>
func.func @declared(%x: tensor<2x1x?xf32> {onnx.dims = ["2", "1", "n"], onnx.name = "x"}, %a: tensor<?xi64> {onnx.dims = ["k"], onnx.name = "a"}) -> (tensor<*xf32> {onnx.dims = ["2", "n"], onnx.name = "y"}) {
  %0 = onnx.Squeeze(%x, %a) : (tensor<2x1x?xf32>, tensor<?xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

// Lists of known length say how many dims there are, if not which.
// CHECK-LABEL: func @ranks
func.func @ranks(%x: tensor<2x1x3xf32>, %list: tensor<2xi64>, %four: tensor<4xi64>) {
  // CHECK: onnx.Squeeze{{.*}} -> tensor<?xf32>
  %0 = onnx.Squeeze(%x, %list) : (tensor<2x1x3xf32>, tensor<2xi64>) -> tensor<*xf32>
  // CHECK: onnx.Unsqueeze{{.*}} -> tensor<?x?x?x?x?xf32>
  %1 = onnx.Unsqueeze(%x, %list) : (tensor<2x1x3xf32>, tensor<2xi64>) -> tensor<*xf32>
  // CHECK: onnx.ReduceSum{{.*}} -> tensor<?xf32>
  %2 = onnx.ReduceSum(%x, %list) {keepdims = 0 : i64} : (tensor<2x1x3xf32>, tensor<2xi64>) -> tensor<*xf32>
  // CHECK: onnx.Expand{{.*}} -> tensor<?x?x?x?xf32>
  %3 = onnx.Expand(%x, %four) : (tensor<2x1x3xf32>, tensor<4xi64>) -> tensor<*xf32>
  return
}

// -----

// An If of two shapes keeps what they have in common; its branches know more.
// CHECK-LABEL: func @branches
// CHECK-SAME: -> tensor<?x4xf32>
func.func @branches(%c: tensor<i1>, %x: tensor<2x4xf32>) -> tensor<?x?xf32> {
  %twice = onnx.Constant dense<[2, 1]> : tensor<2xi64>
  // CHECK: onnx.If(%{{.*}}) : (tensor<i1>) -> tensor<?x4xf32> then {
  %y = onnx.If(%c) : (tensor<i1>) -> tensor<?x?xf32> then {
    // CHECK: onnx.Yield(%{{.*}}) : tensor<4x4xf32>
    %0 = onnx.Tile(%x, %twice) : (tensor<2x4xf32>, tensor<2xi64>) -> tensor<?x?xf32>
    onnx.Yield(%0) : tensor<?x?xf32>
  } else {
    // CHECK: onnx.Yield(%{{.*}}) : tensor<2x4xf32>
    onnx.Yield(%x) : tensor<2x4xf32>
  }
  return %y : tensor<?x?xf32>
}

// -----

// CHECK-LABEL: func @dropout
// CHECK-SAME: -> (tensor<2x4xf32>, tensor<2x4xi1>)
func.func @dropout(%x: tensor<2x4xf32>) -> (tensor<*xf32>, tensor<*xi1>) {
  %none = onnx.None : none
  %y, %mask = onnx.Dropout(%x, %none, %none) : (tensor<2x4xf32>, none, none) -> (tensor<*xf32>, tensor<*xi1>)
  return %y, %mask : tensor<*xf32>, tensor<*xi1>
}

// -----

// Sizes that an argument has are read from it, also one of several; a sum of two
// that no argument has is not.
// CHECK-LABEL: func @trace
// CHECK-SAME: (%[[X:.*]]: tensor<?x?x64xf32>{{.*}}, %[[C:.*]]: tensor<?x?x64xf32>{{.*}}, %[[M:.*]]: tensor<?xi64>
// TRACE: %[[S0:.*]] = onnx.Shape(%[[X]]) {end = 2 : i64, start = 1 : i64}
// TRACE: %[[S1:.*]] = onnx.Shape(%[[X]]) {end = 2 : i64}
// TRACE: %[[ALL:.*]] = onnx.Concat
// TRACE: %[[S:.*]] = onnx.Shape(%[[M]]) {end = 1 : i64}
// TRACE: %[[NONE:.*]] = onnx.Constant dense<> : tensor<0xi64>
// TRACE: %[[S2:.*]] = onnx.Reshape(%[[S]], %[[NONE]]) : (tensor<1xi64>, tensor<0xi64>) -> tensor<i64>
// TRACE: %[[TWICE:.*]] = onnx.Concat(%[[ALL]], %[[C]])
// TRACE: %[[S3:.*]] = onnx.Shape(%[[TWICE]]) {end = 2 : i64, start = 1 : i64}
// TRACE: return %[[S0]], %[[S1]], %[[S2]], %[[S3]]
func.func @trace(
    %x: tensor<?x?x64xf32> {onnx.dims = ["batch", "seq", "64"]},
    %c: tensor<?x?x64xf32> {onnx.dims = ["batch", "past", "64"]},
    %m: tensor<?xi64> {onnx.dims = ["past + seq"]})
    -> (tensor<1xi64>, tensor<2xi64>, tensor<i64>, tensor<1xi64>) {
  %one = onnx.Constant dense<1> : tensor<i64>
  %y = onnx.Neg(%x) : (tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  %0 = onnx.Shape(%y) {start = 1 : i64, end = 2 : i64} : (tensor<?x?x64xf32>) -> tensor<1xi64>
  %1 = onnx.Shape(%y) {end = 2 : i64} : (tensor<?x?x64xf32>) -> tensor<2xi64>
  %all = onnx.Concat(%c, %y) {axis = 1 : i64}
      : (tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  %s = onnx.Shape(%all) : (tensor<?x?x64xf32>) -> tensor<3xi64>
  %2 = onnx.Gather(%s, %one) : (tensor<3xi64>, tensor<i64>) -> tensor<i64>
  %twice = onnx.Concat(%all, %c) {axis = 1 : i64}
      : (tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  %3 = onnx.Shape(%twice) {start = 1 : i64, end = 2 : i64} : (tensor<?x?x64xf32>) -> tensor<1xi64>
  return %0, %1, %2, %3 : tensor<1xi64>, tensor<2xi64>, tensor<i64>, tensor<1xi64>
}
