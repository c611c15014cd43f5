//===- Functions.cpp - Elementary functions on f32 -----------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Functions.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace gg;

using FP = arith::CmpFPredicate;
using IP = arith::CmpIPredicate;

static constexpr double kInfinity = std::numeric_limits<double>::infinity();
static constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
static constexpr double kLn2 = 0x1.62e42fefa39efp-1;
static constexpr double kLog2E = 0x1.71547652b82fep+0;

//===----------------------------------------------------------------------===//
// In f32: the functions that models spend time in
//===----------------------------------------------------------------------===//

/// e^r · 2^n for |r| ≤ ln 2 / 2. The power of two is applied in two halves, as
/// it may lie outside of the normal numbers.
static Value buildScaledExp(FloatBuilder &b, Value r, Value n) {
  Value tail =
      b.polynomial(r, {5.0000001201e-1, 1.6666665459e-1, 4.1665795894e-2,
                       8.3334519073e-3, 1.3981999507e-3, 1.9875691500e-4});
  Value value = b.add(b.mulAdd(b.mul(r, r), tail, r), b.f32(1));
  auto power = [&](Value exponent) {
    return b.fromBits(b.shiftLeft(b.iadd(exponent, b.i32(127)), b.i32(23)));
  };
  Value half = b.shiftRightSigned(n, b.i32(1));
  return b.mul(b.mul(value, power(half)), power(b.isub(n, half)));
}

Value gg::buildExp(FloatBuilder &b, Value x) {
  x = b.min(b.max(x, b.f32(-105)), b.f32(89));
  auto [n, integer] = b.round(b.mul(x, b.f32(kLog2E)));
  Value r = b.mulAdd(n, b.f32(-0.693359375), x); // exact
  r = b.mulAdd(n, b.f32(2.12194440e-4), r);
  return buildScaledExp(b, r, integer);
}

Value gg::buildExp2(FloatBuilder &b, Value x) {
  x = b.min(b.max(x, b.f32(-151)), b.f32(129));
  auto [n, integer] = b.round(x);
  return buildScaledExp(b, b.mul(b.sub(x, n), b.f32(kLn2)), integer);
}

Value gg::buildTanh(FloatBuilder &b, Value x) {
  Value magnitude = b.abs(x);
  Value z = b.mul(x, x);
  Value tail =
      b.polynomial(z, {-3.33332819422e-1, 1.33314422036e-1, -5.37397155531e-2,
                       2.06390887954e-2, -5.70498872745e-3});
  Value small = b.mul(x, b.mulAdd(z, tail, b.f32(1)));
  Value e = buildExp(b, b.add(magnitude, magnitude));
  Value large = b.sub(b.f32(1), b.div(b.f32(2), b.add(e, b.f32(1))));
  Value isSmall = b.compare(FP::OLT, magnitude, b.f32(0.625));
  return b.select(isSmall, small, b.copySign(large, x));
}

Value gg::buildErf(FloatBuilder &b, Value x) {
  Value t = b.abs(x);
  Value s = b.mul(x, x);
  Value near = b.polynomial(s, {1.28379166e-1, -3.76125336e-1, 1.12819925e-1,
                                -2.67681349e-2, 4.99119423e-3, -5.96761703e-4});
  Value small = b.mulAdd(near, x, x);
  Value bounded = b.min(t, b.f32(4.5)); // erf is 1 from here on
  Value far = b.polynomial(
      bounded, {-1.28717512e-1, -6.34846687e-1, -1.06777877e-1, 2.42546219e-2,
                -3.88396438e-3, 3.83197126e-4, -1.72853470e-5});
  Value exponent = b.mulAdd(far, bounded, b.negate(bounded));
  Value large = b.sub(b.f32(1), buildExp(b, exponent));
  Value isSmall = b.compare(FP::OLT, t, b.f32(0.927734375));
  return b.select(isSmall, small, b.copySign(large, x));
}

//===----------------------------------------------------------------------===//
// Through f64
//===----------------------------------------------------------------------===//

/// log2 of a normal, positive f64; infinities and zeros as C has them.
static Value buildLog2F64(FloatBuilder &b, Value x) {
  // x = m · 2^e with m in [√½, √2): the addend carries into the exponent where
  // the fraction is above √2.
  constexpr int64_t kSqrtHalf = 0x3fe6a09e667f3bcd;
  Value bits = b.toBits(x);
  Value shifted = b.isub(bits, b.i64(kSqrtHalf));
  Value e = b.shiftRightSigned(shifted, b.i64(52));
  Value m = b.fromBits(b.isub(bits, b.shiftLeft(e, b.i64(52))));
  Value s = b.div(b.sub(m, b.f64(1)), b.add(m, b.f64(1)));
  Value series =
      b.polynomial(b.mul(s, s), {1., 1. / 3, 1. / 5, 1. / 7, 1. / 9, 1. / 11,
                                 1. / 13, 1. / 15, 1. / 17});
  Value log2m = b.mul(b.mul(s, b.f64(2 * kLog2E)), series);
  Value result = b.add(b.intToF64(e), log2m);
  result = b.select(b.compare(FP::OEQ, x, b.f64(0)), b.f64(-kInfinity), result);
  // Infinity and NaN stay what they are; a negative number has no logarithm.
  result = b.select(b.compare(FP::OLT, x, b.f64(kInfinity)), result, x);
  return b.select(b.compare(FP::OLT, x, b.f64(0)), b.f64(kNaN), result);
}

/// 2^t; 0 or infinity as an f32 beyond ±200.
static Value buildExp2F64(FloatBuilder &b, Value t) {
  t = b.min(b.max(t, b.f64(-200)), b.f64(200));
  auto [n, integer] = b.round(t);
  Value r = b.mul(b.sub(t, n), b.f64(kLn2));
  Value value =
      b.polynomial(r, {1., 1., 1. / 2, 1. / 6, 1. / 24, 1. / 120, 1. / 720,
                       1. / 5040, 1. / 40320, 1. / 362880, 1. / 3628800});
  Value power = b.shiftLeft(b.iadd(integer, b.i64(1023)), b.i64(52));
  return b.mul(value, b.fromBits(power));
}

Value gg::buildLog(FloatBuilder &b, Value x) {
  return b.toF32(b.mul(buildLog2F64(b, b.toF64(x)), b.f64(kLn2)));
}

Value gg::buildLog1p(FloatBuilder &b, Value x) {
  Value wide = b.toF64(x);
  Value log = b.mul(buildLog2F64(b, b.add(wide, b.f64(1))), b.f64(kLn2));
  // x - x²/2 where 1 + x loses digits that matter; keeps the sign of zero.
  Value near = b.mul(wide, b.mulAdd(wide, b.f64(-0.5), b.f64(1)));
  Value isNear = b.compare(FP::OLT, b.abs(x), b.f32(1e-5));
  return b.toF32(b.select(isNear, near, log));
}

Value gg::buildExpM1(FloatBuilder &b, Value x) {
  Value wide = b.toF64(x);
  Value far = b.sub(buildExp2F64(b, b.mul(wide, b.f64(kLog2E))), b.f64(1));
  Value near = b.mul(wide, b.mulAdd(wide, b.f64(0.5), b.f64(1)));
  Value isNear = b.compare(FP::OLT, b.abs(x), b.f32(1e-5));
  return b.toF32(b.select(isNear, near, far));
}

Value gg::buildPow(FloatBuilder &b, Value x, Value y) {
  Value wideX = b.toF64(x), wideY = b.toF64(y);
  Value magnitude = b.abs(wideX);
  Value t = b.mul(wideY, buildLog2F64(b, magnitude));
  Value power = buildExp2F64(b, t);

  // The sign: of a negative base only integers are exponents, and odd ones
  // keep it. From 2^51 on every f32 is an even integer.
  auto [nearest, integer] = b.round(wideY);
  Value isLarge = b.compare(FP::OGE, b.abs(wideY), b.f64(0x1p51));
  Value isInteger = b.either(isLarge, b.compare(FP::OEQ, nearest, wideY));
  Value lowBit = b.compare(IP::ne, b.iand(integer, b.i64(1)), b.i64(0));
  Value isOdd = b.select(isLarge, b.compare(FP::UNE, wideY, wideY),
                         b.both(b.compare(FP::OEQ, nearest, wideY), lowBit));
  Value isNegative = b.compare(IP::slt, b.toBits(x), b.i32(0));
  power = b.select(b.both(isNegative, isOdd), b.negate(power), power);
  Value isFiniteNegative = b.both(b.compare(FP::OLT, wideX, b.f64(0)),
                                  b.compare(FP::OGT, wideX, b.f64(-kInfinity)));
  Value isUndefined =
      b.select(isInteger, b.compare(FP::UNE, wideY, wideY), isFiniteNegative);
  power = b.select(isUndefined, b.f64(kNaN), power);

  // 1 to any power and anything to the 0 is 1; so is -1 to an infinite power.
  Value isOne = b.either(b.compare(FP::OEQ, wideX, b.f64(1)),
                         b.compare(FP::OEQ, wideY, b.f64(0)));
  Value isInfinite = b.compare(FP::OEQ, b.abs(wideY), b.f64(kInfinity));
  Value isMinusOne = b.compare(FP::OEQ, wideX, b.f64(-1));
  isOne = b.either(isOne, b.both(isMinusOne, isInfinite));
  return b.toF32(b.select(isOne, b.f64(1), power));
}

//===----------------------------------------------------------------------===//
// Sine and cosine
//===----------------------------------------------------------------------===//

namespace {

/// x = quadrant · π/2 + rest, |rest| ≤ π/4; the quadrant modulo 4 as i64.
struct Angle {
  Value rest;
  Value quadrant;
};

} // namespace

/// For |x| below 2^22: π/2 in two parts, the first of so few bits that its
/// products are exact.
static Angle reduceSmall(FloatBuilder &b, Value x) {
  Value wide = b.toF64(x);
  auto [n, integer] = b.round(b.mul(wide, b.f64(0x1.45f306dc9c883p-1)));
  Value rest = b.mulAdd(n, b.f64(-0x1.921fb544p+0), wide);
  rest = b.mulAdd(n, b.f64(-0x1.0b4611a626331p-34), rest);
  return {rest, integer};
}

/// For any |x| from 2^22 on: x is an integer m times 2^e (half of one at 2^22),
/// and of m · 2^e · 2/π only what is left modulo 4 matters. So take the 96 bits
/// of 2/π from the one on that has weight 2 after the shift by e.
static Angle reduceLarge(FloatBuilder &b, Value x) {
  static constexpr uint32_t kTwoOverPi[] = {0,          0xa2f9836e, 0x4e441529,
                                            0xfc2757d1, 0xf534ddc0, 0xdb629599,
                                            0x3c439041, 0xfe5163ab};
  Value bits = b.toBits(b.toF64(x)); // the f64 makes denormals no case
  Value exponent = b.iand(b.shiftRight(bits, b.i64(52)), b.i64(0x7ff));
  Value m = b.ior(
      b.shiftRight(b.iand(bits, b.i64((int64_t(1) << 52) - 1)), b.i64(29)),
      b.i64(1 << 23));
  // e + 30 with x = m · 2^e, kept in the table for smaller and infinite x.
  Value position = b.isub(exponent, b.i64(1023 + 23 - 30));
  position = arith::MinSIOp::create(
      b.builder, arith::MaxSIOp::create(b.builder, position, b.i64(0)),
      b.i64(159));
  Value word = b.shiftRight(position, b.i64(5));
  Value shift = b.iand(position, b.i64(31));
  auto pair = [](unsigned at) {
    return int64_t(uint64_t(kTwoOverPi[at]) << 32 | kTwoOverPi[at + 1]);
  };
  Value high = b.i64(pair(0)), low = b.i64(pair(2));
  for (unsigned at = 1; at <= 4; ++at) {
    Value isHere = b.compare(IP::eq, word, b.i64(at));
    high = b.select(isHere, b.i64(pair(at)), high);
    low = b.select(isHere, b.i64(pair(at + 2)), low);
  }
  Value first =
      b.ior(b.shiftLeft(high, shift), b.shiftRight(b.shiftRight(low, b.i64(1)),
                                                   b.isub(b.i64(63), shift)));
  Value next = b.shiftRight(b.shiftLeft(low, shift), b.i64(32));
  auto times = [&](Value value) {
    return arith::MulIOp::create(b.builder, m, value).getResult();
  };
  // In units of 2^-62 quadrants, modulo 4.
  Value product = b.iadd(times(first), b.shiftRight(times(next), b.i64(32)));
  Value quadrant =
      b.shiftRight(b.iadd(product, b.i64(int64_t(1) << 61)), b.i64(62));
  Value fraction = b.isub(product, b.shiftLeft(quadrant, b.i64(62)));
  Value rest = b.mul(b.intToF64(fraction), b.f64(0x1.921fb54442d18p-62));
  Value isNegative = b.compare(FP::OLT, x, b.f32(0));
  return {b.select(isNegative, b.negate(rest), rest),
          b.select(isNegative, b.isub(b.i64(0), quadrant), quadrant)};
}

/// sin(x + turn · π/2).
static Value buildSine(FloatBuilder &b, Value x, int64_t turn) {
  Angle small = reduceSmall(b, x), large = reduceLarge(b, x);
  Value isSmall = b.compare(FP::OLT, b.abs(x), b.f32(0x1p22));
  Value r = b.toF32(b.select(isSmall, small.rest, large.rest));
  Value quadrant =
      b.iadd(b.select(isSmall, small.quadrant, large.quadrant), b.i64(turn));

  Value z = b.mul(r, r);
  Value sine = b.mul(r, b.polynomial(z, {1., -1.6666654611e-1, 8.3321608736e-3,
                                         -1.9515295891e-4}));
  Value cosine = b.polynomial(z, {1., -0.5, 4.166664568298827e-2,
                                  -1.388731625493765e-3, 2.443315711809948e-5});
  auto hasBit = [&](int64_t bit) {
    return b.compare(IP::ne, b.iand(quadrant, b.i64(bit)), b.i64(0));
  };
  Value value = b.select(hasBit(1), cosine, sine);
  value = b.select(hasBit(2), b.negate(value), value);
  Value isFinite = b.compare(FP::OLT, b.abs(x), b.f32(kInfinity));
  return b.select(isFinite, value, b.f32(kNaN));
}

Value gg::buildSin(FloatBuilder &b, Value x) { return buildSine(b, x, 0); }
Value gg::buildCos(FloatBuilder &b, Value x) { return buildSine(b, x, 1); }
