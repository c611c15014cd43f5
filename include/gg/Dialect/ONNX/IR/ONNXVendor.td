//===- ONNXVendor.td - The com.microsoft domain ------------*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_ONNX_IR_ONNXVENDOR_TD
#define GG_DIALECT_ONNX_IR_ONNXVENDOR_TD

include "gg/Dialect/ONNX/IR/ONNXBase.td"

// Operators of the com.microsoft domain, as ONNX Runtime defines them. They are
// imported as they stand; onnx-recover turns them into the standard's.

def ONNX_CacheScale : ONNX_Word<["NONE", "PER_TENSOR", "PER_CHANNEL"]>;

def ONNX_MSSimplifiedLayerNormalizationOp
    : ONNX_PureOp<"ms.SimplifiedLayerNormalization", [
    ONNX_SameElementType<[1], [0]>,
    ONNX_AxisInRange<0>
  ]> {
  let summary = "RMSNormalization before the standard had it";
  let description = [{
    X / sqrt(mean(X * X) + epsilon) * scale over the dims from `axis` on, and
    the optional factor.

    ```mlir
    %y, %inv = onnx.ms.SimplifiedLayerNormalization(%x, %scale)
        : (tensor<2x8xf32>, tensor<8xf32>) -> (tensor<2x8xf32>, none)
    ```
  }];
  let arguments = (ins ONNX_FloatTensor:$X, ONNX_FloatTensor:$scale,
                       ONNX_Int<-1>:$axis, ONNX_FloatAttr<"1e-05">:$epsilon,
                       ONNX_Int<1>:$stash_type);
  let results = (outs ONNX_FloatTensor:$Y,
                      ONNX_Optional<ONNX_FloatTensor>:$inv_std_var);
}

def ONNX_MSSkipSimplifiedLayerNormalizationOp
    : ONNX_PureOp<"ms.SkipSimplifiedLayerNormalization", [
    ONNX_SameElementType<[0, 1, 2, 3], [0, 3]>
  ]> {
  let summary = "RMSNormalization of a sum";
  let description = [{
    RMSNormalization of input + skip (+ bias) over the last dim. The fourth
    result is the sum.

    ```mlir
    %none = onnx.None : none
    %y, %m, %i, %sum = onnx.ms.SkipSimplifiedLayerNormalization(%x, %skip,
        %gamma, %none)
        : (tensor<2x4x8xf32>, tensor<2x4x8xf32>, tensor<8xf32>, none)
        -> (tensor<2x4x8xf32>, none, none, tensor<2x4x8xf32>)
    ```
  }];
  let arguments = (ins ONNX_FloatTensor:$input, ONNX_FloatTensor:$skip,
                       ONNX_FloatTensor:$gamma,
                       ONNX_Optional<ONNX_FloatTensor>:$bias,
                       ONNX_FloatAttr<"1e-12">:$epsilon);
  let results = (outs ONNX_FloatTensor:$output,
                      ONNX_Optional<ONNX_FloatTensor>:$mean,
                      ONNX_Optional<ONNX_FloatTensor>:$inv_std_var,
                      ONNX_Optional<ONNX_FloatTensor>:$input_skip_bias_sum);
}

def ONNX_MSSkipLayerNormalizationOp : ONNX_PureOp<"ms.SkipLayerNormalization", [
    ONNX_SameElementType<[0, 1, 2, 3, 4], [0, 3]>
  ]> {
  let summary = "LayerNormalization of a sum";
  let description = [{
    LayerNormalization of input + skip (+ bias) over the last dim. The fourth
    result is the sum.

    ```mlir
    %none = onnx.None : none
    %y, %m, %i, %sum = onnx.ms.SkipLayerNormalization(%x, %skip, %gamma,
        %none, %none)
        : (tensor<2x4x8xf32>, tensor<2x4x8xf32>, tensor<8xf32>, none, none)
        -> (tensor<2x4x8xf32>, none, none, tensor<2x4x8xf32>)
    ```
  }];
  let arguments = (ins ONNX_FloatTensor:$input, ONNX_FloatTensor:$skip,
                       ONNX_FloatTensor:$gamma,
                       ONNX_Optional<ONNX_FloatTensor>:$beta,
                       ONNX_Optional<ONNX_FloatTensor>:$bias,
                       ONNX_FloatAttr<"1e-12">:$epsilon);
  let results = (outs ONNX_FloatTensor:$output,
                      ONNX_Optional<ONNX_FloatTensor>:$mean,
                      ONNX_Optional<ONNX_FloatTensor>:$inv_std_var,
                      ONNX_Optional<ONNX_FloatTensor>:$input_skip_bias_sum);
}

def ONNX_MSEmbedLayerNormalizationOp
    : ONNX_PureOp<"ms.EmbedLayerNormalization", [
    ONNX_SameElementType<[2, 3, 4, 5, 6], [0, 2]>
  ]> {
  let summary = "LayerNormalization of a sum of embeddings";
  let description = [{
    LayerNormalization of word + position (+ segment) embeddings of ids [batch,
    sequence]. Absent position ids count from 0. The second result counts the
    ones of the mask, the third is the sum.

    ```mlir
    %none = onnx.None : none
    %y, %m, %sum = onnx.ms.EmbedLayerNormalization(%ids, %none, %word,
        %position, %none, %gamma, %beta, %none, %none)
        : (tensor<1x4xi32>, none, tensor<99x8xf32>, tensor<16x8xf32>, none,
           tensor<8xf32>, tensor<8xf32>, none, none)
        -> (tensor<1x4x8xf32>, none, none)
    ```
  }];
  let arguments = (ins ONNX_IndexTensor:$input_ids,
                       ONNX_Optional<ONNX_IndexTensor>:$segment_ids,
                       ONNX_FloatTensor:$word_embedding,
                       ONNX_FloatTensor:$position_embedding,
                       ONNX_Optional<ONNX_FloatTensor>:$segment_embedding,
                       ONNX_FloatTensor:$gamma, ONNX_FloatTensor:$beta,
                       ONNX_Optional<ONNX_IndexTensor>:$mask,
                       ONNX_Optional<ONNX_IndexTensor>:$position_ids,
                       ONNX_FloatAttr<"1e-12">:$epsilon,
                       ONNX_Int<0>:$mask_index_type);
  let results = (outs ONNX_FloatTensor:$output,
                      ONNX_Optional<ONNX_IndexTensor>:$mask_index,
                      ONNX_Optional<ONNX_FloatTensor>:$embedding_sum);
}

def ONNX_MSGeluOp : ONNX_PureOp<"ms.Gelu", [
    ONNX_SameElementType<[0], [0]>,
    SameOperandsAndResultShape
  ]> {
  let summary = "Gelu with the error function";
  let description = [{
    X * P(Z <= X) for a standard normal Z.

    ```mlir
    %y = onnx.ms.Gelu(%x) : (tensor<2x8xf32>) -> tensor<2x8xf32>
    ```
  }];
  let arguments = (ins ONNX_FloatTensor:$X);
  let results = (outs ONNX_FloatTensor:$Y);
}

def ONNX_MSQuickGeluOp : ONNX_PureOp<"ms.QuickGelu", [
    ONNX_SameElementType<[0], [0]>,
    SameOperandsAndResultShape
  ]> {
  let summary = "X * sigmoid(alpha * X)";
  let description = [{
    The sigmoid approximation of Gelu.

    ```mlir
    %y = onnx.ms.QuickGelu(%x) : (tensor<2x8xf32>) -> tensor<2x8xf32>
    ```
  }];
  let arguments = (ins ONNX_FloatTensor:$X, ONNX_FloatAttr<"1.702">:$alpha);
  let results = (outs ONNX_FloatTensor:$Y);
}

def ONNX_MSFastGeluOp : ONNX_PureOp<"ms.FastGelu", [
    ONNX_SameElementType<[0, 1], [0]>
  ]> {
  let summary = "Gelu of a biased tensor, with tanh";
  let description = [{
    The tanh formula of Gelu, of X plus an optional bias over the last dim.

    ```mlir
    %y = onnx.ms.FastGelu(%x, %bias)
        : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
    ```
  }];
  let arguments = (ins ONNX_FloatTensor:$X,
                       ONNX_Optional<ONNX_FloatTensor>:$bias);
  let results = (outs ONNX_FloatTensor:$Y);
}

def ONNX_MSBiasGeluOp : ONNX_PureOp<"ms.BiasGelu", [
    ONNX_SameElementType<[0, 1], [0]>
  ]> {
  let summary = "Gelu of a biased tensor, with the error function";
  let description = [{
    Gelu of A plus a bias over the last dim.

    ```mlir
    %y = onnx.ms.BiasGelu(%a, %b)
        : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
    ```
  }];
  let arguments = (ins ONNX_FloatTensor:$A, ONNX_FloatTensor:$B);
  let results = (outs ONNX_FloatTensor:$C);
}

def ONNX_MSFusedMatMulOp : ONNX_PureOp<"ms.FusedMatMul", [
    ONNX_SameElementType<[0, 1], [0]>
  ]> {
  let summary = "alpha times a product of transposed matrices";
  let description = [{
    MatMul of A and B, the last two dims of each exchanged before (`transA`,
    `transB`), or the first dim moved to the last but one place (`transBatchA`,
    `transBatchB`), times alpha.

    ```mlir
    %y = onnx.ms.FusedMatMul(%a, %b) {transB = 1 : i64}
        : (tensor<3x4xf32>, tensor<5x4xf32>) -> tensor<3x5xf32>
    ```
  }];
  let arguments = (ins ONNX_FloatTensor:$A, ONNX_FloatTensor:$B,
                       ONNX_FloatAttr<"1.0">:$alpha, ONNX_Flag<0>:$transA,
                       ONNX_Flag<0>:$transB, ONNX_Flag<0>:$transBatchA,
                       ONNX_Flag<0>:$transBatchB);
  let results = (outs ONNX_FloatTensor:$Y);
}

def ONNX_MSMatMulNBitsOp : ONNX_PureOp<"ms.MatMulNBits", [
    ONNX_SameElementType<[0, 5], [0]>
  ]> {
  let summary = "product with a matrix of few bits";
  let description = [{
    A times the transpose of the N x K matrix B, which is packed as [N, blocks,
    bytes of a block] with a scale and an optional zero point (default
    2^(bits-1)) for each block of `block_size` along K.

    ```mlir
    %none = onnx.None : none
    %y = onnx.ms.MatMulNBits(%a, %b, %scales, %none, %none, %none) {K = 64 :
        i64, N = 8 : i64, block_size = 32 : i64}
        : (tensor<2x64xf32>, tensor<8x2x16xui8>, tensor<16xf32>, none, none,
           none)
        -> tensor<2x8xf32>
    ```
  }];
  let arguments = (ins ONNX_FloatTensor:$A, ONNX_Tensor:$B, ONNX_Tensor:$scales,
                       ONNX_Optional<ONNX_Tensor>:$zero_points,
                       ONNX_Optional<ONNX_IndexTensor>:$g_idx,
                       ONNX_Optional<ONNX_FloatTensor>:$bias, ONNX_IntAttr:$K,
                       ONNX_IntAttr:$N, ONNX_Int<4>:$bits,
                       ONNX_IntAttr:$block_size, ONNX_Int<0>:$accuracy_level,
                       ONNX_Int<0>:$weight_prepacked);
  let results = (outs ONNX_FloatTensor:$Y);
}

def ONNX_MSGatherBlockQuantizedOp : ONNX_PureOp<"ms.GatherBlockQuantized", [
    ONNX_SameElementType<[2], [0]>
  ]> {
  let summary = "Gather from a matrix of few bits";
  let description = [{
    Gather along `gather_axis` from data that is quantized in blocks along
    `quantize_axis`, with a scale and an optional zero point for each.

    ```mlir
    %none = onnx.None : none
    %y = onnx.ms.GatherBlockQuantized(%data, %ids, %scales, %none) {block_size
        = 32 : i64}
        : (tensor<99x32xui8>, tensor<1x4xi64>, tensor<99x2xf32>, none)
        -> tensor<1x4x64xf32>
    ```
  }];
  let arguments = (ins ONNX_Tensor:$data, ONNX_IndexTensor:$indices,
                       ONNX_FloatTensor:$scales,
                       ONNX_Optional<ONNX_Tensor>:$zero_points,
                       ONNX_Int<4>:$bits, ONNX_Int<128>:$block_size,
                       ONNX_Int<0>:$gather_axis, ONNX_Int<1>:$quantize_axis);
  let results = (outs ONNX_FloatTensor:$output);
}

def ONNX_MSRotaryEmbeddingOp : ONNX_PureOp<"ms.RotaryEmbedding", [
    ONNX_SameElementType<[0, 2, 3], [0]>
  ]> {
  let summary = "RotaryEmbedding before the standard had it";
  let description = [{
    As onnx.RotaryEmbedding, with the position ids as second operand: [batch,
    sequence], or one number from which each row counts.

    ```mlir
    %y = onnx.ms.RotaryEmbedding(%x, %positions, %cos, %sin)
        : (tensor<2x8x4x16xf32>, tensor<2x4xi64>, tensor<64x8xf32>,
           tensor<64x8xf32>)
        -> tensor<2x8x4x16xf32>
    ```
  }];
  let arguments = (ins ONNX_FloatTensor:$input, ONNX_I64Tensor:$position_ids,
                       ONNX_FloatTensor:$cos_cache, ONNX_FloatTensor:$sin_cache,
                       ONNX_Flag<0>:$interleaved, ONNX_Int<0>:$num_heads,
                       ONNX_Int<0>:$rotary_embedding_dim,
                       ONNX_FloatAttr<"1.0">:$scale,
                       ONNX_Flag<0>:$is_packed_batching);
  let results = (outs ONNX_FloatTensor:$output);
}

def ONNX_MSAttentionOp : ONNX_PureOp<"ms.Attention", [
    ONNX_SameElementType<[0, 1, 2, 4, 5], [0, 1]>
  ]> {
  let summary = "attention with its input projection";
  let description = [{
    Projects the input [batch, sequence, hidden] by `weights` and `bias` to
    queries, keys and values, and attends. `past` and `present` are [2, batch,
    heads, length, head size].

    ```mlir
    %none = onnx.None : none
    %y, %present = onnx.ms.Attention(%x, %w, %b, %mask, %past, %none, %none)
        {num_heads = 4 : i64, unidirectional = 1 : i64}
        : (tensor<1x4x32xf32>, tensor<32x96xf32>, tensor<96xf32>,
           tensor<1x16xi32>, tensor<2x1x4x12x8xf32>, none, none)
        -> (tensor<1x4x32xf32>, tensor<2x1x4x16x8xf32>)
    ```
  }];
  let arguments = (ins ONNX_FloatTensor:$input, ONNX_FloatTensor:$weights,
                       ONNX_Optional<ONNX_FloatTensor>:$bias,
                       ONNX_Optional<ONNX_IndexTensor>:$mask_index,
                       ONNX_Optional<ONNX_FloatTensor>:$past,
                       ONNX_Optional<ONNX_FloatTensor>:$attention_bias,
                       ONNX_Optional<ONNX_IndexTensor>:$past_sequence_length,
                       ONNX_IntAttr:$num_heads, ONNX_Flag<0>:$unidirectional,
                       OptionalAttr<DenseI64ArrayAttr>:$qkv_hidden_sizes,
                       ONNX_Flag<0>:$past_present_share_buffer,
                       ONNX_Flag<0>:$do_rotary,
                       ONNX_Int<0>:$rotary_embedding_dim,
                       ONNX_OptionalFloat:$mask_filter_value,
                       ONNX_OptionalFloat:$scale);
  let results = (outs ONNX_FloatTensor:$output,
                      ONNX_Optional<ONNX_FloatTensor>:$present);
}

def ONNX_MSMultiHeadAttentionOp : ONNX_PureOp<"ms.MultiHeadAttention", [
    ONNX_SameElementType<[0, 1, 2, 3, 5, 6, 7], [0, 1, 2]>
  ]> {
  let summary = "attention over projected heads";
  let description = [{
    Attention of the query [batch, sequence, hidden] (or packed with keys and
    values) over keys and values, with an optional bias of all three, key
    padding mask, addition to the scores and past.

    ```mlir
    %none = onnx.None : none
    %y, %pk, %pv, %qk = onnx.ms.MultiHeadAttention(%q, %k, %v, %none, %none,
        %none, %none, %none, %none, %none) {num_heads = 4 : i64}
        : (tensor<1x4x32xf32>, tensor<1x4x32xf32>, tensor<1x4x32xf32>, none,
           none, none, none, none, none, none)
        -> (tensor<1x4x32xf32>, none, none, none)
    ```
  }];
  let arguments = (ins ONNX_FloatTensor:$query,
                       ONNX_Optional<ONNX_FloatTensor>:$key,
                       ONNX_Optional<ONNX_FloatTensor>:$value,
                       ONNX_Optional<ONNX_FloatTensor>:$bias,
                       ONNX_Optional<ONNX_IndexTensor>:$key_padding_mask,
                       ONNX_Optional<ONNX_FloatTensor>:$attention_bias,
                       ONNX_Optional<ONNX_FloatTensor>:$past_key,
                       ONNX_Optional<ONNX_FloatTensor>:$past_value,
                       ONNX_Optional<ONNX_IndexTensor>:$past_sequence_length,
                       ONNX_Optional<ONNX_IndexTensor>:$cache_indirection,
                       ONNX_IntAttr:$num_heads, ONNX_Flag<0>:$unidirectional,
                       ONNX_OptionalFloat:$mask_filter_value,
                       ONNX_OptionalFloat:$scale);
  let results = (outs ONNX_FloatTensor:$output,
                      ONNX_Optional<ONNX_FloatTensor>:$present_key,
                      ONNX_Optional<ONNX_FloatTensor>:$present_value,
                      ONNX_Optional<ONNX_FloatTensor>:$qk);
}

def ONNX_MSGroupQueryAttentionOp : ONNX_PureOp<"ms.GroupQueryAttention", [
    ONNX_SameElementType<[0, 1, 2], [0]>
  ]> {
  let summary = "causal attention over a cache, with shared key heads";
  let description = [{
    Causal attention of the query [batch, sequence, heads * head size] (or
    packed with keys and values), rotated first with `do_rotary`, over the past
    and present keys. `seqlens_k` is the number of valid keys of each row, less
    one. The present tensors have max(past length, total_sequence_length)
    entries.

    ```mlir
    %none = onnx.None : none
    %y, %k2, %v2, %qk = onnx.ms.GroupQueryAttention(%q, %k, %v, %pk, %pv,
        %seqlens, %total, %cos, %sin, %none, %none, %none, %none, %none,
        %none, %none, %none) {do_rotary = 1 : i64, kv_num_heads = 2 : i64,
        num_heads = 8 : i64}
        : (tensor<1x4x64xf32>, tensor<1x4x16xf32>, tensor<1x4x16xf32>,
           tensor<1x2x12x8xf32>, tensor<1x2x12x8xf32>, tensor<1xi32>,
           tensor<i32>, tensor<64x4xf32>, tensor<64x4xf32>, none, none,
           none, none, none, none, none, none)
        -> (tensor<1x4x64xf32>, tensor<1x2x16x8xf32>, tensor<1x2x16x8xf32>,
            none)
    ```
  }];
  let arguments = (ins ONNX_FloatTensor:$query,
                       ONNX_Optional<ONNX_FloatTensor>:$key,
                       ONNX_Optional<ONNX_FloatTensor>:$value,
                       ONNX_Optional<ONNX_Tensor>:$past_key,
                       ONNX_Optional<ONNX_Tensor>:$past_value,
                       ONNX_IndexTensor:$seqlens_k,
                       ONNX_IndexTensor:$total_sequence_length,
                       ONNX_Optional<ONNX_FloatTensor>:$cos_cache,
                       ONNX_Optional<ONNX_FloatTensor>:$sin_cache,
                       ONNX_Optional<ONNX_I64Tensor>:$position_ids,
                       ONNX_Optional<ONNX_FloatTensor>:$attention_bias,
                       ONNX_Optional<ONNX_FloatTensor>:$head_sink,
                       ONNX_Optional<ONNX_FloatTensor>:$k_scale,
                       ONNX_Optional<ONNX_FloatTensor>:$v_scale,
                       ONNX_Optional<ONNX_FloatTensor>:$q_norm_weight,
                       ONNX_Optional<ONNX_FloatTensor>:$k_norm_weight,
                       ONNX_Optional<ONNX_IndexTensor>:$query_seqlens,
                       ONNX_IntAttr:$num_heads, ONNX_IntAttr:$kv_num_heads,
                       ONNX_Flag<0>:$do_rotary,
                       ONNX_Flag<0>:$rotary_interleaved,
                       ONNX_OptionalFloat:$scale,
                       ONNX_FloatAttr<"0.0">:$softcap,
                       ONNX_Int<-1>:$local_window_size,
                       ONNX_Int<-1>:$smooth_softmax, ONNX_Flag<1>:$causal,
                       ONNX_Int<0>:$sliding_window_cache,
                       ONNX_Int<0>:$qk_output, ONNX_Int<0>:$kv_cache_bit_width,
                       ONNX_CacheScale:$k_quant_type,
                       ONNX_CacheScale:$v_quant_type,
                       ONNX_FloatAttr<"1e-06">:$qk_norm_epsilon,
                       ONNX_OptionalFloat:$q_norm_epsilon,
                       ONNX_OptionalFloat:$k_norm_epsilon);
  let results = (outs ONNX_FloatTensor:$output,
                      ONNX_Optional<ONNX_Tensor>:$present_key,
                      ONNX_Optional<ONNX_Tensor>:$present_value,
                      ONNX_Optional<ONNX_FloatTensor>:$output_qk);
}

#endif // GG_DIALECT_ONNX_IR_ONNXVENDOR_TD
