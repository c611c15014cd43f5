//===- MappedBuffer.h - Bytes in a file without a name ----------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_DRIVER_MAPPEDBUFFER_H
#define GG_LIB_DRIVER_MAPPEDBUFFER_H

#include "Job.h"
#include "gg/Weights/Store.h"

#include <cstring>

namespace gg {

/// Activations, or a packed weight, in a mapped file of their own: no memory of
/// the process, and gone with the last copy of this.
class MappedBuffer {
public:
  MappedBuffer() = default;

  static llvm::FailureOr<MappedBuffer> create(Job &job, int64_t bytes) {
    MappedBuffer buffer;
    buffer.store = WeightsStore::create();
    if (buffer.store)
      buffer.first = buffer.store->allocate(bytes);
    if (!buffer.first)
      return job.error("no room for " + llvm::Twine(bytes) +
                       " bytes in the folder of temporary files ($TMPDIR, or "
                       "/tmp): " +
                       std::strerror(errno));
    return buffer;
  }

  uint8_t *data() const { return first; }
  float *floats() const { return reinterpret_cast<float *>(first); }
  bool operator==(const MappedBuffer &other) const {
    return first == other.first;
  }

private:
  std::shared_ptr<WeightsStore> store;
  uint8_t *first = nullptr;
};

} // namespace gg

#endif // GG_LIB_DRIVER_MAPPEDBUFFER_H
