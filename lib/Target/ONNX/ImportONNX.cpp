//===- ImportONNX.cpp - Import of ONNX models -----------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Target/ONNX/ImportONNX.h"

#include "GraphImporter.h"
#include "gg/Dialect/ONNX/IR/ONNX.h"
#include "gg/Target/ONNX/ElementType.h"
#include "mlir/IR/Verifier.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace mlir;
using namespace gg;
using namespace gg::proto;

//===----------------------------------------------------------------------===//
// Inputs and outputs
//===----------------------------------------------------------------------===//

/// Extent of a dimension, dynamic if the file gives none. Some exporters write
/// -1 for that.
static Expected<int64_t> getExtent(const Dimension &dim) {
  if (!dim.value || *dim.value == -1)
    return ShapedType::kDynamic;
  if (*dim.value < 0)
    return createStringError("expected a dimension of at least 0 but got " +
                             Twine(*dim.value));
  return *dim.value;
}

Expected<TensorType>
GraphImporter::convertType(const ValueInfoProto &value) const {
  auto fail = [&](const Twine &what) {
    return createStringError("'" + value.name + "': " + what);
  };
  switch (value.type.kind) {
  case TypeProto::Kind::Tensor:
    break;
  case TypeProto::Kind::None:
    return fail("expected a type but it has none");
  case TypeProto::Kind::Sequence:
    return fail("sequence types are not supported");
  case TypeProto::Kind::Optional:
    return fail("optional types are not supported");
  default:
    return fail("expected a tensor type");
  }
  int64_t id = value.type.elementType;
  Type element = onnx::getTypeForDataType(builder.getContext(), id);
  if (!element)
    return fail("element type " + getElementTypeName(id) + " is not supported");
  if (!value.type.shape)
    return UnrankedTensorType::get(element);
  if (value.type.shape->size() > maxONNXRank)
    return fail("expected at most " + Twine(maxONNXRank) +
                " dimensions but got " + Twine(value.type.shape->size()));
  SmallVector<int64_t> shape;
  int64_t elements = 1;
  for (const Dimension &dim : *value.type.shape) {
    Expected<int64_t> extent = getExtent(dim);
    if (!extent)
      return fail(toString(extent.takeError()));
    shape.push_back(*extent);
    if (*extent > 0 && MulOverflow(elements, *extent, elements))
      return fail("the shape has more elements than 64 bits hold");
  }
  return RankedTensorType::get(shape, element);
}

/// The attributes onnx.name and onnx.dims of an argument or result.
NamedAttrList GraphImporter::describe(const ValueInfoProto &value) const {
  MLIRContext *context = builder.getContext();
  NamedAttrList attributes;
  attributes.set("onnx.name", StringAttr::get(context, value.name));
  if (!value.type.shape)
    return attributes;
  SmallVector<Attribute> dims;
  for (const Dimension &dim : *value.type.shape) {
    if (dim.value && *dim.value >= 0)
      dims.push_back(StringAttr::get(context, Twine(*dim.value)));
    else
      dims.push_back(StringAttr::get(context, dim.param));
  }
  attributes.set("onnx.dims", ArrayAttr::get(context, dims));
  return attributes;
}

Error GraphImporter::importInputs(func::FuncOp main, Scope &scope) {
  SmallVector<Type> types;
  for (const ValueInfoProto &input : model.graph().inputs) {
    // Old files list every initializer as an input, too.
    if (scope.initializers.count(input.name))
      continue;
    Expected<TensorType> type = convertType(input);
    if (!type)
      return createStringError("input " + toString(type.takeError()));
    types.push_back(*type);
    Value argument = scope.block->addArgument(
        *type, NameLoc::get(builder.getStringAttr(input.name)));
    if (Error error = define(scope, input.name, argument))
      return createStringError("input " + toString(std::move(error)));
  }
  main.setFunctionType(builder.getFunctionType(types, {}));
  unsigned index = 0;
  for (const ValueInfoProto &input : model.graph().inputs)
    if (!scope.initializers.count(input.name))
      main.setArgAttrs(index++, describe(input));
  return Error::success();
}

/// What a file declares of an output against what it is.
static Error checkDeclaration(TensorType declared, TensorType actual) {
  auto asString = [](Type type) {
    std::string text;
    raw_string_ostream(text) << type;
    return text;
  };
  bool fits = declared.getElementType() == actual.getElementType();
  if (fits && declared.hasRank() && actual.hasRank())
    fits = succeeded(
        verifyCompatibleShape(declared.getShape(), actual.getShape()));
  if (fits)
    return Error::success();
  return createStringError("declared as " + asString(declared) + " but it is " +
                           asString(actual));
}

Error GraphImporter::importOutputs(func::FuncOp main, Scope &scope) {
  SmallVector<Value> results;
  SmallVector<Attribute> attributes;
  for (const ValueInfoProto &output : model.graph().outputs) {
    auto inContext = [&](Error error) {
      return createStringError("output '" + output.name +
                               "': " + toString(std::move(error)));
    };
    Expected<std::optional<Value>> value = lookup(scope, output.name);
    if (!value)
      return inContext(value.takeError());
    if (!*value)
      return inContext(createStringError("no node defines it"));
    auto actual = dyn_cast<TensorType>((**value).getType());
    if (!actual)
      return inContext(createStringError("expected a tensor"));
    if (output.type.kind != TypeProto::Kind::None) {
      Expected<TensorType> declared = convertType(output);
      if (!declared)
        return createStringError("output " + toString(declared.takeError()));
      if (Error error = checkDeclaration(*declared, actual))
        return inContext(std::move(error));
    }
    results.push_back(**value);
    attributes.push_back(describe(output).getDictionary(builder.getContext()));
  }
  func::ReturnOp::create(builder, builder.getUnknownLoc(), results);
  main.setFunctionType(builder.getFunctionType(main.getArgumentTypes(),
                                               ValueRange(results).getTypes()));
  main.setAllResultAttrs(attributes);
  return Error::success();
}

OwningOpRef<ModuleOp> GraphImporter::import() {
  Location loc = builder.getUnknownLoc();
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  builder.setInsertionPointToStart(module->getBody());
  auto main = func::FuncOp::create(builder, loc, "main",
                                   builder.getFunctionType({}, {}));
  Scope scope;
  scope.opsets = &model.getOpsets();
  scope.nodes = model.graph().nodes;
  scope.block = &main.getBody().emplaceBlock();
  builder.setInsertionPointToStart(scope.block);

  Error error = addInitializers(model.graph(), scope);
  if (!error)
    error = importInputs(main, scope);
  if (error)
    return (void)emitError(std::move(error)), nullptr;
  if (failed(importNodes(scope)))
    return nullptr;
  if (Error error = importOutputs(main, scope))
    return (void)emitError(std::move(error)), nullptr;
  if (failed(reword([&] { return mlir::verify(*module); },
                    [&] { return emitError(); })))
    return nullptr;
  return module;
}

//===----------------------------------------------------------------------===//
// Entry points
//===----------------------------------------------------------------------===//

/// Says every operator that hinders the import.
static LogicalResult checkOperators(const Model &model, Location loc) {
  Expected<std::vector<ONNXOperatorUse>> uses = model.collectOperators();
  if (!uses)
    return emitError(loc) << toString(uses.takeError());
  constexpr size_t maxNodes = 8;
  LogicalResult result = success();
  for (const ONNXOperatorUse &use : *uses) {
    if (use.isImported())
      continue;
    InFlightDiagnostic diagnostic = emitError(loc);
    diagnostic << "operator '" << use.getQualifiedName() << "'";
    if (use.version != 0)
      diagnostic << " of operator set " << use.version;
    diagnostic << ": " << use.hindrance << "; used by " << use.nodes.size()
               << (use.nodes.size() == 1 ? " node: " : " nodes: ");
    llvm::interleaveComma(
        ArrayRef(use.nodes).take_front(maxNodes), diagnostic,
        [&](const std::string &name) { diagnostic << "'" << name << "'"; });
    if (use.nodes.size() > maxNodes)
      diagnostic << ", ...";
    result = failure();
  }
  return result;
}

OwningOpRef<ModuleOp> gg::importONNX(StringRef bytes,
                                     std::shared_ptr<const void> owner,
                                     StringRef path, MLIRContext *context) {
  context->loadDialect<func::FuncDialect, onnx::ONNXDialect>();
  Location loc = FileLineColLoc::get(context, path, 0, 0);
  Expected<Model> model = Model::parse(bytes);
  if (!model) {
    emitError(loc) << toString(model.takeError());
    return nullptr;
  }
  if (failed(checkOperators(*model, loc)))
    return nullptr;
  return GraphImporter(*model, std::move(owner), path, context).import();
}

OwningOpRef<ModuleOp> gg::importONNX(StringRef path, MLIRContext *context) {
  auto file = MappedFile::open(path);
  if (!file) {
    emitError(FileLineColLoc::get(context, path, 0, 0))
        << toString(file.takeError());
    return nullptr;
  }
  return importONNX((*file)->bytes(), *file, path, context);
}
