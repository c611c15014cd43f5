// RUN: gg-opt %s -onnx-recover -split-input-file -verify-diagnostics

func.func @sink(%q: tensor<1x3x64xf32>, %kv: tensor<1x3x16xf32>,
                %lengths: tensor<1xi32>, %total: tensor<i32>,
                %sink: tensor<8xf32>) -> tensor<1x3x64xf32> {
  %none = onnx.None : none
  // expected-error @below {{expected a form that the standard can express but got a smooth softmax (head_sink)}}
  %y, %k, %v, %qk = onnx.ms.GroupQueryAttention(%q, %kv, %kv, %none, %none,
      %lengths, %total, %none, %none, %none, %none, %sink, %none, %none, %none,
      %none, %none) {kv_num_heads = 2 : i64, num_heads = 8 : i64}
      : (tensor<1x3x64xf32>, tensor<1x3x16xf32>, tensor<1x3x16xf32>, none, none,
         tensor<1xi32>, tensor<i32>, none, none, none, none, tensor<8xf32>,
         none, none, none, none, none)
      -> (tensor<1x3x64xf32>, none, none, none)
  return %y : tensor<1x3x64xf32>
}

// -----

func.func @heads(%q: tensor<1x3x64xf32>, %kv: tensor<1x3x16xf32>,
                 %lengths: tensor<1xi32>, %total: tensor<i32>)
    -> tensor<1x3x64xf32> {
  %none = onnx.None : none
  // expected-error @below {{but got head numbers that do not divide}}
  %y, %k, %v, %qk = onnx.ms.GroupQueryAttention(%q, %kv, %kv, %none, %none,
      %lengths, %total, %none, %none, %none, %none, %none, %none, %none, %none,
      %none, %none) {kv_num_heads = 3 : i64, num_heads = 8 : i64}
      : (tensor<1x3x64xf32>, tensor<1x3x16xf32>, tensor<1x3x16xf32>, none, none,
         tensor<1xi32>, tensor<i32>, none, none, none, none, none,
         none, none, none, none, none)
      -> (tensor<1x3x64xf32>, none, none, none)
  return %y : tensor<1x3x64xf32>
}

// -----

func.func @norm_outputs(%x: tensor<2x8xf32>, %w: tensor<8xf32>)
    -> (tensor<2x8xf32>, tensor<2x1xf32>) {
  %none = onnx.None : none
  // expected-error @below {{but got a use of mean or inv_std_var}}
  %y, %m, %i, %sum = onnx.ms.SkipSimplifiedLayerNormalization(%x, %x, %w, %none)
      : (tensor<2x8xf32>, tensor<2x8xf32>, tensor<8xf32>, none)
      -> (tensor<2x8xf32>, none, tensor<2x1xf32>, none)
  return %y, %i : tensor<2x8xf32>, tensor<2x1xf32>
}

// -----

func.func @rotary(%x: tensor<2x3x32xf32>, %p: tensor<2x3xi64>,
                  %t: tensor<64x4xf32>) -> tensor<2x3x32xf32> {
  // expected-error @below {{but got a scale other than 1}}
  %y = onnx.ms.RotaryEmbedding(%x, %p, %t, %t) {scale = 2.0 : f32}
      : (tensor<2x3x32xf32>, tensor<2x3xi64>, tensor<64x4xf32>,
         tensor<64x4xf32>) -> tensor<2x3x32xf32>
  return %y : tensor<2x3x32xf32>
}

// -----

func.func @shared_buffer(%x: tensor<2x3x32xf32>, %w: tensor<32x96xf32>,
                         %at: tensor<1xi32>, %past: tensor<2x2x4x5x8xf32>)
    -> tensor<2x3x32xf32> {
  %none = onnx.None : none
  // expected-error @below {{but got a past in a shared buffer}}
  %y, %present = onnx.ms.Attention(%x, %w, %none, %none, %past, %none, %at)
      {num_heads = 4 : i64, past_present_share_buffer = 1 : i64}
      : (tensor<2x3x32xf32>, tensor<32x96xf32>, none, none,
         tensor<2x2x4x5x8xf32>, none, tensor<1xi32>)
      -> (tensor<2x3x32xf32>, none)
  return %y : tensor<2x3x32xf32>
}

// -----

func.func @sliding_cache_without_window(
    %qkv: tensor<1x3x96xf32>, %past: tensor<1x2x4x8xf32>,
    %lengths: tensor<1xi32>, %total: tensor<i32>)
    -> (tensor<1x3x64xf32>, tensor<1x2x7x8xf32>, tensor<1x2x7x8xf32>) {
  %none = onnx.None : none
  // expected-error @below {{expected a form that the standard can express but got a sliding window cache without a window}}
  %y, %k2, %v2, %qk = onnx.ms.GroupQueryAttention(%qkv, %none, %none, %past,
      %past, %lengths, %total, %none, %none, %none, %none, %none, %none, %none,
      %none, %none, %none) {kv_num_heads = 2 : i64, num_heads = 8 : i64,
      sliding_window_cache = 1 : i64}
      : (tensor<1x3x96xf32>, none, none, tensor<1x2x4x8xf32>,
         tensor<1x2x4x8xf32>, tensor<1xi32>, tensor<i32>, none, none, none,
         none, none, none, none, none, none, none)
      -> (tensor<1x3x64xf32>, tensor<1x2x7x8xf32>, tensor<1x2x7x8xf32>, none)
  return %y, %k2, %v2
      : tensor<1x3x64xf32>, tensor<1x2x7x8xf32>, tensor<1x2x7x8xf32>
}

// -----

// What an operator hides that has no pattern is not complained of.
func.func @import_only(%x: tensor<1x4x32xf32>, %w: tensor<32x1x16xui8>, %s: tensor<32x1xf32>) -> tensor<*xf32> {
  %none = onnx.None : none
  // expected-error @below {{'onnx.ms.MatMulNBits' op is not supported}}
  %0 = onnx.ms.MatMulNBits(%x, %w, %s, %none, %none, %none) {K = 32 : i64, N = 32 : i64, bits = 4 : i64, block_size = 32 : i64} : (tensor<1x4x32xf32>, tensor<32x1x16xui8>, tensor<32x1xf32>, none, none, none) -> tensor<*xf32>
  %1 = onnx.ms.FusedMatMul(%0, %0) {transA = 1 : i64} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %1 : tensor<*xf32>
}
