//===- ReportPage.h - A report to look at -----------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_ANALYSIS_PRIOR_REPORTPAGE_H
#define GG_LIB_ANALYSIS_PRIOR_REPORTPAGE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

namespace gg {

/// Writes ReportPage.html with `json` in the place of its data.
void writeReportPage(llvm::StringRef json, llvm::raw_ostream &out);

} // namespace gg

#endif // GG_LIB_ANALYSIS_PRIOR_REPORTPAGE_H
