// RUN: gg-opt %s -gg-stateful-kv="context=1024 chunk=4" -verify-diagnostics | FileCheck %s

// The mask is causal but for one position in the middle of the context, which
// sees the next one.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{tokens see later ones}}
func.func @main(
    %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %zero = onnx.Constant dense<0> : tensor<i64>
  %one = onnx.Constant dense<1> : tensor<i64>
  %one1 = onnx.Constant dense<1> : tensor<1xi64>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %s1 = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %s0 = onnx.Squeeze(%s1, %none) : (tensor<1xi64>, none) -> tensor<i64>
  %keys = onnx.Range(%zero, %s0, %one) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %queries = onnx.Unsqueeze(%keys, %one1) : (tensor<?xi64>, tensor<1xi64>) -> tensor<?x1xi64>
  %at = onnx.Constant dense<700> : tensor<i64>
  %special = onnx.Equal(%queries, %at) : (tensor<?x1xi64>, tensor<i64>) -> tensor<?x1xi1>
  %next = onnx.Add(%queries, %one) : (tensor<?x1xi64>, tensor<i64>) -> tensor<?x1xi64>
  %until = onnx.Where(%special, %next, %queries) : (tensor<?x1xi1>, tensor<?x1xi64>, tensor<?x1xi64>) -> tensor<?x1xi64>
  %m = onnx.GreaterOrEqual(%until, %keys) : (tensor<?x1xi64>, tensor<?xi64>) -> tensor<?x?xi1>
  %y, %k2, %v2, %qk = onnx.Attention(%e, %e, %e, %m, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 0 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?xi1>, none, none, none)
      -> (tensor<?x?x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l : tensor<?x?x16xf32>
}
