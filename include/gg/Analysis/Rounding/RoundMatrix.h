//===- RoundMatrix.h - Codes of least error ---------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Chooses scales and RF8 codes of a linear layer's weight W so that the error
// of its outputs is small. With H = sum of x xᵀ over samples of the inputs,
// that of an output with weights w is (w − ŵ) H (w − ŵ)ᵀ.
//
// - Error feedback (Frantar et al., "GPTQ", arXiv 2210.17323): weights are
//   rounded one after the other, those of the largest inputs first, and what
//   rounding one leaves is made up for by those to come. With the Cholesky
//   factor of the damped H = L Lᵀ, ordered so that row n − 1 is rounded first,
//   the error is the sum over j of L[j,j]² (c[j] − ŵ[j])², where
//   c[j] = w[j] + sum over i > j of L[i,j] / L[j,j] (w[i] − ŵ[i]).
// - Then the scale becomes the one of least squares, and codes are rounded anew
//   one at a time with all others fixed, which never raises the error.
// - With a rate, codes minimise error + λ · bits, where a code's bits are those
//   of an ideal coder for the histogram of the matrix's codes.
//
// - Where the input x has lost something against y, what it was before earlier
//   layers were quantized, the weights to round are those of least squares for
//   W y: W + W D / H with D = sum of (y - x) xᵀ, the drift of the statistics.
//
// Without H, inputs count as uncorrelated and equally large.
//
//===----------------------------------------------------------------------===//

#ifndef GG_ANALYSIS_ROUNDING_ROUNDMATRIX_H
#define GG_ANALYSIS_ROUNDING_ROUNDMATRIX_H

#include "gg/Analysis/Rounding/SecondMoments.h"
#include "gg/RF8/Codec.h"
#include "llvm/Support/Error.h"

#include <functional>

namespace gg::rounding {

/// A matrix of weights, [outputs, inputs], however it is stored.
struct WeightMatrix {
  int64_t outputs, inputs;
  /// Writes the weights of `count` outputs from the `first` on to `values`: of
  /// output first + o and input i to values[i * stride + o]. Thread-safe.
  std::function<void(int64_t first, int64_t count, float *values,
                     int64_t stride)>
      read;
};

/// A matrix in memory, whatever the order in which it lies there.
template <typename T> struct StridedMatrix {
  T *data;
  int64_t outputStride, inputStride;

  T &operator()(int64_t output, int64_t input) const {
    return data[output * outputStride + input * inputStride];
  }
};

/// Where the result goes.
struct RoundedMatrix {
  /// [outputs, inputs].
  StridedMatrix<uint8_t> codes;
  /// [outputs, groups]; with one scale for all weights, that one.
  StridedMatrix<float> scales;
};

/// Which weights share a scale.
enum class ScaleSharing {
  /// Those of an output.
  Output,
  /// `groupSize` consecutive ones of an output.
  Group,
  /// All, and the scale is a power of two; it is never searched for.
  Matrix
};

struct RoundingOptions {
  rf8::Format format = rf8::Format::E4R3;
  /// Greedy goes with no statistics, search or rate: what it leaves is not the
  /// least error.
  rf8::Rounding rounding = rf8::Rounding::Nearest;
  ScaleSharing sharing = ScaleSharing::Output;
  int64_t groupSize = 0;
  /// Look for the scale of least error, instead of that which makes the largest
  /// weight the largest code.
  bool searchScales = false;
  /// How little correlations are believed that few samples show: H's diagonal
  /// is raised by `damping` * inputs / samples of it, and more where H has no
  /// Cholesky factor without.
  double damping = 1;
  /// How often every code is rounded anew, and the scale with them where scales
  /// are searched for.
  unsigned sweeps = 4;
  /// λ: what a bit may cost, in units of the mean error of a weight that is
  /// rounded without regard to bits. 0.3 saves about half a bit, 1 a whole one.
  double rate = 0;
};

/// How a matrix was rounded.
struct RoundingReport {
  /// The entropy of the codes, in bits a weight.
  double rate = 0;
  /// The error, summed over the outputs: (w − ŵ) H (w − ŵ)ᵀ, without H
  /// (w − ŵ)(w − ŵ)ᵀ.
  double distortion = 0;
};

/// Rounds a matrix. `statistics` may be null. Fails where weights are not
/// finite or the statistics are of inputs of another size. The result does not
/// depend on how work is shared out.
///
/// Memory: the codes of the matrix, for each thread 64 outputs in f32 a few
/// times, and H in f64.
llvm::Expected<RoundingReport>
roundMatrix(const WeightMatrix &weights,
            const weights::InputStatistics *statistics,
            const RoundingOptions &options, ParallelFor parallelFor,
            const RoundedMatrix &result);

} // namespace gg::rounding

#endif // GG_ANALYSIS_ROUNDING_ROUNDMATRIX_H
