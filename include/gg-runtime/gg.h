/*===- gg.h - The runtime's C API ---------------------------------*- C -*-===*\
|*                                                                            *|
|* Part of the gg project, under the Apache License v2.0 with LLVM            *|
|* Exceptions. See LICENSE for license information.                           *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
|*===----------------------------------------------------------------------===*|
|*                                                                            *|
|* Loads an artifact (NAME.gg, as gg-compile writes it) and runs it.          *|
|*                                                                            *|
|*   gg_model *model;                                                         *|
|*   gg_session *session;                                                     *|
|*   if (gg_model_load("llm.gg", &model) ||                                   *|
|*       gg_session_create(model, 0, &session))                               *|
|*     fail(gg_last_error());                                                 *|
|*   int64_t prompt[] = {1, 403, 289}, count = 3, next;                       *|
|*   for (gg_prefill(session, prompt, 3, &count);;                            *|
|*        gg_step(session, &next))                                            *|
|*     next = choose(gg_logits(session, 0));                                  *|
|*                                                                            *|
|* Nothing here ends the process: every failure is a status, and a message    *|
|* from gg_last_error. A model may be used by several threads and sessions at *|
|* a time, a session by one thread at a time. The rows of a session (as many  *|
|* as the artifact was compiled for) are independent sequences, each at a     *|
|* position of its own.                                                       *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#ifndef GG_RUNTIME_GG_H
#define GG_RUNTIME_GG_H

#include <stddef.h>
#include <stdint.h>

#define GG_API __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

typedef enum gg_status {
  GG_OK = 0,
  /** The caller's mistake: a token id out of range, a wrong shape, …. */
  GG_ERROR_ARGUMENT = 1,
  /** A file is missing or cannot be read or written. */
  GG_ERROR_FILE = 2,
  /** A file is damaged, foreign or of another version. */
  GG_ERROR_FORMAT = 3,
  /** No code of the artifact runs on this CPU. */
  GG_ERROR_CPU = 4,
  /** A row would hold more tokens than the artifact was compiled for. */
  GG_ERROR_CAPACITY = 5,
  GG_ERROR_MEMORY = 6,
  /** The model itself failed, on an index out of bounds for example. */
  GG_ERROR_EXECUTION = 7
} gg_status;

typedef enum gg_kind {
  /** Tensors in, tensors out: gg_call. */
  GG_TENSORS = 0,
  /** A decoder: gg_prefill, gg_step, gg_score. */
  GG_DECODER = 1,
  /** A decoder without a cache: the same calls, each over the whole row. */
  GG_RECOMPUTE_DECODER = 2
} gg_kind;

typedef enum gg_type {
  GG_F32 = 1,
  GG_F16 = 2,
  GG_BF16 = 3,
  GG_F64 = 4,
  GG_BOOL = 5,
  GG_I8 = 6,
  GG_I16 = 7,
  GG_I32 = 8,
  GG_I64 = 9,
  GG_U8 = 10,
  GG_U16 = 11,
  GG_U32 = 12,
  GG_U64 = 13,
  GG_I4 = 14,
  GG_U4 = 15,
  GG_F8E4M3FN = 16,
  GG_F8E4M3FNUZ = 17,
  GG_F8E5M2 = 18,
  GG_F8E5M2FNUZ = 19,
  GG_I2 = 22,
  GG_U2 = 23,
  /** No type: lets the enumeration hold any number that a caller passes. */
  GG_TYPE_LIMIT = 0x7fffffff
} gg_type;

typedef struct gg_model gg_model;
typedef struct gg_session gg_session;

/** The largest rank of a tensor. */
#define GG_TENSOR_MAX_RANK 8

/** A contiguous, row-major tensor; every element takes whole bytes. */
typedef struct gg_tensor {
  const char *name;
  gg_type type;
  int32_t rank;
  int64_t dims[GG_TENSOR_MAX_RANK];
  void *data;
} gg_tensor;

/** An input or an output. A dimension of -1 is given by each call; dimensions
 *  of one name are equal. Lives as long as the model. */
typedef struct gg_value_info {
  const char *name;
  gg_type type;
  int32_t rank;
  int64_t dims[GG_TENSOR_MAX_RANK];
  const char *dim_names[GG_TENSOR_MAX_RANK];
} gg_value_info;

/** Strings live as long as the model. */
typedef struct gg_model_info {
  gg_kind kind;
  /** Of decoders: tokens a row may hold (0: no limit), tokens that prefill
   *  works on at once, rows, size of the vocabulary. */
  int64_t capacity;
  int64_t chunk;
  int64_t batch;
  int64_t vocabulary;
  int64_t inputs;
  int64_t outputs;
  /** In memory. */
  int64_t weight_bytes;
  const char *name;
  const char *weights_type;
  /** Which of the artifact's code files runs, "x86-64-v3" for example. */
  const char *code_level;
} gg_model_info;

/** "0.1.0" for example. */
GG_API const char *gg_version(void);
/** What the last call on this thread that failed has to say. */
GG_API const char *gg_last_error(void);
/** "bf16" for example; null if there is no such type. */
GG_API const char *gg_type_name(gg_type type);
/** The bytes of an element; 0 if there is no such type. */
GG_API size_t gg_type_bytes(gg_type type);
/** Physical cores this process may use. */
GG_API int gg_default_threads(void);

/** Maps the artifact in a folder, checks header, table and code, and loads the
 *  code that fits this CPU best. Weights that are stored small are expanded, on
 *  all cores. */
GG_API gg_status gg_model_load(const char *folder, gg_model **model);
/** Sessions keep what they need of the model. Null is fine. */
GG_API void gg_model_free(gg_model *model);
GG_API void gg_model_get_info(const gg_model *model, gg_model_info *info);
/** Of the entry that a call runs; a decoder's are its ids and logits. */
GG_API gg_status gg_model_get_input(const gg_model *model, int64_t index,
                                    gg_value_info *info);
GG_API gg_status gg_model_get_output(const gg_model *model, int64_t index,
                                     gg_value_info *info);

/** A session with its own cache, scratch memory and threads; 0 threads stands
 *  for gg_default_threads(). Results do not depend on the number of threads. */
GG_API gg_status gg_session_create(gg_model *model, int threads,
                                   gg_session **session);
/** Null is fine. */
GG_API void gg_session_free(gg_session *session);
GG_API int gg_session_threads(const gg_session *session);

/** Appends `counts[row]` tokens to each row; row r's start at
 *  tokens + r * stride. After it gg_logits holds what follows the last token
 *  of each row that got any. On an error no row has changed, unless the status
 *  is GG_ERROR_EXECUTION. */
GG_API gg_status gg_prefill(gg_session *session, const int64_t *tokens,
                            int64_t stride, const int64_t *counts);
/** The same, and writes the logits of every token: those of row r's token t go
 *  to logits + (r * stride + t) * vocabulary. */
GG_API gg_status gg_score(gg_session *session, const int64_t *tokens,
                          int64_t stride, const int64_t *counts, float *logits);
/** Appends tokens[row] to each row; a row whose token is -1 stays as it is. */
GG_API gg_status gg_step(gg_session *session, const int64_t *tokens);
/** The logits after a row's last token, `vocabulary` floats, until the next
 *  call; null if there are none. */
GG_API const float *gg_logits(const gg_session *session, int64_t row);
/** How many tokens a row holds. */
GG_API int64_t gg_position(const gg_session *session, int64_t row);
/** Forgets a row's tokens from `position` on, and its logits. */
GG_API gg_status gg_rewind(gg_session *session, int64_t row, int64_t position);
/** Empties all rows. */
GG_API void gg_reset(gg_session *session);

/** The rows' tokens as the model remembers them, and their logits. A state is
 *  restored into a session of the same artifact only. */
GG_API size_t gg_state_bytes(const gg_session *session);
/** `bytes` as gg_state_bytes says. */
GG_API gg_status gg_save(const gg_session *session, void *state, size_t bytes);
GG_API gg_status gg_restore(gg_session *session, const void *state,
                            size_t bytes);
GG_API gg_status gg_save_file(const gg_session *session, const char *path);
GG_API gg_status gg_restore_file(gg_session *session, const char *path);

/** Runs a model of kind GG_TENSORS on all of its inputs, in any order. */
GG_API gg_status gg_call_model(gg_session *session, const gg_tensor *inputs,
                               int64_t count);
/** The same with the entry of that name, where a model has several; the first
 * is what gg_call_model runs. */
GG_API gg_status gg_call_entry(gg_session *session, const char *entry,
                               const gg_tensor *inputs, int64_t count);
/** An output of the last call; its bytes belong to the session and stay until
 *  the next call. */
GG_API gg_status gg_get_output(const gg_session *session, int64_t index,
                               gg_tensor *output);

/** What an entry of the code does between two meetings of its threads. Bytes
 *  of weights and caches that are streamed and floating-point operations are
 *  those of one call, as the shapes say (of a whole chunk also where a prompt
 *  fills it in part); -1 where they do not. Strings live as long as the
 *  session. */
typedef struct gg_phase {
  const char *entry;
  const char *kind;
  /** The graph's node that has most of the work. */
  const char *name;
  int64_t calls;
  /** Of all calls, waiting included; and how long a thread was busy, on
   *  average. */
  double seconds;
  double busy_seconds;
  double bytes;
  double flops;
  /** Those of linear layers alone. */
  double linear_flops;
} gg_phase;

/** From now on, measures what the session runs, starting from nothing. */
GG_API gg_status gg_profile_start(gg_session *session);
/** How many phases there are; 0 before gg_profile_start. */
GG_API int64_t gg_profile_phases(const gg_session *session);
GG_API gg_status gg_profile_get(const gg_session *session, int64_t index,
                                gg_phase *phase);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* GG_RUNTIME_GG_H */
