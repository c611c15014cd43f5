//===- VendorOperators.cpp - The operators of com.microsoft ---------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Operators.h"

using namespace gg;
using namespace gg::onnx;

// Sorted by name. The domain has one version.
static constexpr OperatorRow rows[] = {
    {"Attention", 1, importAs<MSAttentionOp>},
    {"BiasGelu", 1, importAs<MSBiasGeluOp>},
    {"EmbedLayerNormalization", 1, importAs<MSEmbedLayerNormalizationOp>,
     "2w2"},
    {"FastGelu", 1, importAs<MSFastGeluOp>},
    {"FusedMatMul", 1, importAs<MSFusedMatMulOp>},
    {"GatherBlockQuantized", 1, importAs<MSGatherBlockQuantizedOp>, "2",
     /*isImportOnly=*/true},
    {"Gelu", 1, importAs<MSGeluOp>},
    {"GroupQueryAttention", 1, importAs<MSGroupQueryAttentionOp>, "0340"},
    {"MatMulNBits", 1, importAs<MSMatMulNBitsOp>, "0", /*isImportOnly=*/true},
    {"MultiHeadAttention", 1, importAs<MSMultiHeadAttentionOp>},
    {"QuickGelu", 1, importAs<MSQuickGeluOp>},
    {"RotaryEmbedding", 1, importAs<MSRotaryEmbeddingOp>},
    {"SimplifiedLayerNormalization", 1,
     importAs<MSSimplifiedLayerNormalizationOp>, "1f"},
    {"SkipLayerNormalization", 1, importAs<MSSkipLayerNormalizationOp>, "0ff0"},
    {"SkipSimplifiedLayerNormalization", 1,
     importAs<MSSkipSimplifiedLayerNormalizationOp>, "0ff0"},
};

llvm::ArrayRef<OperatorRow> gg::getVendorOperators() { return rows; }
