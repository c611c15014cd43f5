// RUN: gg-opt %s -gg-stateful-kv="context=16 chunk=4" -split-input-file -verify-diagnostics | FileCheck %s

// A graph of one token in each call: every entry takes one. Its position, of
// which the graph computes an angle, becomes a table.

// CHECK-LABEL: func.func @step(
// CHECK-SAME: %arg0: tensor<1x1xi64>
// CHECK-SAME: tensor<1x2x17x4xf32> {gg.role = "cache"
// CHECK: %[[ANGLES:[a-z0-9_]+]] = onnx.Constant {{.*}} : tensor<16x8xf32>
// CHECK: onnx.Gather(%[[ANGLES]], %{{.*}}) {{.*}} -> tensor<1x1x8xf32>
// CHECK: onnx.Attention({{.*}}is_causal = 1
// CHECK-LABEL: func.func @prefill(
// CHECK-SAME: %arg0: tensor<1x1xi64>
// CHECK-LABEL: func.func @score(
// CHECK-SAME: %arg0: tensor<1x1xi64>
func.func @main(
    %ids: tensor<?x1xi64> {onnx.name = "input_ids", onnx.dims = ["b", "1"]},
    %mask: tensor<?x?xi64> {onnx.name = "attention_mask", onnx.dims = ["b", "t"]},
    %at: tensor<?x1xi64> {onnx.name = "position_ids", onnx.dims = ["b", "1"]},
    %pk: tensor<?x2x?x4xf32> {onnx.name = "past.k", onnx.dims = ["b", "2", "p", "4"]},
    %pv: tensor<?x2x?x4xf32> {onnx.name = "past.v", onnx.dims = ["b", "2", "p", "4"]})
    -> (tensor<?x1x16xf32> {onnx.name = "logits"}, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %axes = onnx.Constant dense<[1, 2]> : tensor<2xi64>
  %last = onnx.Constant dense<2> : tensor<1xi64>
  %speeds = onnx.Constant dense<[0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0]> : tensor<8xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x1xi64>) -> tensor<?x1x8xf32>
  %f = onnx.Cast(%at) {to = f32} : (tensor<?x1xi64>) -> tensor<?x1xf32>
  %f3 = onnx.Unsqueeze(%f, %last) : (tensor<?x1xf32>, tensor<1xi64>) -> tensor<?x1x1xf32>
  %turn = onnx.Mul(%f3, %speeds) : (tensor<?x1x1xf32>, tensor<8xf32>) -> tensor<?x1x8xf32>
  %h = onnx.Add(%e, %turn) : (tensor<?x1x8xf32>, tensor<?x1x8xf32>) -> tensor<?x1x8xf32>
  %flags = onnx.Cast(%mask) {to = i1} : (tensor<?x?xi64>) -> tensor<?x?xi1>
  %m = onnx.Unsqueeze(%flags, %axes) : (tensor<?x?xi1>, tensor<2xi64>) -> tensor<?x1x1x?xi1>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %m, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64}
      : (tensor<?x1x8xf32>, tensor<?x1x8xf32>, tensor<?x1x8xf32>, tensor<?x1x1x?xi1>,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x1x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x1x8xf32>, tensor<8x16xf32>) -> tensor<?x1x16xf32>
  return %l, %k2, %v2 : tensor<?x1x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// A past of fixed length, all of which is seen: valid or not, the graph cannot
// tell. It stays what it is.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "main"
// expected-remark @+1 {{no cache is derived, and no call over the whole sequence, so that it stays tensors in, tensors out: the input 'past.k' has no known meaning}}
func.func @main(
    %ids: tensor<?x1xi64> {onnx.name = "input_ids", onnx.dims = ["b", "1"]},
    %pk: tensor<?x2x7x4xf32> {onnx.name = "past.k", onnx.dims = ["b", "2", "7", "4"]},
    %pv: tensor<?x2x7x4xf32> {onnx.name = "past.v", onnx.dims = ["b", "2", "7", "4"]})
    -> (tensor<?x1x16xf32> {onnx.name = "logits"}, tensor<?x2x8x4xf32>, tensor<?x2x8x4xf32>) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x1xi64>) -> tensor<?x1x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%e, %e, %e, %none, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64}
      : (tensor<?x1x8xf32>, tensor<?x1x8xf32>, tensor<?x1x8xf32>, none,
         tensor<?x2x7x4xf32>, tensor<?x2x7x4xf32>, none)
      -> (tensor<?x1x8xf32>, tensor<?x2x8x4xf32>, tensor<?x2x8x4xf32>, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x1x8xf32>, tensor<8x16xf32>) -> tensor<?x1x16xf32>
  return %l, %k2, %v2 : tensor<?x1x16xf32>, tensor<?x2x8x4xf32>, tensor<?x2x8x4xf32>
}

// -----

// One token that meets no others.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "main"
func.func @main(
    %ids: tensor<?x1xi64> {onnx.name = "input_ids", onnx.dims = ["b", "1"]})
    -> (tensor<?x1x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x1xi64>) -> tensor<?x1x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%e, %e, %e, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x1x8xf32>, tensor<?x1x8xf32>, tensor<?x1x8xf32>, none, none, none, none)
      -> (tensor<?x1x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x1x8xf32>, tensor<8x16xf32>) -> tensor<?x1x16xf32>
  return %l : tensor<?x1x16xf32>
}
