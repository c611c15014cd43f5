// RUN: gg-opt %s -onnx-recover -split-input-file | FileCheck %s

// Packed operands, rotated at the places where they go into the cache.
// CHECK-LABEL: func @group_query
// CHECK-SAME: (%[[QKV:[^:]*]]: {{.*}}, %[[PK:[^:]*]]: {{.*}}, %[[PV:[^:]*]]: {{.*}}, %[[LENGTHS:[^:]*]]: {{.*}}, %[[TOTAL:[^:]*]]: tensor<i32>, %[[COS:[^:]*]]: {{.*}}, %[[SIN:[^:]*]]: {{.*}})
// CHECK: %[[PARTS:.*]]:3 = onnx.Split(%[[QKV]]
// CHECK: %[[FIRST:.*]] = onnx.Equal
// CHECK: %[[WRITE:.*]] = onnx.Where(%[[FIRST]],
// CHECK: %[[VALID:.*]] = onnx.Add(%[[WRITE]],
// CHECK: %[[AT:.*]] = onnx.Unsqueeze(%[[WRITE]],
// CHECK: %[[POSITIONS:.*]] = onnx.Add(%[[AT]],
// CHECK: %[[Q:.*]] = onnx.RotaryEmbedding(%{{.*}}, %[[COS]], %[[SIN]], %[[POSITIONS]])
// CHECK: %[[K:.*]] = onnx.RotaryEmbedding(%{{.*}}, %[[COS]], %[[SIN]], %[[POSITIONS]])
// CHECK: %[[ROOM:.*]] = onnx.Concat(%[[PK]], %{{.*}}) {axis = 2 : i64}
// CHECK: %[[KEYS:.*]] = onnx.TensorScatter(%[[ROOM]], %[[K]], %[[WRITE]]) {axis = 2 : i64}
// CHECK: %[[VALUES:.*]] = onnx.TensorScatter(%{{.*}}, %{{.*}}, %[[WRITE]]) {axis = 2 : i64}
// CHECK: %[[Y:.*]], %{{.*}}, %{{.*}}, %{{.*}} = onnx.Attention(%[[Q]], %[[KEYS]], %[[VALUES]], %{{.*}}, %{{.*}}, %{{.*}}, %[[VALID]]) {is_causal = 1 : i64, left_window_size = 6 : i64, softcap = 3.000000e+01 : f32}
// CHECK: %[[ROWS:.*]] = onnx.Transpose(%[[Y]])
// CHECK: %[[OUT:.*]] = onnx.Reshape(%[[ROWS]],
// CHECK: return %[[OUT]], %[[KEYS]], %[[VALUES]]
func.func @group_query(
    %qkv: tensor<?x?x96xf32> {onnx.dims = ["b", "s", "96"]},
    %pk: tensor<?x2x?x8xf32> {onnx.dims = ["b", "2", "p", "8"]},
    %pv: tensor<?x2x?x8xf32> {onnx.dims = ["b", "2", "p", "8"]},
    %lengths: tensor<?xi32> {onnx.dims = ["b"]}, %total: tensor<i32>,
    %cos: tensor<64x4xf32>, %sin: tensor<64x4xf32>)
    -> (tensor<?x?x64xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) {
  %none = onnx.None : none
  %y, %k2, %v2, %qk = onnx.ms.GroupQueryAttention(%qkv, %none, %none, %pk, %pv,
      %lengths, %total, %cos, %sin, %none, %none, %none, %none, %none, %none,
      %none, %none) {do_rotary = 1 : i64, kv_num_heads = 2 : i64,
      num_heads = 8 : i64, local_window_size = 7 : i64, softcap = 30.0 : f32}
      : (tensor<?x?x96xf32>, none, none, tensor<?x2x?x8xf32>,
         tensor<?x2x?x8xf32>, tensor<?xi32>, tensor<i32>, tensor<64x4xf32>,
         tensor<64x4xf32>, none, none, none, none, none, none, none, none)
      -> (tensor<?x?x64xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, none)
  return %y, %k2, %v2
      : tensor<?x?x64xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>
}

// -----

// Biased operands, a padding mask over all keys, an addition to the scores.
// CHECK-LABEL: func @multi_head
// CHECK-SAME: (%[[X:[^:]*]]: tensor<2x3x32xf32>, %[[B:[^:]*]]: {{.*}}, %[[PAD:[^:]*]]: {{.*}}, %[[BIAS:[^:]*]]: {{.*}}, %[[PK:[^:]*]]: {{.*}}, %[[PV:[^:]*]]: tensor
// CHECK: %[[BIASES:.*]]:3 = onnx.Split(%[[B]]
// CHECK: onnx.Add(%[[X]], %[[BIASES]]#0)
// CHECK: %[[VALID:.*]] = onnx.Greater(%[[PAD]],
// CHECK: %[[HIDDEN:.*]] = onnx.Where(%{{.*}}, %{{.*}}, %{{.*}}) : (tensor<2x1x1x8xi1>
// CHECK: %[[MASK:.*]] = onnx.Add(%[[HIDDEN]], %[[BIAS]])
// CHECK: %{{.*}}, %[[K2:.*]], %[[V2:.*]], %{{.*}} = onnx.Attention(%{{.*}}, %{{.*}}, %{{.*}}, %[[MASK]], %[[PK]], %[[PV]], %{{.*}}) {is_causal = 1 : i64, scale = 2.500000e-01 : f32}
// CHECK: return %{{.*}}, %[[K2]], %[[V2]]
func.func @multi_head(%x: tensor<2x3x32xf32>, %b: tensor<96xf32>,
                      %pad: tensor<2x8xi32>, %bias: tensor<1x4x3x8xf32>,
                      %pk: tensor<2x4x5x8xf32>, %pv: tensor<2x4x5x8xf32>)
    -> (tensor<2x3x32xf32>, tensor<2x4x8x8xf32>, tensor<2x4x8x8xf32>) {
  %none = onnx.None : none
  %y, %k2, %v2, %qk = onnx.ms.MultiHeadAttention(%x, %x, %x, %b, %pad, %bias,
      %pk, %pv, %none, %none) {num_heads = 4 : i64, scale = 0.25 : f32,
      unidirectional = 1 : i64}
      : (tensor<2x3x32xf32>, tensor<2x3x32xf32>, tensor<2x3x32xf32>,
         tensor<96xf32>, tensor<2x8xi32>, tensor<1x4x3x8xf32>,
         tensor<2x4x5x8xf32>, tensor<2x4x5x8xf32>, none, none)
      -> (tensor<2x3x32xf32>, tensor<2x4x8x8xf32>, tensor<2x4x8x8xf32>, none)
  return %y, %k2, %v2
      : tensor<2x3x32xf32>, tensor<2x4x8x8xf32>, tensor<2x4x8x8xf32>
}

// -----

// The projection inside; keys and values stacked; row lengths for a mask.
// CHECK-LABEL: func @packed
// CHECK: %[[ALL:.*]] = onnx.MatMul(%arg0, %arg1)
// CHECK: %[[QKV:.*]]:3 = onnx.Split(%[[ALL]]
// CHECK: %[[PK:.*]] = onnx.Gather(%arg2, %{{.*}}) :
// CHECK: %[[PV:.*]] = onnx.Gather(%arg2, %{{.*}}) :
// CHECK: onnx.Less
// CHECK: %[[Y:.*]], %[[K2:.*]], %[[V2:.*]], %{{.*}} = onnx.Attention(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %[[PK]], %[[PV]], %{{.*}}) {is_causal = 1 : i64}
// CHECK: %[[K3:.*]] = onnx.Unsqueeze(%[[K2]],
// CHECK: %[[V3:.*]] = onnx.Unsqueeze(%[[V2]],
// CHECK: onnx.Concat(%[[K3]], %[[V3]]) {axis = 0 : i64}
func.func @packed(%x: tensor<2x3x32xf32>, %w: tensor<32x96xf32>,
                  %past: tensor<2x2x4x5x8xf32>, %lengths: tensor<2xi32>)
    -> (tensor<2x3x32xf32>, tensor<2x2x4x8x8xf32>) {
  %none = onnx.None : none
  %y, %present = onnx.ms.Attention(%x, %w, %none, %lengths, %past, %none, %none)
      {num_heads = 4 : i64, unidirectional = 1 : i64}
      : (tensor<2x3x32xf32>, tensor<32x96xf32>, none, tensor<2xi32>,
         tensor<2x2x4x5x8xf32>, none, none)
      -> (tensor<2x3x32xf32>, tensor<2x2x4x8x8xf32>)
  return %y, %present : tensor<2x3x32xf32>, tensor<2x2x4x8x8xf32>
}

// -----

// A cache that keeps the window's entries only: a decoder can have them all.
// CHECK-LABEL: func @sliding_cache
// CHECK-SAME: attributes {gg.decoder_by = "a sliding window cache"}
// CHECK: onnx.Attention({{.*}}) {is_causal = 1 : i64, left_window_size = 6 : i64}
func.func @sliding_cache(
    %qkv: tensor<?x?x96xf32> {onnx.dims = ["b", "s", "96"]},
    %pk: tensor<?x2x?x8xf32> {onnx.dims = ["b", "2", "p", "8"]},
    %pv: tensor<?x2x?x8xf32> {onnx.dims = ["b", "2", "p", "8"]},
    %lengths: tensor<?xi32> {onnx.dims = ["b"]}, %total: tensor<i32>)
    -> (tensor<?x?x64xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) {
  %none = onnx.None : none
  %y, %k2, %v2, %qk = onnx.ms.GroupQueryAttention(%qkv, %none, %none, %pk, %pv,
      %lengths, %total, %none, %none, %none, %none, %none, %none, %none, %none,
      %none, %none) {kv_num_heads = 2 : i64, num_heads = 8 : i64,
      local_window_size = 7 : i64, sliding_window_cache = 1 : i64}
      : (tensor<?x?x96xf32>, none, none, tensor<?x2x?x8xf32>,
         tensor<?x2x?x8xf32>, tensor<?xi32>, tensor<i32>, none, none, none,
         none, none, none, none, none, none, none)
      -> (tensor<?x?x64xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, none)
  return %y, %k2, %v2
      : tensor<?x?x64xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>
}
