//===- Passes.td - Passes on the rf8 dialect ---------------*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_RF8_TRANSFORMS_PASSES_TD
#define GG_DIALECT_RF8_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def RF8QuantizePass : Pass<"rf8-quantize", "::mlir::ModuleOp"> {
  let summary = "constant weights of linalg operations to RF8";
  let description = [{
    Replaces every constant matrix of f32, f16 or bf16 that a `linalg`
    contraction multiplies by, in either orientation, and every one that a
    `linalg.generic` looks rows up in (`tensor.extract`) by RF8 codes and an
    `rf8.dequantize` of them. Transpositions and widening casts between the
    constant and its use are seen through. A constant is quantized once, however
    many uses and functions it has: a tied embedding has one scale per row of
    the vocabulary, which is an output channel of the head. Uses that are
    neither keep the float constant.

    Constants with the attribute `rf8.keep` are left alone: tables that look
    like an embedding but are none, such as those of a rotary embedding. The
    attribute `rf8.format = "e4r3"`, `"e4r3d"` or `"bf16"` of a constant goes
    before the option `format`, so that a budget can be spent on the weights
    that need it.

    Without further options each weight goes to the nearest code by itself.
    With `stats`, the error of a layer's outputs is made small instead: codes
    are chosen by error feedback along the second moments of its inputs
    (include/gg/Analysis/Rounding/RoundMatrix.h). A weight is known to the file
    by the key of its resource; one that it does not know is rounded without.
    `search-scales` chooses scales by the same error, or, without statistics, by
    that of the weights; `rate` makes the codes easier to compress.

    The codes are `dense_resource` constants whose bytes lie in a file without a
    name in $TMPDIR, not on the heap. NaN or infinity among the weights is an
    error at the constant's location.

    ```mlir
    %w = arith.constant dense_resource<w> : tensor<576x1536xf32>
    %y = linalg.matmul ins(%x, %w : tensor<4x576xf32>, tensor<576x1536xf32>)
                       outs(%zero : tensor<4x1536xf32>) -> tensor<4x1536xf32>
    // becomes, with scale=channel,
    %c = arith.constant dense_resource<w_rf8> : tensor<576x1536x!rf8.e4r3>
    %s = arith.constant dense_resource<w_scale> : tensor<1536xf32>
    %d = rf8.dequantize %c, %s granularity <channel(1)>
        : tensor<576x1536x!rf8.e4r3>, tensor<1536xf32> -> tensor<576x1536xf32>
    %y = linalg.matmul ins(%x, %d : tensor<4x576xf32>, tensor<576x1536xf32>)
                       outs(%zero : tensor<4x1536xf32>) -> tensor<4x1536xf32>
    ```
  }];
  let options = [
    Option<"format", "format", "gg::rf8::Format", "gg::rf8::Format::E4R3",
      "The RF8 format of the codes",
      [{::llvm::cl::values(
        clEnumValN(gg::rf8::Format::E4R3, "e4r3", "The paper's values"),
        clEnumValN(gg::rf8::Format::E4R3D, "e4r3d",
                   "The spare residual code means 11/8"))}]>,
    Option<"rounding", "rounding", "gg::rf8::Rounding",
      "gg::rf8::Rounding::Nearest", "How weights are rounded",
      [{::llvm::cl::values(
        clEnumValN(gg::rf8::Rounding::Greedy, "greedy",
                   "The authors' log rounding"),
        clEnumValN(gg::rf8::Rounding::Nearest, "nearest",
                   "To the nearest value, ties to even rank"))}]>,
    Option<"scale", "scale", "std::string", [{"channel"}],
      "Which weights share a scale: channel (those of an output), tensor-pow2 "
      "(all, a power of two) or group:N (N consecutive steps of an output, a "
      "multiple of 4)">,
    Option<"stats", "stats", "std::string", [{""}],
      "The statistics file (.ggs) of the inputs of linear layers">,
    Option<"searchScales", "search-scales", "bool", "false",
      "Choose scales of least error instead of those that make the largest "
      "weight the largest code; not with tensor-pow2">,
    Option<"rate", "rate", "double", "0.0",
      "What a bit of the codes' entropy may cost, in units of the mean error of "
      "a weight that is rounded without regard to bits: 0.3 saves about half a "
      "bit a weight, 1 a whole one">,
    Option<"lookups", "lookups", "std::string", [{"rf8"}],
      "What look-ups read: rf8, the codes of a tied embedding, or bf16, a table "
      "of their own">];
  let dependentDialects = ["::gg::rf8::RF8Dialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def RF8SplitAtLinearsPass : Pass<"rf8-split-at-linears", "::mlir::ModuleOp"> {
  let summary = "functions as calls of what lies between linear layers";
  let description = [{
    Cuts every function of one block where it knows an input of linear layers
    (`linalg` contractions in f32 with a constant matrix). What lies between two
    cuts, from the linears that read one input to the input of the next, becomes
    a function of its own, a segment, and the function a sequence of calls. The
    weights are arguments of the segments, packed as `rf8.linear` has them; the
    argument attribute `rf8.input` tells which argument their linears multiply
    by them. So a caller sees the input of every linear layer before it needs
    the weight, and can choose the weight by it.

    All other tensors of floats that are no splat are arguments too, so that
    layers which are alike share their segments. What rests on no argument is
    computed where it is read, as are numbers that are no tensors.

    ```mlir
    %w = arith.constant dense_resource<w> : tensor<64x32xf32>
    %0 = linalg.exp ins(%x : tensor<4x64xf32>)
                    outs(%a : tensor<4x64xf32>) -> tensor<4x64xf32>
    %1 = linalg.matmul ins(%0, %w : tensor<4x64xf32>, tensor<64x32xf32>)
                       outs(%b : tensor<4x32xf32>) -> tensor<4x32xf32>
    // becomes
    %t = linalg.transpose ins(%w : tensor<64x32xf32>)
                          outs(%e : tensor<32x64xf32>) permutation = [1, 0]
    %p = rf8.pack %t layout <panel(2)>
        : tensor<32x64xf32> -> tensor<1x64x2x16xf32>
    %0 = call @main_0(%x) : (tensor<4x64xf32>) -> tensor<4x64xf32>
    %1 = call @main_1(%0, %p)
        : (tensor<4x64xf32>, tensor<1x64x2x16xf32>) -> tensor<4x32xf32>
    ```
  }];
  let dependentDialects = ["::gg::rf8::RF8Dialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::func::FuncDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def RF8NarrowWeightsPass : Pass<"rf8-narrow-weights", "::mlir::ModuleOp"> {
  let summary = "constant f32 weights of linalg operations to bf16 or f16";
  let description = [{
    Stores the f32 matrices that `rf8-quantize` would take as bf16 or f16
    instead, rounded to nearest, ties to even, and widens them with one
    `arith.extf`, through which `rf8-fuse-linear` sees. Weights that the type
    cannot hold are an error at the constant's location.

    ```mlir
    %w = arith.constant dense_resource<w> : tensor<576x1536xf32>
    // becomes
    %n = arith.constant dense_resource<w_narrow> : tensor<576x1536xbf16>
    %w = arith.extf %n : tensor<576x1536xbf16> to tensor<576x1536xf32>
    ```
  }];
  let options = [
    Option<"type", "type", "std::string", [{"bf16"}],
      "The type to store: bf16 or f16">,
    Option<"minElements", "min-elements", "int64_t", "256",
      "Weights of fewer elements stay as they are">];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def RF8FuseLinearPass : Pass<"rf8-fuse-linear", "::mlir::ModuleOp"> {
  let summary = "contractions with a constant weight to rf8.linear";
  let description = [{
    Replaces `linalg` contractions in f32 with one constant matrix, RF8 behind an
    `rf8.dequantize` or f32, f16 or bf16, by `rf8.linear` over the packed
    weight, so that all of them share the kernels that `convert-rf8-to-vector`
    makes. Packing goes from mapped constant to mapped file; a constant is packed
    once, however many uses it has. Leading dimensions of the input are
    collapsed, operands in another order transposed; a destination that is not
    a fill with zero is added afterwards. Look-ups (`tensor.extract`) in
    transposed or widened copies of such a matrix read the matrix itself, and
    where it was packed, by `rf8.unpack`, the packed weight: a tied embedding is
    stored once. A float weight that is packed already, behind an `rf8.unpack`,
    need not be constant.

    ```mlir
    %d = rf8.dequantize %c, %s granularity <channel(1)>
        : tensor<576x1536x!rf8.e4r3>, tensor<1536xf32> -> tensor<576x1536xf32>
    %y = linalg.matmul ins(%x, %d : tensor<4x576xf32>, tensor<576x1536xf32>)
                       outs(%zero : tensor<4x1536xf32>) -> tensor<4x1536xf32>
    // becomes
    %p = arith.constant dense_resource<w_packed> : tensor<48x144x2x64x!rf8.e4r3>
    %q = arith.constant dense_resource<s_packed> : tensor<1536xf32>
    %e = tensor.empty() : tensor<4x1536xf32>
    %y = rf8.linear ins(%x, %p : tensor<4x576xf32>,
                                 tensor<48x144x2x64x!rf8.e4r3>)
                    scales(%q : tensor<1536xf32>)
                    outs(%e : tensor<4x1536xf32>) -> tensor<4x1536xf32>
    ```
  }];
  let options = [
    Option<"blocks", "blocks", "int64_t", "2",
      "Blocks of 16 outputs side by side in a panel of the packing, 1 to 64">,
    Option<"minElements", "min-elements", "int64_t", "256",
      "Weights of fewer elements stay as they are">];
  let dependentDialects = ["::gg::rf8::RF8Dialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def RF8JoinLinearPass : Pass<"rf8-join-linear", "::mlir::ModuleOp"> {
  let summary = "one rf8.linear for those that read one input";
  let description = [{
    Replaces the `rf8.linear`s of a block that read the same input through
    constant weights of one format, such as the gate and the up projection of a
    feed-forward network or Q, K and V, by one, whose results are slices of the
    joined result: a CPU converts the input once, and threads meet once. Run
    `cse` before it, which makes equal views of an input one value.

    The joined weight is a `tensor.concat` of the constants, which
    `gg-outline-weights` lays side by side in the weights file: it is never in
    memory. Scales are joined in a file without a name in $TMPDIR. A part begins
    at a whole panel of the packing; where that leaves a gap behind the outputs
    of the part before, the gap is computed and read by nobody.

    Not joined are linears of other formats, panels or groups of scales, with
    weights that are no constants or with a weight that anything but equal joins
    reads (it would be stored twice).

    ```mlir
    %g = rf8.linear ins(%x, %gate : tensor<1x576xf32>,
                                    tensor<48x144x2x64x!rf8.e4r3>)
                    scales(%s : tensor<1536xf32>)
                    outs(%e : tensor<1x1536xf32>) -> tensor<1x1536xf32>
    %u = rf8.linear ins(%x, %up : tensor<1x576xf32>,
                                  tensor<48x144x2x64x!rf8.e4r3>)
                    scales(%t : tensor<1536xf32>)
                    outs(%e : tensor<1x1536xf32>) -> tensor<1x1536xf32>
    // becomes
    %w = tensor.concat dim(0) %gate, %up
        : (tensor<48x144x2x64x!rf8.e4r3>, tensor<48x144x2x64x!rf8.e4r3>)
        -> tensor<96x144x2x64x!rf8.e4r3>
    %v = arith.constant dense_resource<rf8_joined_scales> : tensor<3072xf32>
    %f = tensor.empty() : tensor<1x3072xf32>
    %y = rf8.linear ins(%x, %w : tensor<1x576xf32>,
                                 tensor<96x144x2x64x!rf8.e4r3>)
                    scales(%v : tensor<3072xf32>)
                    outs(%f : tensor<1x3072xf32>) -> tensor<1x3072xf32>
    %g = tensor.extract_slice %y[0, 0] [1, 1536] [1, 1]
        : tensor<1x3072xf32> to tensor<1x1536xf32>
    %u = tensor.extract_slice %y[0, 1536] [1, 1536] [1, 1]
        : tensor<1x3072xf32> to tensor<1x1536xf32>
    ```
  }];
  let dependentDialects = ["::gg::rf8::RF8Dialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::tensor::TensorDialect"];
}

def RF8LegalizeTypesPass : Pass<"rf8-legalize-types", "::mlir::ModuleOp"> {
  let summary = "rf8 operations and types to i8 and upstream operations";
  let description = [{
    Expands every rf8 operation on tensors to `linalg`, `tensor`, `arith` and
    `math`, and replaces the RF8 types by `i8` everywhere, constants and
    signatures included. What is left needs nothing of this project: a stock
    `mlir-opt` and `mlir-runner` compile and run it, with the same results bit
    for bit. Decoding is integer arithmetic, so no table is in memory.

    ```mlir
    %v = rf8.decode %code : !rf8.e4r3 to f32
    // becomes shifts and masks of the code, an i8, and an arith.bitcast to f32
    ```
  }];
  let options = [
    Option<"keepLinear", "keep-linear", "bool", "false",
      "Only expand the operations other than rf8.linear and rf8.decode, and "
      "leave the types: what is to be done before bufferization on the way to "
      "convert-rf8-to-vector">];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::tensor::TensorDialect"];
}

#endif // GG_DIALECT_RF8_TRANSFORMS_PASSES_TD
