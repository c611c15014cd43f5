//===- TokenRows.h - Files of token ids -------------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_RUN_TOKENROWS_H
#define GG_RUN_TOKENROWS_H

#include <cstdint>
#include <string>
#include <vector>

namespace gg::run {

/// Rows of token ids, [rows, width], of which -1 pads the ends; lengths tell
/// how many are no padding.
struct TokenRows {
  static constexpr int64_t padding = -1;

  /// Reads a .npy file of int64 or int32. False and an error that names the
  /// file where it holds something else.
  bool read(const std::string &path, std::string &error);

  /// Whether all ids are from 0 to vocabulary - 1; else an error that names
  /// the file they came from.
  bool isBelow(int64_t vocabulary, const std::string &path,
               std::string &error) const;

  const int64_t *row(int64_t index) const { return ids.data() + index * width; }

  int64_t rows = 0, width = 0;
  std::vector<int64_t> ids;
  std::vector<int64_t> lengths;
};

} // namespace gg::run

#endif // GG_RUN_TOKENROWS_H
