// RUN: gg-opt %s -gg-stateful-kv=context=2048 -verify-diagnostics | FileCheck %s

// A bias by query and key, for more heads than a table of all positions has room for.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{its table of positions would be too large}}
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
  %zero1 = onnx.Constant dense<0> : tensor<1xi64>
  %one1 = onnx.Constant dense<1> : tensor<1xi64>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %s1 = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %p1 = onnx.Shape(%pk) {start = 2 : i64, end = 3 : i64} : (tensor<?x2x?x4xf32>) -> tensor<1xi64>
  %t1 = onnx.Add(%s1, %p1) : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %slopes = onnx.Constant dense<-0.5> : tensor<17x1x1xf32>
  %t0 = onnx.Squeeze(%t1, %none) : (tensor<1xi64>, none) -> tensor<i64>
  %p0 = onnx.Squeeze(%p1, %none) : (tensor<1xi64>, none) -> tensor<i64>
  %keys = onnx.Range(%zero, %t0, %one) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %queries = onnx.Range(%p0, %t0, %one) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %column = onnx.Unsqueeze(%queries, %one1) : (tensor<?xi64>, tensor<1xi64>) -> tensor<?x1xi64>
  %product = onnx.Mul(%column, %keys) : (tensor<?x1xi64>, tensor<?xi64>) -> tensor<?x?xi64>
  %d = onnx.Cast(%product) {to = f32} : (tensor<?x?xi64>) -> tensor<?x?xf32>
  %m3 = onnx.Mul(%slopes, %d) : (tensor<17x1x1xf32>, tensor<?x?xf32>) -> tensor<17x?x?xf32>
  %m = onnx.Unsqueeze(%m3, %zero1) : (tensor<17x?x?xf32>, tensor<1xi64>) -> tensor<1x17x?x?xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%e, %e, %e, %m, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<1x17x?x?xf32>,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}
