//===- ChooseFormatsTest.cpp - Spending a budget on tensors ---------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Analysis/Rounding/ChooseFormats.h"
#include "gtest/gtest.h"

#include <cmath>
#include <functional>
#include <random>
#include <vector>

using namespace gg::rounding;
using llvm::SmallVector;

namespace {

struct Total {
  double bits = 0, loss = 0;
};

} // namespace

/// Mean bits and summed loss of a choice.
static Total totalOf(const std::vector<TensorChoices> &tensors,
                     const SmallVector<unsigned> &chosen) {
  Total total;
  double weights = 0;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const StorageChoice &choice = tensors[i].choices[chosen[i]];
    total.bits += choice.bits * tensors[i].weights;
    total.loss += std::fmax(choice.loss, 0);
    weights += tensors[i].weights;
  }
  total.bits /= weights;
  return total;
}

/// Calls `visit` with every combination.
static void forEachCombination(
    const std::vector<TensorChoices> &tensors,
    const std::function<void(const SmallVector<unsigned> &)> &visit) {
  SmallVector<unsigned> chosen(tensors.size());
  std::function<void(size_t)> from = [&](size_t tensor) {
    if (tensor == tensors.size())
      return visit(chosen);
    for (unsigned i = 0; i < tensors[tensor].choices.size(); ++i) {
      chosen[tensor] = i;
      from(tensor + 1);
    }
  };
  from(0);
}

static std::vector<TensorChoices> randomTensors(std::mt19937 &random) {
  std::uniform_real_distribution<double> uniform(0, 1);
  std::vector<TensorChoices> tensors(6);
  for (TensorChoices &tensor : tensors) {
    tensor.weights = 1 + random() % 1000;
    double sensitivity = uniform(random) * tensor.weights;
    tensor.choices = {{8, sensitivity},
                      {8, sensitivity * uniform(random)},
                      {16, sensitivity * uniform(random) / 1000}};
  }
  return tensors;
}

TEST(ChooseFormats, IsNearTheBestOfAllCombinations) {
  std::mt19937 random(1);
  for (int round = 0; round < 50; ++round) {
    std::vector<TensorChoices> tensors = randomTensors(random);
    double step = 0;
    for (const TensorChoices &tensor : tensors)
      step = std::fmax(step, tensor.choices[0].loss);
    for (double budget : {8.0, 8.3, 9.0, 12.0, 15.9, 16.0}) {
      auto chosen = chooseWithinBits(tensors, budget);
      ASSERT_TRUE(chosen);
      Total total = totalOf(tensors, *chosen);
      EXPECT_LE(total.bits, budget * (1 + 1e-12));
      double least = INFINITY;
      forEachCombination(tensors, [&](const SmallVector<unsigned> &other) {
        Total found = totalOf(tensors, other);
        if (found.bits <= budget)
          least = std::fmin(least, found.loss);
      });
      EXPECT_LE(total.loss, least + step);
      // All or nothing is met exactly.
      if (budget == 8.0 || budget == 16.0)
        EXPECT_NEAR(total.loss, least, 1e-9);
    }
  }
}

TEST(ChooseFormats, ABudgetThatTheHullMeetsIsSpentInTheBestWay) {
  std::mt19937 random(2);
  for (int round = 0; round < 50; ++round) {
    std::vector<TensorChoices> tensors = randomTensors(random);
    // A combination that no other beats in a sum of bits and loss.
    double price = std::uniform_real_distribution<double>(0, 0.2)(random);
    SmallVector<unsigned> best;
    double least = INFINITY;
    forEachCombination(tensors, [&](const SmallVector<unsigned> &chosen) {
      Total total = totalOf(tensors, chosen);
      if (double sum = total.bits * 1000 * price + total.loss; sum < least) {
        least = sum;
        best = chosen;
      }
    });
    Total total = totalOf(tensors, best);
    auto withinBits = chooseWithinBits(tensors, total.bits * (1 + 1e-12));
    auto withinLoss = chooseWithinLoss(tensors, total.loss * (1 + 1e-12));
    ASSERT_TRUE(withinBits && withinLoss);
    EXPECT_NEAR(totalOf(tensors, *withinBits).loss, total.loss, 1e-9);
    EXPECT_NEAR(totalOf(tensors, *withinLoss).bits, total.bits, 1e-9);
  }
}

TEST(ChooseFormats, MoreBitsNeverLoseMore) {
  std::mt19937 random(3);
  std::vector<TensorChoices> tensors = randomTensors(random);
  double before = INFINITY;
  for (double budget = 8; budget <= 16; budget += 0.125) {
    double loss = totalOf(tensors, *chooseWithinBits(tensors, budget)).loss;
    EXPECT_LE(loss, before + 1e-9) << budget;
    before = loss;
  }
}

TEST(ChooseFormats, SaysWhatCannotBe) {
  std::vector<TensorChoices> tensors = {{10, {{8, 1}, {16, 0.5}}}};
  EXPECT_FALSE(chooseWithinBits(tensors, 7.9));
  EXPECT_FALSE(chooseWithinLoss(tensors, 0.4));
  EXPECT_EQ((*chooseWithinBits(tensors, 100))[0], 1u);
  EXPECT_EQ((*chooseWithinLoss(tensors, 100))[0], 0u);
  EXPECT_TRUE(chooseWithinBits({}, 8)->empty());
}

TEST(ChooseFormats, NegativeLossesCountAsNone) {
  std::vector<TensorChoices> tensors = {{10, {{8, -1}, {16, 0}}},
                                        {10, {{8, 0.5}, {16, 0}}}};
  EXPECT_EQ(*chooseWithinLoss(tensors, 0), (SmallVector<unsigned>{0, 1}));
}
