//===- Expansion.cpp - Expands a small payload ----------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Expansion.h"

#include <atomic>
#include <pthread.h>

using namespace gg;
using namespace gg::runtime;

namespace {

/// Threads take frames in their order. One that finds a damaged frame stops;
/// all frames before it are taken then, so the first damaged one is found
/// whatever the number of threads.
class Expansion {
public:
  Expansion(const weights::ArtifactReader &artifact, uint8_t *payload)
      : artifact(artifact), payload(payload) {}

  bool run(int threads, std::string &error) {
    std::vector<pthread_t> helpers;
    pthread_t helper;
    while (static_cast<int>(helpers.size()) + 1 < threads &&
           pthread_create(&helper, nullptr, work, this) == 0)
      helpers.push_back(helper);
    work(this);
    for (pthread_t thread : helpers)
      pthread_join(thread, nullptr);
    error = std::move(message);
    return error.empty();
  }

private:
  static void *work(void *expansion) {
    static_cast<Expansion *>(expansion)->expandFrames();
    return nullptr;
  }

  void expandFrames() {
    weights::FrameDecoder decoder;
    std::string error;
    for (size_t frame; (frame = next++) < artifact.frames().size();)
      if (!artifact.expand(frame, decoder, payload, error))
        return fail(frame, std::move(error));
  }

  void fail(size_t frame, std::string error) {
    next = artifact.frames().size();
    pthread_mutex_lock(&mutex);
    if (frame < firstDamaged) {
      firstDamaged = frame;
      message = std::move(error);
    }
    pthread_mutex_unlock(&mutex);
  }

  const weights::ArtifactReader &artifact;
  uint8_t *payload;
  std::atomic<size_t> next{0};
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  size_t firstDamaged = SIZE_MAX;
  std::string message;
};

} // namespace

bool gg::runtime::expand(const weights::ArtifactReader &artifact,
                         uint8_t *payload, int threads, std::string &error) {
  return Expansion(artifact, payload).run(threads, error);
}
