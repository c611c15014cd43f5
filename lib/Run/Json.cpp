//===- Json.cpp - Writes JSON ---------------------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Run/Json.h"

#include "gg/Run/CommandLine.h"

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>

using namespace gg::run;

static std::string quoted(const std::string &text) {
  std::string result = "\"";
  for (char c : text) {
    char escape[8];
    std::snprintf(escape, sizeof(escape), "\\u%04x",
                  static_cast<unsigned char>(c));
    if (c == '"' || c == '\\')
      result += std::string("\\") + c;
    else if (static_cast<unsigned char>(c) < 0x20)
      result += escape;
    else
      result += c;
  }
  return result + '"';
}

void Json::item(const char *key) {
  if (!brackets.empty()) {
    text += first ? "\n" : ",\n";
    text.append(2 * brackets.size(), ' ');
  }
  first = false;
  if (*key)
    text += quoted(key) + ": ";
}

Json &Json::open(const char *key, char bracket) {
  item(key);
  text += bracket;
  brackets += bracket == '{' ? '}' : ']';
  first = true;
  return *this;
}

Json &Json::end() {
  char bracket = brackets.back();
  brackets.pop_back();
  if (!first) {
    text += '\n';
    text.append(2 * brackets.size(), ' ');
  }
  text += bracket;
  first = false;
  return *this;
}

Json &Json::add(const char *key, const std::string &value) {
  item(key);
  text += quoted(value);
  return *this;
}

Json &Json::add(const char *key, int64_t number) {
  item(key);
  text += std::to_string(number);
  return *this;
}

Json &Json::add(const char *key, double number) {
  item(key);
  char digits[40];
  std::snprintf(digits, sizeof(digits), "%.3f", number);
  text += number < 0 ? "null" : digits;
  return *this;
}

Json &Json::addExact(const char *key, double number) {
  item(key);
  char digits[40];
  std::snprintf(digits, sizeof(digits), "%.9g", number);
  text += std::isfinite(number) ? digits : "null";
  return *this;
}

std::string Json::finish() {
  end();
  return std::move(text) + '\n';
}

bool gg::run::writeFile(const std::string &path, const std::string &text) {
  FILE *file = std::fopen(path.c_str(), "we");
  bool written =
      file && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if (file && std::fclose(file) == 0 && written)
    return true;
  return fail("%s: %s", path.c_str(), std::strerror(errno));
}
