//===- TensorCall.cpp - Tensors in, tensors out ---------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TensorCall.h"

#include "Error.h"
#include "gg/Weights/Serialization.h"

#include <algorithm>
#include <cinttypes>
#include <cstdlib>
#include <cstring>

using namespace gg;
using namespace gg::runtime;

namespace {

/// The sizes that the symbols of an entry's inputs stand for in a call.
class Symbols {
public:
  /// False where the symbol has another size already.
  bool bind(const std::string &name, int64_t size) {
    if (name.empty())
      return true;
    for (const auto &[known, value] : sizes)
      if (known == name)
        return value == size;
    sizes.emplace_back(name, size);
    return true;
  }

private:
  std::vector<std::pair<std::string, int64_t>> sizes;
};

} // namespace

static const char *nameOf(gg_type type) {
  const char *name =
      weights::elementTypeName(static_cast<weights::ElementType>(type));
  return name ? name : "an unknown type";
}

static bool contiguousBytes(gg_type type, const int64_t *dims, size_t rank,
                            uint64_t &bytes) {
  return weights::contiguousBytes(static_cast<weights::ElementType>(type),
                                  std::vector<int64_t>(dims, dims + rank),
                                  bytes);
}

/// What elements that have a byte to themselves, but fewer bits, may be.
static bool getRange(gg_type type, int &low, int &high) {
  switch (type) {
  case GG_BOOL:
    low = 0, high = 1;
    return true;
  case GG_I2:
    low = -2, high = 1;
    return true;
  case GG_U2:
    low = 0, high = 3;
    return true;
  case GG_I4:
    low = -8, high = 7;
    return true;
  case GG_U4:
    low = 0, high = 15;
    return true;
  default:
    return false;
  }
}

/// Code relies on the range of such elements.
static gg_status checkRange(const char *name, const gg_tensor &tensor,
                            uint64_t bytes) {
  int low, high;
  if (!getRange(tensor.type, low, high))
    return GG_OK;
  const auto *elements = static_cast<const int8_t *>(tensor.data);
  const auto *bad = std::find_if(elements, elements + bytes,
                                 [=](int8_t x) { return x < low || x > high; });
  if (bad == elements + bytes)
    return GG_OK;
  return fail(GG_ERROR_ARGUMENT,
              "input '%s': expected elements of %s from %d to %d but got %d",
              name, nameOf(tensor.type), low, high, *bad);
}

/// Whether a tensor is what an input expects.
static gg_status check(const weights::Value &value, const gg_tensor &tensor,
                       Symbols &symbols) {
  const char *name = value.name.c_str();
  auto type = static_cast<gg_type>(value.type);
  if (tensor.type != type)
    return fail(GG_ERROR_ARGUMENT, "input '%s': expected %s but got %s", name,
                nameOf(type), nameOf(tensor.type));
  if (tensor.rank != static_cast<int32_t>(value.dims.size()))
    return fail(GG_ERROR_ARGUMENT,
                "input '%s': expected %zu dimensions but got %d", name,
                value.dims.size(), tensor.rank);
  for (size_t i = 0; i < value.dims.size(); ++i) {
    const weights::Dim &dim = value.dims[i];
    if (dim.size >= 0 && dim.size != tensor.dims[i])
      return fail(GG_ERROR_ARGUMENT,
                  "input '%s': expected size %" PRId64
                  " in dimension %zu but got %" PRId64,
                  name, dim.size, i, tensor.dims[i]);
    if (dim.size < 0 && !symbols.bind(dim.name, tensor.dims[i]))
      return fail(GG_ERROR_ARGUMENT,
                  "input '%s': size %" PRId64
                  " in dimension %zu contradicts another dimension named '%s'",
                  name, tensor.dims[i], i, dim.name.c_str());
  }
  uint64_t bytes;
  if (!contiguousBytes(tensor.type, tensor.dims, value.dims.size(), bytes))
    return fail(GG_ERROR_ARGUMENT, "input '%s': impossible dimensions", name);
  if (bytes && (!tensor.data || reinterpret_cast<uintptr_t>(tensor.data) %
                                    weights::elementBytes(value.type)))
    return fail(GG_ERROR_ARGUMENT, "input '%s': data is null or not aligned",
                name);
  return checkRange(name, tensor, bytes);
}

/// The inputs in the order of `values`.
static gg_status bind(const std::vector<weights::Value> &values,
                      const gg_tensor *inputs, int64_t count,
                      std::vector<gg_tensor_view> &views) {
  std::vector<const gg_tensor *> given(values.size());
  for (const gg_tensor *input = inputs; input != inputs + count; ++input) {
    size_t i = 0;
    while (i < values.size() && values[i].name != input->name)
      ++i;
    if (i == values.size())
      return fail(GG_ERROR_ARGUMENT, "the model has no input '%s'",
                  input->name);
    if (given[i])
      return fail(GG_ERROR_ARGUMENT, "input '%s' is given twice", input->name);
    given[i] = input;
  }
  Symbols symbols;
  for (size_t i = 0; i < values.size(); ++i) {
    if (!given[i])
      return fail(GG_ERROR_ARGUMENT, "input '%s' is missing",
                  values[i].name.c_str());
    if (gg_status bad = check(values[i], *given[i], symbols))
      return bad;
    gg_tensor_view view = {};
    view.data = given[i]->data;
    std::copy_n(given[i]->dims, values[i].dims.size(), view.dims);
    views.push_back(view);
  }
  return GG_OK;
}

/// Copies the outputs out of the arena.
gg_status TensorCall::keep(const weights::Entry &description,
                           const std::vector<gg_tensor_view> &views) {
  for (size_t i = 0; i < views.size(); ++i) {
    const weights::Value &value = description.outputs[i];
    gg_tensor tensor = {};
    tensor.name = value.name.c_str();
    tensor.type = static_cast<gg_type>(value.type);
    tensor.rank = static_cast<int32_t>(value.dims.size());
    std::copy_n(views[i].dims, value.dims.size(), tensor.dims);
    uint64_t bytes;
    if (!contiguousBytes(tensor.type, tensor.dims, value.dims.size(), bytes))
      return fail(GG_ERROR_EXECUTION, "output '%s' has impossible dimensions",
                  tensor.name);
    tensor.data = std::malloc(bytes ? bytes : 1);
    if (!tensor.data)
      return fail(GG_ERROR_MEMORY, "no room for output '%s' of %llu bytes",
                  tensor.name, static_cast<unsigned long long>(bytes));
    if (bytes)
      std::memcpy(tensor.data, views[i].data, bytes);
    outputs.push_back(tensor);
  }
  return GG_OK;
}

void TensorCall::clear() {
  for (gg_tensor &output : outputs)
    std::free(output.data);
  outputs.clear();
}

gg_status TensorCall::run(const LoadedEntry &entry, const gg_tensor *inputs,
                          int64_t count) {
  clear();
  std::vector<gg_tensor_view> views;
  if (gg_status bad = bind(entry.description->inputs, inputs, count, views))
    return bad;
  std::vector<gg_tensor_view> results(entry.description->outputs.size());
  gg_status status = runner.run(entry, views, results);
  if (status == GG_OK)
    status = keep(*entry.description, results);
  if (status != GG_OK)
    clear();
  runner.trim();
  return status;
}

gg_status TensorCall::output(int64_t index, gg_tensor &tensor) const {
  if (index < 0 || index >= static_cast<int64_t>(outputs.size()))
    return fail(GG_ERROR_ARGUMENT,
                "the last call has no output %" PRId64 " but %zu", index,
                outputs.size());
  tensor = outputs[static_cast<size_t>(index)];
  return GG_OK;
}
