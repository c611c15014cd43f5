//===- WireReader.h - Protobuf wire format ----------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_TARGET_ONNX_WIREREADER_H
#define GG_TARGET_ONNX_WIREREADER_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <string>

namespace gg::proto {

/// A message that is read later: its bytes, and the start of the file so that
/// errors can name an offset.
struct Message {
  llvm::StringRef bytes;
  const char *file = nullptr;
};

/// Walks the fields of one protobuf message without copying.
///
/// ```
/// WireReader reader(message, "NodeProto");
/// while (reader.next())
///   switch (reader.field()) {
///   case 3: node.name = reader.bytes(); break;
///   }
/// return reader.takeError();
/// ```
///
/// next() consumes a field whole, so that a field nobody asks for is skipped.
/// The first error is kept, ends the walk, and is what takeError() returns:
/// every length is checked against the message, and an accessor that does not
/// fit the field's wire type is an error.
class WireReader {
public:
  WireReader(Message message, const char *name)
      : pos(message.bytes.begin()), end(message.bytes.end()),
        file(message.file), name(name) {}

  /// Moves to the next field; false at the end and after an error.
  bool next();

  unsigned field() const { return number; }
  bool isPacked() const { return type == Length; }

  /// The payload of a singular field.
  int64_t integer();
  float real();
  llvm::StringRef bytes();
  Message message() { return {bytes(), file}; }

  /// The payload of a repeated field, packed or not, appended to `values`.
  void append(llvm::SmallVectorImpl<int64_t> &values);
  void append(llvm::SmallVectorImpl<float> &values);
  void append(llvm::SmallVectorImpl<double> &values);

  /// Says that something is wrong with the current field.
  void fail(const llvm::Twine &what);

  /// Ends the walk where reading a part of it failed.
  void check(llvm::Error inner);

  llvm::Error takeError();

private:
  enum WireType : unsigned { Varint = 0, Fixed64 = 1, Length = 2, Fixed32 = 5 };

  bool expect(WireType expected);
  bool readVarint(const char *&from, const char *to, uint64_t &value);
  template <typename T, typename Word>
  void appendFixed(WireType unpacked, llvm::SmallVectorImpl<T> &values);

  const char *pos;
  const char *end;
  const char *file;
  const char *name;
  /// The current field: where it starts, its number, type and payload.
  const char *start = nullptr;
  unsigned number = 0;
  unsigned type = 0;
  uint64_t scalar = 0;
  llvm::StringRef payload;
  std::string error;
};

} // namespace gg::proto

#endif // GG_TARGET_ONNX_WIREREADER_H
