//===- Payload.cpp - Writes the bytes of all tensors ----------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Payload.h"

#include "FrameEncoder.h"
#include "gg/Weights/Checksum.h"
#include "gg/Weights/Frames.h"
#include "llvm/Support/MathExtras.h"

using namespace gg;
using namespace gg::artifact;
using namespace gg::weights;
using llvm::ArrayRef;
using llvm::Error;

/// Vector code may read a whole register from where the last tensor ends.
static constexpr uint64_t payloadPadding = 64;

llvm::Expected<Table> artifact::makeTable(ArrayRef<TensorSource> sources,
                                          Store store) {
  Table table;
  uint64_t end = 0;
  for (const TensorSource &source : sources) {
    const Tensor &tensor = source.tensor;
    if (tensor.offset < end)
      return llvm::createStringError(
          "tensor '" + tensor.name +
          "' overlaps the one before it in the payload");
    end = tensor.offset + tensor.bytes;
    table.tensors.push_back(tensor);
  }
  table.payloadBytes = end ? llvm::alignTo(end, payloadPadding) : 0;
  if (store != Store::Packed)
    for (const Piece &piece : piecesOf(table.tensors))
      table.frames.push_back({FrameCode::Raw, piece.bytes, 0});
  return table;
}

/// Hands the bytes of a tensor on, and fills its checksum in.
static Error writeTensor(TensorSource &source, Tensor &tensor, Sink sink) {
  Checksum sum;
  uint64_t written = 0;
  Error error = source.write([&](ArrayRef<uint8_t> bytes) -> Error {
    sum.update(bytes.data(), bytes.size());
    written += bytes.size();
    return sink(bytes);
  });
  if (error)
    return error;
  if (written != tensor.bytes)
    return llvm::createStringError("tensor '" + tensor.name + "': expected " +
                                   llvm::Twine(tensor.bytes) +
                                   " bytes but got " + llvm::Twine(written));
  tensor.checksum = sum.finish();
  return Error::success();
}

static Error writePacked(OutputFile &file,
                         llvm::MutableArrayRef<TensorSource> sources,
                         Table &table) {
  uint64_t start = file.size();
  for (auto [source, tensor] : llvm::zip_equal(sources, table.tensors)) {
    if (Error error = file.appendZeros(start + tensor.offset - file.size()))
      return error;
    if (Error error = writeTensor(source, tensor, [&](ArrayRef<uint8_t> bytes) {
          return file.append(bytes);
        }))
      return error;
  }
  return file.appendZeros(start + table.payloadBytes - file.size());
}

static Error writeSmall(OutputFile &file,
                        llvm::MutableArrayRef<TensorSource> sources,
                        FrameCode code, Table &table) {
  FrameEncoder encoder(code);
  auto frame = table.frames.begin();
  std::vector<uint8_t> piece;
  for (auto [source, tensor] : llvm::zip_equal(sources, table.tensors)) {
    uint64_t width = elementBytes(tensor.type);
    auto writeFrame = [&]() -> Error {
      ArrayRef<uint8_t> stored = encoder.encode(piece, width, *frame++);
      piece.clear();
      return file.append(stored);
    };
    uint64_t left = tensor.bytes;
    auto sink = [&](ArrayRef<uint8_t> bytes) -> Error {
      // More than the tensor has is an error at the end.
      bytes = bytes.take_front(left);
      left -= bytes.size();
      while (!bytes.empty()) {
        size_t taken =
            std::min<uint64_t>(frameBytes - piece.size(), bytes.size());
        piece.insert(piece.end(), bytes.begin(), bytes.begin() + taken);
        bytes = bytes.drop_front(taken);
        if (piece.size() == frameBytes)
          if (Error error = writeFrame())
            return error;
      }
      return Error::success();
    };
    if (Error error = writeTensor(source, tensor, sink))
      return error;
    if (!piece.empty())
      if (Error error = writeFrame())
        return error;
  }
  return Error::success();
}

Error artifact::writePayload(OutputFile &file,
                             llvm::MutableArrayRef<TensorSource> sources,
                             Store store, Table &table) {
  switch (store) {
  case Store::Packed:
    return writePacked(file, sources, table);
  case Store::Zstd:
    return writeSmall(file, sources, FrameCode::Zstd, table);
  case Store::ExpGolomb:
    return writeSmall(file, sources, FrameCode::ExpGolomb, table);
  }
  llvm_unreachable("not a form");
}
