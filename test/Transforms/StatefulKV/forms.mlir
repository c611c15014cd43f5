// RUN: gg-opt %s -gg-stateful-kv="context=8 chunk=4" -split-input-file | FileCheck %s

// Keys and values of a layer stacked in one input and one result, as older
// GPT-2 graphs have them, and int32 token ids.

// CHECK-LABEL: func.func @step(
// CHECK-SAME: %[[IDS:[a-z0-9_]+]]: tensor<1x1xi64>
// CHECK-SAME: %[[K:[a-z0-9_]+]]: tensor<1x2x12x4xf32> {gg.role = "cache"
// CHECK-SAME: %[[V:[a-z0-9_]+]]: tensor<1x2x12x4xf32> {gg.role = "cache"
// CHECK: onnx.Cast(%[[IDS]]) {to = i32}
// CHECK: onnx.TensorScatter(%[[K]],
// CHECK: onnx.TensorScatter(%[[V]],
// CHECK-NOT: onnx.Concat
func.func @main(
    %ids: tensor<?x?xi32> {onnx.name = "input_ids", onnx.dims = ["b", "s"]},
    %past: tensor<2x?x2x?x4xf32> {onnx.name = "past_0", onnx.dims = ["2", "b", "2", "p", "4"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}, tensor<2x?x2x?x4xf32>) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %zero = onnx.Constant dense<0> : tensor<i64>
  %one = onnx.Constant dense<1> : tensor<i64>
  %axis = onnx.Constant dense<0> : tensor<1xi64>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi32>) -> tensor<?x?x8xf32>
  %pk = onnx.Gather(%past, %zero) : (tensor<2x?x2x?x4xf32>, tensor<i64>) -> tensor<?x2x?x4xf32>
  %pv = onnx.Gather(%past, %one) : (tensor<2x?x2x?x4xf32>, tensor<i64>) -> tensor<?x2x?x4xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%e, %e, %e, %none, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %k5 = onnx.Unsqueeze(%k2, %axis) : (tensor<?x2x?x4xf32>, tensor<1xi64>) -> tensor<1x?x2x?x4xf32>
  %v5 = onnx.Unsqueeze(%v2, %axis) : (tensor<?x2x?x4xf32>, tensor<1xi64>) -> tensor<1x?x2x?x4xf32>
  %kv = onnx.Concat(%k5, %v5) {axis = 0 : i64}
      : (tensor<1x?x2x?x4xf32>, tensor<1x?x2x?x4xf32>) -> tensor<2x?x2x?x4xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %kv : tensor<?x?x16xf32>, tensor<2x?x2x?x4xf32>
}

// -----

// The graph's own caches of fixed size, [batch, 16, heads * size]. Its window
// of 3 keys over the whole cache becomes one of the Attention.

// CHECK-LABEL: func.func @step(
// CHECK-SAME: tensor<1x2x12x4xf32> {gg.role = "cache"
// CHECK: onnx.TensorScatter({{.*}}(tensor<1x2x12x4xf32>, tensor<1x2x1x4xf32>, tensor<1xi64>)
// CHECK: onnx.Attention({{.*}}left_window_size = 2
func.func @main(
    %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]},
    %kc: tensor<?x16x8xf32> {onnx.name = "key_cache", onnx.dims = ["b", "16", "8"]},
    %vc: tensor<?x16x8xf32> {onnx.name = "value_cache", onnx.dims = ["b", "16", "8"]},
    %at: tensor<?xi64> {onnx.name = "write_indices", onnx.dims = ["b"]},
    %valid: tensor<?xi64> {onnx.name = "nonpad_kv_seqlen", onnx.dims = ["b"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}, tensor<?x16x8xf32>, tensor<?x16x8xf32>) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %zero = onnx.Constant dense<0> : tensor<i64>
  %one = onnx.Constant dense<1> : tensor<i64>
  %three = onnx.Constant dense<3> : tensor<i64>
  %all = onnx.Constant dense<16> : tensor<i64>
  %axis = onnx.Constant dense<1> : tensor<1xi64>
  %axes12 = onnx.Constant dense<[1, 2]> : tensor<2xi64>
  %axis3 = onnx.Constant dense<3> : tensor<1xi64>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %s1 = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %s0 = onnx.Squeeze(%s1, %none) : (tensor<1xi64>, none) -> tensor<i64>
  %i = onnx.Range(%zero, %s0, %one) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %at2 = onnx.Unsqueeze(%at, %axis) : (tensor<?xi64>, tensor<1xi64>) -> tensor<?x1xi64>
  %q2 = onnx.Add(%at2, %i) : (tensor<?x1xi64>, tensor<?xi64>) -> tensor<?x?xi64>
  %q3 = onnx.Unsqueeze(%q2, %axis) : (tensor<?x?xi64>, tensor<1xi64>) -> tensor<?x1x?xi64>
  %q4 = onnx.Unsqueeze(%q3, %axis3) : (tensor<?x1x?xi64>, tensor<1xi64>) -> tensor<?x1x?x1xi64>
  %keys = onnx.Range(%zero, %all, %one) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<16xi64>
  %d = onnx.Sub(%q4, %keys) : (tensor<?x1x?x1xi64>, tensor<16xi64>) -> tensor<?x1x?x16xi64>
  %near = onnx.Less(%d, %three) : (tensor<?x1x?x16xi64>, tensor<i64>) -> tensor<?x1x?x16xi1>
  %before = onnx.GreaterOrEqual(%d, %zero) : (tensor<?x1x?x16xi64>, tensor<i64>) -> tensor<?x1x?x16xi1>
  %m = onnx.And(%near, %before) : (tensor<?x1x?x16xi1>, tensor<?x1x?x16xi1>) -> tensor<?x1x?x16xi1>
  %k2 = onnx.TensorScatter(%kc, %e, %at) {axis = 1 : i64}
      : (tensor<?x16x8xf32>, tensor<?x?x8xf32>, tensor<?xi64>) -> tensor<?x16x8xf32>
  %v2 = onnx.TensorScatter(%vc, %e, %at) {axis = 1 : i64}
      : (tensor<?x16x8xf32>, tensor<?x?x8xf32>, tensor<?xi64>) -> tensor<?x16x8xf32>
  %y, %k3, %v3, %qk = onnx.Attention(%e, %k2, %v2, %m, %none, %none, %valid)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64}
      : (tensor<?x?x8xf32>, tensor<?x16x8xf32>, tensor<?x16x8xf32>, tensor<?x1x?x16xi1>,
         none, none, tensor<?xi64>)
      -> (tensor<?x?x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x16x8xf32>, tensor<?x16x8xf32>
}

// -----

// A graph that gives the logits of the last token alone has no score entry.

// CHECK-LABEL: func.func @step(
// CHECK-SAME: -> (tensor<1x16xf32>
// CHECK-LABEL: func.func @prefill(
// CHECK-SAME: %[[COUNTS:[a-z0-9_]+]]: tensor<1xi64> {gg.role = "counts"
// CHECK: onnx.Add(%[[COUNTS]],
// CHECK-NOT: @score
func.func @main(
    %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]})
    -> (tensor<?x1x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %last = onnx.Constant dense<-1> : tensor<1xi64>
  %end = onnx.Constant dense<9223372036854775807> : tensor<1xi64>
  %axis = onnx.Constant dense<1> : tensor<1xi64>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%e, %e, %e, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none, none, none, none)
      -> (tensor<?x?x8xf32>, none, none, none)
  %h = onnx.Slice(%y, %last, %end, %axis, %none)
      : (tensor<?x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<?x1x8xf32>
  %l = onnx.MatMul(%h, %head) : (tensor<?x1x8xf32>, tensor<8x16xf32>) -> tensor<?x1x16xf32>
  return %l : tensor<?x1x16xf32>
}

// -----

// Heads that are flattened with the tokens for a norm of each head: a token
// takes two places of the axis.

// CHECK-LABEL: func.func @prefill(
// CHECK: onnx.RMSNormalization({{.*}}(tensor<8x4xf32>, tensor<4xf32>) -> tensor<8x4xf32>
// CHECK: onnx.Attention
func.func @main(
    %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]},
    %pk: tensor<?x2x?x4xf32> {onnx.name = "past.k", onnx.dims = ["b", "2", "p", "4"]},
    %pv: tensor<?x2x?x4xf32> {onnx.name = "past.v", onnx.dims = ["b", "2", "p", "4"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %flat = onnx.Constant dense<[-1, 4]> : tensor<2xi64>
  %scale = onnx.Constant dense<1.5> : tensor<4xf32>
  %shape = onnx.Shape(%e) : (tensor<?x?x8xf32>) -> tensor<3xi64>
  %heads = onnx.Reshape(%e, %flat) : (tensor<?x?x8xf32>, tensor<2xi64>) -> tensor<?x4xf32>
  %n = onnx.RMSNormalization(%heads, %scale) : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %q = onnx.Reshape(%n, %shape) : (tensor<?x4xf32>, tensor<3xi64>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%q, %e, %e, %none, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}
