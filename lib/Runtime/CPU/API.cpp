//===- API.cpp - The runtime's C API --------------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg-runtime/gg.h"

#include "Decoder.h"
#include "Error.h"
#include "TensorCall.h"
#include "gg/Runtime/Features.h"

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>

using namespace gg;
using namespace gg::runtime;

struct gg_model {
  std::shared_ptr<const Model> model;
};

struct gg_session {
  std::unique_ptr<Runner> runner;
  // One of the two, by the model's kind.
  std::unique_ptr<Decoder> decoder;
  std::unique_ptr<TensorCall> tensors;
};

#define GG_SAME(name)                                                          \
  static_assert(static_cast<uint32_t>(weights::ElementType::name) ==           \
                static_cast<uint32_t>(GG_##name))
GG_SAME(BF16);
GG_SAME(U64);
GG_SAME(U2);
static_assert(static_cast<uint32_t>(weights::ElementType::Bool) == GG_BOOL);
static_assert(static_cast<uint32_t>(weights::ElementType::F8E5M2FNUZ) ==
              GG_F8E5M2FNUZ);
static_assert(static_cast<uint32_t>(weights::ModelKind::Decoder) == GG_DECODER);
#undef GG_SAME

//===----------------------------------------------------------------------===//
// Facts
//===----------------------------------------------------------------------===//

const char *gg_version(void) { return GG_VERSION; }

const char *gg_last_error(void) { return lastError(); }

const char *gg_type_name(gg_type type) {
  return weights::elementTypeName(static_cast<weights::ElementType>(type));
}

size_t gg_type_bytes(gg_type type) {
  return weights::elementBytes(static_cast<weights::ElementType>(type));
}

int gg_default_threads(void) { return physicalCores(); }

//===----------------------------------------------------------------------===//
// Models
//===----------------------------------------------------------------------===//

gg_status gg_model_load(const char *folder, gg_model **model) {
  *model = nullptr;
  std::shared_ptr<Model> loaded;
  if (gg_status bad = Model::load(folder, loaded))
    return bad;
  *model = new gg_model{std::move(loaded)};
  return GG_OK;
}

void gg_model_free(gg_model *model) { delete model; }

/// What a caller sees of an entry's values: a decoder's ids or logits, or all.
static std::vector<const weights::Value *>
visible(const Model &model, const std::vector<weights::Value> &values) {
  bool all = model.description().kind == weights::ModelKind::Tensors;
  std::vector<const weights::Value *> result;
  for (const weights::Value &value : values)
    if (all || value.role == weights::Role::Ids ||
        value.role == weights::Role::Logits)
      result.push_back(&value);
  return result;
}

void gg_model_get_info(const gg_model *handle, gg_model_info *info) {
  const Model &model = *handle->model;
  const weights::Model &description = model.description();
  const weights::Entry &entry = *model.mainEntry().description;
  *info = {};
  info->kind = static_cast<gg_kind>(description.kind);
  info->capacity = static_cast<int64_t>(description.capacity);
  info->chunk = static_cast<int64_t>(description.chunk);
  info->batch = static_cast<int64_t>(description.batch);
  if (description.kind == weights::ModelKind::RecomputeDecoder && !info->batch)
    info->batch = 1;
  info->vocabulary = static_cast<int64_t>(description.vocabulary);
  info->inputs = static_cast<int64_t>(visible(model, entry.inputs).size());
  info->outputs = static_cast<int64_t>(visible(model, entry.outputs).size());
  info->weight_bytes = static_cast<int64_t>(model.artifact().payloadBytes());
  info->name = description.name.c_str();
  info->weights_type = description.weightsType.c_str();
  info->code_level = model.code().level.c_str();
}

static gg_status describe(const Model &model,
                          const std::vector<weights::Value> &values,
                          int64_t index, gg_value_info *info) {
  std::vector<const weights::Value *> seen = visible(model, values);
  if (index < 0 || index >= static_cast<int64_t>(seen.size()))
    return fail(GG_ERROR_ARGUMENT,
                "expected an index below %zu but got %" PRId64, seen.size(),
                index);
  const weights::Value &value = *seen[static_cast<size_t>(index)];
  *info = {};
  info->name = value.name.c_str();
  info->type = static_cast<gg_type>(value.type);
  info->rank = static_cast<int32_t>(value.dims.size());
  for (size_t i = 0; i < value.dims.size(); ++i) {
    info->dims[i] = value.dims[i].size;
    info->dim_names[i] = value.dims[i].name.c_str();
  }
  return GG_OK;
}

gg_status gg_model_get_input(const gg_model *model, int64_t index,
                             gg_value_info *info) {
  return describe(*model->model, model->model->mainEntry().description->inputs,
                  index, info);
}

gg_status gg_model_get_output(const gg_model *model, int64_t index,
                              gg_value_info *info) {
  return describe(*model->model, model->model->mainEntry().description->outputs,
                  index, info);
}

//===----------------------------------------------------------------------===//
// Sessions
//===----------------------------------------------------------------------===//

gg_status gg_session_create(gg_model *model, int threads,
                            gg_session **session) {
  *session = nullptr;
  std::unique_ptr<gg_session> result(new gg_session);
  if (gg_status bad = Runner::create(model->model, threads, result->runner))
    return bad;
  if (model->model->description().kind == weights::ModelKind::Tensors)
    result->tensors.reset(new TensorCall(*result->runner));
  else if (gg_status bad = Decoder::create(*result->runner, result->decoder))
    return bad;
  *session = result.release();
  return GG_OK;
}

void gg_session_free(gg_session *session) { delete session; }

int gg_session_threads(const gg_session *session) {
  return session->runner->threads();
}

static gg_status requireDecoder(const gg_session *session) {
  if (session->decoder)
    return GG_OK;
  return fail(GG_ERROR_ARGUMENT,
              "this model is no decoder: it takes tensors, not tokens");
}

gg_status gg_prefill(gg_session *session, const int64_t *tokens, int64_t stride,
                     const int64_t *counts) {
  if (gg_status bad = requireDecoder(session))
    return bad;
  return session->decoder->append({tokens, stride, counts, nullptr});
}

gg_status gg_score(gg_session *session, const int64_t *tokens, int64_t stride,
                   const int64_t *counts, float *logits) {
  if (gg_status bad = requireDecoder(session))
    return bad;
  if (!logits)
    return fail(GG_ERROR_ARGUMENT, "expected room for logits but got null");
  return session->decoder->append({tokens, stride, counts, logits});
}

gg_status gg_step(gg_session *session, const int64_t *tokens) {
  if (gg_status bad = requireDecoder(session))
    return bad;
  std::vector<int64_t> counts;
  for (int64_t row = 0; row < session->decoder->rows(); ++row)
    counts.push_back(tokens[row] != -1);
  return session->decoder->append({tokens, 1, counts.data(), nullptr});
}

static bool hasRow(const gg_session *session, int64_t row) {
  return session->decoder && row >= 0 && row < session->decoder->rows();
}

const float *gg_logits(const gg_session *session, int64_t row) {
  return hasRow(session, row) ? session->decoder->logits(row) : nullptr;
}

int64_t gg_position(const gg_session *session, int64_t row) {
  return hasRow(session, row) ? session->decoder->position(row) : 0;
}

gg_status gg_rewind(gg_session *session, int64_t row, int64_t position) {
  if (gg_status bad = requireDecoder(session))
    return bad;
  if (!hasRow(session, row))
    return fail(GG_ERROR_ARGUMENT,
                "expected a row below %" PRId64 " but got %" PRId64,
                session->decoder->rows(), row);
  return session->decoder->rewind(row, position);
}

void gg_reset(gg_session *session) {
  if (session->decoder)
    session->decoder->reset();
}

//===----------------------------------------------------------------------===//
// State
//===----------------------------------------------------------------------===//

size_t gg_state_bytes(const gg_session *session) {
  return session->decoder ? session->decoder->stateBytes() : 0;
}

gg_status gg_save(const gg_session *session, void *state, size_t bytes) {
  if (gg_status bad = requireDecoder(session))
    return bad;
  return session->decoder->save(static_cast<uint8_t *>(state), bytes);
}

gg_status gg_restore(gg_session *session, const void *state, size_t bytes) {
  if (gg_status bad = requireDecoder(session))
    return bad;
  return session->decoder->restore(static_cast<const uint8_t *>(state), bytes);
}

gg_status gg_save_file(const gg_session *session, const char *path) {
  std::vector<uint8_t> state(gg_state_bytes(session));
  if (gg_status bad = gg_save(session, state.data(), state.size()))
    return bad;
  // Written aside and renamed: an older state stays whole until then.
  std::string aside = std::string(path) + ".new";
  FILE *file = std::fopen(aside.c_str(), "wbe");
  if (!file)
    return fail(GG_ERROR_FILE, "%s: %s", aside.c_str(), std::strerror(errno));
  bool written =
      std::fwrite(state.data(), 1, state.size(), file) == state.size();
  if (std::fclose(file) == 0 && written &&
      std::rename(aside.c_str(), path) == 0)
    return GG_OK;
  int code = errno;
  std::remove(aside.c_str());
  return fail(GG_ERROR_FILE, "%s: %s", path, std::strerror(code));
}

gg_status gg_restore_file(gg_session *session, const char *path) {
  if (gg_status bad = requireDecoder(session))
    return bad;
  std::string error;
  std::unique_ptr<weights::MappedFile> file =
      weights::MappedFile::open(path, error);
  if (!file)
    return fail(GG_ERROR_FILE, "%s", error.c_str());
  return gg_restore(session, file->data(), file->size());
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

static gg_status requireTensors(const gg_session *session) {
  if (session->tensors)
    return GG_OK;
  return fail(GG_ERROR_ARGUMENT,
              "this model is a decoder: it takes tokens, not tensors");
}

gg_status gg_call_model(gg_session *session, const gg_tensor *inputs,
                        int64_t count) {
  if (gg_status bad = requireTensors(session))
    return bad;
  return session->tensors->run(session->runner->model().mainEntry(), inputs,
                               count);
}

gg_status gg_call_entry(gg_session *session, const char *entry,
                        const gg_tensor *inputs, int64_t count) {
  if (gg_status bad = requireTensors(session))
    return bad;
  const Model &model = session->runner->model();
  if (!model.hasEntry(entry))
    return fail(GG_ERROR_ARGUMENT, "the model has no entry '%s'", entry);
  return session->tensors->run(model.entry(entry), inputs, count);
}

gg_status gg_get_output(const gg_session *session, int64_t index,
                        gg_tensor *output) {
  if (session->tensors)
    return session->tensors->output(index, *output);
  return fail(GG_ERROR_ARGUMENT, "this model is a decoder: see gg_logits");
}

//===----------------------------------------------------------------------===//
// Profile
//===----------------------------------------------------------------------===//

gg_status gg_profile_start(gg_session *session) {
  return session->runner->startProfile();
}

int64_t gg_profile_phases(const gg_session *session) {
  const Profile *profile = session->runner->profile();
  return profile ? profile->phases() : 0;
}

gg_status gg_profile_get(const gg_session *session, int64_t index,
                         gg_phase *phase) {
  int64_t count = gg_profile_phases(session);
  if (index < 0 || index >= count)
    return fail(GG_ERROR_ARGUMENT,
                "expected a phase below %" PRId64 " but got %" PRId64, count,
                index);
  *phase = session->runner->profile()->phase(index);
  return GG_OK;
}
