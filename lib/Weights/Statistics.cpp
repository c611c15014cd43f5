//===- Statistics.cpp - What linear layers are fed with -------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Weights/Statistics.h"

#include "Archive.h"
#include "gg/Weights/ArtifactReader.h"
#include "gg/Weights/Checksum.h"

#include <atomic>
#include <cerrno>
#include <cmath>
#include <cstddef>
#include <fcntl.h>
#include <unistd.h>

using namespace gg::weights;

static constexpr uint64_t matrixAlignment = 64;

namespace {

/// An input in the table.
struct TableEntry {
  int64_t size = 0;
  uint64_t samples = 0;
  uint64_t momentsOffset = 0, momentsChecksum = 0;
  uint64_t driftOffset = 0, driftChecksum = 0;
  std::vector<std::string> weights;
};

} // namespace

static constexpr auto entryFields = [](auto &archive, auto &entry) {
  archive.scalar(entry.size);
  archive.scalar(entry.samples);
  archive.scalar(entry.momentsOffset);
  archive.scalar(entry.momentsChecksum);
  archive.scalar(entry.driftOffset);
  archive.scalar(entry.driftChecksum);
  archive.list(entry.weights,
               [](auto &archive, auto &name) { archive.text(name); });
};

static uint64_t headerSum(const StatisticsHeader &header) {
  return checksum(&header, offsetof(StatisticsHeader, checksum));
}

static uint64_t momentsBytes(int64_t size) {
  return static_cast<uint64_t>(triangleSize(size)) * sizeof(float);
}

static uint64_t driftBytes(int64_t size) {
  return static_cast<uint64_t>(size) * static_cast<uint64_t>(size) *
         sizeof(float);
}

//===----------------------------------------------------------------------===//
// StatisticsReader
//===----------------------------------------------------------------------===//

StatisticsReader::~StatisticsReader() = default;

std::unique_ptr<StatisticsReader>
StatisticsReader::open(const std::string &path, std::string &error) {
  std::unique_ptr<StatisticsReader> reader(new StatisticsReader);
  reader->path = path;
  reader->file = MappedFile::open(path, error);
  if (!reader->file)
    return nullptr;
  std::string why;
  if (!reader->read(why)) {
    error = path + ": " + why;
    return nullptr;
  }
  return reader;
}

bool StatisticsReader::read(std::string &error) {
  auto fail = [&](const std::string &why) {
    error = why;
    return false;
  };
  uint64_t size = file->size();
  if (size < sizeof(statisticsMagic) ||
      std::memcmp(file->data(), statisticsMagic, sizeof(statisticsMagic)))
    return fail("is no gg statistics file");
  StatisticsHeader header;
  if (size < sizeof(header))
    return fail("is truncated");
  std::memcpy(&header, file->data(), sizeof(header));
  if (header.major != statisticsMajorVersion)
    return fail("is of format version " + std::to_string(header.major) + "." +
                std::to_string(header.minor) + " but this gg reads version " +
                std::to_string(statisticsMajorVersion) +
                ": gather the statistics again");
  if (header.checksum != headerSum(header))
    return fail("is damaged: the header does not match its checksum");
  if (header.fileBytes != size)
    return fail("is truncated or padded: expected " +
                std::to_string(header.fileBytes) + " bytes but got " +
                std::to_string(size));
  auto inside = [&](uint64_t offset, uint64_t bytes) {
    return offset <= size && bytes <= size - offset;
  };
  if (!inside(header.table.offset, header.table.bytes))
    return fail("is damaged: the table lies outside of the file");
  Bytes bytes{file->data() + header.table.offset, header.table.bytes};
  if (checksum(bytes.data, bytes.size) != header.table.checksum)
    return fail("is damaged: the table does not match its checksum");

  Reader reader(bytes);
  std::vector<TableEntry> table;
  reader.list(table, entryFields);
  if (!reader.good ||
      (reader.remaining() && header.minor <= statisticsMinorVersion))
    return fail("is damaged: the table is malformed");
  for (TableEntry &entry : table) {
    if (entry.size < 1 || entry.size > maxInputSize)
      return fail("has an input of " + std::to_string(entry.size) + " values");
    auto matrix = [&](uint64_t offset, uint64_t bytes) -> const float * {
      if (offset % matrixAlignment || !inside(offset, bytes))
        return nullptr;
      return reinterpret_cast<const float *>(file->data() + offset);
    };
    Input input{{entry.size, entry.samples,
                 matrix(entry.momentsOffset, momentsBytes(entry.size)),
                 entry.driftOffset
                     ? matrix(entry.driftOffset, driftBytes(entry.size))
                     : nullptr},
                entry.momentsChecksum,
                entry.driftChecksum};
    if (!input.statistics.moments ||
        (entry.driftOffset && !input.statistics.drift))
      return fail("is damaged: a matrix lies outside of the file");
    for (const std::string &name : entry.weights)
      if (!inputOf.emplace(name, inputs.size()).second)
        return fail("has the weight '" + name + "' twice");
    inputs.push_back(input);
    names.push_back(std::move(entry.weights));
  }
  return true;
}

static bool allFinite(const float *values, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    if (!std::isfinite(values[i]))
      return false;
  return true;
}

bool StatisticsReader::find(const std::string &weight,
                            InputStatistics &statistics,
                            std::string &error) const {
  auto found = inputOf.find(weight);
  if (found == inputOf.end())
    return false;
  auto fail = [&](const char *why) {
    error = path + ": the statistics of '" + weight + "' " + why;
    return false;
  };
  const Input &input = inputs[found->second];
  const InputStatistics &mapped = input.statistics;
  int64_t size = mapped.size;
  if (checksum(mapped.moments, momentsBytes(size)) != input.momentsChecksum ||
      (mapped.drift &&
       checksum(mapped.drift, driftBytes(size)) != input.driftChecksum))
    return fail("do not match their checksum");
  if (!allFinite(mapped.moments, triangleSize(size)) ||
      (mapped.drift && !allFinite(mapped.drift, size * size)))
    return fail("hold NaN or infinity");
  for (int64_t i = 0; i < size; ++i)
    if (mapped.moments[triangleSize(i) + i] < 0)
      return fail("hold a negative sum of squares");
  statistics = mapped;
  return true;
}

//===----------------------------------------------------------------------===//
// StatisticsWriter
//===----------------------------------------------------------------------===//

struct StatisticsWriter::Record : TableEntry {};

std::unique_ptr<StatisticsWriter>
StatisticsWriter::create(const std::string &path, std::string &error) {
  std::unique_ptr<StatisticsWriter> writer(new StatisticsWriter);
  writer->path = path;
  // Several programs may write to the same place at the same time.
  static std::atomic<unsigned> attempts{0};
  int file;
  do {
    writer->aside = path + "." + std::to_string(getpid()) + "-" +
                    std::to_string(attempts++) + ".tmp";
    file = ::open(writer->aside.c_str(),
                  O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (file < 0 && errno == EEXIST);
  if (file < 0) {
    writer->aside.clear();
    writer->fail(error);
    return nullptr;
  }
  writer->file = ::fdopen(file, "wb");
  if (!writer->file) {
    writer->fail(error);
    ::close(file);
    return nullptr;
  }
  StatisticsHeader header = {};
  if (!writer->write(&header, sizeof(header), error))
    return nullptr;
  return writer;
}

StatisticsWriter::~StatisticsWriter() {
  if (file)
    std::fclose(file);
  if (!aside.empty())
    ::unlink(aside.c_str());
}

bool StatisticsWriter::fail(std::string &error) const {
  error = path + ": " + std::strerror(errno);
  return false;
}

bool StatisticsWriter::write(const void *data, uint64_t bytes,
                             std::string &error) {
  if (std::fwrite(data, 1, bytes, file) != bytes)
    return fail(error);
  offset += bytes;
  return true;
}

bool StatisticsWriter::writeMatrix(const float *values, int64_t count,
                                   uint64_t &place, uint64_t &sum,
                                   std::string &error) {
  static constexpr uint8_t zeros[matrixAlignment] = {};
  uint64_t gap = (matrixAlignment - offset % matrixAlignment) % matrixAlignment;
  if (!write(zeros, gap, error))
    return false;
  uint64_t bytes = static_cast<uint64_t>(count) * sizeof(float);
  place = offset;
  sum = checksum(values, bytes);
  return write(values, bytes, error);
}

bool StatisticsWriter::append(const std::vector<std::string> &weights,
                              const InputStatistics &statistics,
                              std::string &error) {
  for (const std::string &name : weights)
    if (!known.emplace(name, records.size()).second) {
      error = path + ": the weight '" + name + "' has statistics already";
      return false;
    }
  Record record;
  record.size = statistics.size;
  record.samples = statistics.samples;
  record.weights = weights;
  if (!writeMatrix(statistics.moments, triangleSize(statistics.size),
                   record.momentsOffset, record.momentsChecksum, error))
    return false;
  if (statistics.drift &&
      !writeMatrix(statistics.drift, statistics.size * statistics.size,
                   record.driftOffset, record.driftChecksum, error))
    return false;
  records.push_back(std::move(record));
  return true;
}

bool StatisticsWriter::finish(std::string &error) {
  Writer table;
  table.list(records, entryFields);
  StatisticsHeader header = {};
  std::memcpy(header.magic, statisticsMagic, sizeof(header.magic));
  header.major = statisticsMajorVersion;
  header.minor = statisticsMinorVersion;
  header.table = {offset, table.bytes.size(),
                  checksum(table.bytes.data(), table.bytes.size())};
  if (!write(table.bytes.data(), table.bytes.size(), error))
    return false;
  header.fileBytes = offset;
  header.checksum = headerSum(header);
  if (std::fseek(file, 0, SEEK_SET) != 0 ||
      !write(&header, sizeof(header), error) || std::fflush(file) != 0 ||
      ::fsync(::fileno(file)) != 0)
    return fail(error);
  int closed = std::fclose(file);
  file = nullptr;
  if (closed != 0 || ::rename(aside.c_str(), path.c_str()) != 0)
    return fail(error);
  aside.clear();
  return true;
}
