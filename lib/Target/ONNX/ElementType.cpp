//===- ElementType.cpp - Element types of ONNX tensors --------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Target/ONNX/ElementType.h"

using namespace gg;

static constexpr ONNXElementType types[] = {
    {1, "FLOAT", 32, 4},        {2, "UINT8", 8, 5},
    {3, "INT8", 8, 5},          {4, "UINT16", 16, 5},
    {5, "INT16", 16, 5},        {6, "INT32", 32, 5},
    {7, "INT64", 64, 7},        {8, "STRING", 0, 6},
    {9, "BOOL", 8, 5},          {10, "FLOAT16", 16, 5},
    {11, "DOUBLE", 64, 10},     {12, "UINT32", 32, 11},
    {13, "UINT64", 64, 11},     {14, "COMPLEX64", 0, 4},
    {15, "COMPLEX128", 0, 10},  {16, "BFLOAT16", 16, 5},
    {17, "FLOAT8E4M3FN", 8, 5}, {18, "FLOAT8E4M3FNUZ", 8, 5},
    {19, "FLOAT8E5M2", 8, 5},   {20, "FLOAT8E5M2FNUZ", 8, 5},
    {21, "UINT4", 4, 5},        {22, "INT4", 4, 5},
    {23, "FLOAT4E2M1", 4, 5},   {24, "FLOAT8E8M0", 8, 5},
    {25, "UINT2", 2, 5},        {26, "INT2", 2, 5},
};

const ONNXElementType *gg::lookupElementType(int64_t id) {
  for (const ONNXElementType &type : types)
    if (type.id == id)
      return &type;
  return nullptr;
}

llvm::StringRef gg::getElementTypeName(int64_t id) {
  if (const ONNXElementType *type = lookupElementType(id))
    return type->name;
  return id == 0 ? "UNDEFINED" : "an unknown type";
}
