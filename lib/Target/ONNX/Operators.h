//===- Operators.h - The table of operators -------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_TARGET_ONNX_OPERATORS_H
#define GG_LIB_TARGET_ONNX_OPERATORS_H

#include "NodeImporter.h"

#include <utility>

namespace gg {

/// How the versions of an operator from `since` on, up to the next row of the
/// same name, become an op.
struct OperatorRow {
  llvm::StringLiteral name;
  int64_t since;
  llvm::LogicalResult (*import)(NodeImporter &node);
  /// The element type of each result; the last letter also counts for the rest.
  ///   0 … 9  as that operand, or as operand 0 where that is absent
  ///   b i f u  i1, i64, f32, ui8
  ///   w      i32
  ///   s      as the attribute `stash_type` says, else f32
  ///   t      the attribute `to`
  ///   v      the attribute `value`, else f32
  llvm::StringLiteral types = "0";
  /// No pass converts the op yet: its graphs can be looked at, not compiled.
  bool isImportOnly = false;
};

/// The rows of the standard's domain and of com.microsoft.
llvm::ArrayRef<OperatorRow> getStandardOperators();
llvm::ArrayRef<OperatorRow> getVendorOperators();

/// The domain under its short name: the standard's is "".
llvm::StringRef getCanonicalDomain(llvm::StringRef domain);

/// The newest version of a domain that the table knows. A newer one may have
/// changed any operator, so a model of it is refused rather than misread.
std::optional<int64_t> getNewestVersion(llvm::StringRef domain);

/// The row for an operator of the set's `version`; null if there is none.
const OperatorRow *lookupOperator(llvm::StringRef domain, llvm::StringRef name,
                                  int64_t version);

/// A step that brings a node of an older form closer to the newest one.
using UpgradeStep = llvm::LogicalResult (*)(NodeImporter &node);

/// The N for which the op has the trait NOperands<N> or NResults<N>, else -1.
template <typename Op, template <unsigned> class Counted, size_t... counts>
constexpr int getTraitCount(std::index_sequence<counts...>) {
  int result = -1;
  ((Op::template hasTrait<Counted<counts + 2>::template Impl>()
        ? void(result = counts + 2)
        : void()),
   ...);
  return result;
}

/// The arity that an op's traits state.
template <typename Op> constexpr Arity getArity() {
  using Counts = std::make_index_sequence<24>;
  Arity arity{getTraitCount<Op, mlir::OpTrait::NOperands>(Counts()),
              getTraitCount<Op, mlir::OpTrait::NResults>(Counts())};
  if (Op::template hasTrait<mlir::OpTrait::ZeroOperands>())
    arity.operands = 0;
  if (Op::template hasTrait<mlir::OpTrait::OneOperand>())
    arity.operands = 1;
  if (Op::template hasTrait<mlir::OpTrait::OneResult>())
    arity.results = 1;
  return arity;
}

/// Runs the steps in order and makes an `Op` of what the node is then.
template <typename Op, UpgradeStep... steps>
llvm::LogicalResult importAs(NodeImporter &node) {
  if ((... || llvm::failed(steps(node))))
    return mlir::failure();
  return node.create(Op::getOperationName(), getArity<Op>());
}

} // namespace gg

#endif // GG_LIB_TARGET_ONNX_OPERATORS_H
