//===- ONNXElementwise.td - Elementwise ONNX ops -----------*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_ONNX_IR_ONNXELEMENTWISE_TD
#define GG_DIALECT_ONNX_IR_ONNXELEMENTWISE_TD

include "gg/Dialect/ONNX/IR/ONNXBase.td"

/// One number in, one out, at every position.
class ONNX_UnaryOp<string mnemonic, string formula, Type type,
                   string example = "tensor<2x3xf32>", list<Trait> traits = []>
    : ONNX_PureOp<mnemonic, !listconcat([
          ONNX_SameElementType<[0], [0]>, SameOperandsAndResultShape
        ], traits)> {
  let summary = formula # ", elementwise";
  let description = "Computes " # formula # " at every position.\n\n" #
                    "```mlir\n%y = onnx." # mnemonic # "(%x) : (" # example #
                    ") -> " # example # "\n```\n";
  let arguments = (ins type:$X);
  let results = (outs type:$Y);
}

/// Two tensors that broadcast, and a result of `resultType`.
class ONNX_BinaryOp<string mnemonic, string formula, Type type, Type resultType,
                    string example, string resultExample,
                    list<Trait> traits = []>
    : ONNX_PureOp<mnemonic, !listconcat([ONNX_Broadcasts], traits)> {
  let summary = formula # ", elementwise with broadcasting";
  let description = "Computes " # formula # " at every position of the " #
                    "common (broadcast) shape.\n\n```mlir\n%c = onnx." #
                    mnemonic # "(%a, %b) : (tensor<2x3x" # example #
                    ">, tensor<3x" # example # ">) -> tensor<2x3x" #
                    resultExample # ">\n```\n";
  let arguments = (ins type:$A, type:$B);
  let results = (outs resultType:$C);
}

class ONNX_ArithmeticOp<string mnemonic, string formula>
    : ONNX_BinaryOp<mnemonic, formula, ONNX_NumberTensor, ONNX_NumberTensor,
                    "f32", "f32", [ONNX_SameElementType<[0, 1], [0]>]>;

class ONNX_CompareOp<string mnemonic, string formula,
                     Type type = ONNX_NumberTensor>
    : ONNX_BinaryOp<mnemonic, formula, type, ONNX_BoolTensor, "f32", "i1",
                    [ONNX_SameElementType<[0, 1], []>]>;

class ONNX_LogicalOp<string mnemonic, string formula>
    : ONNX_BinaryOp<mnemonic, formula, ONNX_BoolTensor, ONNX_BoolTensor, "i1",
                    "i1">;

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

def ONNX_AddOp : ONNX_ArithmeticOp<"Add", "A + B">;
def ONNX_SubOp : ONNX_ArithmeticOp<"Sub", "A - B">;
def ONNX_MulOp : ONNX_ArithmeticOp<"Mul", "A * B">;
/// Integers: toward zero.
def ONNX_DivOp
    : ONNX_ArithmeticOp<"Div", "A / B (integers: rounded toward zero)">;

def ONNX_ModOp : ONNX_PureOp<"Mod", [
    ONNX_Broadcasts,
    ONNX_SameElementType<[0, 1], [0]>
  ]> {
  let summary = "the remainder of A / B";
  let description = [{
    The remainder of A / B at every position of the common shape. With `fmod =
    0` it has the sign of the divisor (as Python's `%`), with `fmod = 1` that of
    the dividend (as C's `fmod`). Floats need `fmod = 1`.

    ```mlir
    %c = onnx.Mod(%a, %b) {fmod = 1 : i64}
        : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    ```
  }];
  let arguments = (ins ONNX_NumberTensor:$A, ONNX_NumberTensor:$B,
                       ONNX_Flag<0>:$fmod);
  let results = (outs ONNX_NumberTensor:$C);
}

def ONNX_PowOp : ONNX_PureOp<"Pow", [
    ONNX_Broadcasts,
    ONNX_SameElementType<[0], [0]>
  ]> {
  let summary = "X to the power of Y";
  let description = [{
    Computes X to the power of Y at every position of the common shape. The
    result has the element type of X; Y may have another one.

    ```mlir
    %z = onnx.Pow(%x, %y) : (tensor<2x3xf32>, tensor<i64>) -> tensor<2x3xf32>
    ```
  }];
  let arguments = (ins ONNX_NumberTensor:$X, ONNX_NumberTensor:$Y);
  let results = (outs ONNX_NumberTensor:$Z);
}

def ONNX_MaxOp : ONNX_PureOp<"Max", [
    ONNX_Broadcasts,
    ONNX_SameElementType<[], [], /*variadic=*/true>
  ]> {
  let summary = "the largest of any number of tensors, elementwise";
  let description = [{
    The largest value at every position of the common shape of one or more
    tensors. A NaN in any of them gives NaN.

    ```mlir
    %m = onnx.Max(%a, %b, %c)
        : (tensor<2x3xf32>, tensor<3xf32>, tensor<f32>) -> tensor<2x3xf32>
    ```
  }];
  let arguments = (ins Variadic<ONNX_NumberTensor>:$inputs);
  let results = (outs ONNX_NumberTensor:$result);
  let hasVerifier = 1;
}

def ONNX_MinOp : ONNX_PureOp<"Min", [
    ONNX_Broadcasts,
    ONNX_SameElementType<[], [], /*variadic=*/true>
  ]> {
  let summary = "the smallest of any number of tensors, elementwise";
  let description = [{
    The smallest value at every position of the common shape of one or more
    tensors. A NaN in any of them gives NaN.

    ```mlir
    %m = onnx.Min(%a, %b, %c)
        : (tensor<2x3xf32>, tensor<3xf32>, tensor<f32>) -> tensor<2x3xf32>
    ```
  }];
  let arguments = (ins Variadic<ONNX_NumberTensor>:$inputs);
  let results = (outs ONNX_NumberTensor:$result);
  let hasVerifier = 1;
}

def ONNX_SqrtOp : ONNX_UnaryOp<"Sqrt", "the square root", ONNX_FloatTensor>;
def ONNX_ReciprocalOp : ONNX_UnaryOp<"Reciprocal", "1 / X", ONNX_FloatTensor>;
def ONNX_NegOp : ONNX_UnaryOp<"Neg", "-X", ONNX_SignedTensor>;
def ONNX_AbsOp : ONNX_UnaryOp<"Abs", "|X|", ONNX_NumberTensor>;
def ONNX_SignOp
    : ONNX_UnaryOp<"Sign", "the sign (-1, 0 or 1)", ONNX_NumberTensor>;
def ONNX_FloorOp
    : ONNX_UnaryOp<"Floor", "the next integer below", ONNX_FloatTensor>;
def ONNX_CeilOp
    : ONNX_UnaryOp<"Ceil", "the next integer above", ONNX_FloatTensor>;
def ONNX_RoundOp
    : ONNX_UnaryOp<"Round", "the nearest integer (halves to even)",
                   ONNX_FloatTensor>;

def ONNX_ClipOp : ONNX_PureOp<"Clip", [
    ONNX_SameElementType<[0, 1, 2], [0]>
  ]> {
  let summary = "X kept within [min, max]";
  let description = [{
    Limits every value to at least `min` and at most `max` (scalars; either may
    be absent). Where `min` exceeds `max`, the result is `max`.

    ```mlir
    %y = onnx.Clip(%x, %lo, %hi)
        : (tensor<4xf32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
    ```
  }];
  let arguments = (ins ONNX_NumberTensor:$input,
                       ONNX_Optional<ONNX_NumberTensor>:$min,
                       ONNX_Optional<ONNX_NumberTensor>:$max);
  let results = (outs ONNX_NumberTensor:$output);
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

def ONNX_ExpOp : ONNX_UnaryOp<"Exp", "e to the power of X", ONNX_FloatTensor>;
def ONNX_LogOp : ONNX_UnaryOp<"Log", "the natural logarithm", ONNX_FloatTensor>;
def ONNX_SinOp : ONNX_UnaryOp<"Sin", "the sine", ONNX_FloatTensor>;
def ONNX_CosOp : ONNX_UnaryOp<"Cos", "the cosine", ONNX_FloatTensor>;
def ONNX_TanhOp
    : ONNX_UnaryOp<"Tanh", "the hyperbolic tangent", ONNX_FloatTensor>;
def ONNX_ErfOp : ONNX_UnaryOp<"Erf", "the error function", ONNX_FloatTensor>;
def ONNX_SigmoidOp
    : ONNX_UnaryOp<"Sigmoid", "1 / (1 + exp(-X))", ONNX_FloatTensor>;
def ONNX_SoftplusOp
    : ONNX_UnaryOp<"Softplus", "ln(1 + exp(X))", ONNX_FloatTensor>;
def ONNX_ReluOp : ONNX_UnaryOp<"Relu", "max(X, 0)", ONNX_SignedTensor>;

def ONNX_GeluOp : ONNX_PureOp<"Gelu", [
    ONNX_SameElementType<[0], [0]>,
    SameOperandsAndResultShape
  ]> {
  let summary = "the Gaussian error linear unit";
  let description = [{
    X * P(Z <= X) for a standard normal Z: exactly, by the error function
    (`approximate = "none"`), or by the usual formula with `tanh` (`"tanh"`).

    ```mlir
    %y = onnx.Gelu(%x) {approximate = "tanh"}
        : (tensor<2x3xf32>) -> tensor<2x3xf32>
    ```
  }];
  let arguments = (ins ONNX_FloatTensor:$X,
                       ONNX_Word<["none", "tanh"]>:$approximate);
  let results = (outs ONNX_FloatTensor:$Y);
}

def ONNX_SwishOp : ONNX_PureOp<"Swish", [
    ONNX_SameElementType<[0], [0]>,
    SameOperandsAndResultShape
  ]> {
  let summary = "X * sigmoid(alpha * X)";
  let description = [{
    X * sigmoid(alpha * X) at every position; with alpha = 1 also known as SiLU.

    ```mlir
    %y = onnx.Swish(%x) : (tensor<2x3xf32>) -> tensor<2x3xf32>
    ```
  }];
  let arguments = (ins ONNX_FloatTensor:$X, ONNX_FloatAttr<"1.0">:$alpha);
  let results = (outs ONNX_FloatTensor:$Y);
}

def ONNX_SwiGLUOp : ONNX_PureOp<"SwiGLU", [
    ONNX_SameElementType<[0, 1], [0]>,
    ONNX_Broadcasts
  ]> {
  let summary = "Swish(A) * B";
  let description = [{
    A * sigmoid(alpha * A) * B at every position: the gated unit of many
    feed-forward layers.

    ```mlir
    %y = onnx.SwiGLU(%a, %b)
        : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
    ```
  }];
  let arguments = (ins ONNX_FloatTensor:$A, ONNX_FloatTensor:$B,
                       ONNX_FloatAttr<"1.0">:$alpha);
  let results = (outs ONNX_FloatTensor:$Y);
}

//===----------------------------------------------------------------------===//
// Comparison and logic
//===----------------------------------------------------------------------===//

def ONNX_EqualOp : ONNX_CompareOp<"Equal", "A == B", ONNX_Tensor>;
def ONNX_LessOp : ONNX_CompareOp<"Less", "A < B">;
def ONNX_LessOrEqualOp : ONNX_CompareOp<"LessOrEqual", "A <= B">;
def ONNX_GreaterOp : ONNX_CompareOp<"Greater", "A > B">;
def ONNX_GreaterOrEqualOp : ONNX_CompareOp<"GreaterOrEqual", "A >= B">;
def ONNX_AndOp : ONNX_LogicalOp<"And", "A and B">;
def ONNX_OrOp : ONNX_LogicalOp<"Or", "A or B">;
def ONNX_XorOp : ONNX_LogicalOp<"Xor", "A xor B">;
def ONNX_NotOp
    : ONNX_UnaryOp<"Not", "not X", ONNX_BoolTensor, "tensor<2x3xi1>">;

def ONNX_IsNaNOp : ONNX_PureOp<"IsNaN", [
    SameOperandsAndResultShape
  ]> {
  let summary = "whether X is not a number";
  let description = [{
    True at every position where X is not a number.

    ```mlir
    %y = onnx.IsNaN(%x) : (tensor<2x3xf32>) -> tensor<2x3xi1>
    ```
  }];
  let arguments = (ins ONNX_Tensor:$X);
  let results = (outs ONNX_BoolTensor:$Y);
}

def ONNX_IsInfOp : ONNX_PureOp<"IsInf", [
    SameOperandsAndResultShape
  ]> {
  let summary = "whether X is infinite";
  let description = [{
    True at every position where X is infinite, of either sign or only of the
    asked ones.

    ```mlir
    %y = onnx.IsInf(%x) {detect_negative = 0 : i64}
        : (tensor<2x3xf32>) -> tensor<2x3xi1>
    ```
  }];
  let arguments = (ins ONNX_Tensor:$X, ONNX_Flag<1>:$detect_negative,
                       ONNX_Flag<1>:$detect_positive);
  let results = (outs ONNX_BoolTensor:$Y);
}

def ONNX_WhereOp : ONNX_PureOp<"Where", [
    ONNX_Broadcasts,
    ONNX_SameElementType<[1, 2], [0]>
  ]> {
  let summary = "X where the condition holds, else Y";
  let description = [{
    Chooses between X and Y at every position of the common shape.

    ```mlir
    %z = onnx.Where(%c, %x, %y)
        : (tensor<2x3xi1>, tensor<3xf32>, tensor<f32>) -> tensor<2x3xf32>
    ```
  }];
  let arguments = (ins ONNX_BoolTensor:$condition, ONNX_Tensor:$X,
                       ONNX_Tensor:$Y);
  let results = (outs ONNX_Tensor:$output);
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

def ONNX_CastOp : ONNX_PureOp<"Cast", [
    SameOperandsAndResultShape
  ]> {
  let summary = "the same numbers in another element type";
  let description = [{
    Converts every number to the element type `to`. Float to integer drops the
    fraction; number to boolean asks whether it differs from zero. Toward 8-bit
    floats, `saturate = 1` keeps what is too large at the largest value.
    `round_mode` only matters toward f8E8M0FNU.

    ```mlir
    %y = onnx.Cast(%x) {to = i64} : (tensor<2x3xf32>) -> tensor<2x3xi64>
    ```
  }];
  let arguments = (ins ONNX_Tensor:$input, TypeAttr:$to, ONNX_Flag<1>:$saturate,
                       ONNX_Word<["up", "down", "nearest"]>:$round_mode);
  let results = (outs ONNX_Tensor:$output);
  let hasCanonicalizer = 1;
  let hasFolder = 1;
  let hasVerifier = 1;
}

def ONNX_CastLikeOp : ONNX_PureOp<"CastLike", [
    ONNX_SameElementType<[1], [0]>
  ]> {
  let summary = "the numbers of one tensor in the element type of another";
  let description = [{
    As Cast, toward the element type of the second operand, whose values don't
    matter.

    ```mlir
    %y = onnx.CastLike(%x, %like)
        : (tensor<2x3xf32>, tensor<1xf16>) -> tensor<2x3xf16>
    ```
  }];
  let arguments = (ins ONNX_Tensor:$input, ONNX_Tensor:$target_type,
                       ONNX_Flag<1>:$saturate,
                       ONNX_Word<["up", "down", "nearest"]>:$round_mode);
  let results = (outs ONNX_Tensor:$output);
  let hasCanonicalizer = 1;
}

def ONNX_IdentityOp : ONNX_PureOp<"Identity", [
    ONNX_SameElementType<[0], [0]>,
    SameOperandsAndResultShape
  ]> {
  let summary = "the operand itself";
  let description = [{
    The operand, unchanged.

    ```mlir
    %y = onnx.Identity(%x) : (tensor<2x3xf32>) -> tensor<2x3xf32>
    ```
  }];
  let arguments = (ins ONNX_Tensor:$input);
  let results = (outs ONNX_Tensor:$output);
  let hasFolder = 1;
}

#endif // GG_DIALECT_ONNX_IR_ONNXELEMENTWISE_TD
