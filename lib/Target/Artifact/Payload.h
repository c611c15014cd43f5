//===- Payload.h - Writes the bytes of all tensors --------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_TARGET_ARTIFACT_PAYLOAD_H
#define GG_LIB_TARGET_ARTIFACT_PAYLOAD_H

#include "Folder.h"
#include "gg/Target/Artifact/ArtifactWriter.h"

namespace gg::artifact {

/// A table of these tensors, as long as it will be: its frames, where `store`
/// makes some, are those of a payload that no coder makes smaller.
llvm::Expected<weights::Table> makeTable(llvm::ArrayRef<TensorSource> sources,
                                         Store store);

/// Appends the payload, and fills checksums and frames in.
llvm::Error writePayload(OutputFile &file,
                         llvm::MutableArrayRef<TensorSource> sources,
                         Store store, weights::Table &table);

} // namespace gg::artifact

#endif // GG_LIB_TARGET_ARTIFACT_PAYLOAD_H
