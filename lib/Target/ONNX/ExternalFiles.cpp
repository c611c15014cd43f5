//===- ExternalFiles.cpp - Files beside a model ---------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Target/ONNX/TensorData.h"

#include "llvm/Support/Path.h"

using namespace llvm;
using namespace gg;

/// Whether `path` is below `folder`; both are real paths.
static bool isInside(StringRef path, StringRef folder) {
  return path.consume_front(folder) &&
         (folder.ends_with("/") || path.starts_with("/"));
}

Error ExternalFiles::checkInside(StringRef path) const {
  SmallString<256> realFile, realModel, realFolder;
  StringRef folder = sys::path::parent_path(modelPath);
  std::error_code error = sys::fs::real_path(path, realFile);
  if (!error)
    error = sys::fs::real_path(modelPath, realModel);
  if (!error)
    error = sys::fs::real_path(folder.empty() ? "." : folder, realFolder);
  if (error)
    return createStringError(Twine(error.message()));
  // Download caches keep a folder of links to a model and its data, which lie
  // beside each other elsewhere; so the model's real folder is good, too.
  if (isInside(realFile, realFolder) ||
      isInside(realFile, sys::path::parent_path(realModel)))
    return Error::success();
  return createStringError("expected a file in the model's folder but the link "
                           "leads elsewhere");
}

Expected<std::shared_ptr<const MappedFile>>
ExternalFiles::open(StringRef location) {
  auto inContext = [&](Error error) {
    return createStringError("external data '" + location +
                             "': " + toString(std::move(error)));
  };
  auto known = mapped.find(location);
  if (known != mapped.end())
    return known->second;

  // A NUL would cut the name short of what was checked.
  if (location.empty() || location.contains('\0'))
    return inContext(createStringError("expected the name of a file"));
  if (sys::path::is_absolute(location))
    return inContext(createStringError(
        "expected a path relative to the model but it is absolute"));
  if (is_contained(
          make_range(sys::path::begin(location), sys::path::end(location)),
          ".."))
    return inContext(
        createStringError("expected a path below the model but it holds '..'"));

  SmallString<256> path = sys::path::parent_path(modelPath);
  sys::path::append(path, location);
  auto file = MappedFile::open(path);
  if (!file)
    return inContext(file.takeError());
  if (Error error = checkInside(path))
    return inContext(std::move(error));
  mapped[location] = *file;
  return *file;
}
