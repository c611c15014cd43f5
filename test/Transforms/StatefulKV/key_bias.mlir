// RUN: gg-opt %s -gg-stateful-kv="context=8 chunk=2" -split-input-file | FileCheck %s

// A bias that falls with the distance (ALiBi) is one number a key, up to a
// number of the query's own, which no softmax sees: a constant, the same for
// all entries. Nothing is added behind the context.

// CHECK-LABEL: func.func @step(
// CHECK{LITERAL}: onnx.Constant {rf8.keep} dense<[[[[-1.750000e+00, -1.500000e+00, -1.250000e+00, -1.000000e+00, -7.500000e-01, -5.000000e-01, -2.500000e-01, 0.000000e+00, 0.000000e+00, 0.000000e+00]], [[-4.375000e-01, -3.750000e-01, -3.125000e-01, -2.500000e-01, -1.875000e-01, -1.250000e-01, -6.250000e-02, 0.000000e+00, 0.000000e+00, 0.000000e+00]]]]> : tensor<1x2x1x10xf32>
// CHECK: onnx.Attention(
// CHECK-SAME: is_causal = 1
// CHECK-NOT: left_window_size
// CHECK-LABEL: func.func @prefill(
// CHECK: onnx.Constant {rf8.keep} dense<{{.*}}> : tensor<1x2x1x10xf32>
// CHECK-NOT: onnx.Gather({{.*}}2x10xf32
func.func @main(
    %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]},
    %pk: tensor<?x2x?x4xf32> {onnx.name = "past.k", onnx.dims = ["b", "2", "p", "4"]},
    %pv: tensor<?x2x?x4xf32> {onnx.name = "past.v", onnx.dims = ["b", "2", "p", "4"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %zero = onnx.Constant dense<0> : tensor<i64>
  %one = onnx.Constant dense<1> : tensor<i64>
  %one1 = onnx.Constant dense<1> : tensor<1xi64>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %s1 = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %p1 = onnx.Shape(%pk) {start = 2 : i64, end = 3 : i64} : (tensor<?x2x?x4xf32>) -> tensor<1xi64>
  %t1 = onnx.Add(%s1, %p1) : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %p0 = onnx.Squeeze(%p1, %none) : (tensor<1xi64>, none) -> tensor<i64>
  %t0 = onnx.Squeeze(%t1, %none) : (tensor<1xi64>, none) -> tensor<i64>
  %keys = onnx.Range(%zero, %t0, %one) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %queries = onnx.Range(%p0, %t0, %one) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %column = onnx.Unsqueeze(%queries, %one1) : (tensor<?xi64>, tensor<1xi64>) -> tensor<?x1xi64>
  %distance = onnx.Sub(%column, %keys) : (tensor<?x1xi64>, tensor<?xi64>) -> tensor<?x?xi64>
  %slopes = onnx.Constant dense<[[[0.25]], [[0.0625]]]> : tensor<2x1x1xf32>
  %nothing = onnx.Constant dense<0.0> : tensor<f32>
  %lowest = onnx.Constant dense<-3.40282347E+38> : tensor<f32>
  %far = onnx.Cast(%distance) {to = f32} : (tensor<?x?xi64>) -> tensor<?x?xf32>
  %scaled = onnx.Mul(%slopes, %far) : (tensor<2x1x1xf32>, tensor<?x?xf32>) -> tensor<2x?x?xf32>
  %bias = onnx.Neg(%scaled) : (tensor<2x?x?xf32>) -> tensor<2x?x?xf32>
  %past = onnx.GreaterOrEqual(%distance, %zero) : (tensor<?x?xi64>, tensor<i64>) -> tensor<?x?xi1>
  %hidden = onnx.Where(%past, %nothing, %lowest) : (tensor<?x?xi1>, tensor<f32>, tensor<f32>) -> tensor<?x?xf32>
  %m = onnx.Add(%bias, %hidden) : (tensor<2x?x?xf32>, tensor<?x?xf32>) -> tensor<2x?x?xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%e, %e, %e, %m, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 0 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<2x?x?xf32>,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// The same from the other end, where the number of keys at hand (not the
// query's position) is the origin; and a window besides.

// CHECK-LABEL: func.func @step(
// CHECK: %[[B:[a-z0-9_]+]] = onnx.Constant {rf8.keep} dense<{{.*}}> : tensor<1x2x1x10xf32>
// CHECK: onnx.Attention(%{{.*}}, %{{.*}}, %{{.*}}, %[[B]],
// CHECK-SAME: is_causal = 1
// CHECK-SAME: left_window_size = 1
func.func @main(
    %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]},
    %pk: tensor<?x2x?x4xf32> {onnx.name = "past.k", onnx.dims = ["b", "2", "p", "4"]},
    %pv: tensor<?x2x?x4xf32> {onnx.name = "past.v", onnx.dims = ["b", "2", "p", "4"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %zero = onnx.Constant dense<0> : tensor<i64>
  %one = onnx.Constant dense<1> : tensor<i64>
  %one1 = onnx.Constant dense<1> : tensor<1xi64>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %s1 = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %p1 = onnx.Shape(%pk) {start = 2 : i64, end = 3 : i64} : (tensor<?x2x?x4xf32>) -> tensor<1xi64>
  %t1 = onnx.Add(%s1, %p1) : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %p0 = onnx.Squeeze(%p1, %none) : (tensor<1xi64>, none) -> tensor<i64>
  %t0 = onnx.Squeeze(%t1, %none) : (tensor<1xi64>, none) -> tensor<i64>
  %keys = onnx.Range(%zero, %t0, %one) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %queries = onnx.Range(%p0, %t0, %one) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %column = onnx.Unsqueeze(%queries, %one1) : (tensor<?xi64>, tensor<1xi64>) -> tensor<?x1xi64>
  %distance = onnx.Sub(%column, %keys) : (tensor<?x1xi64>, tensor<?xi64>) -> tensor<?x?xi64>
  %slopes = onnx.Constant dense<[[[0.25]], [[0.0625]]]> : tensor<2x1x1xf32>
  %nothing = onnx.Constant dense<0.0> : tensor<f32>
  %lowest = onnx.Constant dense<-3.40282347E+38> : tensor<f32>
  %back = onnx.Sub(%keys, %t0) : (tensor<?xi64>, tensor<i64>) -> tensor<?xi64>
  %far = onnx.Cast(%back) {to = f32} : (tensor<?xi64>) -> tensor<?xf32>
  %bias = onnx.Mul(%slopes, %far) : (tensor<2x1x1xf32>, tensor<?xf32>) -> tensor<2x?x?xf32>
  %two = onnx.Constant dense<2> : tensor<i64>
  %near = onnx.Less(%distance, %two) : (tensor<?x?xi64>, tensor<i64>) -> tensor<?x?xi1>
  %past = onnx.GreaterOrEqual(%distance, %zero) : (tensor<?x?xi64>, tensor<i64>) -> tensor<?x?xi1>
  %both = onnx.And(%near, %past) : (tensor<?x?xi1>, tensor<?x?xi1>) -> tensor<?x?xi1>
  %hidden = onnx.Where(%both, %nothing, %lowest) : (tensor<?x?xi1>, tensor<f32>, tensor<f32>) -> tensor<?x?xf32>
  %m = onnx.Add(%bias, %hidden) : (tensor<2x?x?xf32>, tensor<?x?xf32>) -> tensor<2x?x?xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%e, %e, %e, %m, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 0 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<2x?x?xf32>,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// A bias that grows with the square of the distance is no number a key.

// CHECK-LABEL: func.func @step(
// CHECK: %[[TABLE:[a-z0-9_]+]] = onnx.Constant {rf8.keep} dense<{{.*}}> : tensor<8x2x10xf32>
// CHECK: onnx.Gather(%[[TABLE]],
func.func @main(
    %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]},
    %pk: tensor<?x2x?x4xf32> {onnx.name = "past.k", onnx.dims = ["b", "2", "p", "4"]},
    %pv: tensor<?x2x?x4xf32> {onnx.name = "past.v", onnx.dims = ["b", "2", "p", "4"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %zero = onnx.Constant dense<0> : tensor<i64>
  %one = onnx.Constant dense<1> : tensor<i64>
  %one1 = onnx.Constant dense<1> : tensor<1xi64>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %s1 = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %p1 = onnx.Shape(%pk) {start = 2 : i64, end = 3 : i64} : (tensor<?x2x?x4xf32>) -> tensor<1xi64>
  %t1 = onnx.Add(%s1, %p1) : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %p0 = onnx.Squeeze(%p1, %none) : (tensor<1xi64>, none) -> tensor<i64>
  %t0 = onnx.Squeeze(%t1, %none) : (tensor<1xi64>, none) -> tensor<i64>
  %keys = onnx.Range(%zero, %t0, %one) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %queries = onnx.Range(%p0, %t0, %one) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %column = onnx.Unsqueeze(%queries, %one1) : (tensor<?xi64>, tensor<1xi64>) -> tensor<?x1xi64>
  %distance = onnx.Sub(%column, %keys) : (tensor<?x1xi64>, tensor<?xi64>) -> tensor<?x?xi64>
  %slopes = onnx.Constant dense<[[[0.25]], [[0.0625]]]> : tensor<2x1x1xf32>
  %nothing = onnx.Constant dense<0.0> : tensor<f32>
  %lowest = onnx.Constant dense<-3.40282347E+38> : tensor<f32>
  %far = onnx.Cast(%distance) {to = f32} : (tensor<?x?xi64>) -> tensor<?x?xf32>
  %square = onnx.Mul(%far, %far) : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  %bias = onnx.Mul(%slopes, %square) : (tensor<2x1x1xf32>, tensor<?x?xf32>) -> tensor<2x?x?xf32>
  %past = onnx.GreaterOrEqual(%distance, %zero) : (tensor<?x?xi64>, tensor<i64>) -> tensor<?x?xi1>
  %hidden = onnx.Where(%past, %nothing, %lowest) : (tensor<?x?xi1>, tensor<f32>, tensor<f32>) -> tensor<?x?xf32>
  %m = onnx.Add(%bias, %hidden) : (tensor<2x?x?xf32>, tensor<?x?xf32>) -> tensor<2x?x?xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%e, %e, %e, %m, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 0 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<2x?x?xf32>,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}
