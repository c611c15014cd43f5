//===- Json.h - Writes JSON -------------------------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_RUN_JSON_H
#define GG_RUN_JSON_H

#include <cstdint>
#include <string>

namespace gg::run {

/// Builds a text of nested objects and arrays, two spaces a level. Keys are
/// empty inside arrays.
class Json {
public:
  Json() { open("", '{'); }

  Json &beginObject(const char *key = "") { return open(key, '{'); }
  Json &beginArray(const char *key) { return open(key, '['); }
  Json &end();

  Json &add(const char *key, const std::string &text);
  Json &add(const char *key, int64_t number);
  /// Three digits after the point; null for a negative number, which stands for
  /// what is not known.
  Json &add(const char *key, double number);
  /// Nine significant digits; null for what is not finite.
  Json &addExact(const char *key, double number);

  /// Ends the outermost object.
  std::string finish();

private:
  Json &open(const char *key, char bracket);
  void item(const char *key);

  std::string text, brackets;
  bool first = true;
};

/// False, after an error was printed, where the file cannot be written.
bool writeFile(const std::string &path, const std::string &text);

} // namespace gg::run

#endif // GG_RUN_JSON_H
