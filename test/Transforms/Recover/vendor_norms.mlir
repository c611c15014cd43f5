// RUN: gg-opt %s -onnx-recover -split-input-file | FileCheck %s

// CHECK-LABEL: func @simplified
// CHECK: %[[Y:.*]] = onnx.RMSNormalization(%arg0, %arg2) {epsilon = 9.99999997E-7 : f32}
// CHECK: %[[SUM:.*]] = onnx.Add(%arg0, %arg1)
// CHECK: %[[Z:.*]] = onnx.RMSNormalization(%[[SUM]], %arg2) {epsilon = 9.99999997E-7 : f32}
// CHECK: return %[[Y]], %[[Z]], %[[SUM]]
func.func @simplified(%x: tensor<2x8xf32>, %skip: tensor<2x8xf32>,
                      %w: tensor<8xf32>)
    -> (tensor<2x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>) {
  %none = onnx.None : none
  %y, %inv = onnx.ms.SimplifiedLayerNormalization(%x, %w)
      {epsilon = 1.0e-6 : f32}
      : (tensor<2x8xf32>, tensor<8xf32>) -> (tensor<2x8xf32>, none)
  %z, %m, %i, %sum = onnx.ms.SkipSimplifiedLayerNormalization(%x, %skip, %w,
      %none) {epsilon = 1.0e-6 : f32}
      : (tensor<2x8xf32>, tensor<2x8xf32>, tensor<8xf32>, none)
      -> (tensor<2x8xf32>, none, none, tensor<2x8xf32>)
  return %y, %z, %sum : tensor<2x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>
}

// -----

// CHECK-LABEL: func @skip_bias
// CHECK: %[[SUM:.*]] = onnx.Add(%arg0, %arg1)
// CHECK: %[[ALL:.*]] = onnx.Add(%[[SUM]], %arg3)
// CHECK: onnx.LayerNormalization(%[[ALL]], %arg2, %arg3) {epsilon = 9.99999996E-13 : f32}
func.func @skip_bias(%x: tensor<2x8xf32>, %skip: tensor<2x8xf32>,
                     %w: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<2x8xf32> {
  %y, %m, %i, %sum = onnx.ms.SkipLayerNormalization(%x, %skip, %w, %b, %b)
      : (tensor<2x8xf32>, tensor<2x8xf32>, tensor<8xf32>, tensor<8xf32>,
         tensor<8xf32>) -> (tensor<2x8xf32>, none, none, none)
  return %y : tensor<2x8xf32>
}

// -----

// Without position ids each row counts from 0; the mask's ones are counted.
// CHECK-LABEL: func @embed
// CHECK-DAG: %[[WORDS:.*]] = onnx.Gather(%arg2, %arg0)
// CHECK-DAG: %[[INDEX:.*]] = onnx.Range
// CHECK-DAG: %[[PLACES:.*]] = onnx.Gather(%arg3, %[[INDEX]])
// CHECK: %[[SUM:.*]] = onnx.Add(%[[WORDS]], %[[PLACES]])
// CHECK: onnx.LayerNormalization(%[[SUM]], %arg4, %arg5)
// CHECK: %[[ONE:.*]] = onnx.Equal(%arg1, %{{.*}})
// CHECK: %[[NUMBER:.*]] = onnx.Cast(%[[ONE]]) {to = i32}
// CHECK: onnx.ReduceSum(%[[NUMBER]], %{{.*}}) {keepdims = 0 : i64}
func.func @embed(%ids: tensor<2x?xi32>, %mask: tensor<2x?xi32>,
                 %word: tensor<99x8xf32>, %position: tensor<16x8xf32>,
                 %w: tensor<8xf32>, %b: tensor<8xf32>)
    -> (tensor<2x?x8xf32>, tensor<2xi32>) {
  %none = onnx.None : none
  %y, %m, %sum = onnx.ms.EmbedLayerNormalization(%ids, %none, %word, %position,
      %none, %w, %b, %mask, %none)
      : (tensor<2x?xi32>, none, tensor<99x8xf32>, tensor<16x8xf32>, none,
         tensor<8xf32>, tensor<8xf32>, tensor<2x?xi32>, none)
      -> (tensor<2x?x8xf32>, tensor<2xi32>, none)
  return %y, %m : tensor<2x?x8xf32>, tensor<2xi32>
}

// -----

// CHECK-LABEL: func @activations
// CHECK: onnx.Gelu(%arg0)
// CHECK: %[[SUM:.*]] = onnx.Add(%arg0, %arg1)
// CHECK-DAG: onnx.Gelu(%[[SUM]]) :
// CHECK-DAG: onnx.Gelu(%[[SUM]]) {approximate = "tanh"}
// CHECK: onnx.Swish(%arg0) {alpha = 1.702000e+00 : f32}
// CHECK: %[[T:.*]] = onnx.Transpose(%arg0) {perm = array<i64: 1, 0>}
// CHECK: %[[P:.*]] = onnx.MatMul(%arg0, %[[T]])
// CHECK: onnx.Mul(%[[P]], %{{.*}})
func.func @activations(%x: tensor<2x8xf32>, %b: tensor<8xf32>)
    -> (tensor<2x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>,
        tensor<2x2xf32>) {
  %0 = onnx.ms.Gelu(%x) : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %1 = onnx.ms.BiasGelu(%x, %b)
      : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
  %2 = onnx.ms.FastGelu(%x, %b)
      : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
  %3 = onnx.ms.QuickGelu(%x) : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %4 = onnx.ms.FusedMatMul(%x, %x) {alpha = 0.5 : f32, transB = 1 : i64}
      : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x2xf32>
  return %0, %1, %2, %3, %4
      : tensor<2x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>,
        tensor<2x2xf32>
}
