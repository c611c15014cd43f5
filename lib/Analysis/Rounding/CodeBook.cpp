//===- CodeBook.cpp - Codes and what they cost
//------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CodeBook.h"

#include <cmath>

using namespace gg::rounding;

/// How often the magnitude of a code without sign occurs.
static int64_t countOf(const Histogram &histogram, int code) {
  return code ? histogram[code] + histogram[code | 0x80] : histogram[0];
}

static int64_t totalOf(const Histogram &histogram) {
  int64_t total = 0;
  for (int64_t count : histogram)
    total += count;
  return total;
}

double gg::rounding::entropy(const Histogram &histogram) {
  int64_t total = totalOf(histogram);
  double bits = 0;
  for (int code = 0; code < 128; ++code)
    if (int64_t count = countOf(histogram, code))
      bits += static_cast<double>(count) *
              (std::log2(static_cast<double>(total) / count) + (code != 0));
  return total ? bits / total : 0;
}

CodeBook::CodeBook(rf8::Format format, double costOfBit,
                   const Histogram &histogram)
    : format(format), costOfBit(costOfBit) {
  int64_t total = totalOf(histogram);
  for (int code = 0; code < 128; ++code) {
    int64_t occurs = countOf(histogram, code);
    if (!occurs)
      continue;
    magnitudes[count] = rf8::decode(code);
    bits[count] = static_cast<float>(
        std::log2(static_cast<double>(total) / occurs) + (code != 0));
    codes[count++] = static_cast<uint8_t>(code);
  }
}
