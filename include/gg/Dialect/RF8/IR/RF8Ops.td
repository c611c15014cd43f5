//===- RF8Ops.td - RF8 operations --------------------------*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_RF8_IR_RF8OPS_TD
#define GG_DIALECT_RF8_IR_RF8OPS_TD

include "gg/Dialect/RF8/IR/RF8Attributes.td"
include "gg/Dialect/RF8/IR/RF8Types.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class RF8_Op<string mnemonic, list<Trait> traits = []>
    : Op<RF8_Dialect, mnemonic, traits>;

def RF8_Codes : RankedTensorOf<[RF8_AnyType]>;
def RF8_Floats : RankedTensorOf<[F32, F16, BF16]>;
def RF8_Scales : RankedTensorOf<[F32]>;

def RF8_QuantizeOp : RF8_Op<"quantize", [Pure]> {
  let summary = "a matrix of floats to codes and scales";
  let description = [{
    Chooses the scales of the weights at the given granularity and rounds each
    weight, divided by its scale, to a code. A scale is the largest magnitude
    among its weights divided by 15/8 (`tensor_pow2`: the smallest power of two
    under which nothing saturates), and 1 where all of them are zero. The
    division is that of f32. Weights that are NaN or infinite have no code; of a
    constant, they are an error, at run time the result is unspecified.

    ```mlir
    %codes, %scales = rf8.quantize %w rounding nearest granularity <channel(0)>
        : tensor<576x1536xf32> -> tensor<576x1536x!rf8.e4r3>, tensor<576xf32>
    ```
  }];
  let arguments = (ins RF8_Floats:$weights, RF8_RoundingAttr:$rounding,
                       RF8_GranularityAttr:$granularity);
  let results = (outs RF8_Codes:$codes, RF8_Scales:$scales);
  let assemblyFormat = [{
    $weights `rounding` $rounding `granularity` $granularity attr-dict
    `:` type($weights) `->` type($codes) `,` type($scales)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def RF8_DequantizeOp : RF8_Op<"dequantize", [Pure]> {
  let summary = "codes times their scales";
  let description = [{
    The value of each code times its scale: an f32 product, rounded to the
    result's element type. It undoes `rf8.quantize` only up to its rounding, so
    the pair is never folded away. An element that `tensor.extract` takes out of
    the result is decoded alone: embedding look-ups read only the rows they
    gather.

    ```mlir
    %w = rf8.dequantize %codes, %scales granularity <group(1, 32)>
        : tensor<576x1536x!rf8.e4r3>, tensor<576x48xf32> -> tensor<576x1536xf32>
    ```
  }];
  let arguments = (ins RF8_Codes:$codes, RF8_Scales:$scales,
                       RF8_GranularityAttr:$granularity);
  let results = (outs RF8_Floats:$weights);
  let assemblyFormat = [{
    $codes `,` $scales `granularity` $granularity attr-dict
    `:` type($codes) `,` type($scales) `->` type($weights)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def RF8_DecodeOp : RF8_Op<"decode", [Pure]> {
  let summary = "codes to the numbers they mean, unscaled";
  let description = [{
    Decodes a code or a vector of codes. Every RF8 value is a bf16 exactly, and
    hence an f32. Codes that the format reserves decode to something
    unspecified.

    ```mlir
    %0 = rf8.decode %code : !rf8.e4r3 to f32
    %1 = rf8.decode %codes : vector<64x!rf8.e4r3d> to vector<64xbf16>
    ```
  }];
  let arguments = (ins AnyTypeOf<[RF8_AnyType,
                                  VectorOfAnyRankOf<[RF8_AnyType]>]>:$codes);
  let results = (outs AnyTypeOf<[F32, BF16,
                                 VectorOfAnyRankOf<[F32, BF16]>]>:$values);
  let assemblyFormat = "$codes attr-dict `:` type($codes) `to` type($values)";
  let hasVerifier = 1;
}

def RF8_PackOp : RF8_Op<"pack", [Pure]> {
  let summary = "a weight matrix into the layout of a target's kernels";
  let description = [{
    Rearranges a weight matrix `[outputs, steps]` of codes or floats into a
    layout and pads it with zeros. Of a constant it is done by
    `rf8-fuse-linear`, at compile time.

    ```mlir
    %p = rf8.pack %w layout <panel(2)>
        : tensor<576x1536x!rf8.e4r3> -> tensor<18x384x2x64x!rf8.e4r3>
    ```
  }];
  let arguments = (ins RankedTensorOf<[RF8_AnyType, F32, F16, BF16]>:$weights,
                       RF8_LayoutAttr:$layout);
  let results = (outs RankedTensorOf<[RF8_AnyType, F32, F16, BF16]>:$packed);
  let assemblyFormat = [{
    $weights `layout` $layout attr-dict
    `:` type($weights) `->` type($packed)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def RF8_UnpackOp : RF8_Op<"unpack", [Pure]> {
  let summary = "a packed weight back into a matrix";
  let description = [{
    Undoes `rf8.pack`; the result type says how much of the packed weight is no
    padding. An element that `tensor.extract` takes out of the result is read
    where it lies: the look-ups of a tied embedding read what the head
    multiplies by.

    ```mlir
    %w = rf8.unpack %p layout <panel(2)>
        : tensor<18x384x2x64x!rf8.e4r3> -> tensor<576x1536x!rf8.e4r3>
    ```
  }];
  let arguments = (ins RankedTensorOf<[RF8_AnyType, F32, F16, BF16]>:$packed,
                       RF8_LayoutAttr:$layout);
  let results = (outs RankedTensorOf<[RF8_AnyType, F32, F16, BF16]>:$weights);
  let assemblyFormat = [{
    $packed `layout` $layout attr-dict
    `:` type($packed) `->` type($weights)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def RF8_LinearOp : RF8_Op<"linear", [
    AttrSizedOperandSegments,
    DestinationStyleOpInterface,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
    DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface,
                              ["reifyResultShapes"]>]> {
  let summary = "a matrix times the transpose of a packed weight";
  let description = [{
    `out[m, n] = sum over k of input[m, k] * weight[n, k] * scale`, in f32. The
    weight is packed (see `#rf8.layout`) and holds RF8 codes, bf16, f16 or f32;
    its outputs and steps are the columns of the destination and of the input.
    `scales` holds a scale per output (`[outputs]`) or, with `group_size` steps
    to a group, one per group and output (`[groups, outputs]`), outputs padded
    as in the packing; without it the scale is 1.

    With `counts` (`[groups]`) the rows are that many groups of equal size, and
    only the first `counts[g]` rows of group `g` are wanted: the others hold
    their sums or zeros, whichever is faster. A chunk of a prompt needs no more
    time than its tokens.

    The destination is written, not accumulated on. Works on tensors and, once
    bufferized, on memrefs. The order of summation is the target's, but never
    depends on the number of threads.

    ```mlir
    %y = rf8.linear ins(%x, %w : tensor<1x1536xf32>,
                                 tensor<18x384x2x64x!rf8.e4r3>)
                    scales(%s : tensor<576xf32>)
                    outs(%init : tensor<1x576xf32>) -> tensor<1x576xf32>
    ```
  }];
  let arguments = (ins
    AnyTypeOf<[RankedTensorOf<[F32]>, MemRefOf<[F32]>]>:$input,
    AnyTypeOf<[RankedTensorOf<[RF8_AnyType, F32, F16, BF16]>,
               MemRefOf<[RF8_AnyType, F32, F16, BF16]>]>:$weights,
    Optional<AnyTypeOf<[RankedTensorOf<[F32]>, MemRefOf<[F32]>]>>:$scales,
    Optional<AnyTypeOf<[1DTensorOf<[I64]>, MemRefRankOf<[I64], [1]>]>>:$counts,
    AnyTypeOf<[RankedTensorOf<[F32]>, MemRefOf<[F32]>]>:$init,
    OptionalAttr<I64Attr>:$group_size);
  let results = (outs Optional<RankedTensorOf<[F32]>>:$result);
  let assemblyFormat = [{
    `ins` `(` $input `,` $weights `:` type($input) `,` type($weights) `)`
    (`scales` `(` $scales^ `:` type($scales) `)`)?
    (`counts` `(` $counts^ `:` type($counts) `)`)?
    `outs` `(` $init `:` type($init) `)` attr-dict (`->` type($result)^)?
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      return getInitMutable();
    }
    ::mlir::ShapedType getInputType() {
      return ::mlir::cast<::mlir::ShapedType>(getInput().getType());
    }
    ::mlir::ShapedType getWeightsType() {
      return ::mlir::cast<::mlir::ShapedType>(getWeights().getType());
    }
    ::mlir::ShapedType getInitType() {
      return ::mlir::cast<::mlir::ShapedType>(getInit().getType());
    }
    /// The packing of the weights.
    Packing getPacking();
    /// Length of the reduction, and number of outputs, without padding.
    int64_t getSteps() { return getInputType().getDimSize(1); }
    int64_t getOutputs() { return getInitType().getDimSize(1); }
  }];
}

#endif // GG_DIALECT_RF8_IR_RF8OPS_TD
