//===- EntryABI.cpp - Entries as C functions -----------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Weights/EntryABI.h"
#include "CallBuilder.h"
#include "gg/Conversion/Passes.h"
#include "gg/Dialect/GG/IR/GG.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/TypeSwitch.h"

namespace gg {
#define GEN_PASS_DEF_ENTRYABIPASS
#include "gg/Conversion/Passes.h.inc"
} // namespace gg

using namespace mlir;
using namespace gg;

namespace {

/// Lowers one entry.
class EntryLowering {
public:
  EntryLowering(func::FuncOp func, const LLVMTypeConverter &converter,
                SymbolTable &symbols)
      : func(func), converter(converter), symbols(symbols) {}

  LogicalResult run() {
    for (auto [i, type] : llvm::enumerate(func.getArgumentTypes())) {
      auto buffer = dyn_cast<MemRefType>(type);
      if (!buffer || !buffer.getLayout().isIdentity() ||
          buffer.getRank() > GG_MAX_RANK)
        return func.emitOpError("expected a buffer of identity layout and a "
                                "rank of at most ")
               << GG_MAX_RANK << " as argument #" << i << " but got " << type;
    }
    changeSignature();
    func.walk([&](Operation *op) { lower(op); });
    return success();
  }

private:
  void changeSignature() {
    MLIRContext *context = func.getContext();
    Block &block = func.front();
    Location loc = func.getLoc();
    Type pointer = LLVM::LLVMPointerType::get(context);
    Type i64 = IntegerType::get(context, 64);
    SmallVector<BlockArgument> inputs(block.getArguments());
    call.emplace(converter, block.addArgument(pointer, loc));
    Value threadArg = block.addArgument(i64, loc);

    OpBuilder builder = OpBuilder::atBlockBegin(&block);
    Type index = builder.getIndexType();
    thread = arith::IndexCastOp::create(builder, loc, index, threadArg);
    weights = call->load(builder, loc, CallMember::Weights);
    arena = call->load(builder, loc, CallMember::Arena);
    for (auto [i, input] : llvm::enumerate(inputs))
      input.replaceAllUsesWith(
          call->loadInput(builder, loc, i, cast<MemRefType>(input.getType())));
    block.eraseArguments(0, inputs.size());
    func.setType(FunctionType::get(context, {pointer, i64}, {}));
    func.setAllArgAttrs(ArrayRef<DictionaryAttr>(
        SmallVector<DictionaryAttr>(2, DictionaryAttr::get(context))));
    auto name = func->getAttrOfType<StringAttr>(ir::kEntryAttr).getValue();
    (void)symbols.rename(func, ("gg_" + name).str());
    func->removeAttr(ir::kEntryAttr);
    if (auto phases = func->getAttrOfType<StringAttr>(ir::kPhasesAttr)) {
      addText(loc, phases, "gg_phases_" + name, LLVM::Linkage::External);
      func->removeAttr(ir::kPhasesAttr);
    }
  }

  void lower(Operation *op) {
    OpBuilder builder(op);
    Location loc = op->getLoc();
    Value result;
    if (isa<ir::ThreadIdOp>(op)) {
      result = thread;
    } else if (isa<ir::MathTableOp>(op)) {
      result = call->load(builder, loc, CallMember::Math);
    } else if (auto get = dyn_cast<ir::GetWeightOp>(op)) {
      auto weight = symbols.lookup<ir::WeightOp>(get.getName());
      // The offset is a 64-bit operand: a payload exceeds 2^31 bytes.
      Value offset = LLVM::ConstantOp::create(
          builder, loc, builder.getI64Type(), weight.getOffset());
      Value address = LLVM::GEPOp::create(
          builder, loc, weights.getType(), builder.getI8Type(), weights,
          ValueRange(offset), LLVM::GEPNoWrapFlags::inbounds);
      result = call->wrap(builder, loc, get.getType(), address);
    } else if (isa<ir::ArenaOp>(op)) {
      Value bytes = call->load(builder, loc, CallMember::ArenaBytes);
      result =
          call->wrap(builder, loc, cast<MemRefType>(op->getResult(0).getType()),
                     arena, bytes);
    } else if (auto output = dyn_cast<ir::OutputOp>(op)) {
      call->storeOutput(builder, loc, output.getIndex(), output.getBuffer());
    } else if (auto barrier = dyn_cast<ir::BarrierOp>(op)) {
      Value phase = LLVM::ConstantOp::create(builder, loc, builder.getI64Type(),
                                             barrier.getPhase());
      callMember(builder, loc, CallMember::Barrier, phase, {});
    } else if (auto claim = dyn_cast<ir::ClaimOp>(op)) {
      lowerClaim(builder, claim);
    } else if (auto fail = dyn_cast<ir::FailOp>(op)) {
      callMember(builder, loc, CallMember::Fail,
                 getMessage(builder, loc, fail.getMessage()), {});
    } else {
      return;
    }
    if (result)
      op->replaceAllUsesWith(ValueRange(result));
    op->erase();
  }

  /// Begin is what the function returns, the end is in memory that it is given.
  void lowerClaim(OpBuilder &builder, ir::ClaimOp claim) {
    Location loc = claim.getLoc();
    Type i64 = builder.getI64Type(), index = builder.getIndexType();
    if (!claimedEnd) {
      OpBuilder top = OpBuilder::atBlockBegin(&func.front());
      Value one = LLVM::ConstantOp::create(top, loc, i64, 1);
      claimedEnd =
          LLVM::AllocaOp::create(top, loc, weights.getType(), i64, one);
    }
    auto toI64 = [&](Value value) -> Value {
      return arith::IndexCastOp::create(builder, loc, i64, value);
    };
    Value loop =
        LLVM::ConstantOp::create(builder, loc, i64, claim.getLoopAttr());
    Value begin = callMember(builder, loc, CallMember::Claim,
                             {toI64(thread), loop, toI64(claim.getIterations()),
                              toI64(claim.getMultiple()), claimedEnd},
                             i64);
    Value end = LLVM::LoadOp::create(builder, loc, i64, claimedEnd);
    for (auto [result, value] :
         llvm::zip_equal(claim.getResults(), ValueRange{begin, end}))
      result.replaceAllUsesWith(
          arith::IndexCastOp::create(builder, loc, index, value));
  }

  /// Calls a function of the call with the team and `arguments`; its result, if
  /// it has one.
  Value callMember(OpBuilder &builder, Location loc, CallMember member,
                   ValueRange arguments, Type result) {
    Value function = call->load(builder, loc, member);
    SmallVector<Value> operands = {function,
                                   call->load(builder, loc, CallMember::Team)};
    llvm::append_range(operands, arguments);
    SmallVector<Type> types(ValueRange(operands).drop_front().getTypes());
    auto type = LLVM::LLVMFunctionType::get(
        result ? result : LLVM::LLVMVoidType::get(func.getContext()), types);
    auto op = LLVM::CallOp::create(builder, loc, type, operands);
    return result ? op.getResult() : Value();
  }

  Value getMessage(OpBuilder &builder, Location loc, StringRef text) {
    return LLVM::AddressOfOp::create(
        builder, loc, addText(loc, text, "message", LLVM::Linkage::Internal));
  }

  /// A constant of the text and a null.
  LLVM::GlobalOp addText(Location loc, StringRef text, const Twine &name,
                         LLVM::Linkage linkage) {
    std::string terminated = text.str();
    terminated.push_back('\0');
    auto module = func->getParentOfType<ModuleOp>();
    OpBuilder top = OpBuilder::atBlockBegin(module.getBody());
    auto type = LLVM::LLVMArrayType::get(top.getI8Type(), terminated.size());
    auto global =
        LLVM::GlobalOp::create(top, loc, type, /*isConstant=*/true, linkage,
                               name.str(), top.getStringAttr(terminated));
    symbols.insert(global);
    return global;
  }

  func::FuncOp func;
  const LLVMTypeConverter &converter;
  SymbolTable &symbols;
  std::optional<CallBuilder> call;
  Value thread, weights, arena;
  /// Where a claim puts its end.
  Value claimedEnd;
};

} // namespace

/// Kernels call the table too, through a pointer that they are given.
static void lowerCallMath(ir::CallMathOp op) {
  OpBuilder builder(op);
  Location loc = op.getLoc();
  Type pointer = op.getTable().getType();
  Value address = LLVM::GEPOp::create(
      builder, loc, pointer, pointer, op.getTable(),
      ArrayRef<LLVM::GEPArg>{int32_t(*ir::getMathTableIndex(op.getFunction()))},
      LLVM::GEPNoWrapFlags::inbounds);
  Value function = LLVM::LoadOp::create(builder, loc, pointer, address);
  Type f64 = builder.getF64Type();
  auto type = LLVM::LLVMFunctionType::get(
      f64, SmallVector<Type>(op.getArgs().size(), f64));
  SmallVector<Value> operands = {function};
  llvm::append_range(operands, op.getArgs());
  Value result = LLVM::CallOp::create(builder, loc, type, operands).getResult();
  op.replaceAllUsesWith(result);
  op.erase();
}

namespace {

struct EntryABIPass : public gg::impl::EntryABIPassBase<EntryABIPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    SymbolTable symbols(module);
    LLVMTypeConverter converter(&getContext());
    for (auto func : llvm::make_early_inc_range(module.getOps<func::FuncOp>()))
      if (func->hasAttr(ir::kEntryAttr) &&
          failed(EntryLowering(func, converter, symbols).run()))
        return signalPassFailure();
    module.walk(lowerCallMath);
    for (auto weight :
         llvm::make_early_inc_range(module.getOps<ir::WeightOp>()))
      weight.erase();
  }
};

} // namespace
