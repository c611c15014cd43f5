// RUN: gg-opt %s -gg-stateful-kv="context=16 chunk=4" -split-input-file -verify-diagnostics | FileCheck %s

// Where tokens meet outside of causal attention, no cache is derived.

// Each token meets each other one.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{more than one axis grows with the sequence}}
func.func @main(
    %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %t = onnx.Transpose(%e) {perm = array<i64: 0, 2, 1>} : (tensor<?x?x8xf32>) -> tensor<?x8x?xf32>
  %scores = onnx.MatMul(%e, %t) : (tensor<?x?x8xf32>, tensor<?x8x?xf32>) -> tensor<?x?x?xf32>
  %h = onnx.MatMul(%scores, %e) : (tensor<?x?x?xf32>, tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none, none, none, none)
      -> (tensor<?x?x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l : tensor<?x?x16xf32>
}

// -----

// The last token is added to all.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{one token's values meet those of all tokens}}
func.func @main(
    %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %minus = onnx.Constant dense<-1> : tensor<1xi64>
  %end = onnx.Constant dense<9223372036854775807> : tensor<1xi64>
  %one = onnx.Constant dense<1> : tensor<1xi64>
  %last = onnx.Slice(%e, %minus, %end, %one, %none)
      : (tensor<?x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<?x1x8xf32>
  %h = onnx.Add(%e, %last) : (tensor<?x?x8xf32>, tensor<?x1x8xf32>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none, none, none, none)
      -> (tensor<?x?x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l : tensor<?x?x16xf32>
}

// -----

// Tokens and channels become one axis, which is not taken apart again before they mix.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{tokens are mixed with other axes}}
func.func @main(
    %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %flat = onnx.Flatten(%e) {axis = 1 : i64} : (tensor<?x?x8xf32>) -> tensor<?x?xf32>
  %mixed = onnx.Softmax(%flat) : (tensor<?x?xf32>) -> tensor<?x?xf32>
  %b = onnx.Shape(%ids) {end = 1 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %rest = onnx.Constant dense<[-1, 8]> : tensor<2xi64>
  %all = onnx.Concat(%b, %rest) {axis = 0 : i64} : (tensor<1xi64>, tensor<2xi64>) -> tensor<3xi64>
  %h = onnx.Reshape(%mixed, %all) : (tensor<?x?xf32>, tensor<3xi64>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none, none, none, none)
      -> (tensor<?x?x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l : tensor<?x?x16xf32>
}

// -----

// A normalization whose scale is the last token.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{its scale depends on the tokens}}
func.func @main(
    %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %minus = onnx.Constant dense<-1> : tensor<1xi64>
  %end = onnx.Constant dense<9223372036854775807> : tensor<1xi64>
  %one = onnx.Constant dense<1> : tensor<1xi64>
  %last = onnx.Slice(%e, %minus, %end, %one, %none)
      : (tensor<?x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<?x1x8xf32>
  %h = onnx.RMSNormalization(%e, %last) : (tensor<?x?x8xf32>, tensor<?x1x8xf32>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none, none, none, none)
      -> (tensor<?x?x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l : tensor<?x?x16xf32>
}

// -----

// A product with the last token.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{it multiplies values of tokens with each other}}
func.func @main(
    %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %minus = onnx.Constant dense<-1> : tensor<1xi64>
  %end = onnx.Constant dense<9223372036854775807> : tensor<1xi64>
  %one = onnx.Constant dense<1> : tensor<1xi64>
  %last = onnx.Slice(%e, %minus, %end, %one, %none)
      : (tensor<?x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<?x1x8xf32>
  %column = onnx.Transpose(%last) {perm = array<i64: 0, 2, 1>} : (tensor<?x1x8xf32>) -> tensor<?x8x1xf32>
  %score = onnx.MatMul(%e, %column) : (tensor<?x?x8xf32>, tensor<?x8x1xf32>) -> tensor<?x?x1xf32>
  %h = onnx.Mul(%e, %score) : (tensor<?x?x8xf32>, tensor<?x?x1xf32>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none, none, none, none)
      -> (tensor<?x?x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l : tensor<?x?x16xf32>
}

// -----

// A weighted sum over all tokens.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{it sums over the sequence}}
func.func @main(
    %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %zero = onnx.Constant dense<0> : tensor<1xi64>
  %learned = onnx.Constant dense<0.25> : tensor<24x8xf32>
  %s1 = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %cut = onnx.Slice(%learned, %zero, %s1, %zero, %none)
      : (tensor<24x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<?x8xf32>
  %t = onnx.Transpose(%e) {perm = array<i64: 0, 2, 1>} : (tensor<?x?x8xf32>) -> tensor<?x8x?xf32>
  %mixed = onnx.MatMul(%t, %cut) : (tensor<?x8x?xf32>, tensor<?x8xf32>) -> tensor<?x8x8xf32>
  %h = onnx.MatMul(%e, %mixed) : (tensor<?x?x8xf32>, tensor<?x8x8xf32>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none, none, none, none)
      -> (tensor<?x?x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l : tensor<?x?x16xf32>
}

// -----

// What is taken depends on what the tokens are.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{it selects by values of tokens}}
func.func @main(
    %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %minus = onnx.Constant dense<-1> : tensor<1xi64>
  %end = onnx.Constant dense<9223372036854775807> : tensor<1xi64>
  %one = onnx.Constant dense<1> : tensor<1xi64>
  %last = onnx.Slice(%e, %minus, %end, %one, %none)
      : (tensor<?x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<?x1x8xf32>
  %int = onnx.Cast(%last) {to = i64} : (tensor<?x1x8xf32>) -> tensor<?x1x8xi64>
  %picked = onnx.Gather(%e, %int) {axis = 2 : i64} : (tensor<?x?x8xf32>, tensor<?x1x8xi64>) -> tensor<?x?x?x1x8xf32>
  %axes = onnx.Constant dense<[2, 3]> : tensor<2xi64>
  %h = onnx.ReduceSum(%picked, %axes) {keepdims = 0 : i64} : (tensor<?x?x?x1x8xf32>, tensor<2xi64>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none, none, none, none)
      -> (tensor<?x?x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l : tensor<?x?x16xf32>
}

// -----

// The same by GatherND.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{it selects by values of tokens}}
func.func @main(
    %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %minus = onnx.Constant dense<-1> : tensor<1xi64>
  %end = onnx.Constant dense<9223372036854775807> : tensor<1xi64>
  %one = onnx.Constant dense<1> : tensor<1xi64>
  %last = onnx.Slice(%e, %minus, %end, %one, %none)
      : (tensor<?x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<?x1x8xf32>
  %int = onnx.Cast(%last) {to = i64} : (tensor<?x1x8xf32>) -> tensor<?x1x8xi64>
  %zero = onnx.Constant dense<0> : tensor<1xi64>
  %index = onnx.Slice(%int, %zero, %one, %zero, %none)
      : (tensor<?x1x8xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<1x1x8xi64>
  %flat = onnx.Constant dense<[8, 1]> : tensor<2xi64>
  %tuples = onnx.Reshape(%index, %flat) : (tensor<1x1x8xi64>, tensor<2xi64>) -> tensor<8x1xi64>
  %t = onnx.Transpose(%e) {perm = array<i64: 2, 0, 1>} : (tensor<?x?x8xf32>) -> tensor<8x?x?xf32>
  %picked = onnx.GatherND(%t, %tuples) : (tensor<8x?x?xf32>, tensor<8x1xi64>) -> tensor<8x?x?xf32>
  %h = onnx.Transpose(%picked) {perm = array<i64: 1, 2, 0>} : (tensor<8x?x?xf32>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none, none, none, none)
      -> (tensor<?x?x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l : tensor<?x?x16xf32>
}

// -----

// GatherND by tokens' places.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{(onnx.GatherND): it works along the sequence}}
func.func @main(
    %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %places = onnx.Constant dense<[[0], [0], [0]]> : tensor<3x1xi64>
  %t = onnx.Transpose(%e) {perm = array<i64: 1, 0, 2>} : (tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %picked = onnx.GatherND(%t, %places) : (tensor<?x?x8xf32>, tensor<3x1xi64>) -> tensor<3x?x8xf32>
  %axis = onnx.Constant dense<0> : tensor<1xi64>
  %sum = onnx.ReduceSum(%picked, %axis) {keepdims = 0 : i64} : (tensor<3x?x8xf32>, tensor<1xi64>) -> tensor<?x8xf32>
  %one = onnx.Constant dense<1> : tensor<1xi64>
  %row = onnx.Unsqueeze(%sum, %one) : (tensor<?x8xf32>, tensor<1xi64>) -> tensor<?x1x8xf32>
  %h = onnx.Add(%e, %row) : (tensor<?x?x8xf32>, tensor<?x1x8xf32>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none, none, none, none)
      -> (tensor<?x?x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l : tensor<?x?x16xf32>
}

// -----

// The first token is added to all.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{(onnx.Gather): it selects tokens other than the last}}
func.func @main(
    %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %zero = onnx.Constant dense<0> : tensor<1xi64>
  %first = onnx.Gather(%e, %zero) {axis = 1 : i64} : (tensor<?x?x8xf32>, tensor<1xi64>) -> tensor<?x1x8xf32>
  %h = onnx.Add(%e, %first) : (tensor<?x?x8xf32>, tensor<?x1x8xf32>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none, none, none, none)
      -> (tensor<?x?x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l : tensor<?x?x16xf32>
}

// -----

// The order of the tokens is turned round.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{(onnx.Slice): it selects tokens other than the last}}
func.func @main(
    %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %minus = onnx.Constant dense<-1> : tensor<1xi64>
  %end = onnx.Constant dense<-9223372036854775807> : tensor<1xi64>
  %one = onnx.Constant dense<1> : tensor<1xi64>
  %h = onnx.Slice(%e, %minus, %end, %one, %minus)
      : (tensor<?x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none, none, none, none)
      -> (tensor<?x?x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l : tensor<?x?x16xf32>
}

// -----

// Heads and tokens have changed places.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{its operands do not lie along the sequence}}
func.func @main(
    %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %split = onnx.Constant dense<[0, 0, 2, 4]> : tensor<4xi64>
  %h = onnx.Reshape(%e, %split) : (tensor<?x?x8xf32>, tensor<4xi64>) -> tensor<?x?x2x4xf32>
  %z, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %none, %none, %none) {is_causal = 1 : i64}
      : (tensor<?x?x2x4xf32>, tensor<?x?x2x4xf32>, tensor<?x?x2x4xf32>, none, none, none, none)
      -> (tensor<?x?x2x4xf32>, none, none, none)
  %merged = onnx.Constant dense<[0, 0, 8]> : tensor<3xi64>
  %y = onnx.Reshape(%z, %merged) : (tensor<?x?x2x4xf32>, tensor<3xi64>) -> tensor<?x?x8xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l : tensor<?x?x16xf32>
}

// -----

// Padding is told by the token itself.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{its mask depends on the tokens}}
func.func @main(
    %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %pad = onnx.Constant dense<3> : tensor<i64>
  %is = onnx.Equal(%ids, %pad) : (tensor<?x?xi64>, tensor<i64>) -> tensor<?x?xi1>
  %isnt = onnx.Not(%is) : (tensor<?x?xi1>) -> tensor<?x?xi1>
  %axes = onnx.Constant dense<[1, 2]> : tensor<2xi64>
  %m = onnx.Unsqueeze(%isnt, %axes) : (tensor<?x?xi1>, tensor<2xi64>) -> tensor<?x1x1x?xi1>
  %y, %k2, %v2, %qk = onnx.Attention(%e, %e, %e, %m, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x1x1x?xi1>, none, none, none)
      -> (tensor<?x?x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l : tensor<?x?x16xf32>
}

// -----

// A branch on the last token.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{it has branches that depend on the tokens}}
func.func @main(
    %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %minus = onnx.Constant dense<-1> : tensor<1xi64>
  %end = onnx.Constant dense<9223372036854775807> : tensor<1xi64>
  %one = onnx.Constant dense<1> : tensor<1xi64>
  %last = onnx.Slice(%e, %minus, %end, %one, %none)
      : (tensor<?x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<?x1x8xf32>
  %zero = onnx.Constant dense<0.0> : tensor<f32>
  %axes = onnx.Constant dense<[0, 1, 2]> : tensor<3xi64>
  %largest = onnx.ReduceMax(%last, %axes) {keepdims = 0 : i64} : (tensor<?x1x8xf32>, tensor<3xi64>) -> tensor<f32>
  %c = onnx.Greater(%largest, %zero) : (tensor<f32>, tensor<f32>) -> tensor<i1>
  %a = onnx.Constant dense<1.0> : tensor<8xf32>
  %b = onnx.Constant dense<2.0> : tensor<8xf32>
  %bias = onnx.If(%c) : (tensor<i1>) -> tensor<8xf32> then {
    onnx.Yield(%a) : tensor<8xf32>
  } else {
    onnx.Yield(%b) : tensor<8xf32>
  }
  %h = onnx.Add(%e, %bias) : (tensor<?x?x8xf32>, tensor<8xf32>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none, none, none, none)
      -> (tensor<?x?x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l : tensor<?x?x16xf32>
}

// -----

// A sum over the tokens so far.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{(onnx.CumSum): it is not known to keep tokens apart}}
func.func @main(
    %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %axis = onnx.Constant dense<1> : tensor<i64>
  %h = onnx.CumSum(%e, %axis) : (tensor<?x?x8xf32>, tensor<i64>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none, none, none, none)
      -> (tensor<?x?x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l : tensor<?x?x16xf32>
}

// -----

// A rotary embedding of heads where it expects tokens.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{its operand does not lie along the sequence}}
func.func @main(
    %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %split = onnx.Constant dense<[0, 0, 2, 4]> : tensor<4xi64>
  %x = onnx.Reshape(%e, %split) : (tensor<?x?x8xf32>, tensor<4xi64>) -> tensor<?x?x2x4xf32>
  %angles = onnx.Constant dense<1.0> : tensor<1x2x2xf32>
  %r = onnx.RotaryEmbedding(%x, %angles, %angles, %none)
      : (tensor<?x?x2x4xf32>, tensor<1x2x2xf32>, tensor<1x2x2xf32>, none) -> tensor<?x?x2x4xf32>
  %merged = onnx.Constant dense<[0, 0, 8]> : tensor<3xi64>
  %h = onnx.Reshape(%r, %merged) : (tensor<?x?x2x4xf32>, tensor<3xi64>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none, none, none, none)
      -> (tensor<?x?x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l : tensor<?x?x16xf32>
}

// -----

// The type of a value, taken from tokens that lie elsewhere.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{the tokens of its operands are not aligned}}
func.func @main(
    %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %t = onnx.Transpose(%e) {perm = array<i64: 0, 2, 1>} : (tensor<?x?x8xf32>) -> tensor<?x8x?xf32>
  %h = onnx.CastLike(%e, %t) : (tensor<?x?x8xf32>, tensor<?x8x?xf32>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %none, %none, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none, none, none, none)
      -> (tensor<?x?x8xf32>, none, none, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l : tensor<?x?x16xf32>
}
