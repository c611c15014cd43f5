//===- Operators.cpp - The table of operators -----------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Operators.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace gg;

StringRef gg::getCanonicalDomain(StringRef domain) {
  return domain == "ai.onnx" ? StringRef() : domain;
}

std::optional<int64_t> gg::getNewestVersion(StringRef domain) {
  if (domain.empty())
    return 28;
  if (domain == "com.microsoft")
    return 1;
  return std::nullopt;
}

static ArrayRef<OperatorRow> getTable(StringRef domain, StringRef name) {
  // ONNX Runtime registers it in the standard's domain, exporters follow; the
  // standard has no operator of this name.
  if (domain == "com.microsoft" || name == "SimplifiedLayerNormalization")
    return getVendorOperators();
  if (domain.empty())
    return getStandardOperators();
  return {};
}

const OperatorRow *gg::lookupOperator(StringRef domain, StringRef name,
                                      int64_t version) {
  const OperatorRow *best = nullptr;
  for (const OperatorRow &row : getTable(domain, name))
    if (row.name == name && row.since <= version &&
        (!best || row.since > best->since))
      best = &row;
  return best;
}
