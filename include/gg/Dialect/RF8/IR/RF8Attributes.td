//===- RF8Attributes.td - RF8 attributes -------------------*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_RF8_IR_RF8ATTRIBUTES_TD
#define GG_DIALECT_RF8_IR_RF8ATTRIBUTES_TD

include "gg/Dialect/RF8/IR/RF8Dialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

def RF8_RoundingMode : I32EnumAttr<"RoundingMode", "how weights are rounded", [
    I32EnumAttrCase<"Greedy", 0, "greedy">,
    I32EnumAttrCase<"Nearest", 1, "nearest">]> {
  let cppNamespace = "::gg::rf8";
  let genSpecializedAttr = 0;
}

def RF8_RoundingAttr : EnumAttr<RF8_Dialect, RF8_RoundingMode, "rounding"> {
  let summary = "how weights are rounded to codes";
  let description = [{
    `nearest` takes the nearest value, of two equally near ones that of even
    rank in order of magnitude. `greedy` is the log rounding of the paper's
    authors, which never takes the significand 11/8.

    ```mlir
    #rf8<rounding nearest>
    ```
  }];
}

def RF8_GranularityKind
    : I32EnumAttr<"GranularityKind", "which weights share a scale", [
    I32EnumAttrCase<"TensorPow2", 0, "tensor_pow2">,
    I32EnumAttrCase<"Channel", 1, "channel">,
    I32EnumAttrCase<"Group", 2, "group">]> {
  let cppNamespace = "::gg::rf8";
  let genSpecializedAttr = 0;
}

def RF8_GranularityAttr : AttrDef<RF8_Dialect, "Granularity"> {
  let mnemonic = "granularity";
  let summary = "which weights of a matrix share a scale";
  let description = [{
    - `tensor_pow2`: all of them share a power of two; the scales are a
      `tensor<f32>`.
    - `channel(AXIS)`: those with the same index along AXIS; as many scales as
      the axis is long.
    - `group(AXIS, SIZE)`: SIZE consecutive ones along AXIS; the scales have the
      shape of the matrix, with that axis divided by SIZE and rounded up.

    ```mlir
    #rf8.granularity<tensor_pow2>
    #rf8.granularity<channel(0)>
    #rf8.granularity<group(1, 32)>
    ```
  }];
  let parameters = (ins EnumParameter<RF8_GranularityKind>:$kind,
                        "int64_t":$axis, "int64_t":$size);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The scales' shape for a matrix of the given one.
    ::llvm::SmallVector<int64_t> getScaleShape(::llvm::ArrayRef<int64_t> shape);

    /// Where the scale of a weight is, for a matrix of the given static shape.
    ScaleGrid getScaleGrid(::llvm::ArrayRef<int64_t> shape);

    /// The indices of the scale of weight [row, column].
    ::llvm::SmallVector<::mlir::Value>
    getScaleIndices(::mlir::OpBuilder &builder, ::mlir::Location loc,
                    ::mlir::Value row, ::mlir::Value column);
  }];
}

def RF8_LayoutAttr : AttrDef<RF8_Dialect, "Layout"> {
  let mnemonic = "layout";
  let summary = "how a packed weight lies in memory";
  let description = [{
    `panel(BLOCKS)`: blocks of 16 outputs by as many steps of the reduction as
    fill 64 bytes (4 of RF8, 2 of 16-bit floats, 1 of f32), BLOCKS of them side
    by side in a panel: `[panels][step blocks][BLOCKS][elements of a block]`,
    padded with zeros. docs/Spec.md gives the order inside a block.

    ```mlir
    #rf8.layout<panel(2)>
    ```
  }];
  let parameters = (ins "int64_t":$blocks);
  let assemblyFormat = "`<` `panel` `(` $blocks `)` `>`";
  let genVerifyDecl = 1;
}

#endif // GG_DIALECT_RF8_IR_RF8ATTRIBUTES_TD
