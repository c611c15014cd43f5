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
  /// Takes what the last row sees. A window hides the others there; they follow
  /// from the steps between neighbours.
  KeyBias(const MaskView &last, int64_t context)
      : heads(last.heads), context(context), values(heads * context),
        steps(heads * context, 0) {
    for (int64_t head = 0; head < heads; ++head)
      for (int64_t key = 0; key < context; ++key)
        values[head * context + key] = last.at(head, last.queries - 1, key);
  }

  /// Notes by how much the row's own key differs from the one before.
  void see(const MaskView &mask, int64_t query, int64_t position) {
    for (int64_t head = 0; head < heads && position > 0; ++head) {
      double before = mask.at(head, query, position - 1);
      if (before > kHidden)
        steps[head * context + position] =
            mask.at(head, query, position) - before;
    }
  }

  /// Goes back by the steps where the last row sees nothing.
  void finish() {
    for (int64_t head = 0; head < heads; ++head)
      for (int64_t key = context; key-- > 0;) {
        int64_t at = head * context + key;
        if (values[at] <= kHidden && key + 1 < context)
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
    return mask.heads <= heads;
  }

  HostTensor toTensor(MLIRContext *mlir) && {
    return HostTensor::getFloats(Float32Type::get(mlir), {heads, context},
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
        (view->keys < point.total() && view->keys != 1) ||
        (view->heads > 1 && heads.value_or(view->heads) != view->heads)) {
      error = "the mask is no [queries, keys] for every batch row";
      return std::nullopt;
    }
    if (view->heads > 1)
      heads = view->heads;
    return view;
  }

  /// The mask of which the last query stands at the last position.
  std::optional<MaskView> atLast() {
    return model.hasPast ? at(context - 1, 1) : at(0, context);
  }

  /// Up to where keys are there when forEachRow reads a position.
  int64_t getEnd(int64_t position) const {
    return model.hasPast ? position + 1 : context;
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
  /// Of all views that have some.
  std::optional<int64_t> heads;
  std::string error;
};

/// Finds the simplest form that a mask has. Evaluating it is what takes time,
/// so that everything is noted the first time that a row is seen; only tables,
/// and windows with a bias, need a second look.
class MaskStudy {
public:
  MaskStudy(MaskReader &reader, int64_t context, bool isCausal)
      : reader(reader), context(context), isCausal(isCausal) {}

  bool run() {
    if (!seeRows())
      return false;
    bool isRegular = seen.causal || seen.isWindow();
    form.of = !isRegular    ? MaskForm::Table
              : seen.causal ? MaskForm::Causal
                            : MaskForm::Window;
    form.window = seen.size;
    if (!isRegular || seen.plain)
      bias.reset();
    else if (form.of == MaskForm::Window && !compareWindow())
      return false;
    if (bias && !biasAgrees) {
      bias.reset();
      form.of = MaskForm::Table;
    }
    return form.of != MaskForm::Table || fillTable();
  }

  /// Whether `sequence` tokens at once see what single ones do, and nothing
  /// behind them. The first query of the view that is looked at is `skipped`.
  bool check(const MaskView &view, int64_t skipped, int64_t past,
             int64_t sequence) {
    for (int64_t query = 0; query < sequence; ++query) {
      int64_t position = past + query;
      if (!agrees(view, skipped + query, position)) {
        error = "the mask is no function of the position alone";
        return false;
      }
      if (!seesNothingBehind(view, skipped + query, position, past + sequence))
        return false;
    }
    return true;
  }

  MaskForm take(MLIRContext *mlir) && {
    if (bias)
      form.bias = std::move(*bias).toTensor(mlir);
    if (form.of == MaskForm::Table)
      form.table = HostTensor::getFloats(
          Float32Type::get(mlir), {context, heads, context}, std::move(table));
    return std::move(form);
  }

  StringRef getError() const {
    return error.empty() ? reader.getError() : StringRef(error);
  }

private:
  bool seeRows() {
    std::optional<MaskView> last = reader.atLast();
    if (!last)
      return false;
    bias.emplace(*last, context);
    bool isBounded = true;
    bool isRead = reader.forEachRow(
        [&](const MaskView &view, int64_t query, int64_t position) {
          heads = std::max(heads, view.heads);
          if (seen.causal || seen.window)
            seen.see(view, query, position);
          bias->see(view, query, position);
          if (seen.causal && biasAgrees)
            biasAgrees = bias->agrees(view, query, position, /*first=*/0);
          isBounded = isBounded && seesNothingBehind(view, query, position,
                                                     reader.getEnd(position));
        });
    return isRead && isBounded;
  }

  /// A query of a run that ends before `end`.
  bool seesNothingBehind(const MaskView &view, int64_t query, int64_t position,
                         int64_t end) {
    for (int64_t head = 0; head < view.heads && !isCausal; ++head)
      for (int64_t key = position + 1; key < end; ++key)
        if (view.at(head, query, key) > kHidden) {
          error = "tokens see later ones";
          return false;
        }
    return true;
  }

  /// The first key that a position sees.
  int64_t getFirst(int64_t position) const {
    return form.of == MaskForm::Window
               ? std::max<int64_t>(0, position + 1 - form.window)
               : 0;
  }

  bool compareWindow() {
    bias->finish();
    biasAgrees = true;
    return reader.forEachRow([&](const MaskView &view, int64_t query,
                                 int64_t position) {
      biasAgrees =
          biasAgrees && bias->agrees(view, query, position, getFirst(position));
    });
  }

  double &tableAt(int64_t head, int64_t position, int64_t key) {
    return table[(position * heads + head) * context + key];
  }

  bool fillTable() {
    if (heads * context > kMaxTable / context) {
      error = "its table of positions would be too large";
      return false;
    }
    table.assign(heads * context * context, -HUGE_VAL);
    return reader.forEachRow(
        [&](const MaskView &view, int64_t query, int64_t position) {
          for (int64_t head = 0; head < heads; ++head)
            for (int64_t key = 0; key <= position; ++key)
              tableAt(head, position, key) = view.at(head, query, key);
        });
  }

  bool agrees(const MaskView &view, int64_t query, int64_t position) {
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
  }

  MaskReader &reader;
  int64_t context;
  bool isCausal;
  int64_t heads = 1;
  Candidates seen;
  MaskForm form;
  std::optional<KeyBias> bias;
  bool biasAgrees = true;
  std::vector<double> table;
  std::string error;
};

} // namespace

bool PositionForms::findMask(Value mask, bool isCausal) {
  MaskReader reader(model, evaluator, mask, context);
  MaskStudy study(reader, context, isCausal);
  if (!study.run())
    return fail(mask, study.getError());
  for (int64_t sequence : getLengths())
    for (int64_t past : getSamples(sequence)) {
      std::optional<MaskView> view = reader.at(past, sequence);
      if (!view && isOptional(past, sequence))
        continue;
      if (!view ||
          !study.check(*view, model.hasPast ? 0 : past, past, sequence))
        return fail(mask, study.getError());
    }
  masks[mask] = std::move(study).take(mask.getContext());
  return true;
}
