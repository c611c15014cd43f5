//===- Format.h - What an artifact holds ------------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An artifact is a folder:
//
//   weights.ggw       this format: header, tensor table, model section, payload
//   code.<level>.so   compiled entries, one file per CPU level
//   manifest.json     the same facts for people and tools; never read at run
//                     time
//
// weights.ggw is little-endian: a `Header`, the table, the model section and,
// from a page boundary on, the payload: the bytes of all tensors, which
// compiled code addresses as payload base + Tensor::offset. The table and the
// model section are the structs below, field after field in their order;
// counts, sizes and enumerators as u32, offsets, byte counts and checksums as
// u64, dimensions as i64, strings as length and bytes. Checksums are XXH64.
//
// The payload is stored in one of two forms. Packed, it is mapped as it lies.
// Small, each tensor is cut into pieces of `frameBytes`, the last one shorter,
// and each piece is a frame of its own: all frames, tensor by tensor, lie one
// after the other from the payload's place in the file on. A reader expands
// them, and zeros between the tensors, to what packed form would have held.
//
// A frame that is not `Raw` holds the bytes of a piece by planes: the first
// bytes of all elements, then the second ones, and so on; what is left behind
// the last whole element follows as it is. The codes:
//
//   Raw        the piece itself, without planes
//   Zstd       a Zstandard frame (RFC 8878) without a dictionary
//   ExpGolomb  exp-Golomb codes of ranks (gg/Weights/ExpGolomb.h)
//
// A reader refuses another major version, but for 2, whose table has tensors
// only and whose payload is packed. A minor version adds fields at the end of a
// record's section only.
//
//===----------------------------------------------------------------------===//

#ifndef GG_WEIGHTS_FORMAT_H
#define GG_WEIGHTS_FORMAT_H

#include "gg/Weights/ElementType.h"

#include <string>
#include <vector>

namespace gg::weights {

inline constexpr uint8_t magic[4] = {'G', 'G', 'W', 0};
inline constexpr uint16_t majorVersion = 3;
inline constexpr uint16_t minorVersion = 0;

/// The oldest major version that is read: packed, without frames.
inline constexpr uint16_t oldestMajorVersion = 2;

/// The payload starts at a multiple of this.
inline constexpr uint64_t payloadAlignment = 4096;
/// The bounds that a reader holds a file to.
inline constexpr uint32_t maxRank = 8;
inline constexpr uint32_t maxNameBytes = 4096;

/// How much of a tensor a frame holds: enough for a coder's tables to cost
/// nothing, little enough that all cores find work.
inline constexpr uint64_t frameBytes = uint64_t(1) << 20;

inline constexpr char weightsFileName[] = "weights.ggw";
inline constexpr char manifestFileName[] = "manifest.json";

/// Where a section of the file lies, and what its bytes sum to.
struct Section {
  uint64_t offset;
  uint64_t bytes;
  uint64_t checksum;
};

/// The first bytes of weights.ggw, as they lie in the file.
struct Header {
  uint8_t magic[4];
  uint16_t major;
  uint16_t minor;
  uint64_t headerBytes;
  uint64_t fileBytes;
  Section table;
  Section model;
  uint64_t payloadOffset;
  /// As stored: less than Table::payloadBytes where the form is small.
  uint64_t payloadBytes;
  /// Over all bytes of the header before this one.
  uint64_t checksum;
};
static_assert(sizeof(Header) == 96, "the header has no padding");

/// How the elements of a tensor lie in its bytes.
enum class Layout : uint32_t {
  /// Row-major, contiguous.
  Plain = 0,
  /// Packed for rf8.linear: panels of [K/4][B] blocks of 16 outputs by 4 steps.
  /// Sizes are rounded up, so `bytes` may exceed what the dimensions need.
  Packed64 = 1,
};

/// A tensor of the payload.
struct Tensor {
  std::string name;
  ElementType type = ElementType::F32;
  Layout layout = Layout::Plain;
  std::vector<int64_t> dims;
  /// From the start of the payload.
  uint64_t offset = 0;
  uint64_t bytes = 0;
  uint64_t checksum = 0;
};

/// How the bytes of a frame stand for those of its piece.
enum class FrameCode : uint32_t { Raw = 0, Zstd = 1, ExpGolomb = 2 };

struct Frame {
  FrameCode code = FrameCode::Raw;
  /// As stored; never more than the piece has.
  uint64_t bytes = 0;
  uint64_t checksum = 0;
};

/// The table section.
struct Table {
  std::vector<Tensor> tensors;
  /// What the payload takes in memory.
  uint64_t payloadBytes = 0;
  /// Empty where the payload is packed. Tensors ascend by offset then, without
  /// overlaps.
  std::vector<Frame> frames;
};

enum class ModelKind : uint32_t {
  /// Tensors in, tensors out: one entry, `main`, or several.
  Tensors = 0,
  /// A decoder with a key-value cache: the entries `step`, `prefill` and,
  /// unless
  /// the model computes the logits of the last token only, `score`.
  Decoder = 1,
  /// A decoder without a cache: the entry `main` over the whole sequence.
  RecomputeDecoder = 2,
};

/// What an input or an output of an entry means to the runtime.
enum class Role : uint32_t {
  /// The caller's business.
  Plain = 0,
  /// Token ids, [batch, sequence].
  Ids = 1,
  /// Per row, how many tokens its cache holds before the call, [batch].
  Positions = 2,
  /// Per row, how many tokens of this chunk are valid, [batch]; at least 1.
  Counts = 3,
  /// Read and written in place; all entries share the n-th cache.
  Cache = 4,
  /// [batch, vocabulary] or [batch, sequence, vocabulary].
  Logits = 5,
  /// Of a recomputing decoder: all ones, [batch, sequence].
  AttentionMask = 6,
  /// Of a recomputing decoder: 0, 1, 2 …, [batch, sequence].
  PositionIds = 7,
  /// Of a recomputing decoder: what its graph takes of earlier tokens, empty.
  /// Dynamic dimensions are 0 but those of the ids' batch.
  Past = 8,
};

/// A dimension: its size, or −1 and the name of the symbol it stands for.
/// Dimensions of one entry with the same non-empty name have the same size.
struct Dim {
  int64_t size = -1;
  std::string name;
};

struct Value {
  std::string name;
  ElementType type = ElementType::F32;
  Role role = Role::Plain;
  std::vector<Dim> dims;
};

/// A compiled function; its symbol is "gg_" + name.
struct Entry {
  std::string name;
  /// The scratch a call needs; what a dynamic one needs shows at run time.
  uint64_t arenaBytes = 0;
  bool dynamicArena = false;
  std::vector<Value> inputs;
  /// Without the inputs that are updated in place.
  std::vector<Value> outputs;
};

/// A file of compiled entries.
struct Code {
  /// Inside the artifact's folder.
  std::string fileName;
  /// "x86-64-v3" for example.
  std::string level;
  /// "x86_64" or "aarch64".
  std::string architecture;
  /// What the CPU must have, as LLVM names it.
  std::vector<std::string> features;
  uint64_t bytes = 0;
  uint64_t checksum = 0;
};

/// The model section.
struct Model {
  ModelKind kind = ModelKind::Tensors;
  /// Of decoders: tokens a row may hold, tokens a prefill or score call takes,
  /// rows, size of the vocabulary.
  uint64_t capacity = 0;
  uint64_t chunk = 0;
  uint64_t batch = 0;
  uint64_t vocabulary = 0;
  ElementType cacheType = ElementType::F32;
  /// The model's name and how its weights are stored, for people.
  std::string name;
  std::string weightsType;
  /// Name and version of the program that wrote the artifact.
  std::string producer;
  std::vector<Entry> entries;
  std::vector<Code> codes;
};

} // namespace gg::weights

#endif // GG_WEIGHTS_FORMAT_H
