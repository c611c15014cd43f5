//===- Tensors.cpp - Runs a model on .npy files ---------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Session.h"

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstring>
#include <sys/stat.h>

using namespace gg::run;

/// Makes the folder and those it lies in.
static bool makeFolders(const std::string &path) {
  for (size_t at = 1; at <= path.size(); ++at)
    if ((at == path.size() || path[at] == '/') &&
        mkdir(path.substr(0, at).c_str(), 0777) != 0 && errno != EEXIST)
      return fail("%s: %s", path.c_str(), std::strerror(errno));
  struct stat status;
  if (stat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
    return fail("%s: is no folder", path.c_str());
  return true;
}

static std::string fileOf(const std::string &folder, std::string name) {
  std::replace(name.begin(), name.end(), '/', '_');
  return folder + "/" + name + ".npy";
}

/// The type an input expects, if there is such an input.
static bool findInput(const Session &session, const std::string &name,
                      gg_value_info &info) {
  std::string known;
  for (int64_t i = 0; i < session.info.inputs; ++i) {
    if (!Session::check(gg_model_get_input(session.model.get(), i, &info)))
      return false;
    if (name == info.name)
      return true;
    known += (i ? ", '" : "'") + std::string(info.name) + "'";
  }
  return fail("the model has no input '%s' but %s", name.c_str(),
              known.empty() ? "none" : known.c_str());
}

/// Reads an input; the array owns its elements.
static bool readInput(const Session &session, const std::string &name,
                      const std::string &file, NpyArray &array,
                      gg_tensor &tensor) {
  gg_value_info info;
  std::string error;
  if (!findInput(session, name, info))
    return false;
  if (!array.read(file, error))
    return fail("%s", error.c_str());
  if (array.descr() != npyDescr(info.type))
    return fail("%s: input '%s' is %s: expected elements of type '%s' but got "
                "'%s'",
                file.c_str(), info.name, gg_type_name(info.type),
                npyDescr(info.type), array.descr().c_str());
  if (array.shape().size() > GG_TENSOR_MAX_RANK)
    return fail("%s: expected at most %d dimensions but got %zu", file.c_str(),
                GG_TENSOR_MAX_RANK, array.shape().size());
  tensor = {};
  tensor.name = info.name;
  tensor.type = info.type;
  tensor.rank = static_cast<int32_t>(array.shape().size());
  std::copy(array.shape().begin(), array.shape().end(), tensor.dims);
  // The runtime does not write to inputs.
  tensor.data = const_cast<uint8_t *>(array.data());
  return true;
}

/// Writes all outputs, or none.
static bool writeOutputs(const Session &session, const std::string &folder) {
  std::vector<NpyWriter> writers(static_cast<size_t>(session.info.outputs));
  std::vector<std::string> files;
  std::string error;
  for (int64_t i = 0; i < session.info.outputs; ++i) {
    gg_tensor output;
    if (!Session::check(gg_get_output(session.session.get(), i, &output)))
      return false;
    std::string file = fileOf(folder, output.name);
    if (std::find(files.begin(), files.end(), file) != files.end())
      return fail("two outputs would be written to %s", file.c_str());
    files.push_back(file);
    std::vector<int64_t> shape(output.dims, output.dims + output.rank);
    size_t bytes = gg_type_bytes(output.type);
    NpyWriter &writer = writers[static_cast<size_t>(i)];
    if (!writer.create(file, npyDescr(output.type), shape, bytes, error))
      return fail("%s", error.c_str());
    for (int64_t dim : shape)
      bytes *= static_cast<size_t>(dim);
    std::memcpy(writer.data(), output.data, bytes);
  }
  for (NpyWriter &writer : writers)
    if (!writer.commit(error))
      return fail("%s", error.c_str());
  return true;
}

/// A decoder as a function from its ids to all logits.
static bool runDecoder(Session &session, const Options &options) {
  gg_value_info ids, logits;
  if (!Session::check(gg_model_get_input(session.model.get(), 0, &ids)) ||
      !Session::check(gg_model_get_output(session.model.get(), 0, &logits)))
    return false;
  if (options.inputs.size() != 1 || options.inputs[0].first != ids.name)
    return fail("this artifact is a decoder: expected its token ids '%s' as "
                "the only input",
                ids.name);
  return makeFolders(options.outputFolder) &&
         writeLogits(session, options.inputs[0].second,
                     fileOf(options.outputFolder, logits.name));
}

bool gg::run::runTensors(Session &session, const Options &options) {
  if (session.info.kind != GG_TENSORS)
    return runDecoder(session, options);
  std::vector<NpyArray> arrays(options.inputs.size());
  std::vector<gg_tensor> inputs(options.inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i)
    if (!readInput(session, options.inputs[i].first, options.inputs[i].second,
                   arrays[i], inputs[i]))
      return false;
  return Session::check(gg_call_model(session.session.get(), inputs.data(),
                                      static_cast<int64_t>(inputs.size()))) &&
         makeFolders(options.outputFolder) &&
         writeOutputs(session, options.outputFolder);
}
