//===- ModelSection.cpp - What an artifact says of its model -------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModelSection.h"

#include "gg/Dialect/GG/IR/GG.h"
#include "gg/Dialect/RF8/IR/RF8.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace gg;

using weights::ElementType;
using weights::Role;

std::optional<ElementType> gg::getElementType(Type type) {
  if (isa<rf8::E4R3Type>(type))
    return ElementType::RF8E4R3;
  if (isa<rf8::E4R3DType>(type))
    return ElementType::RF8E4R3D;
  if (auto integer = dyn_cast<IntegerType>(type)) {
    bool isUnsigned = integer.isUnsigned();
    switch (integer.getWidth()) {
    case 1:
      return ElementType::Bool;
    case 2:
      return isUnsigned ? ElementType::U2 : ElementType::I2;
    case 4:
      return isUnsigned ? ElementType::U4 : ElementType::I4;
    case 8:
      return isUnsigned ? ElementType::U8 : ElementType::I8;
    case 16:
      return isUnsigned ? ElementType::U16 : ElementType::I16;
    case 32:
      return isUnsigned ? ElementType::U32 : ElementType::I32;
    case 64:
      return isUnsigned ? ElementType::U64 : ElementType::I64;
    default:
      return std::nullopt;
    }
  }
  return llvm::TypeSwitch<Type, std::optional<ElementType>>(type)
      .Case([](Float32Type) { return ElementType::F32; })
      .Case([](Float16Type) { return ElementType::F16; })
      .Case([](BFloat16Type) { return ElementType::BF16; })
      .Case([](Float64Type) { return ElementType::F64; })
      .Case([](Float8E4M3FNType) { return ElementType::F8E4M3FN; })
      .Case([](Float8E4M3FNUZType) { return ElementType::F8E4M3FNUZ; })
      .Case([](Float8E5M2Type) { return ElementType::F8E5M2; })
      .Case([](Float8E5M2FNUZType) { return ElementType::F8E5M2FNUZ; })
      .Default([](Type) { return std::nullopt; });
}

static Role getRole(DictionaryAttr attributes) {
  return llvm::StringSwitch<Role>(ir::getRole(attributes))
      .Case("ids", Role::Ids)
      .Case("positions", Role::Positions)
      .Case("counts", Role::Counts)
      .Case("cache", Role::Cache)
      .Case("logits", Role::Logits)
      .Case("attention_mask", Role::AttentionMask)
      .Case("position_ids", Role::PositionIds)
      .Case("past", Role::Past)
      .Default(Role::Plain);
}

static LogicalResult describeValue(Operation *op, Type type,
                                   DictionaryAttr attributes,
                                   const Twine &fallbackName,
                                   weights::Value &value) {
  auto name = attributes ? attributes.getAs<StringAttr>("onnx.name") : nullptr;
  value.name = name ? name.str() : fallbackName.str();
  auto declared =
      attributes ? attributes.getAs<ArrayAttr>("onnx.dims") : nullptr;
  auto tensor = dyn_cast<TensorType>(type);
  std::optional<ElementType> element;
  if (tensor)
    element = getElementType(tensor.getElementType());
  if (tensor && !element)
    return op->emitOpError("cannot be compiled: elements of type ")
           << tensor.getElementType() << ", as in '" << value.name
           << "', are not supported";
  if (!element || (!tensor.hasRank() && !declared))
    return op->emitOpError("cannot be compiled: '")
           << value.name << "' should be a tensor of known rank but is "
           << type;
  value.type = *element;
  value.role = getRole(attributes);
  size_t rank = tensor.hasRank() ? tensor.getRank() : declared.size();
  if (rank > weights::maxRank)
    return op->emitOpError("cannot be compiled: '")
           << value.name << "' should have a rank of at most "
           << weights::maxRank << " but has " << rank;
  for (size_t i = 0; i < rank; ++i) {
    weights::Dim dim;
    StringRef text;
    if (declared && i < declared.size())
      text = cast<StringAttr>(declared[i]).getValue();
    if (tensor.hasRank() && !tensor.isDynamicDim(i))
      dim.size = tensor.getDimSize(i);
    else if (text.getAsInteger(10, dim.size))
      dim.name = text.str();
    value.dims.push_back(std::move(dim));
  }
  return success();
}

LogicalResult gg::describeEntry(func::FuncOp func, weights::Entry &entry) {
  entry.name = func->getAttrOfType<StringAttr>(ir::kEntryAttr).str();
  for (auto [i, type] : llvm::enumerate(func.getArgumentTypes())) {
    weights::Value &value = entry.inputs.emplace_back();
    if (failed(describeValue(func, type, func.getArgAttrDict(i),
                             "input" + Twine(i), value)))
      return failure();
  }
  for (auto [i, type] : llvm::enumerate(func.getResultTypes())) {
    weights::Value value;
    if (failed(describeValue(func, type, func.getResultAttrDict(i),
                             "output" + Twine(i), value)))
      return failure();
    if (value.role != Role::Cache) // an input that is updated in place
      entry.outputs.push_back(std::move(value));
  }
  return success();
}

static void describeDecoder(func::FuncOp func, const weights::Entry &entry,
                            const CompileOptions &options,
                            weights::Model &model) {
  model.kind = weights::ModelKind::Decoder;
  model.batch = options.batch;
  if (auto context = func->getAttrOfType<IntegerAttr>("gg.context"))
    model.capacity = context.getInt();
  model.chunk = options.chunk;
  for (const weights::Value &input : entry.inputs) {
    if (input.role != Role::Cache)
      continue;
    model.cacheType = input.type;
    // The chunk is no longer than the context, and caches have room for both.
    if (input.dims.size() == 4)
      model.chunk = input.dims[2].size - model.capacity;
  }
}

LogicalResult gg::describeModel(ModuleOp module, const CompileOptions &options,
                                weights::Model &model) {
  model.name = llvm::sys::path::stem(options.input).str();
  model.weightsType = options.weights;
  if (options.weights == "rf8")
    model.weightsType =
        options.rf8 + "," + options.rounding + "," + options.scale;
  model.producer = "gg " GG_VERSION;
  for (auto func : module.getOps<func::FuncOp>()) {
    auto name = func->getAttrOfType<StringAttr>(ir::kEntryAttr);
    if (!name)
      continue;
    weights::Entry &entry = model.entries.emplace_back();
    if (failed(describeEntry(func, entry)))
      return failure();
    if (name.getValue() == "recompute") {
      model.kind = weights::ModelKind::RecomputeDecoder;
      entry.name = "main";
      func->setAttr(ir::kEntryAttr,
                    StringAttr::get(module.getContext(), entry.name));
    } else if (name.getValue() != "main") {
      describeDecoder(func, entry, options, model);
    }
    for (const weights::Value &output : entry.outputs)
      if (output.role == Role::Logits && !output.dims.empty() &&
          output.dims.back().size > 0)
        model.vocabulary = output.dims.back().size;
  }
  if (model.entries.empty())
    return module.emitOpError("has no entry");
  return success();
}

void gg::describeArenas(ModuleOp module, weights::Model &model) {
  for (weights::Entry &entry : model.entries) {
    Operation *func = module.lookupSymbol("gg_" + entry.name);
    if (!func)
      continue;
    if (auto bytes = func->getAttrOfType<IntegerAttr>(ir::kArenaBytesAttr))
      entry.arenaBytes = std::max<uint64_t>(entry.arenaBytes, bytes.getInt());
    entry.dynamicArena |= func->hasAttr(ir::kArenaDynamicAttr);
  }
}
