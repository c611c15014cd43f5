//===- MaskForms.cpp - What an attention mask says ------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PositionForms.h"

using namespace mlir;
using namespace gg::onnx;
using namespace gg::decoder;

namespace {

/// No score gets over this: exp(-5000) is 0 in f32 by a wide margin, so that
/// adding it hides a key. Exporters write -10000, the lowest number of f16 or
/// f32, or -inf.
constexpr double kHidden = -5000;

/// The largest table of a mask that is built, in elements.
constexpr int64_t kMaxTable = int64_t(1) << 26;

/// A mask for one batch row as [heads, queries, keys]; a dimension of 1 holds
/// for all.
class MaskView {
public:
  static std::optional<MaskView> get(const HostTensor &tensor) {
    HostTensor::Shape shape(tensor.getShape());
    if (shape.size() < 2 || shape.size() > 4)
      return std::nullopt;
    shape.insert(shape.begin(), 4 - shape.size(), 1);
    if (shape[0] != 1)
      return std::nullopt;
    return MaskView(tensor, shape);
  }

  int64_t heads, queries, keys;

  /// What is added to the score: 0 where a boolean mask lets a key be seen.
  double at(int64_t head, int64_t query, int64_t key) const {
    int64_t row =
        (heads == 1 ? 0 : head) * queries + (queries == 1 ? 0 : query);
    int64_t index = row * keys + (keys == 1 ? 0 : key);
    if (!isFloat)
      return ints[index] ? 0.0 : -HUGE_VAL;
    return floats[index];
  }

private:
  MaskView(const HostTensor &tensor, ArrayRef<int64_t> shape)
      : heads(shape[1]), queries(shape[2]), keys(shape[3]), tensor(tensor),
        isFloat(tensor.isFloat()) {
    if (isFloat)
      floats = this->tensor.floats();
    else
      ints = this->tensor.ints();
  }

  HostTensor tensor;
  bool isFloat;
  ArrayRef<int64_t> ints;
  ArrayRef<double> floats;
};

/// What the rows seen so far allow the mask to be.
struct Candidates {
  bool causal = true, window = true;
  int64_t size = 0; ///< of the window, once a row shows it
  int64_t full = 0; ///< the most keys of a row that saw all of them

  void see(const MaskView &mask, int64_t query, int64_t position) {
    for (int64_t head = 0; head < mask.heads; ++head) {
      int64_t first = 0;
      while (first <= position && mask.at(head, query, first) <= kHidden)
        ++first;
      for (int64_t key = first; key <= position; ++key)
        if (mask.at(head, query, key) != 0)
          causal = window = false;
      int64_t seen = position + 1 - first;
      causal &= first == 0;
      if (first == 0) {
        full = std::max(full, seen);
        continue;
      }
      if (size == 0)
        size = seen;
      window &= seen == size;
    }
  }
  bool isWindow() const { return window && size > 0 && full <= size; }
};

} // namespace

bool PositionForms::findMask(Value mask, bool isCausal) {
  auto viewAt = [&](int64_t past, int64_t sequence) -> std::optional<MaskView> {
    Point point =
        model.hasPast ? Point{1, sequence, past} : Point{1, past + sequence, 0};
    evaluator.moveTo(point);
    std::optional<HostTensor> tensor = evaluator.evaluate(mask);
    if (!tensor) {
      fail(mask, evaluator.getError());
      return std::nullopt;
    }
    std::optional<MaskView> view = MaskView::get(*tensor);
    if (!view || (view->queries != point.sequence && view->queries != 1) ||
        (view->keys < point.total() && view->keys != 1)) {
      fail(mask, "the mask is no [queries, keys] for one batch row");
      return std::nullopt;
    }
    return view;
  };
  /// Calls fn(view, query, position) for the row of every position.
  auto forEachRow = [&](auto fn) {
    int64_t step = model.hasPast ? 1 : context;
    for (int64_t past = 0; past < context; past += step) {
      std::optional<MaskView> view = viewAt(past, step);
      if (!view)
        return false;
      for (int64_t query = 0; query < step; ++query)
        fn(*view, query, past + query);
    }
    return true;
  };

  Candidates candidates;
  int64_t heads = 1;
  if (!forEachRow([&](const MaskView &view, int64_t query, int64_t position) {
        heads = std::max(heads, view.heads);
        if (candidates.causal || candidates.window)
          candidates.see(view, query, position);
      }))
    return false;

  MaskForm &form = masks[mask];
  std::vector<double> table;
  auto tableAt = [&](int64_t head, int64_t position, int64_t key) -> double & {
    return table[(position * heads + head) * context + key];
  };
  if (candidates.causal) {
    form.of = MaskForm::Causal;
  } else if (candidates.isWindow()) {
    form.of = MaskForm::Window;
    form.window = candidates.size;
  } else {
    form.of = MaskForm::Table;
    if (heads * context > kMaxTable / context)
      return fail(mask, "its table of positions would be too large");
    table.assign(heads * context * context, -HUGE_VAL);
    if (!forEachRow([&](const MaskView &view, int64_t query, int64_t position) {
          for (int64_t head = 0; head < heads; ++head)
            for (int64_t key = 0; key <= position; ++key)
              tableAt(head, position, key) = view.at(head, query, key);
        }))
      return false;
  }

  // Several tokens at once see what single ones do, and nothing behind them.
  auto expected = [&](int64_t head, int64_t position, int64_t key) {
    if (form.of == MaskForm::Table)
      return tableAt(head, position, key);
    bool isSeen = form.of == MaskForm::Causal || position - key < form.window;
    return isSeen ? 0.0 : -HUGE_VAL;
  };
  auto agree = [](double a, double b) {
    return a == b || (a <= kHidden && b <= kHidden);
  };
  for (int64_t sequence : getLengths())
    for (int64_t past : getSamples(sequence)) {
      std::optional<MaskView> view = viewAt(past, sequence);
      if (!view && isOptional(past, sequence))
        continue;
      if (!view)
        return false;
      int64_t skipped = model.hasPast ? 0 : past;
      for (int64_t head = 0; head < heads; ++head)
        for (int64_t query = 0; query < sequence; ++query) {
          int64_t position = past + query;
          for (int64_t key = 0; key < past + sequence; ++key) {
            double value = view->at(head, skipped + query, key);
            if (key > position ? !isCausal && value > kHidden
                               : !agree(value, expected(head, position, key)))
              return fail(
                  mask, key > position
                            ? "tokens see later ones"
                            : "the mask is no function of the position alone");
          }
        }
    }
  if (form.of == MaskForm::Table)
    form.table =
        HostTensor::getFloats(Float32Type::get(mask.getContext()),
                              {context, heads, context}, std::move(table));
  return true;
}
