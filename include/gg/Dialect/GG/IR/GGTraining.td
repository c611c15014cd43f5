//===- GGTraining.td - gg operations of the training side --*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// All on tensors; those with a destination add to it or replace it, so that it
// is updated in place. `convert-gg-training-to-linalg` expands them before
// bufferization.
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_GG_IR_GGTRAINING_TD
#define GG_DIALECT_GG_IR_GGTRAINING_TD

include "gg/Dialect/GG/IR/GGAttributes.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class GG_TrainingOp<string mnemonic, list<Trait> traits = []>
    : Op<GG_Dialect, mnemonic, !listconcat([Pure], traits)>;

class GG_UpdateOp<string mnemonic, list<Trait> traits = []>
    : GG_TrainingOp<mnemonic, !listconcat(
          [DestinationStyleOpInterface, AllTypesMatch<["init", "result"]>],
          traits)> {
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      return getInitMutable();
    }
  }];
}

def GG_FloatTensor : RankedTensorOf<[AnyFloat]>;
def GG_Sum : TensorRankOf<[F64], [0]>;
def GG_WideFloat : AnyTypeOf<[F32, F64], "f32 or f64">;

//===----------------------------------------------------------------------===//
// The rate of parameters
//===----------------------------------------------------------------------===//

def GG_RateOp : GG_UpdateOp<"rate"> {
  let summary = "adds BackSlash's measure of parameters' bits";
  let description = [{
    Adds the sum of (|θ| + ε)^ν over the elements of `params` to the
    destination. Divided by the number of all parameters of a model it is R(θ)
    of BackSlash (arXiv 2504.16968). Powers are computed in the type of `shape`,
    which is ν, and summed in f64: a sum in f32 stops growing at some ten
    million terms.

    ```mlir
    %r = gg.rate ins(%w, %shape : tensor<64x32xf32>, f32)
                 outs(%zero : tensor<f64>) {epsilon = 1.0 : f64}
    ```
  }];
  let arguments = (ins GG_FloatTensor:$params, GG_WideFloat:$shape,
                       GG_Sum:$init, F64Attr:$epsilon);
  let results = (outs GG_Sum:$result);
  let assemblyFormat = [{
    `ins` `(` $params `,` $shape `:` type($params) `,` type($shape) `)`
    `outs` `(` $init `:` type($init) `)` attr-dict
  }];
  let hasVerifier = 1;
}

def GG_BackslashStepOp : GG_UpdateOp<"backslash_step",
    [AllTypesMatch<["strength", "shape"]>]> {
  let summary = "one step down BackSlash's penalty";
  let description = [{
    With the gradient of the penalty, g = τ · ν · (|θ| + ε)^(ν − 1), of every
    element θ of the destination:

    - `authors`: θ − sign(θ) · g, which may come out beyond zero;
    - `proximal`: sign(θ) · max(|θ| − g, 0).

    `strength` is τ, λ divided by the number of all parameters, `shape` is ν;
    their type is that of the computation. Neither may be negative.

    `proximal` is the minimiser x of (x − θ)² / 2 + g · |x|: the proximal step
    of the penalty made linear in |x| at |θ|. As long as ν ≤ 1 that line lies
    above the penalty, so no step raises (x − θ)² / 2 + τ · (|x| + ε)^ν. The
    authors' step is the same wherever it does not cross zero.

    ```mlir
    %new = gg.backslash_step proximal ins(%strength, %shape : f32)
               outs(%w : tensor<64x32xf32>) {epsilon = 1.0 : f64}
    ```
  }];
  let arguments = (ins GG_StepKindAttr:$kind, GG_WideFloat:$strength,
                       GG_WideFloat:$shape, GG_FloatTensor:$init,
                       F64Attr:$epsilon);
  let results = (outs GG_FloatTensor:$result);
  let assemblyFormat = [{
    `` $kind `ins` `(` $strength `,` $shape `:` type($shape) `)`
    `outs` `(` $init `:` type($init) `)` attr-dict
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// The shape of parameters
//===----------------------------------------------------------------------===//

def GG_MomentsOp : GG_TrainingOp<"moments", [
    DestinationStyleOpInterface, AllTypesMatch<["absInit", "abs"]>,
    AllTypesMatch<["squareInit", "square"]>]> {
  let summary = "adds up magnitudes and squares";
  let description = [{
    Adds the sum of |θ| over the elements of `params` to the first destination
    and that of θ² to the second.

    ```mlir
    %abs, %square = gg.moments ins(%w : tensor<64x32xf32>)
                               outs(%zero, %zero : tensor<f64>, tensor<f64>)
    ```
  }];
  let arguments = (ins GG_FloatTensor:$params, GG_Sum:$absInit,
                       GG_Sum:$squareInit);
  let results = (outs GG_Sum:$abs, GG_Sum:$square);
  let assemblyFormat = [{
    `ins` `(` $params `:` type($params) `)` `outs` `(` $absInit `,` $squareInit
    `:` type($absInit) `,` type($squareInit) `)` attr-dict
  }];
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      return ::mlir::MutableOperandRange(*this, 1, 2);
    }
  }];
}

def GG_EstimateShapeOp
    : GG_TrainingOp<"estimate_shape", [AllTypesMatch<["previous", "shape"]>]> {
  let summary = "the shape of a generalized Gaussian, by its moment ratio";
  let description = [{
    The ν that solves

        Γ(1/ν) Γ(3/ν) / Γ(2/ν)² = count · square / abs²

    where `abs` and `square` are the sums of |θ| and θ² over `count` elements.
    ν is 0.1 or 3, the ends of the authors' table, where the solution lies
    beyond. Where the ratio is no finite number, as when all elements are zero,
    it is the shape after `else`.

    ```mlir
    %shape = gg.estimate_shape %abs, %square of %count else %previous : f32
    ```
  }];
  let arguments = (ins F64:$abs, F64:$square, Index:$count,
                       GG_WideFloat:$previous);
  let results = (outs GG_WideFloat:$shape);
  let assemblyFormat = [{
    $abs `,` $square `of` $count `else` $previous attr-dict `:` type($previous)
  }];
}

//===----------------------------------------------------------------------===//
// Samples
//===----------------------------------------------------------------------===//

def GG_PhiloxOp : GG_TrainingOp<"philox"> {
  let summary = "four random words for a counter and a key";
  let description = [{
    Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy
    as 1, 2, 3, SC 2011): the same words for the same operands, anywhere.

    ```mlir
    %r:4 = gg.philox %c0, %c1, %c2, %c3 key %k0, %k1
    ```
  }];
  let arguments = (ins I32:$counter0, I32:$counter1, I32:$counter2,
                       I32:$counter3, I32:$key0, I32:$key1);
  let results = (outs I32:$word0, I32:$word1, I32:$word2, I32:$word3);
  let assemblyFormat = [{
    $counter0 `,` $counter1 `,` $counter2 `,` $counter3 `key` $key0 `,` $key1
    attr-dict
  }];
}

def GG_SampleOp : GG_UpdateOp<"sample"> {
  let summary = "fills a tensor from a generalized Gaussian";
  let description = [{
    Independent samples of the density ν / (2αΓ(1/ν)) · exp(−(|x|/α)^ν), with
    ν = `shape` and α = `scale`. An element is U · α · G^(1/ν) with U uniform in
    (−1, 1) and G of the gamma distribution of shape 1 + 1/ν, by Marsaglia and
    Tsang's rejection (A simple method for generating gamma variables, ACM TOMS
    2000). The words for its n-th attempt come from `gg.philox` with the counter
    (index, index >> 32, n, stream) and the seed as the key, the index being
    that of the element in row-major order: so samples depend on neither the
    order nor the number of threads in which elements are computed. They are
    computed in f64 for a tensor of f64, else in f32.

    The destination is only written.

    ```mlir
    %w = gg.sample %seed stream 0 outs(%e : tensor<64x32xf32>)
        {shape = 1.0 : f64, scale = 0.02 : f64}
    ```
  }];
  let arguments = (ins I64:$seed,
                       ConfinedAttr<I32Attr, [IntNonNegative]>:$stream,
                       GG_FloatTensor:$init, F64Attr:$shape, F64Attr:$scale);
  let results = (outs GG_FloatTensor:$result);
  let assemblyFormat = [{
    $seed `stream` $stream `outs` `(` $init `:` type($init) `)` attr-dict
  }];
  let hasVerifier = 1;
}

#endif // GG_DIALECT_GG_IR_GGTRAINING_TD
