//===- SplitAtLinears.cpp - A function cut where linears read ------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/RF8/Transforms/ConstantWeights.h"

#include "gg/Dialect/RF8/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace gg::rf8;

namespace gg::rf8 {
#define GEN_PASS_DEF_RF8SPLITATLINEARSPASS
#include "gg/Dialect/RF8/Transforms/Passes.h.inc"
} // namespace gg::rf8

/// Blocks side by side in a panel, as rf8-fuse-linear packs by default.
static constexpr int64_t kBlocks = 2;

namespace {

/// A contraction with a constant weight, [outputs, steps] or the transpose.
struct Linear {
  Value constant; ///< result of an arith.constant
  OpOperand *weight;
  Value input;
  /// The constant, and the operand, are [steps, outputs].
  bool constantStepsFirst, stepsFirst;
};

/// Which segment of a function computes what. Segment 0 needs the arguments
/// only, segment n begins with the linears of the n-th input.
class Schedule {
public:
  explicit Schedule(Block &block);

  unsigned segments() const { return inputs.size() + 1; }
  const Linear *getLinear(Operation *op) const {
    auto found = linears.find(op);
    return found == linears.end() ? nullptr : &found->second;
  }
  /// None for what rests on no argument.
  std::optional<unsigned> getSegment(Value value) const {
    auto found = levels.find(value);
    return found == levels.end() ? std::nullopt : std::optional(found->second);
  }
  /// The segment that an operation of the block is put into; none for those
  /// that are repeated in every segment that reads them.
  std::optional<unsigned> getSegment(Operation *op) const {
    auto found = placed.find(op);
    return found == placed.end() ? std::nullopt : std::optional(found->second);
  }

private:
  void place(Operation *op);

  llvm::SetVector<Value> inputs;
  DenseMap<Operation *, Linear> linears;
  DenseMap<Value, unsigned> levels;
  DenseMap<Operation *, unsigned> placed;
};

/// Builds the function of one segment and the call of it.
class Segment {
public:
  Segment(const Schedule &schedule, unsigned number, func::FuncOp source)
      : schedule(schedule), number(number), source(source) {}

  /// What a caller hands over: a value, perhaps of another segment, or a
  /// constant that it packs first.
  struct Operand {
    Value value;
    const Linear *linear = nullptr;
  };

  /// Makes a function that returns those of `wanted` that are of this segment.
  void build(const llvm::SetVector<Value> &wanted);
  /// Null where there is nothing to do.
  func::FuncOp function() const { return func; }
  void setFunction(func::FuncOp other) {
    func.erase();
    func = other;
  }
  ArrayRef<Operand> operands() const { return theOperands; }
  ArrayRef<Value> results() const { return theResults; }

private:
  void copy(Operation *op, OpBuilder &builder);
  Value resolve(Value value, OpBuilder &builder);
  Value addArgument(Type type, Operand operand);
  Value addWeight(const Linear &linear, OpBuilder &builder);

  const Schedule &schedule;
  unsigned number;
  func::FuncOp source, func;
  IRMapping mapping;
  SmallVector<Operand> theOperands;
  SmallVector<Value> theResults;
  /// By constant and orientation, unpacked: [outputs, steps].
  DenseMap<std::pair<Attribute, unsigned>, Value> weights;
};

struct SplitAtLinearsPass
    : gg::rf8::impl::RF8SplitAtLinearsPassBase<SplitAtLinearsPass> {
  using Base::Base;

  void runOnOperation() override;
};

} // namespace

//===----------------------------------------------------------------------===//
// Schedule
//===----------------------------------------------------------------------===//

/// The values of the block that `op` reads, in its regions too.
static SmallVector<Value> getReadValues(Operation *op) {
  SmallVector<Value> values(op->getOperands());
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  llvm::append_range(values, captured);
  return values;
}

/// Matches a product of f32 with a constant matrix, with the steps last in the
/// input.
static std::optional<Linear> matchLinear(Operation *op) {
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  if (!linalgOp || linalgOp.getNumDpsInputs() != 2)
    return std::nullopt;
  auto isF32 = [](OpOperand *operand) {
    return getElementTypeOrSelf(operand->get().getType()).isF32();
  };
  for (unsigned i : {1, 0}) {
    std::optional<MatrixContraction> match = matchContraction(linalgOp, i);
    if (!match || !isF32(match->weight) || !isF32(match->input))
      continue;
    AffineMap map = linalgOp.getMatchingIndexingMap(match->input);
    auto last = dyn_cast<AffineDimExpr>(map.getResults().back());
    if (!last || last.getPosition() != match->stepDim)
      continue;
    std::optional<WeightSource> source = findWeightSource(match->weight->get());
    auto constant =
        source ? source->root.getDefiningOp<arith::ConstantOp>() : nullptr;
    if (constant && !constant->hasAttr("rf8.keep") &&
        isa<FloatType>(getElementTypeOrSelf(constant.getType())))
      return Linear{constant, match->weight, match->input->get(),
                    match->stepsFirst != source->transposed, match->stepsFirst};
  }
  return std::nullopt;
}

Schedule::Schedule(Block &block) {
  for (BlockArgument argument : block.getArguments())
    levels[argument] = 0;
  for (Operation &op : block.without_terminator())
    place(&op);
}

void Schedule::place(Operation *op) {
  std::optional<unsigned> level;
  for (Value value : getReadValues(op))
    if (std::optional<unsigned> segment = getSegment(value))
      level = std::max(level.value_or(0), *segment);
  // Rests on no argument: the same for every call.
  if (!level)
    return;
  if (std::optional<Linear> linear = matchLinear(op);
      linear && getSegment(linear->input)) {
    inputs.insert(linear->input);
    unsigned first = llvm::find(inputs, linear->input) - inputs.begin() + 1;
    level = std::max(*level, first);
    linears.try_emplace(op, *linear);
  }
  for (Value result : op->getResults())
    levels[result] = *level;
  // Segments hand on tensors; a scalar is computed where it is read.
  bool isScalar =
      op->getNumResults() != 0 &&
      llvm::none_of(op->getResultTypes(), llvm::IsaPred<TensorType>);
  if (!isScalar)
    placed[op] = *level;
}

//===----------------------------------------------------------------------===//
// Segment
//===----------------------------------------------------------------------===//

static Attribute getConstant(const Linear &linear) {
  return linear.constant.getDefiningOp<arith::ConstantOp>().getValue();
}

Value Segment::addArgument(Type type, Operand operand) {
  theOperands.push_back(operand);
  return func.front().addArgument(type, func.getLoc());
}

/// The matrix that `linear` multiplies by, out of a packed argument.
Value Segment::addWeight(const Linear &linear, OpBuilder &builder) {
  auto type = cast<RankedTensorType>(linear.weight->get().getType());
  SmallVector<int64_t, 2> shape(type.getShape());
  if (linear.stepsFirst)
    std::swap(shape[0], shape[1]);
  Location loc = linear.constant.getLoc();
  Value &matrix = weights[{getConstant(linear), linear.constantStepsFirst}];
  if (!matrix) {
    Type element = type.getElementType();
    Value packed =
        addArgument(getPackedType(element, shape[0], shape[1], kBlocks),
                    Operand{linear.constant, &linear});
    matrix = UnpackOp::create(builder, loc,
                              RankedTensorType::get(shape, element), packed,
                              LayoutAttr::get(builder.getContext(), kBlocks));
  }
  if (!linear.stepsFirst)
    return matrix;
  Value init = tensor::EmptyOp::create(builder, loc, type.getShape(),
                                       type.getElementType());
  return linalg::TransposeOp::create(builder, loc, matrix, init,
                                     ArrayRef<int64_t>{1, 0})
      ->getResult(0);
}

/// Parameters differ between layers that are alike otherwise; numbers of which
/// there is one, and integers, do not.
static bool isParameter(Operation *op) {
  auto constant = dyn_cast<arith::ConstantOp>(op);
  auto type =
      constant ? dyn_cast<RankedTensorType>(constant.getType()) : nullptr;
  return type && isa<FloatType>(type.getElementType()) &&
         !isa<SplatElementsAttr>(constant.getValue());
}

/// What stands for `value` in this segment.
Value Segment::resolve(Value value, OpBuilder &builder) {
  if (Value known = mapping.lookupOrNull(value))
    return known;
  Operation *op = value.getDefiningOp();
  if (op && !schedule.getSegment(op) && !isParameter(op))
    copy(op, builder);
  else
    mapping.map(value, addArgument(value.getType(), Operand{value}));
  return mapping.lookup(value);
}

void Segment::copy(Operation *op, OpBuilder &builder) {
  const Linear *linear = schedule.getLinear(op);
  IRMapping local;
  for (Value value : getReadValues(op))
    if (!linear || value != linear->weight->get())
      mapping.map(value, resolve(value, builder));
  if (!linear) {
    builder.clone(*op, mapping);
    return;
  }
  // The same constant may have other uses.
  mapping.map(linear->weight->get(), addWeight(*linear, builder));
  builder.clone(*op, mapping);
  mapping.erase(linear->weight->get());
}

void Segment::build(const llvm::SetVector<Value> &wanted) {
  MLIRContext *context = source.getContext();
  func = func::FuncOp::create(source.getLoc(),
                              (source.getName() + "_" + Twine(number)).str(),
                              FunctionType::get(context, {}, {}));
  func.setPrivate();
  OpBuilder builder = OpBuilder::atBlockBegin(func.addEntryBlock());
  for (Operation &op : source.front().without_terminator())
    if (schedule.getSegment(&op) == number)
      copy(&op, builder);
  SmallVector<Value> returned;
  for (Value value : wanted)
    if (schedule.getSegment(value) == number && !isa<BlockArgument>(value)) {
      theResults.push_back(value);
      returned.push_back(resolve(value, builder));
    }
  func::ReturnOp::create(builder, source.getLoc(), returned);
  func.setType(FunctionType::get(context, func.front().getArgumentTypes(),
                                 TypeRange(ValueRange(returned))));
  for (unsigned i = 0; i < theOperands.size(); ++i) {
    const Linear *linear = theOperands[i].linear;
    if (!linear)
      continue;
    auto input = llvm::find_if(theOperands, [&](const Operand &other) {
      return !other.linear && other.value == linear->input;
    });
    func.setArgAttr(i, kInputAttr,
                    builder.getI64IntegerAttr(input - theOperands.begin()));
  }
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

/// The matrix that `linear` multiplies by, packed.
static Value packWeight(const Linear &linear, OpBuilder &builder) {
  Value matrix = linear.constant;
  Location loc = matrix.getLoc();
  auto type = cast<RankedTensorType>(matrix.getType());
  Type f32 = builder.getF32Type();
  if (type.getElementType() != f32)
    matrix = arith::ExtFOp::create(builder, loc, type.clone(f32), matrix);
  SmallVector<int64_t, 2> shape(type.getShape());
  if (linear.constantStepsFirst) {
    std::swap(shape[0], shape[1]);
    Value init = tensor::EmptyOp::create(builder, loc, shape, f32);
    matrix = linalg::TransposeOp::create(builder, loc, matrix, init,
                                         ArrayRef<int64_t>{1, 0})
                 ->getResult(0);
  }
  return PackOp::create(builder, loc,
                        getPackedType(f32, shape[0], shape[1], kBlocks), matrix,
                        LayoutAttr::get(builder.getContext(), kBlocks));
}

/// Replaces the body of `func` by calls of its segments, which are in reverse.
static void insertCalls(func::FuncOp func, const Schedule &schedule,
                        ArrayRef<Segment> segments) {
  Operation *terminator = func.front().getTerminator();
  OpBuilder builder(terminator);
  IRMapping mapping;
  for (const Segment &segment : llvm::reverse(segments)) {
    if (!segment.function())
      continue;
    SmallVector<Value> operands;
    for (const Segment::Operand &operand : segment.operands())
      operands.push_back(operand.linear
                             ? packWeight(*operand.linear, builder)
                             : mapping.lookupOrDefault(operand.value));
    auto call = func::CallOp::create(builder, func.getLoc(), segment.function(),
                                     operands);
    for (auto [value, result] :
         llvm::zip_equal(segment.results(), call.getResults()))
      mapping.map(value, result);
  }
  for (OpOperand &operand : terminator->getOpOperands())
    operand.set(mapping.lookupOrDefault(operand.get()));
  // What segments compute is no longer computed here.
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(func.front())))
    if (schedule.getSegment(&op) || isOpTriviallyDead(&op))
      op.erase();
}

/// Layers that are alike share a function. The segments are in reverse.
static void shareFunctions(MutableArrayRef<Segment> segments,
                           SymbolTable &symbols) {
  llvm::StringMap<func::FuncOp> known;
  for (Segment &segment : llvm::reverse(segments)) {
    func::FuncOp function = segment.function();
    if (llvm::hasSingleElement(function.front())) {
      segment.setFunction(nullptr);
      continue;
    }
    StringAttr name = function.getSymNameAttr();
    function.setName("segment");
    std::string text;
    llvm::raw_string_ostream stream(text);
    function.print(stream);
    function.setName(name);
    auto [entry, isNew] = known.try_emplace(text, function);
    if (isNew)
      symbols.insert(function);
    else
      segment.setFunction(entry->second);
  }
}

static LogicalResult split(func::FuncOp func, SymbolTable &symbols) {
  if (!func.getBody().hasOneBlock())
    return func.emitOpError("expected one block but got ")
           << func.getBody().getBlocks().size();
  Schedule schedule(func.front());
  // From the last segment to the first, which computes what the others want.
  llvm::SetVector<Value> wanted;
  wanted.insert_range(func.front().getTerminator()->getOperands());
  SmallVector<Segment> segments;
  for (unsigned number = schedule.segments(); number-- > 0;) {
    Segment &segment = segments.emplace_back(schedule, number, func);
    segment.build(wanted);
    for (const Segment::Operand &operand : segment.operands())
      if (!operand.linear)
        wanted.insert(operand.value);
  }
  shareFunctions(segments, symbols);
  insertCalls(func, schedule, segments);
  return success();
}

void SplitAtLinearsPass::runOnOperation() {
  SymbolTable symbols(getOperation());
  auto funcs = llvm::to_vector(getOperation().getOps<func::FuncOp>());
  for (func::FuncOp func : funcs)
    if (!func.isExternal() && failed(split(func, symbols)))
      return signalPassFailure();
}
