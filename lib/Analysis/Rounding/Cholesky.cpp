//===- Cholesky.cpp - Factors of a large symmetric matrix
//------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cholesky.h"

#include "Blocks.h"

#include <algorithm>
#include <cmath>
#include <vector>

using namespace gg::rounding;

/// Columns that are finished together.
static constexpr int64_t kBlock = 64;

/// The rows of one block, whose columns before it are done with.
static bool factorizeDiagonal(double *block, int64_t stride, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    double *row = block + i * stride;
    for (int64_t j = 0; j <= i; ++j) {
      const double *other = block + j * stride;
      double sum = row[j];
      for (int64_t k = 0; k < j; ++k)
        sum -= row[k] * other[k];
      if (i != j)
        row[j] = sum / other[j];
      else if (sum > 0 && std::isfinite(sum))
        row[j] = std::sqrt(sum);
      else
        return false;
    }
  }
  return true;
}

/// A row below the block, in the block's columns.
static void solveRow(const double *block, int64_t stride, int64_t count,
                     double *row) {
  for (int64_t j = 0; j < count; ++j) {
    const double *other = block + j * stride;
    double sum = row[j];
    for (int64_t k = 0; k < j; ++k)
      sum -= row[k] * other[k];
    row[j] = sum / other[j];
  }
}

/// row[j] -= sum over k of factors[k] * columns[k * stride + j].
GG_FOR_EACH_CPU
static void subtractProduct(const double *factors, const double *columns,
                            int64_t stride, int64_t count, int64_t length,
                            double *row) {
  constexpr int64_t kAtOnce = 8;
  int64_t k = 0;
  for (; k + kAtOnce <= count; k += kAtOnce) {
    const double *f = factors + k, *c = columns + k * stride;
    for (int64_t j = 0; j < length; ++j) {
      double sum = row[j];
      for (int64_t l = 0; l < kAtOnce; ++l)
        sum -= f[l] * c[l * stride + j];
      row[j] = sum;
    }
  }
  for (; k < count; ++k)
    for (int64_t j = 0; j < length; ++j)
      row[j] -= factors[k] * columns[k * stride + j];
}

bool gg::rounding::factorize(double *matrix, int64_t size,
                             ParallelFor parallelFor) {
  std::vector<double> columns(kBlock * size);
  for (int64_t first = 0; first < size; first += kBlock) {
    int64_t count = std::min(kBlock, size - first), end = first + count;
    double *block = matrix + first * size + first;
    if (!factorizeDiagonal(block, size, count))
      return false;
    auto forEachRowBelow = [&](auto body) {
      parallelFor((size - end + kBlock - 1) / kBlock, [&](size_t tile) {
        int64_t from = end + tile * kBlock;
        for (int64_t i = from; i < std::min(from + kBlock, size); ++i)
          body(i);
      });
    };
    forEachRowBelow([&](int64_t i) {
      double *row = matrix + i * size + first;
      solveRow(block, size, count, row);
      for (int64_t k = 0; k < count; ++k)
        columns[k * size + i] = row[k];
    });
    forEachRowBelow([&](int64_t i) {
      double *row = matrix + i * size;
      subtractProduct(row + first, columns.data() + end, size, count,
                      i + 1 - end, row + end);
    });
  }
  return true;
}

/// row -= sum over k of factors[k * stride] * rows[k], for rows of 64.
GG_FOR_EACH_CPU
static void subtractRows(const double *factors, int64_t stride,
                         const double *rows, int64_t count, double *row) {
  double sums[kLanes];
  for (int64_t l = 0; l < kLanes; ++l)
    sums[l] = row[l];
  for (int64_t k = 0; k < count; ++k)
    for (int64_t l = 0; l < kLanes; ++l)
      sums[l] -= factors[k * stride] * rows[k * kLanes + l];
  for (int64_t l = 0; l < kLanes; ++l)
    row[l] = sums[l];
}

void gg::rounding::solve(const double *factor, int64_t size, double *columns) {
  auto divide = [&](int64_t i) {
    for (int64_t l = 0; l < kLanes; ++l)
      columns[i * kLanes + l] /= factor[i * size + i];
  };
  for (int64_t i = 0; i < size; ++i) {
    subtractRows(factor + i * size, 1, columns, i, columns + i * kLanes);
    divide(i);
  }
  // A few rows of the factor at a time: its columns are far apart in memory.
  constexpr int64_t kAtOnce = 16;
  for (int64_t end = size, begin; end > 0; end = begin) {
    begin = std::max<int64_t>(end - kAtOnce, 0);
    auto subtract = [&](int64_t from, int64_t to) {
      subtractRows(factor + from * size + to, size, columns + from * kLanes,
                   end - from, columns + to * kLanes);
    };
    for (int64_t i = end - 1; i >= begin; --i) {
      subtract(i + 1, i);
      divide(i);
    }
    for (int64_t i = 0; i < begin; ++i)
      subtract(begin, i);
  }
}
