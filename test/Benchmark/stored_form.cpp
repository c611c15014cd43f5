//===- stored_form.cpp - Size and expansion of a small artifact -----------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// stored_form ARTIFACT.gg [ROUNDS]: of an artifact that was compiled with
// --store small, for each element type, how many bits an element is stored in,
// frame table included, and the zero-order entropy of its bytes, by plane: of
// each tensor alone, and of all tensors together. Then how fast one thread
// expands the frames into a cache, and into memory as loading does.
//
//===----------------------------------------------------------------------===//

#include "gg/Weights/ArtifactReader.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <sys/mman.h>

using namespace gg::weights;

static double now() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

namespace {

/// How often each byte value occurs in each plane.
struct Histogram {
  std::array<std::array<uint64_t, 256>, 8> counts = {};

  void add(const uint8_t *data, uint64_t bytes, size_t elementBytes) {
    for (uint64_t i = 0; i < bytes; ++i)
      ++counts[i % elementBytes][data[i]];
  }

  /// In bits, of all elements.
  double entropy() const {
    double sum = 0;
    for (const auto &plane : counts) {
      double total = 0;
      for (uint64_t count : plane)
        total += static_cast<double>(count);
      for (uint64_t count : plane)
        if (count)
          sum -= static_cast<double>(count) *
                 std::log2(static_cast<double>(count) / total);
    }
    return sum;
  }
};

struct Sum {
  double elements = 0, storedBits = 0, tensorEntropy = 0;
  Histogram all;
};

} // namespace

static void printSizes(const ArtifactReader &artifact, const uint8_t *payload) {
  // A frame's line of the table.
  constexpr double tableBits = 8 * 20;
  std::map<ElementType, Sum> sums;
  size_t frame = 0;
  for (const Tensor &tensor : artifact.tensors()) {
    Sum &sum = sums[tensor.type];
    uint64_t width = elementBytes(tensor.type);
    Histogram own;
    for (Histogram *histogram : {&own, &sum.all})
      histogram->add(payload + tensor.offset, tensor.bytes, width);
    sum.elements += static_cast<double>(tensor.bytes / width);
    sum.tensorEntropy += own.entropy();
    for (uint64_t left = frameCount(tensor); left; --left)
      sum.storedBits +=
          8.0 * static_cast<double>(artifact.frames()[frame++].bytes) +
          tableBits;
  }
  std::printf("%-11s %12s %8s %14s %12s\n", "", "elements", "stored",
              "entropy/tensor", "entropy/all");
  for (const auto &[type, sum] : sums)
    std::printf("%-11s %12.0f %8.4f %14.4f %12.4f\n", elementTypeName(type),
                sum.elements, sum.storedBits / sum.elements,
                sum.tensorEntropy / sum.elements,
                sum.all.entropy() / sum.elements);
}

namespace {

/// Anonymous memory as the runtime asks for.
class Pages {
public:
  explicit Pages(uint64_t bytes) : bytes(bytes) {
    base = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED)
      std::abort();
    madvise(base, bytes, MADV_HUGEPAGE);
  }
  ~Pages() { munmap(base, bytes); }
  uint8_t *data() const { return static_cast<uint8_t *>(base); }

private:
  uint64_t bytes;
  void *base;
};

} // namespace

[[noreturn]] static void fail(const std::string &error) {
  std::fprintf(stderr, "stored_form: %s\n", error.c_str());
  std::exit(1);
}

static void expand(const ArtifactReader &artifact, uint8_t *payload) {
  FrameDecoder decoder;
  std::string error;
  for (size_t frame = 0; frame < artifact.frames().size(); ++frame)
    if (!artifact.expand(frame, decoder, payload, error))
      fail(error);
}

/// One piece after the other into one place.
static void expandInCache(const ArtifactReader &artifact,
                          const std::vector<Piece> &pieces,
                          const uint8_t *stored) {
  FrameDecoder decoder;
  std::vector<uint8_t> piece(frameBytes);
  for (size_t i = 0; i < pieces.size(); ++i) {
    const Frame &frame = artifact.frames()[i];
    const Tensor &tensor = artifact.tensors()[pieces[i].tensor];
    if (!decoder.decode(frame, stored, elementBytes(tensor.type), piece.data(),
                        pieces[i].bytes))
      fail("a frame is damaged");
    stored += frame.bytes;
  }
}

static void printSpeed(const char *where, std::vector<double> &seconds,
                       uint64_t bytes) {
  std::sort(seconds.begin(), seconds.end());
  auto gigabytes = static_cast<double>(bytes) / 1e9;
  std::printf("expanded %s: %.2f GB/s, median of %zu (best %.2f)\n", where,
              gigabytes / seconds[seconds.size() / 2], seconds.size(),
              gigabytes / seconds.front());
}

int main(int argc, char **argv) {
  if (argc < 2)
    fail("expected ARTIFACT.gg [ROUNDS]");
  std::string error;
  auto artifact = ArtifactReader::open(argv[1], error);
  if (!artifact)
    fail(error);
  if (!artifact->isSmall())
    fail("expected an artifact compiled with --store small");
  Pages payload(artifact->payloadBytes());
  expand(*artifact, payload.data());
  printSizes(*artifact, payload.data());

  std::vector<Piece> pieces = piecesOf(artifact->tensors());
  uint64_t stored = 0, bytes = 0;
  for (size_t i = 0; i < pieces.size(); ++i) {
    stored += artifact->frames()[i].bytes;
    bytes += pieces[i].bytes;
  }
  // In turn: the machine's speed varies. What is read is in memory already.
  std::vector<uint8_t> copy(artifact->payload(), artifact->payload() + stored);
  std::vector<double> toCache, toMemory;
  for (int rounds = argc > 2 ? std::max(1, std::atoi(argv[2])) : 5; rounds;
       --rounds) {
    double start = now();
    expandInCache(*artifact, pieces, copy.data());
    toCache.push_back(now() - start);
    Pages fresh(artifact->payloadBytes());
    start = now();
    expand(*artifact, fresh.data());
    toMemory.push_back(now() - start);
  }
  printSpeed("into a cache", toCache, bytes);
  printSpeed("from the file into new memory", toMemory, bytes);
  return 0;
}
