//===- ChooseFormats.cpp - What each weight is stored as ------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Analysis/Rounding/ChooseFormats.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <tuple>

using namespace gg::rounding;
using llvm::ArrayRef;
using llvm::SmallVector;

namespace {

/// A choice by what it spends of the budget and what it leaves to be kept low.
struct Point {
  double spent, left;
  unsigned choice;
};

/// From one choice of a tensor to the next on its hull.
struct Step {
  unsigned tensor, from, to;
  double spends, gains;
};

} // namespace

/// The lower convex hull of the choices, the cheapest first.
static SmallVector<Point> getHull(ArrayRef<Point> points) {
  SmallVector<Point> sorted(points);
  llvm::sort(sorted, [](const Point &a, const Point &b) {
    return std::tuple(a.spent, a.left, a.choice) <
           std::tuple(b.spent, b.left, b.choice);
  });
  SmallVector<Point> hull;
  for (const Point &point : sorted) {
    if (!hull.empty() && point.left >= hull.back().left)
      continue;
    // What lies above the line to the new point is no corner.
    while (hull.size() > 1) {
      const Point &a = hull[hull.size() - 2], &b = hull.back();
      if ((a.left - b.left) * (point.spent - a.spent) >
          (a.left - point.left) * (b.spent - a.spent))
        break;
      hull.pop_back();
    }
    hull.push_back(point);
  }
  return hull;
}

/// Keeps the sum of `left` low with a sum of `spent` within the budget.
static std::optional<SmallVector<unsigned>>
choose(ArrayRef<SmallVector<Point>> tensors, double budget) {
  SmallVector<unsigned> chosen;
  SmallVector<Step> steps;
  double spent = 0;
  for (auto [tensor, points] : llvm::enumerate(tensors)) {
    SmallVector<Point> hull = getHull(points);
    chosen.push_back(hull.front().choice);
    spent += hull.front().spent;
    for (size_t i = 1; i < hull.size(); ++i)
      steps.push_back({unsigned(tensor), hull[i - 1].choice, hull[i].choice,
                       hull[i].spent - hull[i - 1].spent,
                       hull[i - 1].left - hull[i].left});
  }
  if (spent > budget)
    return std::nullopt;

  llvm::sort(steps, [](const Step &a, const Step &b) {
    double left = a.gains * b.spends, right = b.gains * a.spends;
    return left != right ? left > right : a.tensor < b.tensor;
  });
  for (const Step &step : steps) {
    if (chosen[step.tensor] != step.from || spent + step.spends > budget)
      continue;
    chosen[step.tensor] = step.to;
    spent += step.spends;
  }

  // Then single tensors, as long as one still fits.
  for (;;) {
    Step best{};
    for (auto [tensor, points] : llvm::enumerate(tensors)) {
      const Point &now = points[chosen[tensor]];
      for (const Point &point : points)
        if (double gain = now.left - point.left;
            gain > best.gains && spent - now.spent + point.spent <= budget)
          best = {unsigned(tensor), now.choice, point.choice,
                  point.spent - now.spent, gain};
    }
    if (best.gains == 0)
      return chosen;
    chosen[best.tensor] = best.to;
    spent += best.spends;
  }
}

static double bitsOf(const TensorChoices &tensor, const StorageChoice &choice) {
  return choice.bits * static_cast<double>(tensor.weights);
}

static double lossOf(const TensorChoices &, const StorageChoice &choice) {
  return std::max(choice.loss, 0.0);
}

static SmallVector<SmallVector<Point>>
getPoints(ArrayRef<TensorChoices> tensors, decltype(bitsOf) spent,
          decltype(bitsOf) left) {
  SmallVector<SmallVector<Point>> result;
  for (const TensorChoices &tensor : tensors) {
    SmallVector<Point> &points = result.emplace_back();
    for (auto [i, choice] : llvm::enumerate(tensor.choices))
      points.push_back(
          {spent(tensor, choice), left(tensor, choice), unsigned(i)});
  }
  return result;
}

std::optional<SmallVector<unsigned>>
gg::rounding::chooseWithinBits(ArrayRef<TensorChoices> tensors,
                               double maxBits) {
  double weights = 0;
  for (const TensorChoices &tensor : tensors)
    weights += static_cast<double>(tensor.weights);
  return choose(getPoints(tensors, bitsOf, lossOf), maxBits * weights);
}

std::optional<SmallVector<unsigned>>
gg::rounding::chooseWithinLoss(ArrayRef<TensorChoices> tensors,
                               double maxLoss) {
  return choose(getPoints(tensors, lossOf, bitsOf), maxLoss);
}
