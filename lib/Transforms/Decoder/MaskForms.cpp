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

/// A mask for one batch row, or for all that a graph fixes, as [heads, queries,
/// keys]; a dimension of 1 holds for all.
class MaskView {
public:
  static std::optional<MaskView> get(const HostTensor &tensor) {
    HostTensor::Shape shape(tensor.getShape());
    if (shape.size() < 2 || shape.size() > 4)
      return std::nullopt;
    shape.insert(shape.begin(), 4 - shape.size(), 1);
    for (int64_t row = 1; row < shape[0]; ++row)
      if (!tensor.takeRows(row).equals(tensor.takeRows(0)))
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
  bool plain = true; ///< nothing but zero is added to what is seen
  int64_t size = 0;  ///< of the window, once a row shows it
  int64_t full = 0;  ///< the most keys of a row that saw all of them

  void see(const MaskView &mask, int64_t query, int64_t position) {
    for (int64_t head = 0; head < mask.heads; ++head) {
      int64_t first = 0;
      while (first <= position && mask.at(head, query, first) <= kHidden)
        ++first;
      for (int64_t key = first; key <= position; ++key) {
        double added = mask.at(head, query, key);
        plain &= added == 0;
        if (!(added > kHidden && added < HUGE_VAL))
          causal = window = false;
      }
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

/// A number for each head and key, which is what a mask adds to the scores of
/// any query but for a number of the query's own: that one changes no softmax.
/// Biases that grow with the distance (ALiBi) are of this kind.
class KeyBias {
public:
  KeyBias(int64_t heads, int64_t context)
      : heads(heads), context(context), values(heads * context, -HUGE_VAL),
        steps(heads * context, 0) {}

  /// Notes by how much the row's own key differs from the one before.
  void see(const MaskView &mask, int64_t query, int64_t position) {
    for (int64_t head = 0; head < heads && position > 0; ++head) {
      double before = mask.at(head, query, position - 1);
      if (before > kHidden)
        steps[head * context + position] =
            mask.at(head, query, position) - before;
    }
  }

  /// Takes what the last row sees, and goes back by the steps from there.
  void finish(const MaskView &last) {
    for (int64_t head = 0; head < heads; ++head)
      for (int64_t key = context; key-- > 0;) {
        int64_t at = head * context + key;
        values[at] = last.at(head, last.queries - 1, key);
        if (values[at] <= kHidden)
          values[at] = values[at + 1] - steps[at + 1];
      }
  }

  double at(int64_t head, int64_t key) const {
    return values[head * context + key];
  }

  /// True if the row's visible keys, the first of which is `first`, get these
  /// biases as exactly as f32 tells.
  bool agrees(const MaskView &mask, int64_t query, int64_t position,
              int64_t first) const {
    for (int64_t head = 0; head < heads; ++head) {
      double own = mask.at(head, query, position), ours = at(head, position);
      for (int64_t key = first; key < position; ++key) {
        double value = mask.at(head, query, key), expected = at(head, key);
        double size = std::abs(value) + std::abs(own) + std::abs(expected) +
                      std::abs(ours);
        if (!(std::abs((value - own) - (expected - ours)) <=
              size * std::numeric_limits<float>::epsilon()))
          return false;
      }
    }
    return true;
  }

  HostTensor toTensor(MLIRContext *context_) && {
    return HostTensor::getFloats(Float32Type::get(context_), {heads, context},
                                 std::move(values));
  }

private:
  int64_t heads, context;
  std::vector<double> values, steps;
};

/// Masks at the positions of a decoder.
class MaskReader {
public:
  MaskReader(const DecoderModel &model, PositionEvaluator &evaluator,
             Value mask, int64_t context)
      : model(model), evaluator(evaluator), mask(mask), context(context) {}

  StringRef getError() const { return error; }

  std::optional<MaskView> at(int64_t past, int64_t sequence) {
    Point point =
        model.hasPast ? Point{1, sequence, past} : Point{1, past + sequence, 0};
    evaluator.moveTo(point);
    std::optional<HostTensor> tensor = evaluator.evaluate(mask);
    if (!tensor) {
      error = evaluator.getError().str();
      return std::nullopt;
    }
    std::optional<MaskView> view = MaskView::get(*tensor);
    if (!view || (view->queries != point.sequence && view->queries != 1) ||
        (view->keys < point.total() && view->keys != 1)) {
      error = "the mask is no [queries, keys] for every batch row";
      return std::nullopt;
    }
    return view;
  }

  /// Calls fn(view, query, position) for the row of every position; false if
  /// one has none.
  bool
  forEachRow(llvm::function_ref<void(const MaskView &, int64_t, int64_t)> fn) {
    int64_t step = model.hasPast ? 1 : context;
    for (int64_t past = 0; past < context; past += step) {
      std::optional<MaskView> view = at(past, step);
      if (!view)
        return false;
      for (int64_t query = 0; query < step; ++query)
        fn(*view, query, past + query);
    }
    return true;
  }

private:
  const DecoderModel &model;
  PositionEvaluator &evaluator;
  Value mask;
  int64_t context;
  std::string error;
};

} // namespace

bool PositionForms::findMask(Value mask, bool isCausal) {
  MaskReader reader(model, evaluator, mask, context);
  Candidates candidates;
  int64_t heads = 1;
  if (!reader.forEachRow(
          [&](const MaskView &view, int64_t query, int64_t position) {
            heads = std::max(heads, view.heads);
            if (candidates.causal || candidates.window)
              candidates.see(view, query, position);
          }))
    return fail(mask, reader.getError());

  MaskForm &form = masks[mask];
  bool isRegular = candidates.causal || candidates.isWindow();
  form.of = !isRegular          ? MaskForm::Table
            : candidates.causal ? MaskForm::Causal
                                : MaskForm::Window;
  form.window = candidates.size;
  auto getFirst = [&](int64_t position) {
    return form.of == MaskForm::Window
               ? std::max<int64_t>(0, position + 1 - form.window)
               : int64_t(0);
  };
  std::optional<KeyBias> bias;
  if (isRegular && !candidates.plain) {
    std::optional<MaskView> last =
        model.hasPast ? reader.at(context - 1, 1) : reader.at(0, context);
    if (!last)
      return fail(mask, reader.getError());
    bias = KeyBias(heads, context);
    bool agrees = true;
    if (!reader.forEachRow(
            [&](const MaskView &view, int64_t query, int64_t position) {
              bias->see(view, query, position);
            }))
      return fail(mask, reader.getError());
    bias->finish(*last);
    if (!reader.forEachRow([&](const MaskView &view, int64_t query,
                               int64_t position) {
          agrees =
              agrees && bias->agrees(view, query, position, getFirst(position));
        }))
      return fail(mask, reader.getError());
    if (!agrees) {
      bias.reset();
      form.of = MaskForm::Table;
    }
  }

  std::vector<double> table;
  auto tableAt = [&](int64_t head, int64_t position, int64_t key) -> double & {
    return table[(position * heads + head) * context + key];
  };
  if (form.of == MaskForm::Table) {
    if (heads * context > kMaxTable / context)
      return fail(mask, "its table of positions would be too large");
    table.assign(heads * context * context, -HUGE_VAL);
    if (!reader.forEachRow(
            [&](const MaskView &view, int64_t query, int64_t position) {
              for (int64_t head = 0; head < heads; ++head)
                for (int64_t key = 0; key <= position; ++key)
                  tableAt(head, position, key) = view.at(head, query, key);
            }))
      return fail(mask, reader.getError());
  }

  // Several tokens at once see what single ones do, and nothing behind them.
  auto agrees = [&](const MaskView &view, int64_t query, int64_t position) {
    int64_t first = getFirst(position);
    for (int64_t head = 0; head < heads; ++head)
      for (int64_t key = 0; key <= position; ++key) {
        double value = view.at(head, query, key);
        if (bias && key >= first)
          continue;
        double expected = form.of == MaskForm::Table
                              ? tableAt(head, position, key)
                          : key >= first ? 0.0
                                         : -HUGE_VAL;
        if (value != expected && !(value <= kHidden && expected <= kHidden))
          return false;
      }
    return !bias || bias->agrees(view, query, position, first);
  };
  for (int64_t sequence : getLengths())
    for (int64_t past : getSamples(sequence)) {
      std::optional<MaskView> view = reader.at(past, sequence);
      if (!view && isOptional(past, sequence))
        continue;
      if (!view)
        return fail(mask, reader.getError());
      int64_t skipped = model.hasPast ? 0 : past;
      for (int64_t query = 0; query < sequence; ++query) {
        int64_t position = past + query;
        if (!agrees(*view, skipped + query, position))
          return fail(mask, "the mask is no function of the position alone");
        for (int64_t head = 0; head < heads && !isCausal; ++head)
          for (int64_t key = position + 1; key < past + sequence; ++key)
            if (view->at(head, skipped + query, key) > kHidden)
              return fail(mask, "tokens see later ones");
      }
    }
  MLIRContext *mlir = mask.getContext();
  if (bias)
    form.bias = std::move(*bias).toTensor(mlir);
  if (form.of == MaskForm::Table)
    form.table = HostTensor::getFloats(
        Float32Type::get(mlir), {context, heads, context}, std::move(table));
  return true;
}
