//===- Passes.td - Passes on the distribution of weights ---*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_TRANSFORMS_WEIGHTS_PASSES_TD
#define GG_TRANSFORMS_WEIGHTS_PASSES_TD

include "mlir/Pass/PassBase.td"

def FitPass : Pass<"gg-fit", "::mlir::ModuleOp"> {
  let summary = "fit a generalized Gaussian to each constant";
  let description = [{
    Annotates every constant of f32, f16 or bf16 with the generalized Gaussian
    of largest likelihood, as the attribute `gg.ggd`. Weights are read where they
    lie, by all threads; the result does not depend on their number. Constants
    with the attribute `rf8.keep`, which are tables rather than weights, and
    those whose elements are all equal are left as they are. NaN or infinity
    among the weights is an error at the constant's location.

    ```mlir
    %w = arith.constant dense_resource<w> : tensor<576x1536xf32>
    // becomes
    %w = arith.constant {gg.ggd = #gg.ggd<shape = 1.5, scale = 0.02,
                                          mean = 0.0>}
        dense_resource<w> : tensor<576x1536xf32>
    ```

    Annotations do not survive passes that make constants anew, such as
    `canonicalize`: fit right before they are read.

    A report says, of each tensor, how well the distribution describes it
    (likelihood; Kolmogorov-Smirnov distance; bits per weight that a code made
    for it would take beyond the entropy of the uniformly quantized weights),
    also for the likeliest Gaussian and Laplace distributions, what the formats
    cost, as the distribution predicts and as measured, and has a histogram and
    quantiles to plot. In the rates, the largest weight of an output channel is
    the largest code, as in `rf8-quantize`; `uniform` is a uniform quantizer of
    the same distortion as e4r3d.
  }];
  let options = [
    Option<"method", "method", "gg::FitMethod", "gg::FitMethod::Likelihood",
      "How the distribution is found",
      [{::llvm::cl::values(
        clEnumValN(gg::FitMethod::Likelihood, "likelihood",
                   "Maximum likelihood"),
        clEnumValN(gg::FitMethod::Moments, "moments",
                   "The ratio of E[x^2] to E[|x|]^2"))}]>,
    Option<"perChannel", "per-channel", "bool", "false",
      "Annotate matrices that a linalg contraction multiplies by, or looks up, "
      "with a distribution for each output channel or row, too, as "
      "gg.ggd_channels; one of equal weights gets the narrowest Gaussian">,
    Option<"minElements", "min-elements", "int64_t", "256",
      "Constants of fewer elements stay as they are">,
    Option<"remarks", "remarks", "bool", "false",
      "Say what was found as a remark at each constant">,
    ListOption<"reports", "report", "std::string",
      "Files to write a report to: .html is a page to look at, others are JSON">];
  let dependentDialects = ["::gg::ir::GGDialect"];
}

def DeepShapePass : Pass<"gg-deepshape", "::mlir::ModuleOp"> {
  let summary = "move constant weights towards a cheaper generalized Gaussian";
  let description = [{
    Moves the weights of every constant that `rf8-quantize` would take to the
    quantiles of a generalized Gaussian whose shape and scale are those of the
    weights (`gg.ggd`, where `gg-fit` has left it, else fitted here) times a
    factor. The order of the weights stays, and so do outliers at both ends. The
    moved weights have the type of the old ones and are `dense_resource`
    constants whose bytes lie in a file without a name in $TMPDIR.

    Moved weights compress better and are further from what was trained. By
    default, `mode=rate-distortion`, a weight goes part of its way: how far, and
    how many outliers stay, is what minimises the mean squared error plus
    `lambda` times the rate, at the price of a bit in a uniform quantizer of the
    distortion of e4r3d. With lambda = 1, moving weights has to be worth more
    than coarser steps would be; weights that are to be trained afterwards can
    stand a multiple. With `mode=authors` weights are rounded to multiples of
    2^-13 and go all the way, except those beyond the outermost multiples that
    more than 1000 weights share.

    With a statistics file of what the weights are multiplied by (see
    `rf8-quantize`), errors count as much as the inputs that they meet: in
    proportion to the second moments. Moved weights have a new name, and what
    they do to the inputs of later layers is not in that file: gather statistics
    anew for `rf8-quantize`.

    NaN or infinity among the weights is an error at the constant's location.
    Constants with equal weights, or with the attribute `rf8.keep`, stay.

    ```mlir
    %w = arith.constant dense_resource<w> : tensor<576x1536xf32>
    // becomes
    %w = arith.constant dense_resource<w_shaped> : tensor<576x1536xf32>
    ```

    The report is a JSON file: for each tensor the strength (1: all the way), the
    outliers, rates (bits per weight) and fitted shapes before and after, the
    mean squared error, and what it was with statistics.
  }];
  let options = [
    Option<"mode", "mode", "gg::DeepShapeMode",
      "gg::DeepShapeMode::RateDistortion", "How far weights are moved",
      [{::llvm::cl::values(
        clEnumValN(gg::DeepShapeMode::RateDistortion, "rate-distortion",
                   "As far as it pays, for each tensor"),
        clEnumValN(gg::DeepShapeMode::Authors, "authors",
                   "All the way, as the paper's authors do"))}]>,
    Option<"shapeFactor", "shape-factor", "double", "0.8",
      "The shape to go to, as a multiple of the weights'">,
    Option<"scaleFactor", "scale-factor", "double", "0.6",
      "The scale to go to, as a multiple of the weights'">,
    Option<"lambda", "lambda", "double", "1.0",
      "What a bit is worth, in prices of a uniform quantizer">,
    Option<"stats", "stats", "std::string", [{""}],
      "A statistics file that says how much errors matter">,
    Option<"minElements", "min-elements", "int64_t", "256",
      "Weights of fewer elements stay as they are">,
    Option<"remarks", "remarks", "bool", "false",
      "Say what was done as a remark at each constant">,
    Option<"report", "report", "std::string", [{""}],
      "A file to write a report to, as JSON">];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

#endif // GG_TRANSFORMS_WEIGHTS_PASSES_TD
