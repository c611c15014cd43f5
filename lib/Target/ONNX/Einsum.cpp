//===- Einsum.cpp - Sums of products by letters ---------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An Einsum of one or two operands is a MatMul, or a product of operands whose
// dims are aligned and a sum, between ops that move dims. Its equation tells
// all ranks, so that this needs no shapes.
//
//===----------------------------------------------------------------------===//

#include "NodeImporter.h"
#include "Upgrades.h"
#include "gg/Dialect/ONNX/IR/ONNX.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace mlir;
using namespace gg;

namespace {

/// A value and the letter of each of its dims.
struct Lettered {
  Value value;
  std::string letters;
};

class EinsumImporter {
public:
  explicit EinsumImporter(NodeImporter &node) : node(node) {}

  LogicalResult run(StringRef equation);

private:
  LogicalResult parse(StringRef equation);
  LogicalResult checkTerm(StringRef term, Value operand);
  Lettered multiply(Lettered a, Lettered b);
  Lettered contract(Lettered a, Lettered b, StringRef batch, StringRef left,
                    StringRef right, char summed);

  template <typename Op>
  Value make(ValueRange inputs, ArrayRef<NamedAttribute> attrs = {}) {
    // What follows an invalid op is not made.
    if (llvm::is_contained(inputs, Value()))
      return {};
    return node.createBefore<Op>(type, inputs, attrs);
  }
  NamedAttribute attr(StringRef name, Attribute value) {
    return node.getBuilder().getNamedAttr(name, value);
  }
  Lettered order(Lettered x, StringRef letters);
  Lettered spread(Lettered x, StringRef letters);
  Lettered sum(Lettered x, StringRef letters);

  NodeImporter &node;
  Type type;
  SmallVector<Lettered> terms;
  std::string output;
};

/// The letters of `from` for which `in` holds.
std::string select(StringRef from, llvm::function_ref<bool(char)> in) {
  std::string result;
  for (char letter : from)
    if (in(letter))
      result += letter;
  return result;
}

} // namespace

LogicalResult EinsumImporter::checkTerm(StringRef term, Value operand) {
  for (size_t i = 0; i < term.size(); ++i)
    if (!isAlpha(term[i]) || term.find(term[i], i + 1) != StringRef::npos)
      return node.emitError()
             << "expected an equation of terms of distinct letters but got '"
             << term << "'";
  std::optional<int64_t> rank = onnx::getRank(operand);
  if (rank && *rank != static_cast<int64_t>(term.size()))
    return node.emitError() << "expected an input of rank " << term.size()
                            << " for '" << term << "' but got rank " << *rank;
  return success();
}

LogicalResult EinsumImporter::parse(StringRef equation) {
  std::string text;
  for (char letter : equation)
    if (letter != ' ')
      text += letter;
  auto [inputs, result] = StringRef(text).split("->");
  SmallVector<StringRef> parts;
  inputs.split(parts, ',');
  if (parts.size() != node.operands.size() || parts.size() > 2)
    return node.emitError()
           << "expected an equation of one or two inputs, as many as the node "
              "has, but got "
           << parts.size() << " for " << node.operands.size();
  for (auto [part, operand] : llvm::zip(parts, node.operands)) {
    if (failed(checkTerm(part, operand)))
      return failure();
    terms.push_back({operand, part.str()});
  }
  std::string all = llvm::join(parts, "");
  output = result.str();
  if (!StringRef(text).contains("->")) {
    // Letters that stand once, in the order of the alphabet.
    output = select(all, [&](char c) { return llvm::count(all, c) == 1; });
    llvm::sort(output);
  }
  for (char letter : output)
    if (!StringRef(all).contains(letter) || llvm::count(output, letter) != 1)
      return node.emitError() << "expected the result '" << output
                              << "' to have distinct letters of the inputs";
  return success();
}

/// The value with its dims in the order of the letters.
Lettered EinsumImporter::order(Lettered x, StringRef letters) {
  SmallVector<int64_t> perm;
  for (char letter : letters)
    perm.push_back(x.letters.find(letter));
  // That of an operand whose rank is not known yet checks it.
  if (llvm::is_sorted(perm) && (!x.value || onnx::getRank(x.value)))
    return {x.value, letters.str()};
  return {
      make<onnx::TransposeOp>(
          x.value, attr("perm", node.getBuilder().getDenseI64ArrayAttr(perm))),
      letters.str()};
}

/// The same with dims of 1 for the letters that it does not have.
Lettered EinsumImporter::spread(Lettered x, StringRef letters) {
  x = order(x, select(letters, [&](char c) {
              return StringRef(x.letters).contains(c);
            }));
  SmallVector<int64_t> axes;
  for (auto [axis, letter] : llvm::enumerate(letters))
    if (!StringRef(x.letters).contains(letter))
      axes.push_back(axis);
  if (axes.empty())
    return x;
  return {make<onnx::UnsqueezeOp>({x.value, node.createInts(axes)}),
          letters.str()};
}

/// Sums over the given letters.
Lettered EinsumImporter::sum(Lettered x, StringRef letters) {
  if (letters.empty())
    return x;
  SmallVector<int64_t> axes;
  for (char letter : letters)
    axes.push_back(x.letters.find(letter));
  return {make<onnx::ReduceSumOp>(
              {x.value, node.createInts(axes)},
              attr("keepdims", node.getBuilder().getI64IntegerAttr(0))),
          select(x.letters, [&](char c) { return !letters.contains(c); })};
}

/// A MatMul, where at most one dim of each operand is the other's neither nor
/// summed.
Lettered EinsumImporter::contract(Lettered a, Lettered b, StringRef batch,
                                  StringRef left, StringRef right,
                                  char summed) {
  // A dim of 1 stands in for one that is missing, and goes again.
  std::string rows = left.empty() ? "1" : left.str();
  std::string columns = right.empty() ? "2" : right.str();
  a = spread(a, (batch + rows + Twine(summed)).str());
  b = spread(b, (batch + Twine(summed) + columns).str());
  Lettered y = {make<onnx::MatMulOp>({a.value, b.value}),
                (batch + rows + columns).str()};
  SmallVector<int64_t> axes;
  for (auto [axis, letter] : llvm::enumerate(y.letters))
    if (letter == '1' || letter == '2')
      axes.push_back(axis);
  if (axes.empty())
    return y;
  return {make<onnx::SqueezeOp>({y.value, node.createInts(axes)}),
          select(y.letters, [](char c) { return c != '1' && c != '2'; })};
}

Lettered EinsumImporter::multiply(Lettered a, Lettered b) {
  StringRef x = a.letters, y = b.letters, out = output;
  std::string batch =
      select(out, [&](char c) { return x.contains(c) && y.contains(c); });
  std::string left =
      select(out, [&](char c) { return x.contains(c) && !y.contains(c); });
  std::string right =
      select(out, [&](char c) { return !x.contains(c) && y.contains(c); });
  std::string summed =
      select(x, [&](char c) { return y.contains(c) && !out.contains(c); });
  if (summed.size() == 1 && left.size() <= 1 && right.size() <= 1)
    return contract(a, b, batch, left, right, summed[0]);
  std::string all = (out + summed).str();
  Value product =
      make<onnx::MulOp>({spread(a, all).value, spread(b, all).value});
  return sum({product, all}, summed);
}

LogicalResult EinsumImporter::run(StringRef equation) {
  if (failed(parse(equation)))
    return failure();
  type = onnx::getElementType(terms.front().value);
  // Letters of one operand alone that the result does not have.
  for (auto [index, term] : llvm::enumerate(terms)) {
    StringRef other =
        terms.size() == 2 ? StringRef(terms[1 - index].letters) : StringRef();
    term = sum(term, select(term.letters, [&](char c) {
                 return !StringRef(output).contains(c) && !other.contains(c);
               }));
  }
  Lettered result = terms.front();
  if (terms.size() == 2)
    result = multiply(terms[0], terms[1]);
  result = order(result, output);
  if (!result.value)
    return failure();
  return node.define(result.value);
}

LogicalResult gg::importEinsum(NodeImporter &node) {
  FailureOr<StringAttr> equation = node.take<StringAttr>("equation");
  if (failed(equation))
    return failure();
  if (!*equation || llvm::is_contained(node.operands, Value()))
    return node.emitError() << "expected an equation and all of its inputs";
  return EinsumImporter(node).run((*equation).getValue());
}
