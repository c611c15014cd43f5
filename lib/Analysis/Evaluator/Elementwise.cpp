//===- Elementwise.cpp - Elementwise kernels of the evaluator -------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Kernel.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace gg::onnx;

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

/// Computes fn over the broadcast operands a and b.
template <typename In, typename Out, typename Fn>
static bool mapBinary(KernelCall &call, const HostTensor &a,
                      const HostTensor &b, Type type, Fn fn) {
  auto shape = broadcastConcrete({a.getShape(), b.getShape()});
  if (!shape)
    return call.fail("expected operands that broadcast");
  if (!call.checkSize(*shape))
    return false;
  std::vector<Out> values(*countElements(*shape));
  const In *x = a.values<In>().data(), *y = b.values<In>().data();
  forEachRow<2>(*shape,
                {getBroadcastStrides(a.getShape(), *shape),
                 getBroadcastStrides(b.getShape(), *shape)},
                [&](int64_t at, auto from, auto step, int64_t length) {
                  for (int64_t i = 0; i < length; ++i)
                    values[at + i] =
                        fn(x[from[0] + i * step[0]], y[from[1] + i * step[1]]);
                });
  return call.emitValues<Out>(type, *shape, std::move(values));
}

template <typename In, typename Out, typename Fn>
static bool mapUnary(KernelCall &call, Type type, Fn fn) {
  const HostTensor &a = call.arg(0);
  std::vector<Out> values(a.getNumElements());
  const In *x = a.values<In>().data();
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = fn(x[i]);
  return call.emitValues<Out>(type, a.getShape(), std::move(values));
}

static bool checkSameType(KernelCall &call) {
  for (const HostTensor *arg : call.args())
    if (arg->getElementType() != call.arg(0).getElementType())
      return call.fail("expected operands of one element type");
  return true;
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

// Integer arithmetic wraps, as it does at run time; hence the unsigned detour.
struct AddFn {
  double operator()(double a, double b) const { return a + b; }
  int64_t operator()(int64_t a, int64_t b) const {
    return uint64_t(a) + uint64_t(b);
  }
};
struct SubFn {
  double operator()(double a, double b) const { return a - b; }
  int64_t operator()(int64_t a, int64_t b) const {
    return uint64_t(a) - uint64_t(b);
  }
};
struct MulFn {
  double operator()(double a, double b) const { return a * b; }
  int64_t operator()(int64_t a, int64_t b) const {
    return uint64_t(a) * uint64_t(b);
  }
};

template <typename Fn> static bool evalArithmetic(KernelCall &call) {
  if (!checkSameType(call))
    return false;
  const HostTensor &a = call.arg(0), &b = call.arg(1);
  if (a.isFloat())
    return mapBinary<double, double>(call, a, b, a.getElementType(), Fn());
  return mapBinary<int64_t, int64_t>(call, a, b, a.getElementType(), Fn());
}

static bool hasZero(const HostTensor &tensor) {
  return llvm::is_contained(tensor.ints(), 0);
}

static bool evalDiv(KernelCall &call) {
  if (!checkSameType(call))
    return false;
  const HostTensor &a = call.arg(0), &b = call.arg(1);
  Type type = a.getElementType();
  if (a.isFloat())
    return mapBinary<double, double>(call, a, b, type,
                                     [](double x, double y) { return x / y; });
  if (hasZero(b))
    return call.fail("expected a divisor other than 0");
  if (a.isUnsigned())
    return mapBinary<int64_t, int64_t>(
        call, a, b, type,
        [](int64_t x, int64_t y) { return uint64_t(x) / uint64_t(y); });
  return mapBinary<int64_t, int64_t>(
      call, a, b, type, [](int64_t x, int64_t y) {
        return y == -1 ? SubFn()(int64_t(0), x) : x / y;
      });
}

static bool evalMod(KernelCall &call) {
  if (!checkSameType(call))
    return false;
  const HostTensor &a = call.arg(0), &b = call.arg(1);
  Type type = a.getElementType();
  if (a.isFloat())
    return mapBinary<double, double>(
        call, a, b, type, [](double x, double y) { return std::fmod(x, y); });
  if (hasZero(b))
    return call.fail("expected a divisor other than 0");
  if (a.isUnsigned())
    return mapBinary<int64_t, int64_t>(
        call, a, b, type,
        [](int64_t x, int64_t y) { return uint64_t(x) % uint64_t(y); });
  bool fmod = call.getInt("fmod", 0) != 0;
  return mapBinary<int64_t, int64_t>(
      call, a, b, type, [fmod](int64_t x, int64_t y) {
        int64_t rest = y == -1 ? 0 : x % y;
        // The sign is the divisor's, Python's way, unless C's is asked for.
        return !fmod && rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
      });
}

/// Truncates; what does not fit an int64 has no value that ONNX defines, and
/// takes the one that x86 gives.
static int64_t truncate(double value) {
  if (!(value > -9223372036854775808.0 && value < 9223372036854775808.0))
    return INT64_MIN;
  return static_cast<int64_t>(value);
}

static int64_t powInt(int64_t base, int64_t exponent) {
  if (exponent < 0)
    return base == 1 ? 1 : base == -1 ? (exponent % 2 ? -1 : 1) : 0;
  int64_t result = 1;
  for (; exponent; exponent >>= 1) {
    if (exponent & 1)
      result = MulFn()(result, base);
    base = MulFn()(base, base);
  }
  return result;
}

/// The values as floats, whatever the type.
static HostTensor asDoubles(const HostTensor &tensor, MLIRContext *context) {
  ArrayRef<int64_t> values = tensor.ints();
  return HostTensor::getFloats(
      Float64Type::get(context), tensor.getShape(),
      std::vector<double>(values.begin(), values.end()));
}

static bool evalPow(KernelCall &call) {
  const HostTensor &a = call.arg(0), &b = call.arg(1);
  Type type = a.getElementType();
  auto pow = [](double x, double y) { return std::pow(x, y); };
  if (a.isFloat())
    return mapBinary<double, double>(
        call, a, b.isFloat() ? b : asDoubles(b, call.op->getContext()), type,
        pow);
  if (b.isFloat()) {
    HostTensor base = asDoubles(a, call.op->getContext());
    return mapBinary<double, int64_t>(
        call, base, b, type,
        [](double x, double y) { return truncate(std::pow(x, y)); });
  }
  return mapBinary<int64_t, int64_t>(call, a, b, type, powInt);
}

template <bool isMax> static bool evalMinMax(KernelCall &call) {
  if (call.args().empty() || !checkSameType(call))
    return call.fail("expected operands of one element type");
  HostTensor result = call.arg(0);
  for (const HostTensor *arg : call.args().drop_front()) {
    HostTensor left = result;
    Type type = left.getElementType();
    bool done;
    if (left.isFloat())
      done = mapBinary<double, double>(
          call, left, *arg, type, [](double x, double y) {
            if (std::isnan(x) || std::isnan(y))
              return std::numeric_limits<double>::quiet_NaN();
            return isMax ? std::max(x, y) : std::min(x, y);
          });
    else if (left.isUnsigned())
      done = mapBinary<int64_t, int64_t>(
          call, left, *arg, type, [](int64_t x, int64_t y) {
            return (uint64_t(x) < uint64_t(y)) == isMax ? y : x;
          });
    else
      done = mapBinary<int64_t, int64_t>(
          call, left, *arg, type, [](int64_t x, int64_t y) {
            return isMax ? std::max(x, y) : std::min(x, y);
          });
    if (!done)
      return false;
    result = call.results.pop_back_val();
  }
  return call.emit(std::move(result));
}

//===----------------------------------------------------------------------===//
// Comparison and logic
//===----------------------------------------------------------------------===//

template <typename Fn> static bool evalCompare(KernelCall &call) {
  if (!checkSameType(call))
    return false;
  const HostTensor &a = call.arg(0), &b = call.arg(1);
  Type i1 = IntegerType::get(call.op->getContext(), 1);
  if (a.isFloat())
    return mapBinary<double, int64_t>(call, a, b, i1, Fn());
  if (a.isUnsigned())
    return mapBinary<int64_t, int64_t>(
        call, a, b, i1,
        [](int64_t x, int64_t y) { return Fn()(uint64_t(x), uint64_t(y)); });
  return mapBinary<int64_t, int64_t>(call, a, b, i1, Fn());
}

// The verifiers let And, Or, Xor and Not have booleans only.

template <typename Fn> static bool evalLogic(KernelCall &call) {
  return mapBinary<int64_t, int64_t>(call, call.arg(0), call.arg(1),
                                     call.arg(0).getElementType(), Fn());
}

static bool evalNot(KernelCall &call) {
  return mapUnary<int64_t, int64_t>(call, call.arg(0).getElementType(),
                                    [](int64_t x) { return !x; });
}

template <typename T>
static bool selectValues(KernelCall &call, ArrayRef<int64_t> shape) {
  const HostTensor &c = call.arg(0), &x = call.arg(1), &y = call.arg(2);
  const int64_t *condition = c.ints().data();
  const T *ifTrue = x.values<T>().data(), *ifFalse = y.values<T>().data();
  std::vector<T> values(*countElements(shape));
  forEachRow<3>(shape,
                {getBroadcastStrides(c.getShape(), shape),
                 getBroadcastStrides(x.getShape(), shape),
                 getBroadcastStrides(y.getShape(), shape)},
                [&](int64_t at, auto from, auto step, int64_t length) {
                  for (int64_t i = 0; i < length; ++i)
                    values[at + i] = condition[from[0] + i * step[0]]
                                         ? ifTrue[from[1] + i * step[1]]
                                         : ifFalse[from[2] + i * step[2]];
                });
  return call.emitValues<T>(x.getElementType(), shape, std::move(values));
}

static bool evalWhere(KernelCall &call) {
  const HostTensor &c = call.arg(0), &x = call.arg(1), &y = call.arg(2);
  if (c.isFloat() || x.getElementType() != y.getElementType())
    return call.fail("expected a boolean condition and branches of one type");
  auto shape = broadcastConcrete({c.getShape(), x.getShape(), y.getShape()});
  if (!shape)
    return call.fail("expected operands that broadcast");
  if (!call.checkSize(*shape))
    return false;
  return x.isFloat() ? selectValues<double>(call, *shape)
                     : selectValues<int64_t>(call, *shape);
}

//===----------------------------------------------------------------------===//
// Functions of one operand
//===----------------------------------------------------------------------===//

template <double (*fn)(double)> static bool evalFloat(KernelCall &call) {
  if (!call.arg(0).isFloat())
    return call.fail("expected floats");
  return mapUnary<double, double>(call, call.arg(0).getElementType(), fn);
}

static double reciprocal(double x) { return 1.0 / x; }
static double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

static bool evalNeg(KernelCall &call) {
  Type type = call.arg(0).getElementType();
  if (call.arg(0).isFloat())
    return mapUnary<double, double>(call, type, [](double x) { return -x; });
  return mapUnary<int64_t, int64_t>(
      call, type, [](int64_t x) { return SubFn()(int64_t(0), x); });
}

static bool evalAbs(KernelCall &call) {
  const HostTensor &a = call.arg(0);
  Type type = a.getElementType();
  if (a.isFloat())
    return mapUnary<double, double>(call, type,
                                    [](double x) { return std::fabs(x); });
  if (a.isUnsigned())
    return call.emit(HostTensor(a));
  return mapUnary<int64_t, int64_t>(
      call, type, [](int64_t x) { return x < 0 ? SubFn()(int64_t(0), x) : x; });
}

static bool evalSign(KernelCall &call) {
  const HostTensor &a = call.arg(0);
  Type type = a.getElementType();
  if (a.isFloat())
    return mapUnary<double, double>(call, type, [](double x) {
      return std::isnan(x) ? x : double((x > 0) - (x < 0));
    });
  bool isUnsigned = a.isUnsigned();
  return mapUnary<int64_t, int64_t>(call, type, [isUnsigned](int64_t x) {
    return isUnsigned ? int64_t(x != 0) : int64_t((x > 0) - (x < 0));
  });
}

static bool evalIsNaN(KernelCall &call) {
  if (!call.arg(0).isFloat())
    return call.fail("expected floats");
  return mapUnary<double, int64_t>(
      call, IntegerType::get(call.op->getContext(), 1),
      [](double x) { return int64_t(std::isnan(x)); });
}

static bool evalIsInf(KernelCall &call) {
  if (!call.arg(0).isFloat())
    return call.fail("expected floats");
  bool positive = call.getInt("detect_positive", 1);
  bool negative = call.getInt("detect_negative", 1);
  return mapUnary<double, int64_t>(
      call, IntegerType::get(call.op->getContext(), 1),
      [positive, negative](double x) {
        return int64_t(std::isinf(x) && (x > 0 ? positive : negative));
      });
}

static bool evalIdentity(KernelCall &call) {
  return call.emit(HostTensor(call.arg(0)));
}

/// Clip: the bounds are scalars, and the upper one wins over the lower.
static bool evalClip(KernelCall &call) {
  const HostTensor &a = call.arg(0);
  Type type = a.getElementType();
  for (unsigned bound : {1u, 2u})
    if (call.has(bound) && (call.arg(bound).getNumElements() != 1 ||
                            call.arg(bound).getElementType() != type))
      return call.fail("expected scalar bounds of the input's type");
  if (a.isFloat()) {
    double low = call.has(1) ? call.arg(1).floats()[0] : -HUGE_VAL;
    double high = call.has(2) ? call.arg(2).floats()[0] : HUGE_VAL;
    return mapUnary<double, double>(call, type, [=](double x) {
      return std::isnan(x) ? x : std::min(std::max(x, low), high);
    });
  }
  if (a.isUnsigned()) {
    uint64_t low = call.has(1) ? call.arg(1).ints()[0] : 0;
    uint64_t high = call.has(2) ? call.arg(2).ints()[0] : UINT64_MAX;
    return mapUnary<int64_t, int64_t>(call, type, [=](int64_t x) {
      return int64_t(std::min(std::max(uint64_t(x), low), high));
    });
  }
  int64_t low = call.has(1) ? call.arg(1).ints()[0] : INT64_MIN;
  int64_t high = call.has(2) ? call.arg(2).ints()[0] : INT64_MAX;
  return mapUnary<int64_t, int64_t>(
      call, type, [=](int64_t x) { return std::min(std::max(x, low), high); });
}

//===----------------------------------------------------------------------===//
// Cast
//===----------------------------------------------------------------------===//

static bool castTo(KernelCall &call, Type type) {
  const HostTensor &a = call.arg(0);
  if (!HostTensor::isSupported(type))
    return call.fail("the evaluator does not hold the target type");
  if (a.getElementType() == type)
    return call.emit(HostTensor(a));
  if (isa<FloatType>(type)) {
    if (a.isFloat())
      return mapUnary<double, double>(call, type, [](double x) { return x; });
    if (a.isUnsigned())
      return mapUnary<int64_t, double>(
          call, type, [](int64_t x) { return double(uint64_t(x)); });
    return mapUnary<int64_t, double>(call, type,
                                     [](int64_t x) { return double(x); });
  }
  if (!a.isFloat())
    return mapUnary<int64_t, int64_t>(call, type, [](int64_t x) { return x; });
  if (type.isInteger(1))
    return mapUnary<double, int64_t>(call, type,
                                     [](double x) { return int64_t(x != 0); });
  if (type.isUnsignedInteger(64))
    return mapUnary<double, int64_t>(call, type, [](double x) {
      return x >= 9223372036854775808.0 && x < 18446744073709551616.0
                 ? int64_t(static_cast<uint64_t>(x))
                 : truncate(x);
    });
  return mapUnary<double, int64_t>(call, type, truncate);
}

static bool evalCast(KernelCall &call) {
  auto type = call.op->getAttrOfType<TypeAttr>("to");
  return type ? castTo(call, type.getValue())
              : call.fail("expected a target type");
}

static bool evalCastLike(KernelCall &call) {
  return castTo(call, call.arg(1).getElementType());
}

void gg::onnx::addElementwiseKernels(KernelTable &table) {
  table.add("onnx.Add", 2, evalArithmetic<AddFn>);
  table.add("onnx.Sub", 2, evalArithmetic<SubFn>);
  table.add("onnx.Mul", 2, evalArithmetic<MulFn>);
  table.add("onnx.Div", 2, evalDiv);
  table.add("onnx.Mod", 2, evalMod);
  table.add("onnx.Pow", 2, evalPow);
  table.add("onnx.Max", 0, evalMinMax<true>);
  table.add("onnx.Min", 0, evalMinMax<false>);
  table.add("onnx.Equal", 2, evalCompare<std::equal_to<>>);
  table.add("onnx.Less", 2, evalCompare<std::less<>>);
  table.add("onnx.LessOrEqual", 2, evalCompare<std::less_equal<>>);
  table.add("onnx.Greater", 2, evalCompare<std::greater<>>);
  table.add("onnx.GreaterOrEqual", 2, evalCompare<std::greater_equal<>>);
  table.add("onnx.And", 2, evalLogic<std::bit_and<int64_t>>);
  table.add("onnx.Or", 2, evalLogic<std::bit_or<int64_t>>);
  table.add("onnx.Xor", 2, evalLogic<std::bit_xor<int64_t>>);
  table.add("onnx.Not", 1, evalNot);
  table.add("onnx.Where", 3, evalWhere);
  table.add("onnx.Sqrt", 1, evalFloat<std::sqrt>);
  table.add("onnx.Exp", 1, evalFloat<std::exp>);
  table.add("onnx.Log", 1, evalFloat<std::log>);
  table.add("onnx.Sin", 1, evalFloat<std::sin>);
  table.add("onnx.Cos", 1, evalFloat<std::cos>);
  table.add("onnx.Tanh", 1, evalFloat<std::tanh>);
  table.add("onnx.Erf", 1, evalFloat<std::erf>);
  table.add("onnx.Floor", 1, evalFloat<std::floor>);
  table.add("onnx.Ceil", 1, evalFloat<std::ceil>);
  table.add("onnx.Round", 1, evalFloat<std::nearbyint>);
  table.add("onnx.Reciprocal", 1, evalFloat<reciprocal>);
  table.add("onnx.Sigmoid", 1, evalFloat<sigmoid>);
  table.add("onnx.Neg", 1, evalNeg);
  table.add("onnx.Abs", 1, evalAbs);
  table.add("onnx.Sign", 1, evalSign);
  table.add("onnx.IsNaN", 1, evalIsNaN);
  table.add("onnx.IsInf", 1, evalIsInf);
  table.add("onnx.Identity", 1, evalIdentity);
  table.add("onnx.Clip", 1, evalClip);
  table.add("onnx.Cast", 1, evalCast);
  table.add("onnx.CastLike", 2, evalCastLike);
}
