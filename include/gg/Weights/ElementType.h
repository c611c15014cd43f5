//===- ElementType.h - Element types of stored tensors ----------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The element types that weights, inputs and outputs of an artifact may have.
// Their numbers are part of the artifact format: never renumber, only append.
//
//===----------------------------------------------------------------------===//

#ifndef GG_WEIGHTS_ELEMENTTYPE_H
#define GG_WEIGHTS_ELEMENTTYPE_H

#include <cstdint>

namespace gg::weights {

/// X(enumerator, number, name, bytes an element takes). Booleans,
/// integers of fewer bits and 8-bit floats take a byte each.
#define GG_ELEMENT_TYPES(X)                                                    \
  X(F32, 1, "f32", 4)                                                          \
  X(F16, 2, "f16", 2)                                                          \
  X(BF16, 3, "bf16", 2)                                                        \
  X(F64, 4, "f64", 8)                                                          \
  X(Bool, 5, "bool", 1)                                                        \
  X(I8, 6, "i8", 1)                                                            \
  X(I16, 7, "i16", 2)                                                          \
  X(I32, 8, "i32", 4)                                                          \
  X(I64, 9, "i64", 8)                                                          \
  X(U8, 10, "u8", 1)                                                           \
  X(U16, 11, "u16", 2)                                                         \
  X(U32, 12, "u32", 4)                                                         \
  X(U64, 13, "u64", 8)                                                         \
  X(I4, 14, "i4", 1)                                                           \
  X(U4, 15, "u4", 1)                                                           \
  X(F8E4M3FN, 16, "f8e4m3fn", 1)                                               \
  X(F8E4M3FNUZ, 17, "f8e4m3fnuz", 1)                                           \
  X(F8E5M2, 18, "f8e5m2", 1)                                                   \
  X(F8E5M2FNUZ, 19, "f8e5m2fnuz", 1)                                           \
  X(RF8E4R3, 20, "rf8.e4r3", 1)                                                \
  X(RF8E4R3D, 21, "rf8.e4r3d", 1)                                              \
  X(I2, 22, "i2", 1)                                                           \
  X(U2, 23, "u2", 1)

enum class ElementType : uint32_t {
#define GG_ENUMERATOR(name, number, text, bytes) name = number,
  GG_ELEMENT_TYPES(GG_ENUMERATOR)
#undef GG_ENUMERATOR
};

/// The name that people see, "bf16" for example; null for a number that is no
/// element type.
constexpr const char *elementTypeName(ElementType type) {
  switch (type) {
#define GG_NAME(name, number, text, bytes)                                     \
  case ElementType::name:                                                      \
    return text;
    GG_ELEMENT_TYPES(GG_NAME)
#undef GG_NAME
  }
  return nullptr;
}

/// How many bytes an element takes; 0 for a number that is no element type.
constexpr uint64_t elementBytes(ElementType type) {
  switch (type) {
#define GG_BYTES(name, number, text, bytes)                                    \
  case ElementType::name:                                                      \
    return bytes;
    GG_ELEMENT_TYPES(GG_BYTES)
#undef GG_BYTES
  }
  return 0;
}

} // namespace gg::weights

#endif // GG_WEIGHTS_ELEMENTTYPE_H
