//===- EntryABI.h - How compiled code is called -----------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The one contract between the code that the compiler writes and whoever calls
// it. Plain C. The compiler builds accesses to these structs by field index
// (lib/Conversion/EntryABI), so a change here is a change of the artifact's
// major version.
//
// An entry is SPMD: every thread of a team calls it with the same gg_call and
// its own number. They share loops out by `claim` and meet at `barrier`. What
// an entry computes does not depend on the number of threads, which it is not
// told.
//
//===----------------------------------------------------------------------===//

#ifndef GG_WEIGHTS_ENTRYABI_H
#define GG_WEIGHTS_ENTRYABI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The largest rank of an input or an output.
#define GG_MAX_RANK 8

/// Where every allocation inside the arena, and the arena itself, starts: a
/// multiple of this many bytes.
#define GG_ARENA_ALIGNMENT 64

/// How many loops may be claimed between two barriers.
#define GG_MAX_LOOPS 8

/// A contiguous, row-major tensor. Booleans take a byte each, 4-bit integers
/// and 8-bit floats too.
typedef struct gg_tensor_view {
  void *data;
  int64_t dims[GG_MAX_RANK];
} gg_tensor_view;

/// Elementary functions on doubles. Code for f32 and below holds its own; a
/// caller whose model computes in f64 hands those of its C library.
typedef struct gg_math {
  double (*exp)(double);
  double (*log)(double);
  double (*sin)(double);
  double (*cos)(double);
  double (*tan)(double);
  double (*tanh)(double);
  double (*erf)(double);
  double (*pow)(double, double);
  double (*asin)(double);
  double (*acos)(double);
  double (*atan)(double);
  double (*sinh)(double);
  double (*cosh)(double);
  double (*asinh)(double);
  double (*acosh)(double);
  double (*atanh)(double);
  double (*expm1)(double);
  double (*log1p)(double);
  double (*fmod)(double, double);
} gg_math;

typedef struct gg_call {
  /// The base of the mapped weights payload.
  const uint8_t *weights;
  /// Scratch, and where outputs lie after the call. An entry of static shapes
  /// says its need in the artifact; one of dynamic shapes gets a large reserved
  /// range, and fails where that does not do.
  uint8_t *arena;
  uint64_t arena_bytes;
  /// In argument order.
  gg_tensor_view *inputs;
  /// In result order, without the results that are inputs updated in place.
  /// Filled by thread 0; the data lies in the arena, in an input or in the
  /// weights, and is valid until the next call that uses that arena.
  gg_tensor_view *outputs;
  /// Returns once every thread of the team has called it. `phase` is the number
  /// of what ends there; what ends with the entry has the number after all.
  void (*barrier)(void *team, int64_t phase);
  void *team;
  /// Records an error. Called by one thread only; the entry then returns, on
  /// every thread alike, with outputs unspecified.
  void (*fail)(void *team, const char *message);
  const gg_math *math;
  /// Gives `thread` a range of a loop's `iterations` that no thread was given:
  /// returns where it begins, and in `end` where it ends. An empty range says
  /// that none are left. Ranges begin at multiples of `multiple`. `loop` is
  /// less than GG_MAX_LOOPS and tells apart the loops between two barriers.
  int64_t (*claim)(void *team, int64_t thread, int64_t loop, int64_t iterations,
                   int64_t multiple, int64_t *end);
} gg_call;

/// The type of every exported function: gg_step, gg_prefill, gg_score, gg_main.
typedef void (*gg_entry)(gg_call *call, int64_t thread);

/// Beside each function, a profiler finds what it does from barrier to barrier:
/// `const char gg_phases_step[]`, a line of text for every phase, and a null.
/// A line is seven fields between tabs: the kind of the work, the graph's node
/// that has most of it, bytes of weights and caches that are streamed, the same
/// per position that a row holds after the call, floating-point operations, the
/// same per position, and those of them that are linear layers'. A number that
/// is not known is -1.

#ifdef __cplusplus
} // extern "C"
#endif

#endif // GG_WEIGHTS_ENTRYABI_H
