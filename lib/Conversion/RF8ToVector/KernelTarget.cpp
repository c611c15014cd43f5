//===- KernelTarget.cpp - Decoding RF8 on a target ------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelTarget.h"

#include "gg/Dialect/RF8/IR/RF8.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace gg;

const KernelTarget &KernelTarget::get(KernelISA isa) {
  static const KernelTarget generic{
      {2, 2, 4, 2, 1, 256}, {}, false, false, 0, ""};
  static const KernelTarget avx2{{3, 2, 6, 4, 1, 256},   {}, true, false, 32,
                                 "llvm.x86.avx2.pshuf.b"};
  static const KernelTarget avx512{
      {8, 8, 16, 8, 2, 384},        {}, true, false, 64,
      "llvm.x86.avx512.pshuf.b.512"};
  static const KernelTarget avx512bf16{
      {8, 8, 16, 8, 2, 384}, {16, 8, 20, 8, 2, 384}, true, true, 64,
      avx512.lookup};
  static const KernelTarget neon{{2, 2, 4, 4, 1, 256},    {}, true, false, 16,
                                 "llvm.aarch64.neon.tbl1"};
  switch (isa) {
  case KernelISA::Generic:
    return generic;
  case KernelISA::AVX2:
    return avx2;
  case KernelISA::AVX512:
    return avx512;
  case KernelISA::AVX512BF16:
    return avx512bf16;
  case KernelISA::NEON:
    return neon;
  }
  llvm_unreachable("every instruction set has a target");
}

bool KernelTarget::isLookup(StringRef intrinsic) {
  for (KernelISA isa : {KernelISA::AVX2, KernelISA::AVX512, KernelISA::NEON})
    if (get(isa).lookup == intrinsic)
      return true;
  return false;
}

bool KernelTarget::multipliesPairs(Type element) const {
  return hasDot && (rf8::isRF8(element) || element.isBF16());
}

static Value splat(ImplicitLocOpBuilder &b, VectorType type, int64_t value) {
  return arith::ConstantOp::create(
      b, DenseElementsAttr::get(
             type, b.getIntegerAttr(type.getElementType(), value)));
}

/// A 16-byte table, repeated for each lane of a register.
static Value table(ImplicitLocOpBuilder &b, const uint8_t (&bytes)[16],
                   int64_t lanes) {
  SmallVector<uint8_t> repeated;
  for (int64_t i = 0; i < lanes; ++i)
    repeated.append(std::begin(bytes), std::end(bytes));
  auto type = VectorType::get({lanes * 16}, b.getI8Type());
  return arith::ConstantOp::create(
      b, DenseElementsAttr::getFromRawBuffer(
             type, ArrayRef(reinterpret_cast<char *>(repeated.data()),
                            repeated.size())));
}

std::pair<Value, Value> KernelTarget::lookUp(ImplicitLocOpBuilder &b,
                                             Value codes) const {
  auto type = cast<VectorType>(codes.getType());
  auto find = [&](const uint8_t (&bytes)[16], Value index) -> Value {
    return LLVM::CallIntrinsicOp::create(
               b, type, b.getStringAttr(lookup),
               ValueRange{table(b, bytes, lookupBytes / 16), index})
        .getResult(0);
  };
  Value high = arith::ShRUIOp::create(b, codes, splat(b, type, 4));
  Value low = arith::AndIOp::create(b, codes, splat(b, type, 15));
  return {find(rf8::kHighTable, high), find(rf8::kLowTable, low)};
}

std::pair<Value, Value> gg::splitPairs(ImplicitLocOpBuilder &b, Value pairs) {
  auto type = cast<VectorType>(pairs.getType());
  auto floats = VectorType::get(type.getShape(), b.getF32Type());
  Value low = arith::ShLIOp::create(b, pairs, splat(b, type, 16));
  Value high = arith::AndIOp::create(b, pairs, splat(b, type, 0xFFFF0000));
  return {arith::BitcastOp::create(b, floats, low),
          arith::BitcastOp::create(b, floats, high)};
}

/// Parts of a vector one behind the other.
static Value concatenate(ImplicitLocOpBuilder &b, ArrayRef<Value> parts) {
  if (parts.size() == 1)
    return parts[0];
  auto half = parts.size() / 2;
  Value first = concatenate(b, parts.take_front(half));
  Value second = concatenate(b, parts.drop_front(half));
  int64_t length = cast<VectorType>(first.getType()).getDimSize(0) +
                   cast<VectorType>(second.getType()).getDimSize(0);
  return vector::ShuffleOp::create(b, first, second,
                                   llvm::to_vector(llvm::seq(length)));
}

/// The byte interleaving inside each lane of 16 bytes that x86 has as
/// punpcklbw and punpckhbw, NEON as zip1 and zip2: bytes of two registers
/// become the bf16 of one, two steps of four outputs a lane.
static Value unpack(ImplicitLocOpBuilder &b, Value low, Value high,
                    bool upperHalf) {
  int64_t bytes = cast<VectorType>(low.getType()).getDimSize(0);
  SmallVector<int64_t> mask;
  for (int64_t lane = 0; lane < bytes; lane += 16)
    for (int64_t i = 0; i < 8; ++i) {
      int64_t from = lane + (upperHalf ? 8 : 0) + i;
      mask.append({from, from + bytes});
    }
  Value mixed = vector::ShuffleOp::create(b, low, high, mask);
  return vector::BitCastOp::create(
      b, VectorType::get({bytes / 4}, b.getI32Type()), mixed);
}

SmallVector<Value> KernelTarget::decodeBlockToPairs(ImplicitLocOpBuilder &b,
                                                    Load load) const {
  SmallVector<Value> first, second;
  for (int64_t at = 0; at < rf8::Packing::kBlockBytes; at += lookupBytes) {
    auto [high, low] = lookUp(b, load(at, lookupBytes));
    first.push_back(unpack(b, low, high, /*upperHalf=*/false));
    second.push_back(unpack(b, low, high, /*upperHalf=*/true));
  }
  return {concatenate(b, first), concatenate(b, second)};
}

SmallVector<Value> KernelTarget::decodeBlock(ImplicitLocOpBuilder &b,
                                             Load load) const {
  SmallVector<Value> result;
  if (lookupBytes != 0) {
    for (Value pairs : decodeBlockToPairs(b, load)) {
      auto [even, odd] = splitPairs(b, pairs);
      result.append({even, odd});
    }
    return result;
  }
  // Without a table: the arithmetic of rf8.decode, on the codes of a step.
  Value codes = load(0, rf8::Packing::kBlockBytes);
  rf8::Packing packing{1, 1, rf8::BlockOrder::Codes};
  auto type = VectorType::get({rf8::Packing::kOutputs},
                              rf8::E4R3Type::get(b.getContext()));
  auto floats = VectorType::get({rf8::Packing::kOutputs}, b.getF32Type());
  for (int64_t k = 0; k < packing.steps(); ++k) {
    SmallVector<int64_t> mask;
    for (int64_t o = 0; o < rf8::Packing::kOutputs; ++o)
      mask.push_back(packing.inBlock(o, k));
    Value step = vector::ShuffleOp::create(b, codes, codes, mask);
    step = UnrealizedConversionCastOp::create(b, type, step).getResult(0);
    result.push_back(rf8::DecodeOp::create(b, floats, step));
  }
  return result;
}
