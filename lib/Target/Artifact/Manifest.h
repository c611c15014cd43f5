//===- Manifest.h - manifest.json -------------------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_TARGET_ARTIFACT_MANIFEST_H
#define GG_LIB_TARGET_ARTIFACT_MANIFEST_H

#include "gg/Weights/Format.h"
#include "llvm/Support/JSON.h"

namespace gg::artifact {

/// The text of manifest.json: `more` and what table and model say.
std::string manifestText(const weights::Model &model,
                         const weights::Table &table, llvm::json::Object more);

} // namespace gg::artifact

#endif // GG_LIB_TARGET_ARTIFACT_MANIFEST_H
