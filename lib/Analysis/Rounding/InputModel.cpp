//===- InputModel.cpp - Moments factored for error feedback
//----------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InputModel.h"

#include "Blocks.h"
#include "Cholesky.h"

#include <algorithm>
#include <numeric>

using namespace gg::rounding;
using gg::weights::InputStatistics;
using gg::weights::triangleSize;

static float momentOf(const InputStatistics &statistics, int64_t i, int64_t j) {
  return statistics.moments[triangleSize(std::max(i, j)) + std::min(i, j)];
}

InputModel InputModel::uncorrelated(int64_t size) {
  InputModel model;
  model.size = size;
  model.places = panelsFor(size) * kLanes;
  model.inputAt.resize(size);
  std::iota(model.inputAt.begin(), model.inputAt.end(), 0);
  model.diagonal.assign(model.places, 1);
  model.damping.assign(model.places, 0);
  model.pivots.assign(model.places, 1);
  return model;
}

/// The inputs by place: groups by their sums of squares, and those of a group.
static std::vector<int64_t> orderInputs(const std::vector<double> &squares,
                                        int64_t groupSize) {
  int64_t size = squares.size();
  std::vector<double> ofGroup((size + groupSize - 1) / groupSize);
  for (int64_t i = 0; i < size; ++i)
    ofGroup[i / groupSize] += squares[i];
  std::vector<int64_t> order(size);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    auto key = [&](int64_t i) {
      return std::tuple(ofGroup[i / groupSize], i / groupSize, squares[i], i);
    };
    return key(a) < key(b);
  });
  return order;
}

/// Panels of drift / H, where H = L Lᵀ: row by row, as H is symmetric.
static std::vector<float> correctDrift(const InputStatistics &statistics,
                                       const InputModel &model,
                                       const double *factor,
                                       ParallelFor parallelFor) {
  int64_t size = model.size, places = model.places;
  std::vector<float> panels(places * places);
  parallelFor(places / kLanes, [&](size_t band) {
    int64_t first = band * kLanes, count = std::min(kLanes, size - first);
    std::vector<double> rows(size * kLanes);
    for (int64_t l = 0; l < count; ++l) {
      const float *from = statistics.drift + model.inputAt[first + l] * size;
      for (int64_t place = 0; place < size; ++place)
        rows[place * kLanes + l] = from[model.inputAt[place]] / model.unit;
    }
    solve(factor, size, rows.data());
    for (int64_t place = 0; place < size; ++place) {
      float *panel = panels.data() + place / kLanes * places * kLanes;
      for (int64_t l = 0; l < count; ++l)
        panel[(first + l) * kLanes + place % kLanes] =
            static_cast<float>(rows[place * kLanes + l]);
    }
  });
  return panels;
}

std::optional<InputModel> InputModel::of(const InputStatistics &statistics,
                                         int64_t groupSize, double damping,
                                         ParallelFor parallelFor) {
  int64_t size = statistics.size;
  std::vector<double> squares(size);
  for (int64_t i = 0; i < size; ++i)
    squares[i] = momentOf(statistics, i, i);
  double mean = std::accumulate(squares.begin(), squares.end(), 0.0) / size;
  // Inputs that were always zero say nothing about each other.
  InputModel model = uncorrelated(size);
  if (mean == 0)
    return model;

  model.unit = mean;
  model.inputAt = orderInputs(squares, groupSize);
  double samples = std::max<uint64_t>(statistics.samples, 1);
  // What an input that was zero throughout counts for, should it not stay so.
  constexpr double kSmallest = 1e-6;
  std::vector<double> matrix(size * size);
  double share = damping * size / samples;
  for (;; share = 10 * share + 1e-4) {
    // Sums of products of the same samples are positive definite by now.
    if (share > 2.0 * size)
      return std::nullopt;
    for (int64_t place = 0; place < size; ++place) {
      double square = squares[model.inputAt[place]] / mean;
      double added = share * square + kSmallest;
      model.diagonal[place] = static_cast<float>(square + added);
      model.damping[place] = static_cast<float>(added);
    }
    parallelFor(size, [&](size_t i) {
      for (size_t j = 0; j < i; ++j)
        matrix[i * size + j] =
            momentOf(statistics, model.inputAt[i], model.inputAt[j]) / mean;
      matrix[i * size + i] = model.diagonal[i];
    });
    if (factorize(matrix.data(), size, parallelFor))
      break;
  }

  if (statistics.drift)
    model.correction =
        correctDrift(statistics, model, matrix.data(), parallelFor);
  int64_t places = model.places;
  model.feedback.resize(places * places);
  model.moments.resize(places * places);
  for (int64_t place = 0; place < size; ++place) {
    double factor = matrix[place * size + place];
    model.pivots[place] = static_cast<float>(factor * factor);
  }
  parallelFor(places / kLanes, [&](size_t panel) {
    float *feedback = model.feedback.data() + panel * places * kLanes;
    float *moments = model.moments.data() + panel * places * kLanes;
    int64_t first = panel * kLanes, end = std::min(first + kLanes, size);
    for (int64_t i = 0; i < size; ++i) {
      for (int64_t j = first; j < end; ++j) {
        int64_t at = i * kLanes + j - first;
        if (i > j)
          feedback[at] =
              static_cast<float>(matrix[i * size + j] / matrix[j * size + j]);
        moments[at] =
            i == j ? model.diagonal[i]
                   : static_cast<float>(momentOf(statistics, model.inputAt[i],
                                                 model.inputAt[j]) /
                                        mean);
      }
    }
  });
  return model;
}
