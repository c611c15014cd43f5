//===- fit_weights.cpp - How long fits of distributions take --------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   fit_weights FILE.f32…
//
// Fits each file's floats on all cores, and prints shape, scale, mean,
// log-likelihood per weight, and seconds of CPU time, of all threads together:
// the best of three. fit_weights.py calls it.
//
//===----------------------------------------------------------------------===//

#include "gg/Analysis/Prior/PriorFit.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Parallel.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <ctime>

using namespace gg;

int main(int argc, char **argv) {
  auto parallel = [](size_t count, llvm::function_ref<void(size_t)> body) {
    llvm::parallelFor(0, count, body);
  };
  for (int i = 1; i < argc; ++i) {
    auto file = llvm::MemoryBuffer::getFile(argv[i], /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
    if (!file) {
      llvm::errs() << argv[i] << ": " << file.getError().message() << "\n";
      return 1;
    }
    WeightSamples samples(weights::ElementType::F32, (*file)->getBufferStart(),
                          int64_t((*file)->getBufferSize() / sizeof(float)));
    PriorFit fit;
    double seconds = 1e9;
    for (int run = 0; run < 3; ++run) {
      std::clock_t start = std::clock();
      fit =
          fitByLikelihood(samples, measureMoments(samples, parallel), parallel);
      seconds =
          std::min(seconds, double(std::clock() - start) / CLOCKS_PER_SEC);
    }
    llvm::outs() << llvm::format("%.17g %.17g %.17g %.12g %.9g\n",
                                 fit.distribution.shape, fit.distribution.scale,
                                 fit.distribution.mean, fit.logLikelihood,
                                 seconds);
  }
  return 0;
}
