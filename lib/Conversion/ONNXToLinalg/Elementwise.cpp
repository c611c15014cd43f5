//===- Elementwise.cpp - Elementwise ops to linalg ------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "Patterns.h"
#include "Scalar.h"
#include "gg/Dialect/ONNX/IR/ONNX.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace gg::onnx;

//===----------------------------------------------------------------------===//
// One element of each op. The Scalar has the element type of the first operand;
// elements come loaded and go stored.
//===----------------------------------------------------------------------===//

namespace {
using Args = ArrayRef<Value>;
} // namespace

static Value emit(AddOp, Scalar &s, Args x) { return s.add(x[0], x[1]); }
static Value emit(SubOp, Scalar &s, Args x) { return s.sub(x[0], x[1]); }
static Value emit(MulOp, Scalar &s, Args x) { return s.mul(x[0], x[1]); }
static Value emit(DivOp, Scalar &s, Args x) { return s.div(x[0], x[1]); }

static Value emit(ModOp op, Scalar &s, Args x) {
  return op.getFmod() ? s.remainder(x[0], x[1]) : s.modulo(x[0], x[1]);
}

static Value emitFold(Scalar &s, Args x, Value (Scalar::*join)(Value, Value)) {
  Value result = x.front();
  for (Value next : x.drop_front())
    result = (s.*join)(result, next);
  return result;
}
static Value emit(MaxOp, Scalar &s, Args x) {
  return emitFold(s, x, &Scalar::max);
}
static Value emit(MinOp, Scalar &s, Args x) {
  return emitFold(s, x, &Scalar::min);
}

static Value emit(NegOp, Scalar &s, Args x) { return s.neg(x[0]); }
static Value emit(AbsOp, Scalar &s, Args x) { return s.abs(x[0]); }
static Value emit(SqrtOp, Scalar &s, Args x) {
  return math::SqrtOp::create(s.b, x[0]);
}
static Value emit(ReciprocalOp, Scalar &s, Args x) {
  return s.div(s.constant(1), x[0]);
}
static Value emit(FloorOp, Scalar &s, Args x) {
  return math::FloorOp::create(s.b, x[0]);
}
static Value emit(CeilOp, Scalar &s, Args x) {
  return math::CeilOp::create(s.b, x[0]);
}
static Value emit(RoundOp, Scalar &s, Args x) {
  return math::RoundEvenOp::create(s.b, x[0]);
}

/// NaN stays NaN: it is neither above nor below zero, and not equal to itself.
static Value emit(SignOp, Scalar &s, Args x) {
  Value zero = s.integer(0);
  Value above = s.compare(arith::CmpFPredicate::OGT, x[0], zero);
  Value result = arith::SelectOp::create(s.b, above, s.integer(1), x[0]);
  if (s.isUnsigned())
    return result;
  return arith::SelectOp::create(s.b, s.less(x[0], zero), s.integer(-1),
                                 result);
}

static Value emit(ExpOp, Scalar &s, Args x) { return s.exp(x[0]); }
static Value emit(LogOp, Scalar &s, Args x) { return s.log(x[0]); }
static Value emit(SinOp, Scalar &s, Args x) {
  return math::SinOp::create(s.b, x[0]);
}
static Value emit(CosOp, Scalar &s, Args x) {
  return math::CosOp::create(s.b, x[0]);
}
static Value emit(TanhOp, Scalar &s, Args x) {
  return math::TanhOp::create(s.b, x[0]);
}
static Value emit(ErfOp, Scalar &s, Args x) {
  return math::ErfOp::create(s.b, x[0]);
}

static Value sigmoid(Scalar &s, Value x) {
  Value one = s.constant(1);
  return s.div(one, s.add(one, s.exp(s.neg(x))));
}
static Value emit(SigmoidOp, Scalar &s, Args x) { return sigmoid(s, x[0]); }

static Value swish(Scalar &s, Value x, const APFloat &alpha) {
  Value scaled = alpha.isExactlyValue(1.0)
                     ? x
                     : s.mul(x, s.constant(alpha.convertToFloat()));
  return s.mul(x, sigmoid(s, scaled));
}
static Value emit(SwishOp op, Scalar &s, Args x) {
  return swish(s, x[0], op.getAlpha());
}
static Value emit(SwiGLUOp op, Scalar &s, Args x) {
  return s.mul(swish(s, x[0], op.getAlpha()), x[1]);
}

/// max(x, 0) + ln(1 + exp(-|x|)), which does not overflow.
static Value emit(SoftplusOp, Scalar &s, Args x) {
  Value tail = s.exp(s.neg(s.abs(x[0])));
  return s.add(s.max(x[0], s.constant(0)), math::Log1pOp::create(s.b, tail));
}

static Value emit(ReluOp, Scalar &s, Args x) {
  return s.max(x[0], s.integer(0));
}

static Value emit(GeluOp op, Scalar &s, Args x) {
  Value half = s.constant(0.5), one = s.constant(1);
  Value inner;
  if (op.getApproximate() == "tanh") {
    // sqrt(2 / pi) * (x + 0.044715 x^3)
    Value cube = s.mul(s.mul(x[0], x[0]), x[0]);
    Value sum = s.add(x[0], s.mul(s.constant(0.044715), cube));
    inner =
        math::TanhOp::create(s.b, s.mul(s.constant(0.7978845608028654), sum));
  } else {
    inner =
        math::ErfOp::create(s.b, s.mul(x[0], s.constant(0.7071067811865476)));
  }
  return s.mul(s.mul(half, x[0]), s.add(one, inner));
}

template <arith::CmpFPredicate predicate>
static Value emitCompare(Scalar &s, Args x) {
  return s.compare(predicate, x[0], x[1]);
}
static Value emit(EqualOp, Scalar &s, Args x) {
  return emitCompare<arith::CmpFPredicate::OEQ>(s, x);
}
static Value emit(LessOp, Scalar &s, Args x) {
  return emitCompare<arith::CmpFPredicate::OLT>(s, x);
}
static Value emit(LessOrEqualOp, Scalar &s, Args x) {
  return emitCompare<arith::CmpFPredicate::OLE>(s, x);
}
static Value emit(GreaterOp, Scalar &s, Args x) {
  return emitCompare<arith::CmpFPredicate::OGT>(s, x);
}
static Value emit(GreaterOrEqualOp, Scalar &s, Args x) {
  return emitCompare<arith::CmpFPredicate::OGE>(s, x);
}

static Value emit(AndOp, Scalar &s, Args x) {
  return arith::AndIOp::create(s.b, x[0], x[1]);
}
static Value emit(OrOp, Scalar &s, Args x) {
  return arith::OrIOp::create(s.b, x[0], x[1]);
}
static Value emit(XorOp, Scalar &s, Args x) {
  return arith::XOrIOp::create(s.b, x[0], x[1]);
}
static Value emit(NotOp, Scalar &s, Args x) {
  return arith::XOrIOp::create(s.b, x[0], s.integer(1));
}

static Value emit(IsNaNOp, Scalar &s, Args x) {
  return arith::CmpFOp::create(s.b, arith::CmpFPredicate::UNO, x[0], x[0]);
}
static Value emit(IsInfOp op, Scalar &s, Args x) {
  Value result = arith::ConstantOp::create(s.b, s.b.getBoolAttr(false));
  auto alsoEqual = [&](Value infinity) {
    Value hit = s.compare(arith::CmpFPredicate::OEQ, x[0], infinity);
    result = arith::OrIOp::create(s.b, result, hit);
  };
  if (op.getDetectPositive())
    alsoEqual(s.highest());
  if (op.getDetectNegative())
    alsoEqual(s.lowest());
  return result;
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

namespace {

/// Any op that computes each element of its one result from one of each
/// operand, all of them of one type.
template <typename OpTy> struct ElementwisePattern : OpConversionPattern<OpTy> {
  using OpConversionPattern<OpTy>::OpConversionPattern;
  LogicalResult
  matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Type from = getElementType(op->getOperand(0));
    Type to = getElementType(op->getResult(0));
    Broadcast in = e.broadcast(adaptor.getOperands());
    e.replace(e.map(in.sizes, toStored(to), in.operands, in.maps,
                    [&](OpBuilder &b, Location loc, ValueRange args) {
                      Scalar s(b, loc, from);
                      SmallVector<Value> loaded;
                      for (Value arg : args)
                        loaded.push_back(s.load(arg));
                      Value result = emit(op, s, loaded);
                      return from == to ? s.store(result) : result;
                    }));
    return success();
  }
};

struct WherePattern : OpConversionPattern<WhereOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(WhereOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Broadcast in = e.broadcast(adaptor.getOperands());
    e.replace(e.map(
        in.sizes, getElementType(adaptor.getX()), in.operands, in.maps,
        [](OpBuilder &b, Location loc, ValueRange args) -> Value {
          return arith::SelectOp::create(b, loc, args[0], args[1], args[2]);
        }));
    return success();
  }
};

/// A NaN stays; where the minimum exceeds the maximum, the maximum wins.
struct ClipPattern : OpConversionPattern<ClipOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(ClipOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Type type = getElementType(op.getInput());
    bool hasMin = isPresent(op.getMin()), hasMax = isPresent(op.getMax());
    Sizes sizes = e.sizes(adaptor.getInput());
    AffineMap identity = rewriter.getMultiDimIdentityMap(sizes.size());
    SmallVector<Value> operands = {adaptor.getInput()};
    SmallVector<AffineMap> maps = {identity};
    auto addLimit = [&](Value limit) {
      operands.push_back(e.reshape(limit, {}));
      maps.push_back(AffineMap::get(sizes.size(), 0, rewriter.getContext()));
    };
    if (hasMin)
      addLimit(adaptor.getMin());
    if (hasMax)
      addLimit(adaptor.getMax());
    e.replace(e.map(sizes, toStored(type), operands, maps,
                    [&](OpBuilder &b, Location loc, ValueRange args) {
                      Scalar s(b, loc, type);
                      Value x = s.load(args[0]);
                      if (hasMin)
                        x = s.max(x, s.load(args[1]));
                      if (hasMax)
                        x = s.min(x, s.load(args.back()));
                      return s.store(x);
                    }));
    return success();
  }
};

struct IdentityPattern : OpConversionPattern<IdentityOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(IdentityOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter(rewriter, op).replace(adaptor.getInput());
    return success();
  }
};

/// Dropout as inference has it.
struct DropoutPattern : OpConversionPattern<DropoutOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(DropoutOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Value mask;
    if (isPresent(op.getMask()))
      mask = e.filled(e.sizes(adaptor.getData()),
                      e.integer(rewriter.getI1Type(), 1));
    e.replace({adaptor.getData(), mask});
    return success();
  }
};
} // namespace

void gg::onnx::populateElementwisePatterns(const TypeConverter &types,
                                           RewritePatternSet &patterns) {
  patterns
      .add<ElementwisePattern<AddOp>, ElementwisePattern<SubOp>,
           ElementwisePattern<MulOp>, ElementwisePattern<DivOp>,
           ElementwisePattern<ModOp>, ElementwisePattern<MaxOp>,
           ElementwisePattern<MinOp>, ElementwisePattern<NegOp>,
           ElementwisePattern<AbsOp>, ElementwisePattern<SqrtOp>,
           ElementwisePattern<ReciprocalOp>, ElementwisePattern<FloorOp>,
           ElementwisePattern<CeilOp>, ElementwisePattern<RoundOp>,
           ElementwisePattern<SignOp>, ElementwisePattern<ExpOp>,
           ElementwisePattern<LogOp>, ElementwisePattern<SinOp>,
           ElementwisePattern<CosOp>, ElementwisePattern<TanhOp>,
           ElementwisePattern<ErfOp>, ElementwisePattern<SigmoidOp>,
           ElementwisePattern<SwishOp>, ElementwisePattern<SwiGLUOp>,
           ElementwisePattern<SoftplusOp>, ElementwisePattern<ReluOp>,
           ElementwisePattern<GeluOp>, ElementwisePattern<EqualOp>,
           ElementwisePattern<LessOp>, ElementwisePattern<LessOrEqualOp>,
           ElementwisePattern<GreaterOp>, ElementwisePattern<GreaterOrEqualOp>,
           ElementwisePattern<AndOp>, ElementwisePattern<OrOp>,
           ElementwisePattern<XorOp>, ElementwisePattern<NotOp>,
           ElementwisePattern<IsNaNOp>, ElementwisePattern<IsInfOp>,
           WherePattern, ClipPattern, IdentityPattern, DropoutPattern>(
          types, patterns.getContext());
}
