// RUN: gg-opt %s -gg-stateful-kv="context=32 chunk=4" -split-input-file | FileCheck %s
// RUN: gg-opt %s -gg-stateful-kv="context=32 chunk=4 batch=3 kv=bf16" -split-input-file | FileCheck %s --check-prefix=BATCH

// A decoder with growing caches: the attention mask becomes is_causal, the
// position ids are positions, and the past is an external cache.

// CHECK-NOT: func @main
// CHECK-LABEL: func.func @step(
// CHECK-SAME: %[[IDS:[a-z0-9_]+]]: tensor<1x1xi64> {gg.role = "ids", onnx.name = "ids"}
// CHECK-SAME: %[[POS:[a-z0-9_]+]]: tensor<1xi64> {gg.role = "positions", onnx.name = "positions"}
// CHECK-SAME: %[[K:[a-z0-9_]+]]: tensor<1x2x36x4xf32> {gg.role = "cache", onnx.name = "cache.0.key"}
// CHECK-SAME: %[[V:[a-z0-9_]+]]: tensor<1x2x36x4xf32> {gg.role = "cache", onnx.name = "cache.0.value"}
// CHECK-SAME: -> (tensor<1x16xf32> {gg.role = "logits", onnx.name = "logits"}, tensor<1x2x36x4xf32> {gg.role = "cache"}, tensor<1x2x36x4xf32> {gg.role = "cache"})
// CHECK-SAME: attributes {gg.context = 32 : i64, gg.entry = "step"}
// CHECK-NOT: onnx.Where
// The table of angles is cut to the context.
// CHECK-DAG: onnx.Constant {rf8.keep} dense{{.*}} : tensor<32x2xf32>
// CHECK: onnx.RotaryEmbedding
// CHECK: %[[KC:[a-z0-9_]+]] = onnx.TensorScatter(%[[K]], %{{.*}}, %[[POS]]) {axis = 2 : i64{{.*}}} : (tensor<1x2x36x4xf32>, tensor<1x2x1x4xf32>, tensor<1xi64>)
// CHECK: %[[VC:[a-z0-9_]+]] = onnx.TensorScatter(%[[V]],
// CHECK: %[[VALID:[a-z0-9_]+]] = onnx.Add(%[[POS]],
// CHECK: onnx.Attention(%{{.*}}, %[[KC]], %[[VC]], %[[NONE:[a-z0-9_]+]], %[[NONE]], %[[NONE]], %[[VALID]]) {is_causal = 1 : i64
// CHECK: return %{{.*}}, %[[KC]], %[[VC]]

// Prefill takes the last valid token before the head.
// CHECK-LABEL: func.func @prefill(
// CHECK-SAME: %{{.*}}: tensor<1x4xi64> {gg.role = "ids"
// CHECK-SAME: %[[COUNTS:[a-z0-9_]+]]: tensor<1xi64> {gg.role = "counts", gg.token_rows = 4 : i64
// CHECK: onnx.Attention
// CHECK: %[[LAST:[a-z0-9_]+]] = onnx.Add(%[[COUNTS]],
// CHECK: onnx.Gather(%{{.*}}, %[[LAST]]) {{.*}}(tensor<4x8xf32>, tensor<1xi64>) -> tensor<1x8xf32>
// CHECK: onnx.MatMul({{.*}}(tensor<1x1x8xf32>, tensor<8x16xf32>) -> tensor<1x1x16xf32>
// CHECK: return

// Score needs no more tokens than prefill.
// CHECK-LABEL: func.func @score(
// CHECK-SAME: %{{.*}}: tensor<1xi64> {gg.role = "counts", gg.token_rows = 4 : i64
// CHECK-SAME: -> (tensor<1x4x16xf32> {gg.role = "logits"

// BATCH-LABEL: func.func @step(
// BATCH-SAME: tensor<3x1xi64>
// BATCH-SAME: tensor<3x2x36x4xbf16>
// BATCH: %[[NARROW:[a-z0-9_]+]] = onnx.Cast({{.*}}) {to = bf16}
// BATCH: %[[C:[a-z0-9_]+]] = onnx.TensorScatter({{.*}}%[[NARROW]]
// BATCH: onnx.Cast(%[[C]]) {to = f32}

func.func @main(
    %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]},
    %mask: tensor<?x?xi64> {onnx.name = "attention_mask", onnx.dims = ["b", "t"]},
    %pos: tensor<?x?xi64> {onnx.name = "position_ids", onnx.dims = ["b", "s"]},
    %pk: tensor<?x2x?x4xf32> {onnx.name = "past.k", onnx.dims = ["b", "2", "p", "4"]},
    %pv: tensor<?x2x?x4xf32> {onnx.name = "past.v", onnx.dims = ["b", "2", "p", "4"]})
    -> (tensor<?x?x16xf32> {onnx.name = "logits"}, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %w = onnx.Constant dense<0.25> : tensor<8x8xf32>
  %head = onnx.Constant dense<0.125> : tensor<8x16xf32>
  %scale = onnx.Constant dense<1.0> : tensor<8xf32>
  %angles = onnx.Constant dense<1.0> : tensor<64x2xf32>
  %zero = onnx.Constant dense<0> : tensor<i64>
  %one = onnx.Constant dense<1> : tensor<i64>
  %axes12 = onnx.Constant dense<[1, 2]> : tensor<2xi64>
  %one1 = onnx.Constant dense<1> : tensor<1xi64>
  %seen = onnx.Constant dense<0.0> : tensor<f32>
  %hidden = onnx.Constant dense<-1.0e4> : tensor<f32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %q = onnx.MatMul(%e, %w) : (tensor<?x?x8xf32>, tensor<8x8xf32>) -> tensor<?x?x8xf32>
  %r = onnx.RotaryEmbedding(%q, %angles, %angles, %pos) {num_heads = 2 : i64}
      : (tensor<?x?x8xf32>, tensor<64x2xf32>, tensor<64x2xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  // mask[q, k] = k <= past + q and attention_mask[k]
  %s1 = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %p1 = onnx.Shape(%pk) {start = 2 : i64, end = 3 : i64} : (tensor<?x2x?x4xf32>) -> tensor<1xi64>
  %t1 = onnx.Add(%s1, %p1) : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %p0 = onnx.Squeeze(%p1, %none) : (tensor<1xi64>, none) -> tensor<i64>
  %t0 = onnx.Squeeze(%t1, %none) : (tensor<1xi64>, none) -> tensor<i64>
  %keys = onnx.Range(%zero, %t0, %one) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %queries = onnx.Range(%p0, %t0, %one) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %column = onnx.Unsqueeze(%queries, %one1) : (tensor<?xi64>, tensor<1xi64>) -> tensor<?x1xi64>
  %before = onnx.LessOrEqual(%keys, %column) : (tensor<?xi64>, tensor<?x1xi64>) -> tensor<?x?xi1>
  %valid = onnx.Cast(%mask) {to = i1} : (tensor<?x?xi64>) -> tensor<?x?xi1>
  %valid4 = onnx.Unsqueeze(%valid, %axes12) : (tensor<?x?xi1>, tensor<2xi64>) -> tensor<?x1x1x?xi1>
  %both = onnx.And(%before, %valid4) : (tensor<?x?xi1>, tensor<?x1x1x?xi1>) -> tensor<?x1x?x?xi1>
  %bias = onnx.Where(%both, %seen, %hidden) : (tensor<?x1x?x?xi1>, tensor<f32>, tensor<f32>) -> tensor<?x1x?x?xf32>
  %y, %k2, %v2, %qk = onnx.Attention(%r, %r, %q, %bias, %pk, %pv, %none)
      {q_num_heads = 2 : i64, kv_num_heads = 2 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x1x?x?xf32>,
         tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
      -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, none)
  %h = onnx.Add(%e, %y) : (tensor<?x?x8xf32>, tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %n = onnx.RMSNormalization(%h, %scale) : (tensor<?x?x8xf32>, tensor<8xf32>) -> tensor<?x?x8xf32>
  %l = onnx.MatMul(%n, %head) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %l, %k2, %v2 : tensor<?x?x16xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}
