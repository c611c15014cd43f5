// RUN: gg-opt %s -gg-stateful-kv="context=16 chunk=4" -split-input-file -verify-diagnostics | FileCheck %s

// Where what depends on positions is no function of them alone, or attention is
// of a form that a cache does not serve, none is derived.

// All earlier tokens are counted by their sum.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{its shape grows with the past}}
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
  %minus = onnx.Constant dense<-1> : tensor<1xi64>
  %end = onnx.Constant dense<9223372036854775807> : tensor<1xi64>
  %last = onnx.Slice(%e, %minus, %end, %one1, %none)
      : (tensor<?x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<?x1x8xf32>
  %b1 = onnx.Shape(%ids) {end = 1 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %eight = onnx.Constant dense<8> : tensor<1xi64>
  %shape = onnx.Concat(%b1, %t1, %eight) {axis = 0 : i64}
      : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3xi64>
  %many = onnx.Expand(%last, %shape) : (tensor<?x1x8xf32>, tensor<3xi64>) -> tensor<?x?x8xf32>
  %sum = onnx.ReduceSum(%many, %one1) : (tensor<?x?x8xf32>, tensor<1xi64>) -> tensor<?x1x8xf32>
  %h = onnx.Add(%e, %sum) : (tensor<?x?x8xf32>, tensor<?x1x8xf32>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// A table that grows with the past.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{its shape grows with the past}}
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
  %learned = onnx.Constant dense<0.25> : tensor<24x8xf32>
  %cut = onnx.Slice(%learned, %zero1, %t1, %zero1, %none)
      : (tensor<24x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<?x8xf32>
  %few = onnx.Constant dense<0> : tensor<1x1xi64>
  %zeros = onnx.Mul(%ids, %few) : (tensor<?x?xi64>, tensor<1x1xi64>) -> tensor<?x?xi64>
  %g = onnx.Gather(%cut, %zeros) : (tensor<?x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %h = onnx.Add(%e, %g) : (tensor<?x?x8xf32>, tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// A table of two rows a token.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{its shape is no regular function of the sequence}}
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
  %learned = onnx.Constant dense<0.25> : tensor<99x8xf32>
  %double = onnx.Add(%s1, %s1) : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %cut = onnx.Slice(%learned, %zero1, %double, %zero1, %none)
      : (tensor<99x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<?x8xf32>
  %few = onnx.Constant dense<0> : tensor<1x1xi64>
  %zeros = onnx.Mul(%ids, %few) : (tensor<?x?xi64>, tensor<1x1xi64>) -> tensor<?x?xi64>
  %g = onnx.Gather(%cut, %zeros) : (tensor<?x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %h = onnx.Add(%e, %g) : (tensor<?x?x8xf32>, tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// A factor that tells how many tokens come at once.
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
  %zero1 = onnx.Constant dense<0> : tensor<1xi64>
  %one1 = onnx.Constant dense<1> : tensor<1xi64>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %s1 = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %p1 = onnx.Shape(%pk) {start = 2 : i64, end = 3 : i64} : (tensor<?x2x?x4xf32>) -> tensor<1xi64>
  %t1 = onnx.Add(%s1, %p1) : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n = onnx.Cast(%s1) {to = f32} : (tensor<1xi64>) -> tensor<1xf32>
  %h = onnx.Mul(%e, %n) : (tensor<?x?x8xf32>, tensor<1xf32>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// A factor that is another behind five tokens.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{it depends on the number of tokens}}
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
  %five = onnx.Constant dense<5> : tensor<1xi64>
  %is = onnx.Equal(%p1, %five) : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi1>
  %n = onnx.Cast(%is) {to = f32} : (tensor<1xi1>) -> tensor<1xf32>
  %h = onnx.Mul(%e, %n) : (tensor<?x?x8xf32>, tensor<1xf32>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// Batch rows at positions of their own.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{it differs between batch rows}}
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
  %b = onnx.Shape(%ids) {end = 1 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %b0 = onnx.Squeeze(%b, %none) : (tensor<1xi64>, none) -> tensor<i64>
  %rows = onnx.Range(%zero, %b0, %one) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %p0 = onnx.Squeeze(%p1, %none) : (tensor<1xi64>, none) -> tensor<i64>
  %t0 = onnx.Squeeze(%t1, %none) : (tensor<1xi64>, none) -> tensor<i64>
  %queries = onnx.Range(%p0, %t0, %one) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %column = onnx.Unsqueeze(%rows, %one1) : (tensor<?xi64>, tensor<1xi64>) -> tensor<?x1xi64>
  %ps = onnx.Add(%column, %queries) : (tensor<?x1xi64>, tensor<?xi64>) -> tensor<?x?xi64>
  %psf = onnx.Cast(%ps) {to = f32} : (tensor<?x?xi64>) -> tensor<?x?xf32>
  %two = onnx.Constant dense<2> : tensor<1xi64>
  %f = onnx.Unsqueeze(%psf, %two) : (tensor<?x?xf32>, tensor<1xi64>) -> tensor<?x?x1xf32>
  %h = onnx.Mul(%e, %f) : (tensor<?x?x8xf32>, tensor<?x?x1xf32>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// Batch and sequence are one axis.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{it merges batch and sequence}}
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
  %b = onnx.Shape(%ids) {end = 1 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %n = onnx.Mul(%b, %s1) : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n0 = onnx.Squeeze(%n, %none) : (tensor<1xi64>, none) -> tensor<i64>
  %all = onnx.Range(%zero, %n0, %one) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %f = onnx.Cast(%all) {to = f32} : (tensor<?xi64>) -> tensor<?xf32>
  %column = onnx.Unsqueeze(%f, %one1) : (tensor<?xf32>, tensor<1xi64>) -> tensor<?x1xf32>
  %eight = onnx.Constant dense<8> : tensor<1xi64>
  %flat = onnx.Constant dense<[-1, 8]> : tensor<2xi64>
  %rows = onnx.Reshape(%e, %flat) : (tensor<?x?x8xf32>, tensor<2xi64>) -> tensor<?x8xf32>
  %scaled = onnx.Mul(%rows, %column) : (tensor<?x8xf32>, tensor<?x1xf32>) -> tensor<?x8xf32>
  %shape = onnx.Concat(%b, %s1, %eight) {axis = 0 : i64}
      : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3xi64>
  %h = onnx.Reshape(%scaled, %shape) : (tensor<?x8xf32>, tensor<3xi64>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// Bounds that depend on the past.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{a length depends on the past}}
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
  %four = onnx.Constant dense<4> : tensor<1xi64>
  %two = onnx.Constant dense<2> : tensor<1xi64>
  %m = onnx.Mod(%p1, %two) : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n = onnx.Add(%m, %four) : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %part = onnx.Slice(%e, %m, %n, %two, %none)
      : (tensor<?x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<?x?x4xf32>
  %sum = onnx.ReduceSum(%part, %two) : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x?x1xf32>
  %h = onnx.Add(%e, %sum) : (tensor<?x?x8xf32>, tensor<?x?x1xf32>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// The scores are put to use.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{the scores themselves are used}}
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
  %y, %k2, %v2, %qk = onnx.Attention(%e, %e, %e, %none, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x?xf32>)
  %axes = onnx.Constant dense<[0, 1, 2, 3]> : tensor<4xi64>
  %sum = onnx.ReduceSum(%qk, %axes) {keepdims = 0 : i64} : (tensor<?x2x?x?xf32>, tensor<4xi64>) -> tensor<f32>
  %z = onnx.Mul(%y, %sum) : (tensor<?x?x8xf32>, tensor<f32>) -> tensor<?x?x8xf32>
  %l = onnx.MatMul(%z, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// A past of sums.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "main"
// expected-remark @+1 {{its past is computed, not handed in}}
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
  %pk2 = onnx.Add(%pk, %pk) : (tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) -> tensor<?x2x?x4xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%e, %e, %e, %none, %pk2, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// A mask of as many keys as there are queries.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{the mask is no [queries, keys] for every batch row}}
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
  %t0 = onnx.Squeeze(%t1, %none) : (tensor<1xi64>, none) -> tensor<i64>
  %keys = onnx.Range(%zero, %t0, %one) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %isSeen = onnx.GreaterOrEqual(%keys, %zero) : (tensor<?xi64>, tensor<i64>) -> tensor<?xi1>
  %three = onnx.Constant dense<3> : tensor<1xi64>
  %shape = onnx.Concat(%three, %t1) {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  %m = onnx.Expand(%isSeen, %shape) : (tensor<?xi1>, tensor<2xi64>) -> tensor<?x?xi1>
  %y, %k2, %v2, %qk = onnx.Attention(%e, %e, %e, %m, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?xi1>,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// The graph's own cache is a ring.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "main"
// expected-remark @+1 {{its cache is not written by a linear TensorScatter}}
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
  %k2 = onnx.TensorScatter(%kc, %e, %at) {axis = 1 : i64, mode = "circular"}
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

// It is written one behind where tokens are.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "main"
// expected-remark @+1 {{expected a cache of 0 entries but got 1}}
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
  %next = onnx.Add(%at, %axis) : (tensor<?xi64>, tensor<1xi64>) -> tensor<?xi64>
  %k2 = onnx.TensorScatter(%kc, %e, %next) {axis = 1 : i64}
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

// Positions count from 2, in tables of 16.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{its tables do not cover the context}}
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
  %angles = onnx.Constant dense<1.0> : tensor<16x2xf32>
  %two = onnx.Constant dense<2> : tensor<i64>
  %later = onnx.Add(%queries, %two) : (tensor<?xi64>, tensor<i64>) -> tensor<?xi64>
  %row = onnx.Unsqueeze(%later, %axis) : (tensor<?xi64>, tensor<1xi64>) -> tensor<1x?xi64>
  %r = onnx.RotaryEmbedding(%e, %angles, %angles, %row) {num_heads = 2 : i64}
      : (tensor<?x?x8xf32>, tensor<16x2xf32>, tensor<16x2xf32>, tensor<1x?xi64>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%r, %r, %e, %none, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// No attention at all: the past is handed on.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "main"
// expected-remark @+1 {{no attention was recognized}}
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
  %y = onnx.Identity(%e) : (tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %k2 = onnx.Identity(%pk) : (tensor<?x2x?x4xf32>) -> tensor<?x2x?x4xf32>
  %v2 = onnx.Identity(%pv) : (tensor<?x2x?x4xf32>) -> tensor<?x2x?x4xf32>
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// The past is summed up, too.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{cached entries are used other than by an attention}}
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
  %axes = onnx.Constant dense<[0, 1, 2, 3]> : tensor<4xi64>
  %sum = onnx.ReduceSum(%pk, %axes) {keepdims = 0 : i64} : (tensor<?x2x?x4xf32>, tensor<4xi64>) -> tensor<f32>
  %h = onnx.Add(%e, %sum) : (tensor<?x?x8xf32>, tensor<f32>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// So is what is cached.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{its present entries lead to the logits}}
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
  %y, %k2, %v2, %qk = onnx.Attention(%e, %e, %e, %none, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %axes = onnx.Constant dense<[0, 1, 2, 3]> : tensor<4xi64>
  %sum = onnx.ReduceSum(%k2, %axes) {keepdims = 0 : i64} : (tensor<?x2x?x4xf32>, tensor<4xi64>) -> tensor<f32>
  %z = onnx.Add(%y, %sum) : (tensor<?x?x8xf32>, tensor<f32>) -> tensor<?x?x8xf32>
  %l = onnx.MatMul(%z, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// Logits of nothing but the number of tokens.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{the logits do not depend on the tokens}}
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
  %y, %k2, %v2, %qk = onnx.Attention(%e, %e, %e, %none, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %n = onnx.Cast(%s1) {to = f32} : (tensor<1xi64>) -> tensor<1xf32>
  %eight = onnx.Constant dense<8> : tensor<1xi64>
  %b1 = onnx.Shape(%ids) {end = 1 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %shape = onnx.Concat(%b1, %s1, %eight) {axis = 0 : i64}
      : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3xi64>
  %z = onnx.Expand(%n, %shape) : (tensor<1xf32>, tensor<3xi64>) -> tensor<?x?x8xf32>
  %l = onnx.MatMul(%z, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// Learned positions for three tokens.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{its tables hold no more than 3 positions}}
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
  %learned = onnx.Constant dense<0.25> : tensor<3x8xf32>
  %t0 = onnx.Squeeze(%t1, %none) : (tensor<1xi64>, none) -> tensor<i64>
  %p0 = onnx.Squeeze(%p1, %none) : (tensor<1xi64>, none) -> tensor<i64>
  %queries = onnx.Range(%p0, %t0, %one) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %pos = onnx.Gather(%learned, %queries) : (tensor<3x8xf32>, tensor<?xi64>) -> tensor<?x8xf32>
  %h = onnx.Add(%e, %pos) : (tensor<?x?x8xf32>, tensor<?x8xf32>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// As many axes as tokens.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{its rank is not constant}}
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
  %b1 = onnx.Shape(%ids) {end = 1 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %ones = onnx.Expand(%one1, %s1) : (tensor<1xi64>, tensor<1xi64>) -> tensor<?xi64>
  %eight = onnx.Constant dense<8> : tensor<1xi64>
  %long = onnx.Concat(%b1, %ones, %s1, %eight) {axis = 0 : i64}
      : (tensor<1xi64>, tensor<?xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?xi64>
  %short = onnx.Concat(%b1, %s1, %eight) {axis = 0 : i64}
      : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3xi64>
  %r = onnx.Reshape(%e, %long) : (tensor<?x?x8xf32>, tensor<?xi64>) -> tensor<*xf32>
  %h = onnx.Reshape(%r, %short) : (tensor<*xf32>, tensor<3xi64>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// Each batch row meets each other one.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{it mixes positions or batch rows}}
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
  %b1 = onnx.Shape(%ids) {end = 1 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %b0 = onnx.Squeeze(%b1, %none) : (tensor<1xi64>, none) -> tensor<i64>
  %rows = onnx.Range(%zero, %b0, %one) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %column = onnx.Unsqueeze(%rows, %one1) : (tensor<?xi64>, tensor<1xi64>) -> tensor<?x1xi64>
  %product = onnx.Mul(%column, %rows) : (tensor<?x1xi64>, tensor<?xi64>) -> tensor<?x?xi64>
  %f = onnx.Cast(%product) {to = f32} : (tensor<?x?xi64>) -> tensor<?x?xf32>
  %axes = onnx.Constant dense<[2, 3]> : tensor<2xi64>
  %f4 = onnx.Unsqueeze(%f, %axes) : (tensor<?x?xf32>, tensor<2xi64>) -> tensor<?x?x1x1xf32>
  %e4 = onnx.Unsqueeze(%e, %zero1) : (tensor<?x?x8xf32>, tensor<1xi64>) -> tensor<1x?x?x8xf32>
  %mixed = onnx.Mul(%e4, %f4) : (tensor<1x?x?x8xf32>, tensor<?x?x1x1xf32>) -> tensor<?x?x?x8xf32>
  %h = onnx.ReduceSum(%mixed, %one1) {keepdims = 0 : i64} : (tensor<?x?x?x8xf32>, tensor<1xi64>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// A table of another length behind five tokens.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: gg.entry = "recompute"
// expected-remark @+1 {{its shape is not regular}}
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
  %learned = onnx.Constant dense<0.25> : tensor<24x8xf32>
  %five = onnx.Constant dense<5> : tensor<1xi64>
  %is = onnx.Equal(%p1, %five) : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi1>
  %more = onnx.Cast(%is) {to = i64} : (tensor<1xi1>) -> tensor<1xi64>
  %n = onnx.Add(%more, %five) : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %cut = onnx.Slice(%learned, %zero1, %n, %zero1, %none)
      : (tensor<24x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<?x8xf32>
  %few = onnx.Constant dense<0> : tensor<1x1xi64>
  %zeros = onnx.Mul(%ids, %few) : (tensor<?x?xi64>, tensor<1x1xi64>) -> tensor<?x?xi64>
  %g = onnx.Gather(%cut, %zeros) : (tensor<?x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %h = onnx.Add(%e, %g) : (tensor<?x?x8xf32>, tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%h, %h, %h, %none, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64, is_causal = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %l = onnx.MatMul(%y, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}
