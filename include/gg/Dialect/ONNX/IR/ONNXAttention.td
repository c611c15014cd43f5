//===- ONNXAttention.td - ONNX ops of attention ------------*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_ONNX_IR_ONNXATTENTION_TD
#define GG_DIALECT_ONNX_IR_ONNXATTENTION_TD

include "gg/Dialect/ONNX/IR/ONNXBase.td"

def ONNX_Window : ConfinedAttr<ONNX_Int<-1>, [IntMinValue<-1>]>;
def ONNX_QKOutputMode
    : ConfinedAttr<ONNX_Int<0>, [IntMinValue<0>, IntMaxValue<3>]>;

def ONNX_RotaryEmbeddingOp : ONNX_PureOp<"RotaryEmbedding", [
    ONNX_SameElementType<[0, 1, 2], [0]>
  ]> {
  let summary = "pairs of elements rotated by their position";
  let description = [{
    Rotates pairs of each head's first `rotary_embedding_dim` elements (0: all)
    by the angle whose cosine and sine the caches give. Pairs are neighbours
    (`interleaved = 1`) or lie half the rotated part apart. X is [batch, heads,
    sequence, head size], or [batch, sequence, heads * head size] with
    `num_heads`. With `position_ids` [batch, sequence] the caches are tables
    [positions, rotated / 2], without they are [batch, sequence, rotated / 2].

    ```mlir
    %y = onnx.RotaryEmbedding(%x, %cos, %sin, %positions)
        : (tensor<2x8x4x16xf32>, tensor<64x8xf32>, tensor<64x8xf32>,
           tensor<2x4xi64>)
        -> tensor<2x8x4x16xf32>
    ```
  }];
  let arguments = (ins ONNX_FloatTensor:$X, ONNX_FloatTensor:$cos_cache,
                       ONNX_FloatTensor:$sin_cache,
                       ONNX_Optional<ONNX_I64Tensor>:$position_ids,
                       ONNX_Flag<0>:$interleaved, ONNX_Int<0>:$num_heads,
                       ONNX_Int<0>:$rotary_embedding_dim);
  let results = (outs ONNX_FloatTensor:$Y);
  let hasVerifier = 1;
}

def ONNX_AttentionOp : ONNX_PureOp<"Attention", [
    ONNX_SameElementType<[0, 1, 4], [0, 1, 3]>,
    ONNX_SameElementType<[2, 5], [2]>
  ]> {
  let summary = "scaled dot-product attention";
  let description = [{
    softmax(scale * Q * K^T, capped and masked) * V for each head. Q, K and V
    are [batch, heads, sequence, head size], or [batch, sequence, heads * head
    size] with `q_num_heads` and `kv_num_heads`; a key head serves an equal
    number of query heads.

    Keys come from K behind `past_key` (then the joined ones are the results
    `present_key` and `present_value`), or K and V are whole caches of which
    `nonpad_kv_seqlen` [batch] entries are valid. `attn_mask` (boolean, or a
    number to add) broadcasts to [batch, heads, queries, keys]; its last dim may
    be shorter, what is missing is masked. `is_causal` hides later keys, the
    last query seeing the last (valid) key. `left_window_size` and
    `right_window_size` (-1: none) hide keys further away than that. `softcap` c
    makes the product c * tanh(product / c), before the mask. A row without any
    visible key gives zeros.

    `qk_matmul_output_mode` says what the fourth result holds: the scaled
    product (0), after the cap (1), after the mask (2), the probabilities (3).
    `softmax_precision` is the ONNX element type in which softmax is computed
    (absent: at least f32).

    ```mlir
    %none = onnx.None : none
    %y, %k2, %v2, %qk = onnx.Attention(%q, %k, %v, %none, %pk, %pv, %none)
        {is_causal = 1 : i64}
        : (tensor<1x8x4x16xf32>, tensor<1x2x4x16xf32>, tensor<1x2x4x16xf32>,
           none, tensor<1x2x12x16xf32>, tensor<1x2x12x16xf32>, none)
        -> (tensor<1x8x4x16xf32>, tensor<1x2x16x16xf32>,
            tensor<1x2x16x16xf32>, none)
    ```
  }];
  let arguments = (ins ONNX_FloatTensor:$Q, ONNX_FloatTensor:$K,
                       ONNX_FloatTensor:$V,
                       ONNX_Optional<ONNX_Tensor>:$attn_mask,
                       ONNX_Optional<ONNX_FloatTensor>:$past_key,
                       ONNX_Optional<ONNX_FloatTensor>:$past_value,
                       ONNX_Optional<ONNX_I64Tensor>:$nonpad_kv_seqlen,
                       ONNX_Flag<0>:$is_causal, ONNX_OptionalInt:$q_num_heads,
                       ONNX_OptionalInt:$kv_num_heads,
                       ONNX_OptionalFloat:$scale,
                       ONNX_FloatAttr<"0.0">:$softcap,
                       ONNX_OptionalInt:$softmax_precision,
                       ONNX_QKOutputMode:$qk_matmul_output_mode,
                       ONNX_Window:$left_window_size,
                       ONNX_Window:$right_window_size);
  let results = (outs ONNX_FloatTensor:$Y,
                      ONNX_Optional<ONNX_FloatTensor>:$present_key,
                      ONNX_Optional<ONNX_FloatTensor>:$present_value,
                      ONNX_Optional<ONNX_FloatTensor>:$qk_matmul_output);
  let hasVerifier = 1;
}

#endif // GG_DIALECT_ONNX_IR_ONNXATTENTION_TD
