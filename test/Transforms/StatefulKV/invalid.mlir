// RUN: gg-opt %s -gg-stateful-kv="context=100" -split-input-file -verify-diagnostics

// expected-error @+1 {{expected a context of at most 64, which the graph's tables and caches hold, but got 100}}
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
  %axis = onnx.Constant dense<0> : tensor<1xi64>
  %angles = onnx.Constant dense<1.0> : tensor<64x2xf32>
  %row = onnx.Unsqueeze(%queries, %axis) : (tensor<?xi64>, tensor<1xi64>) -> tensor<1x?xi64>
  %r = onnx.RotaryEmbedding(%e, %angles, %angles, %row) {num_heads = 2 : i64}
      : (tensor<?x?x8xf32>, tensor<64x2xf32>, tensor<64x2xf32>, tensor<1x?xi64>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%r, %r, %e, %none, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// expected-error @+1 {{expected a batch of 2, which the graph fixes, but got 1}}
func.func @main(
    %ids: tensor<2x?xi64> {onnx.name = "input_ids", onnx.dims = ["2", "s"]})
    -> (tensor<2x?x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<2x?xi64>) -> tensor<2x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%e, %e, %e, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<2x?x8xf32>, tensor<2x?x8xf32>, tensor<2x?x8xf32>, none, none, none, none)
      -> (tensor<2x?x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<2x?x8xf32>, tensor<8x16xf32>) -> tensor<2x?x16xf32>
  return %l : tensor<2x?x16xf32>
}

// -----

// The branch for caches was taken, but tokens lead nowhere.
// expected-error @below {{expected a decoder behind the input 'use_cache_branch' but found that no [batch, sequence] of token ids leads to logits}}
func.func @main(%x: tensor<2xf32>) -> tensor<2xf32>
    attributes {gg.decoder_by = "the input 'use_cache_branch'"} {
  %y = onnx.Neg(%x) : (tensor<2xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}
