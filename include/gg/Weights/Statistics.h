//===- Statistics.h - What linear layers are fed with -----------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A statistics file (.ggs) holds, for the weights of a model's linear layers,
// the second moments of their inputs over a calibration text. Weights are known
// by the names of their constants: the keys of MLIR's resources. Weights that
// read one input share its statistics.
//
// The file is little-endian: a `StatisticsHeader`; the matrices of f32, each at
// a multiple of 64 bytes; the table of the inputs: for each of them its size
// (i64), its samples (u64), the offsets from the start of the file and the
// checksums of `moments` and of `drift` (u64 each, offset 0 for no drift), and
// the names of its weights; counts as u32, strings as length and bytes.
// Checksums are XXH64. A reader refuses another major version; a minor version
// adds at the end of the table.
//
//===----------------------------------------------------------------------===//

#ifndef GG_WEIGHTS_STATISTICS_H
#define GG_WEIGHTS_STATISTICS_H

#include "gg/Weights/Format.h"

#include <cstdio>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace gg::weights {

class MappedFile;

inline constexpr uint8_t statisticsMagic[4] = {'G', 'G', 'S', 0};
inline constexpr uint16_t statisticsMajorVersion = 1;
inline constexpr uint16_t statisticsMinorVersion = 0;
/// An input longer than this is none of a model that fits a machine; below it,
/// sizes of matrices do not overflow.
inline constexpr int64_t maxInputSize = int64_t(1) << 20;

/// The first bytes of the file.
struct StatisticsHeader {
  uint8_t magic[4];
  uint16_t major;
  uint16_t minor;
  uint64_t fileBytes;
  Section table;
  /// Over all bytes of the header before this one.
  uint64_t checksum;
};
static_assert(sizeof(StatisticsHeader) == 48, "the header has no padding");

/// How many elements the lower triangle of a symmetric matrix has. Row i begins
/// at element triangleSize(i) and has i + 1 elements.
constexpr int64_t triangleSize(int64_t size) { return size * (size + 1) / 2; }

/// The statistics of the input x, of `size` values, of one or more linear
/// layers, summed over the samples (tokens).
struct InputStatistics {
  int64_t size = 0;
  uint64_t samples = 0;
  /// H = sum of x xᵀ, the lower triangle.
  const float *moments = nullptr;
  /// sum of (y − x) xᵀ, [size, size], where x is what the layer is fed with
  /// after earlier layers were quantized, and y what it was before: rounding
  /// can make up for what is lost on the way. Null where it was not gathered.
  const float *drift = nullptr;
};

/// A mapped statistics file.
class StatisticsReader {
public:
  /// Null and an error that names the file where it is no statistics file, is
  /// damaged, or is of another major version. Matrices are not looked at.
  static std::unique_ptr<StatisticsReader> open(const std::string &path,
                                                std::string &error);
  ~StatisticsReader();

  /// What the weight of that name is multiplied by, in `statistics`. False
  /// where the file does not know the weight (no error), or where a matrix does
  /// not match its checksum or has a value that sums of squares have not.
  /// Thread-safe.
  bool find(const std::string &weight, InputStatistics &statistics,
            std::string &error) const;

  /// The names of all weights, input by input, in the order of the file.
  const std::vector<std::vector<std::string>> &weights() const { return names; }

private:
  StatisticsReader() = default;
  bool read(std::string &error);

  struct Input {
    InputStatistics statistics;
    uint64_t momentsChecksum, driftChecksum;
  };

  std::string path;
  std::unique_ptr<MappedFile> file;
  std::vector<Input> inputs;
  std::vector<std::vector<std::string>> names;
  std::unordered_map<std::string, size_t> inputOf;
};

/// Writes a statistics file, input by input. The file appears, or replaces an
/// older one, when it is whole.
class StatisticsWriter {
public:
  /// Null and an error that names the file where it cannot be written.
  static std::unique_ptr<StatisticsWriter> create(const std::string &path,
                                                  std::string &error);
  /// Without `finish`, nothing is left behind.
  ~StatisticsWriter();
  StatisticsWriter(const StatisticsWriter &) = delete;
  StatisticsWriter &operator=(const StatisticsWriter &) = delete;

  /// Appends the input of some weights. False and an error where the file
  /// cannot be written or a weight was there already.
  bool append(const std::vector<std::string> &weights,
              const InputStatistics &statistics, std::string &error);

  /// Completes the file. Nothing may be appended afterwards.
  bool finish(std::string &error);

private:
  struct Record;

  StatisticsWriter() = default;
  bool fail(std::string &error) const;
  bool write(const void *data, uint64_t bytes, std::string &error);
  bool writeMatrix(const float *values, int64_t count, uint64_t &offset,
                   uint64_t &checksum, std::string &error);

  std::string path, aside;
  std::FILE *file = nullptr;
  uint64_t offset = 0;
  std::vector<Record> records;
  std::unordered_map<std::string, size_t> known;
};

} // namespace gg::weights

#endif // GG_WEIGHTS_STATISTICS_H
