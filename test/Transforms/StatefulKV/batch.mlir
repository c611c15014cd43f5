// RUN: gg-opt %s -gg-stateful-kv="context=16 chunk=4" | FileCheck %s
// RUN: gg-opt %s -gg-stateful-kv="context=16 chunk=4 batch=2" -verify-diagnostics | FileCheck %s --check-prefix=BATCH

// Logits of [sequence, batch, vocabulary]: the last token is cut off for one
// row, but not for several.

// CHECK-LABEL: func.func @step(
// CHECK-SAME: gg.entry = "step"
// BATCH-LABEL: func.func @main(
// BATCH-SAME: gg.entry = "recompute"
// expected-remark @+1 {{the tokens of the logits do not lie behind the batch rows}}
func.func @main(
    %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%e, %e, %e, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none, none, none, none)
      -> (tensor<?x?x8xf32>, none, none, none)
  %t = onnx.Transpose(%y) {perm = array<i64: 1, 0, 2>} : (tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %l = onnx.MatMul(%t, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l : tensor<?x?x16xf32>
}
