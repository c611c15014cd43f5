//===- TokenRows.cpp - Files of token ids ---------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Run/TokenRows.h"

#include "gg/Run/Npy.h"

#include <algorithm>

using namespace gg::run;

template <typename T>
static void widen(const uint8_t *data, std::vector<int64_t> &ids) {
  const auto *from = reinterpret_cast<const T *>(data);
  std::copy_n(from, ids.size(), ids.begin());
}

bool TokenRows::read(const std::string &path, std::string &error) {
  NpyArray array;
  if (!array.read(path, error))
    return false;
  if (array.shape().size() != 2 ||
      (array.descr() != "<i8" && array.descr() != "<i4")) {
    error = path + ": expected int64 token ids of shape [rows, tokens] but " +
            "got '" + array.descr() + "' with " +
            std::to_string(array.shape().size()) + " dimensions";
    return false;
  }
  rows = array.shape()[0];
  width = array.shape()[1];
  ids.resize(static_cast<size_t>(rows * width));
  if (array.descr() == "<i8")
    widen<int64_t>(array.data(), ids);
  else
    widen<int32_t>(array.data(), ids);
  for (int64_t row = 0; row < rows; ++row) {
    auto first = ids.begin() + row * width, last = first + width;
    auto end = std::find(first, last, padding);
    lengths.push_back(end - first);
    if (std::any_of(end, last, [](int64_t id) { return id != padding; })) {
      error = path + ": row " + std::to_string(row) +
              ": expected -1 at the end only but got a token after it";
      return false;
    }
  }
  return true;
}

bool TokenRows::isBelow(int64_t vocabulary, const std::string &path,
                        std::string &error) const {
  for (int64_t id : ids)
    if (id != padding && (id < 0 || id >= vocabulary)) {
      error = path + ": token id " + std::to_string(id) +
              " is out of range: expected 0 to " +
              std::to_string(vocabulary - 1);
      return false;
    }
  return true;
}
