// RUN: gg-opt %s -gg-stateful-kv="chunk=4" -split-input-file -verify-diagnostics | FileCheck %s

// Graphs of exactly eight tokens, as exporters write them that trace a call.
// Where tokens see no later ones, what stands behind them does not matter, and
// a cache is derived for up to eight. As many as all other dims are, so that
// only the way of the tokens through the graph tells which is which.

// Positions and the mask are constants or made of an input of that length,
// sizes lie in lists.
// CHECK-LABEL: func.func @step(
// CHECK-SAME: tensor<1x2x12x4xf32> {gg.role = "cache"
// CHECK-SAME: gg.context = 8 : i64
// CHECK-DAG: %[[ROWS:[a-z0-9_]+]] = onnx.Constant {{.*}} : tensor<8x1x8xf32>
// CHECK: onnx.Gather(%[[ROWS]], %{{.*}}) {{.*}}(tensor<8x1x8xf32>, tensor<1x1xi64>) -> tensor<1x1x1x8xf32>
// CHECK: onnx.Reshape(%{{.*}}) {{.*}}-> tensor<1x8xf32>
// CHECK: onnx.Attention({{.*}}is_causal = 1
// CHECK-LABEL: func.func @prefill(
// CHECK: onnx.Reshape(%{{.*}}) {{.*}}-> tensor<4x8xf32>
// CHECK-LABEL: func.func @score(
// CHECK-NOT: func.func @main
// expected-remark @+1 {{a cache is derived from a graph that takes exactly 8 tokens, the longest context}}
func.func @main(
    %ids: tensor<1x8xi64> {onnx.name = "input_ids", onnx.dims = ["1", "8"]},
    %mask: tensor<1x8xi64> {onnx.name = "attention_mask", onnx.dims = ["1", "8"]})
    -> (tensor<1x8x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<1x8xi64>) -> tensor<1x8x8xf32>
  %learned = onnx.Constant dense_resource<positions> : tensor<1x8x8xf32>
  %h0 = onnx.Add(%e, %learned) : (tensor<1x8x8xf32>, tensor<1x8x8xf32>) -> tensor<1x8x8xf32>
  %flat = onnx.Constant dense<[8, 8]> : tensor<2xi64>
  %f = onnx.Reshape(%h0, %flat) : (tensor<1x8x8xf32>, tensor<2xi64>) -> tensor<8x8xf32>
  %weight = onnx.Constant dense<0.25> : tensor<8x8xf32>
  %g = onnx.MatMul(%f, %weight) : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %back = onnx.Constant dense<[1, 8, 8]> : tensor<3xi64>
  %h = onnx.Reshape(%g, %back) : (tensor<8x8xf32>, tensor<3xi64>) -> tensor<1x8x8xf32>
  %zero = onnx.Constant dense<0> : tensor<i64>
  %one = onnx.Constant dense<1> : tensor<i64>
  %eight = onnx.Constant dense<8> : tensor<i64>
  %one1 = onnx.Constant dense<1> : tensor<1xi64>
  %keys = onnx.Range(%zero, %eight, %one) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<8xi64>
  %queries = onnx.Unsqueeze(%keys, %one1) : (tensor<8xi64>, tensor<1xi64>) -> tensor<8x1xi64>
  %padding = onnx.Cast(%mask) {to = i1} : (tensor<1x8xi64>) -> tensor<1x8xi1>
  %causal = onnx.GreaterOrEqual(%queries, %keys) : (tensor<8x1xi64>, tensor<8xi64>) -> tensor<8x8xi1>
  %m = onnx.And(%causal, %padding) : (tensor<8x8xi1>, tensor<1x8xi1>) -> tensor<8x8xi1>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %m, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 0 : i64}
      : (tensor<1x8x8xf32>, tensor<1x8x8xf32>, tensor<1x8x8xf32>, tensor<8x8xi1>, none, none, none)
      -> (tensor<1x8x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<1x8x8xf32>, tensor<8x16xf32>) -> tensor<1x8x16xf32>
  return %l : tensor<1x8x16xf32>
}

{-#
  dialect_resources: {
    builtin: {
      positions: "0x0400000000000000000000000000000000000000000000000000000000000000000000000000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000004000000040000000400000004000000040000000400000004000000040000040400000404000004040000040400000404000004040000040400000404000008040000080400000804000008040000080400000804000008040000080400000A0400000A0400000A0400000A0400000A0400000A0400000A0400000A0400000C0400000C0400000C0400000C0400000C0400000C0400000C0400000C0400000E0400000E0400000E0400000E0400000E0400000E0400000E0400000E040"
    }
  }
#-}

// -----

// Tokens see later ones.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "main"
// expected-remark @+1 {{it takes exactly 8 tokens, and node 'onnx.Attention' (onnx.Attention): tokens see later ones}}
func.func @main(
    %ids: tensor<1x8xi64> {onnx.name = "input_ids", onnx.dims = ["1", "8"]})
    -> (tensor<1x8x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<1x8xi64>) -> tensor<1x8x8xf32>
  %h = onnx.Identity(%e) : (tensor<1x8x8xf32>) -> tensor<1x8x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 0 : i64}
      : (tensor<1x8x8xf32>, tensor<1x8x8xf32>, tensor<1x8x8xf32>, none, none, none, none)
      -> (tensor<1x8x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<1x8x8xf32>, tensor<8x16xf32>) -> tensor<1x8x16xf32>
  return %l : tensor<1x8x16xf32>
}

// -----

// The mask lets all but the first token see later ones.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "main"
// expected-remark @+1 {{it takes exactly 8 tokens, and node 'onnx.Slice': tokens see later ones}}
func.func @main(
    %ids: tensor<1x8xi64> {onnx.name = "input_ids", onnx.dims = ["1", "8"]})
    -> (tensor<1x8x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<1x8xi64>) -> tensor<1x8x8xf32>
  %h = onnx.Identity(%e) : (tensor<1x8x8xf32>) -> tensor<1x8x8xf32>
  %zero = onnx.Constant dense<0> : tensor<i64>
  %one = onnx.Constant dense<1> : tensor<i64>
  %eight = onnx.Constant dense<8> : tensor<i64>
  %one1 = onnx.Constant dense<1> : tensor<1xi64>
  %keys = onnx.Range(%zero, %eight, %one) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<8xi64>
  %queries = onnx.Unsqueeze(%keys, %one1) : (tensor<8xi64>, tensor<1xi64>) -> tensor<8x1xi64>
  %twice = onnx.Add(%queries, %queries) : (tensor<8x1xi64>, tensor<8x1xi64>) -> tensor<8x1xi64>
  %m = onnx.GreaterOrEqual(%twice, %keys) : (tensor<8x1xi64>, tensor<8xi64>) -> tensor<8x8xi1>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %m, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 0 : i64}
      : (tensor<1x8x8xf32>, tensor<1x8x8xf32>, tensor<1x8x8xf32>, tensor<8x8xi1>, none, none, none)
      -> (tensor<1x8x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<1x8x8xf32>, tensor<8x16xf32>) -> tensor<1x8x16xf32>
  return %l : tensor<1x8x16xf32>
}

// -----

// The mean of all tokens.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "main"
// expected-remark @+1 {{node 'onnx.ReduceMean' (onnx.ReduceMean): it works along the sequence}}
func.func @main(
    %ids: tensor<1x8xi64> {onnx.name = "input_ids", onnx.dims = ["1", "8"]})
    -> (tensor<1x8x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<1x8xi64>) -> tensor<1x8x8xf32>
  %h = onnx.Identity(%e) : (tensor<1x8x8xf32>) -> tensor<1x8x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<1x8x8xf32>, tensor<1x8x8xf32>, tensor<1x8x8xf32>, none, none, none, none)
      -> (tensor<1x8x8xf32>, none, none, none)
  %axis = onnx.Constant dense<1> : tensor<1xi64>
  %mean = onnx.ReduceMean(%y, %axis) : (tensor<1x8x8xf32>, tensor<1xi64>) -> tensor<1x1x8xf32>
  %z = onnx.Sub(%y, %mean) : (tensor<1x8x8xf32>, tensor<1x1x8xf32>) -> tensor<1x8x8xf32>
  %l = onnx.MatMul(%z, %head) : (tensor<1x8x8xf32>, tensor<8x16xf32>) -> tensor<1x8x16xf32>
  return %l : tensor<1x8x16xf32>
}

// -----

// The last of eight tokens, which is not the last of fewer with padding behind
// them.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "main"
// expected-remark @+1 {{it takes exactly 8 tokens, and it has logits for its last token only}}
func.func @main(
    %ids: tensor<1x8xi64> {onnx.name = "input_ids", onnx.dims = ["1", "8"]})
    -> (tensor<1x1x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<1x8xi64>) -> tensor<1x8x8xf32>
  %h = onnx.Identity(%e) : (tensor<1x8x8xf32>) -> tensor<1x8x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<1x8x8xf32>, tensor<1x8x8xf32>, tensor<1x8x8xf32>, none, none, none, none)
      -> (tensor<1x8x8xf32>, none, none, none)
  %last = onnx.Constant dense<-1> : tensor<1xi64>
  %end = onnx.Constant dense<9223372036854775807> : tensor<1xi64>
  %axis = onnx.Constant dense<1> : tensor<1xi64>
  %z = onnx.Slice(%y, %last, %end, %axis, %none)
      : (tensor<1x8x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<1x1x8xf32>
  %l = onnx.MatMul(%z, %head) : (tensor<1x1x8xf32>, tensor<8x16xf32>) -> tensor<1x1x16xf32>
  return %l : tensor<1x1x16xf32>
}

// -----

// Two tokens in one row.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "main"
// expected-remark @+1 {{node 'onnx.Reshape' (onnx.Reshape): tokens are mixed with other axes}}
func.func @main(
    %ids: tensor<1x8xi64> {onnx.name = "input_ids", onnx.dims = ["1", "8"]})
    -> (tensor<1x8x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<1x8xi64>) -> tensor<1x8x8xf32>
  %half = onnx.Constant dense<[1, 4, 16]> : tensor<3xi64>
  %p = onnx.Reshape(%e, %half) : (tensor<1x8x8xf32>, tensor<3xi64>) -> tensor<1x4x16xf32>
  %full = onnx.Constant dense<[1, 8, 8]> : tensor<3xi64>
  %h = onnx.Reshape(%p, %full) : (tensor<1x4x16xf32>, tensor<3xi64>) -> tensor<1x8x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<1x8x8xf32>, tensor<1x8x8xf32>, tensor<1x8x8xf32>, none, none, none, none)
      -> (tensor<1x8x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<1x8x8xf32>, tensor<8x16xf32>) -> tensor<1x8x16xf32>
  return %l : tensor<1x8x16xf32>
}

// -----

// Tokens meet what is no token.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "main"
// expected-remark @+1 {{node 'onnx.Add' (onnx.Add): its operands do not lie along the sequence}}
func.func @main(
    %ids: tensor<1x8xi64> {onnx.name = "input_ids", onnx.dims = ["1", "8"]})
    -> (tensor<1x8x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<1x8xi64>) -> tensor<1x8x8xf32>
  %t = onnx.Transpose(%e) {perm = array<i64: 0, 2, 1>} : (tensor<1x8x8xf32>) -> tensor<1x8x8xf32>
  %h = onnx.Add(%e, %t) : (tensor<1x8x8xf32>, tensor<1x8x8xf32>) -> tensor<1x8x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<1x8x8xf32>, tensor<1x8x8xf32>, tensor<1x8x8xf32>, none, none, none, none)
      -> (tensor<1x8x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<1x8x8xf32>, tensor<8x16xf32>) -> tensor<1x8x16xf32>
  return %l : tensor<1x8x16xf32>
}

// -----

// Products of all tokens with each other.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "main"
// expected-remark @+1 {{node 'onnx.Reshape' (onnx.Reshape): it reshapes more than one axis of tokens}}
func.func @main(
    %ids: tensor<1x8xi64> {onnx.name = "input_ids", onnx.dims = ["1", "8"]})
    -> (tensor<1x8x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<1x8xi64>) -> tensor<1x8x8xf32>
  %t = onnx.Transpose(%e) {perm = array<i64: 0, 2, 1>} : (tensor<1x8x8xf32>) -> tensor<1x8x8xf32>
  %p = onnx.MatMul(%e, %t) : (tensor<1x8x8xf32>, tensor<1x8x8xf32>) -> tensor<1x8x8xf32>
  %full = onnx.Constant dense<[1, 8, 8]> : tensor<3xi64>
  %h = onnx.Reshape(%p, %full) : (tensor<1x8x8xf32>, tensor<3xi64>) -> tensor<1x8x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<1x8x8xf32>, tensor<1x8x8xf32>, tensor<1x8x8xf32>, none, none, none, none)
      -> (tensor<1x8x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<1x8x8xf32>, tensor<8x16xf32>) -> tensor<1x8x16xf32>
  return %l : tensor<1x8x16xf32>
}

// -----

// The first four tokens.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "main"
// expected-remark @+1 {{node 'onnx.Slice' (onnx.Slice): its shape is no function of the number of tokens}}
func.func @main(
    %ids: tensor<1x8xi64> {onnx.name = "input_ids", onnx.dims = ["1", "8"]})
    -> (tensor<1x8x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<1x8xi64>) -> tensor<1x8x8xf32>
  %start = onnx.Constant dense<0> : tensor<1xi64>
  %four = onnx.Constant dense<4> : tensor<1xi64>
  %axis = onnx.Constant dense<1> : tensor<1xi64>
  %p = onnx.Slice(%e, %start, %four, %axis, %none)
      : (tensor<1x8x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<1x4x8xf32>
  %h = onnx.Concat(%p, %p) {axis = 1 : i64} : (tensor<1x4x8xf32>, tensor<1x4x8xf32>) -> tensor<1x8x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<1x8x8xf32>, tensor<1x8x8xf32>, tensor<1x8x8xf32>, none, none, none, none)
      -> (tensor<1x8x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<1x8x8xf32>, tensor<8x16xf32>) -> tensor<1x8x16xf32>
  return %l : tensor<1x8x16xf32>
}

// -----

// As many tokens as an input says.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "main"
// expected-remark @+1 {{node 'onnx.Slice' (onnx.Slice): its bounds are not known}}
func.func @main(
    %ids: tensor<1x8xi64> {onnx.name = "input_ids", onnx.dims = ["1", "8"]},
    %end: tensor<1xi64> {onnx.name = "total_length"})
    -> (tensor<1x8x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<1x8xi64>) -> tensor<1x8x8xf32>
  %start = onnx.Constant dense<0> : tensor<1xi64>
  %axis = onnx.Constant dense<1> : tensor<1xi64>
  %h = onnx.Slice(%e, %start, %end, %axis, %none)
      : (tensor<1x8x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<1x8x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<1x8x8xf32>, tensor<1x8x8xf32>, tensor<1x8x8xf32>, none, none, none, none)
      -> (tensor<1x8x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<1x8x8xf32>, tensor<8x16xf32>) -> tensor<1x8x16xf32>
  return %l : tensor<1x8x16xf32>
}

// -----

// Branches.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "main"
// expected-remark @+1 {{node 'onnx.If' (onnx.If): it has branches that depend on the tokens}}
func.func @main(
    %ids: tensor<1x8xi64> {onnx.name = "input_ids", onnx.dims = ["1", "8"]},
    %c: tensor<i1> {onnx.name = "use_cache"})
    -> (tensor<1x8x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<1x8xi64>) -> tensor<1x8x8xf32>
  %a = onnx.Constant dense<1.0> : tensor<8xf32>
  %h = onnx.If(%c) : (tensor<i1>) -> tensor<1x8x8xf32> then {
    %i = onnx.Add(%e, %a) : (tensor<1x8x8xf32>, tensor<8xf32>) -> tensor<1x8x8xf32>
    onnx.Yield(%i) : tensor<1x8x8xf32>
  } else {
    onnx.Yield(%e) : tensor<1x8x8xf32>
  }
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<1x8x8xf32>, tensor<1x8x8xf32>, tensor<1x8x8xf32>, none, none, none, none)
      -> (tensor<1x8x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<1x8x8xf32>, tensor<8x16xf32>) -> tensor<1x8x16xf32>
  return %l : tensor<1x8x16xf32>
}

// -----

// A shape that an input says.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "main"
// expected-remark @+1 {{node 'onnx.Reshape' (onnx.Reshape): its shape is not known}}
func.func @main(
    %ids: tensor<1x8xi64> {onnx.name = "input_ids", onnx.dims = ["1", "8"]},
    %shape: tensor<3xi64> {onnx.name = "total_length"})
    -> (tensor<1x8x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<1x8xi64>) -> tensor<1x8x8xf32>
  %h = onnx.Reshape(%e, %shape) : (tensor<1x8x8xf32>, tensor<3xi64>) -> tensor<1x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%e, %h, %h, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<1x8x8xf32>, tensor<1x?x8xf32>, tensor<1x?x8xf32>, none, none, none, none)
      -> (tensor<1x8x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<1x8x8xf32>, tensor<8x16xf32>) -> tensor<1x8x16xf32>
  return %l : tensor<1x8x16xf32>
}

// -----

// A past: at which positions the tokens stand, the number does not say.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "main"
// expected-remark @+1 {{it takes exactly 8 tokens, and its past is not empty}}
func.func @main(
    %ids: tensor<1x8xi64> {onnx.name = "input_ids", onnx.dims = ["1", "8"]},
    %cache: tensor<1x16x8xf32> {onnx.name = "cache"},
    %written: tensor<1xi64> {onnx.name = "write_indices"},
    %valid: tensor<1xi64> {onnx.name = "nonpad_kv_seqlen"})
    -> (tensor<1x8x16xf32> {onnx.name = "logits"}, tensor<1x16x8xf32>) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<1x8xi64>) -> tensor<1x8x8xf32>
  %k = onnx.TensorScatter(%cache, %e, %written) {axis = 1 : i64, mode = "linear"}
      : (tensor<1x16x8xf32>, tensor<1x8x8xf32>, tensor<1xi64>) -> tensor<1x16x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%e, %k, %k, %none, %none, %none, %valid)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<1x8x8xf32>, tensor<1x16x8xf32>, tensor<1x16x8xf32>, none, none, none, tensor<1xi64>)
      -> (tensor<1x8x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<1x8x8xf32>, tensor<8x16xf32>) -> tensor<1x8x16xf32>
  return %l, %k : tensor<1x8x16xf32>, tensor<1x16x8xf32>
}

// -----

// The batch is what is asked for.
// CHECK-LABEL: func.func @step(
// CHECK-SAME: tensor<1x2x12x4xf32> {gg.role = "cache"
// CHECK-LABEL: func.func @score(
// expected-remark @+1 {{a cache is derived from a graph that takes exactly 8 tokens}}
func.func @main(
    %ids: tensor<?x8xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "8"]})
    -> (tensor<?x8x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x8xi64>) -> tensor<?x8x8xf32>
  %flat = onnx.Constant dense<[-1, 8]> : tensor<2xi64>
  %f = onnx.Reshape(%e, %flat) : (tensor<?x8x8xf32>, tensor<2xi64>) -> tensor<?x8xf32>
  %back = onnx.Constant dense<[-1, 8, 8]> : tensor<3xi64>
  %h = onnx.Reshape(%f, %back) : (tensor<?x8xf32>, tensor<3xi64>) -> tensor<?x8x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x8x8xf32>, tensor<?x8x8xf32>, tensor<?x8x8xf32>, none, none, none, none)
      -> (tensor<?x8x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x8x8xf32>, tensor<8x16xf32>) -> tensor<?x8x16xf32>
  return %l : tensor<?x8x16xf32>
}

// -----

// Two rows in the graph, of any number.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "main"
// expected-remark @+1 {{it takes exactly 8 tokens, and it takes no batch of 1}}
func.func @main(
    %ids: tensor<?x8xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "8"]})
    -> (tensor<2x8x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x8xi64>) -> tensor<?x8x8xf32>
  %split = onnx.Constant dense<[2, 8, 8]> : tensor<3xi64>
  %h = onnx.Reshape(%e, %split) : (tensor<?x8x8xf32>, tensor<3xi64>) -> tensor<2x8x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<2x8x8xf32>, tensor<2x8x8xf32>, tensor<2x8x8xf32>, none, none, none, none)
      -> (tensor<2x8x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<2x8x8xf32>, tensor<8x16xf32>) -> tensor<2x8x16xf32>
  return %l : tensor<2x8x16xf32>
}
