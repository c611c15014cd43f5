// RUN: gg-opt %s -gg-stateful-kv="context=16 chunk=4" -split-input-file -verify-diagnostics | FileCheck %s

// Where a cache cannot stand in for the earlier tokens, nothing is derived.

// Prompt tokens see later ones.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{no cache is derived, so that each step computes the whole sequence again: node 'onnx.GreaterOrEqual': tokens see later ones}}
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
  %few = onnx.Constant dense<-3> : tensor<i64>
  %m = onnx.GreaterOrEqual(%distance, %few) : (tensor<?x?xi64>, tensor<i64>) -> tensor<?x?xi1>
  %y, %k2, %v2, %qk = onnx.Attention(%e, %e, %e, %m, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 0 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?xi1>,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// The mask depends on how many tokens come at once.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{the mask is no function of the position alone}}
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
  %row = onnx.Sub(%column, %p0) : (tensor<?x1xi64>, tensor<i64>) -> tensor<?x1xi64>
  %sum = onnx.Mul(%distance, %row) : (tensor<?x?xi64>, tensor<?x1xi64>) -> tensor<?x?xi64>
  %m = onnx.Cast(%sum) {to = f32} : (tensor<?x?xi64>) -> tensor<?x?xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%e, %e, %e, %m, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?xf32>,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// Tokens meet outside of the attention: a mean over the sequence.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{node 'onnx.ReduceMean' (onnx.ReduceMean): it works along the sequence}}
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
  %y, %k2, %v2, %qk = onnx.Attention(%e, %e, %e, %none, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %mean = onnx.ReduceMean(%y, %one1) : (tensor<?x?x8xf32>, tensor<1xi64>) -> tensor<?x1x8xf32>
  %h = onnx.Add(%y, %mean) : (tensor<?x?x8xf32>, tensor<?x1x8xf32>) -> tensor<?x?x8xf32>
  %l = onnx.MatMul(%h, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// A value that counts the tokens so far.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{it is no function of the position alone}}
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
  %f = onnx.Cast(%t0) {to = f32} : (tensor<i64>) -> tensor<f32>
  %y, %k2, %v2, %qk = onnx.Attention(%e, %e, %e, %none, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %h = onnx.Mul(%y, %f) : (tensor<?x?x8xf32>, tensor<f32>) -> tensor<?x?x8xf32>
  %l = onnx.MatMul(%h, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// An input that nobody knows, and nobody could fill.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "main"
// expected-remark @+1 {{stays tensors in, tensors out: the input 'temperature' has no known meaning}}
func.func @main(%t: tensor<f32> {onnx.name = "temperature"},
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
  %y, %k2, %v2, %qk = onnx.Attention(%e, %e, %e, %none, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %h = onnx.Mul(%y, %t) : (tensor<?x?x8xf32>, tensor<f32>) -> tensor<?x?x8xf32>
  %l = onnx.MatMul(%h, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// No decoder at all.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "main"
func.func @main(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %y = onnx.Relu(%x) : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

// Flattened heads that come back as heads first: the tokens are mixed.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: {gg.role = "ids"
// CHECK-SAME: {gg.role = "past"
// CHECK-SAME: gg.role = "logits"
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{tokens are mixed with other axes}}
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
  %b = onnx.Shape(%e) {start = 0 : i64, end = 1 : i64} : (tensor<?x?x8xf32>) -> tensor<1xi64>
  %two = onnx.Constant dense<2> : tensor<1xi64>
  %four = onnx.Constant dense<4> : tensor<1xi64>
  %rest = onnx.Constant dense<-1> : tensor<1xi64>
  %shape = onnx.Concat(%b, %two, %rest, %four) {axis = 0 : i64}
      : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<4xi64>
  %heads = onnx.Reshape(%e, %flat) : (tensor<?x?x8xf32>, tensor<2xi64>) -> tensor<?x4xf32>
  %q = onnx.Reshape(%heads, %shape) : (tensor<?x4xf32>, tensor<4xi64>) -> tensor<?x2x?x4xf32>
  %y4, %k2, %v2, %qk = onnx.Attention(%q, %q, %q, %none, %pk, %pv, %none) {is_causal = 1 : i64}
      : (tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %merged = onnx.Constant dense<[0, -1, 8]> : tensor<3xi64>
  %y = onnx.Reshape(%y4, %merged) : (tensor<?x2x?x4xf32>, tensor<3xi64>) -> tensor<?x?x8xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// Logits of f16 are handed over as f32.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: -> (tensor<?x?x16xf32> {gg.role = "logits", onnx.name = "logits"})
// CHECK-SAME: gg.entry = "recompute"
// CHECK: %[[WIDE:.*]] = onnx.Cast(%{{.*}}) {{.*}} -> tensor<?x?x16xf32>
// CHECK: return %[[WIDE]]
// expected-remark @+1 {{no attention was recognized}}
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]})
    -> (tensor<?x?x16xf16> {onnx.name = "logits"}) {
  %table = onnx.Constant dense<0.5> : tensor<16x8xf16>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf16>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf16>, tensor<?x?xi64>) -> tensor<?x?x8xf16>
  %l = onnx.MatMul(%e, %head) : (tensor<?x?x8xf16>, tensor<8x16xf16>) -> tensor<?x?x16xf16>
  return %l : tensor<?x?x16xf16>
}

// -----

// What an encoder hands over is no past that could be empty.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "main"
// expected-remark @+1 {{so that it stays tensors in, tensors out: no attention was recognized}}
func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]},
                %states: tensor<?x?x8xf32> {onnx.name = "encoder_hidden_states", onnx.dims = ["b", "e", "8"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}) {
  %axis = onnx.Constant dense<1> : tensor<1xi64>
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %m = onnx.ReduceMean(%states, %axis) : (tensor<?x?x8xf32>, tensor<1xi64>) -> tensor<?x1x8xf32>
  %h = onnx.Add(%e, %m) : (tensor<?x?x8xf32>, tensor<?x1x8xf32>) -> tensor<?x?x8xf32>
  %l = onnx.MatMul(%h, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l : tensor<?x?x16xf32>
}

// -----

// A mask for each kind of layer: that one of them is a window, only the caller
// knows.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "main"
// expected-remark @+1 {{stays tensors in, tensors out: the masks 'full_mask' and 'sliding_mask' cannot be told apart}}
func.func @main(
    %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]},
    %full: tensor<?x1x?x?xf32> {onnx.name = "full_mask", onnx.dims = ["b", "1", "s", "t"]},
    %sliding: tensor<?x1x?x?xf32> {onnx.name = "sliding_mask", onnx.dims = ["b", "1", "s", "t"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %x, %k1, %v1, %qk1 = onnx.Attention(%e, %e, %e, %full, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 0 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x1x?x?xf32>, none, none, none)
      -> (tensor<?x?x8xf32>, none, none, none)
  %y, %k2, %v2, %qk2 = onnx.Attention(%x, %x, %x, %sliding, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 0 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x1x?x?xf32>, none, none, none)
      -> (tensor<?x?x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l : tensor<?x?x16xf32>
}

// -----

// Numbers to add to the scores may be a bias.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "main"
// expected-remark @+1 {{stays tensors in, tensors out: the input 'bias' has no known meaning}}
func.func @main(
    %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]},
    %bias: tensor<?x1x?x?xf32> {onnx.name = "bias", onnx.dims = ["b", "1", "s", "t"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %y, %k1, %v1, %qk1 = onnx.Attention(%e, %e, %e, %bias, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 0 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x1x?x?xf32>, none, none, none)
      -> (tensor<?x?x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l : tensor<?x?x16xf32>
}

// -----

// Booleans that mask, and more.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "main"
// expected-remark @+1 {{stays tensors in, tensors out: the input 'flags' has no known meaning}}
func.func @main(
    %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]},
    %flags: tensor<?x1x?x?xi1> {onnx.name = "flags", onnx.dims = ["b", "1", "s", "t"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}, tensor<?x1x?x?xf32>) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %y, %k1, %v1, %qk1 = onnx.Attention(%e, %e, %e, %flags, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 0 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x1x?x?xi1>, none, none, none)
      -> (tensor<?x?x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  %f = onnx.Cast(%flags) {to = f32} : (tensor<?x1x?x?xi1>) -> tensor<?x1x?x?xf32>
  return %l, %f : tensor<?x?x16xf32>, tensor<?x1x?x?xf32>
}
