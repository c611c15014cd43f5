// RUN: gg-opt %s -gg-stateful-kv="context=16 chunk=4" -verify-diagnostics | FileCheck %s

// GatherND over axes in front of the tokens (here: a choice of channels) keeps
// tokens apart, so that a cache is derived.

// CHECK-LABEL: func.func @step(
// CHECK-SAME: gg.role = "cache"
// CHECK: onnx.GatherND(%{{.*}}) : (tensor<8x1x1xf32>, tensor<8x1xi64>) -> tensor<8x1x1xf32>
// CHECK-LABEL: func.func @prefill(
// CHECK: onnx.GatherND(%{{.*}}) : (tensor<8x1x4xf32>, tensor<8x1xi64>) -> tensor<8x1x4xf32>
func.func @main(
    %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %channels = onnx.Constant dense<[[7], [0], [6], [1], [5], [2], [4], [3]]> : tensor<8x1xi64>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %t = onnx.Transpose(%e) {perm = array<i64: 2, 0, 1>} : (tensor<?x?x8xf32>) -> tensor<8x?x?xf32>
  %chosen = onnx.GatherND(%t, %channels) : (tensor<8x?x?xf32>, tensor<8x1xi64>) -> tensor<8x?x?xf32>
  %h = onnx.Transpose(%chosen) {perm = array<i64: 1, 2, 0>} : (tensor<8x?x?xf32>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none, none, none, none)
      -> (tensor<?x?x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l : tensor<?x?x16xf32>
}
