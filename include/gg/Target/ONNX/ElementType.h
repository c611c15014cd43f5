//===- ElementType.h - Element types of ONNX tensors ----------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_TARGET_ONNX_ELEMENTTYPE_H
#define GG_TARGET_ONNX_ELEMENTTYPE_H

#include "llvm/ADT/StringRef.h"

#include <cstdint>

namespace gg {

/// One value of TensorProto.DataType, as far as files go.
struct ONNXElementType {
  int64_t id;
  llvm::StringLiteral name;
  /// 0 where tensors of it are not supported (strings, complex numbers).
  unsigned bits;
  /// The TensorProto field that holds such elements when they are typed:
  /// 4 float_data, 5 int32_data, 7 int64_data, 10 double_data, 11 uint64_data.
  unsigned typedField;
};

/// The row of a TensorProto.DataType, null if it is none.
const ONNXElementType *lookupElementType(int64_t id);

/// The name for messages, also of a number that is no type.
llvm::StringRef getElementTypeName(int64_t id);

} // namespace gg

#endif // GG_TARGET_ONNX_ELEMENTTYPE_H
