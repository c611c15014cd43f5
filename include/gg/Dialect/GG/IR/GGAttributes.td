//===- GGAttributes.td - gg attributes ---------------------*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_GG_IR_GGATTRIBUTES_TD
#define GG_DIALECT_GG_IR_GGATTRIBUTES_TD

include "gg/Dialect/GG/IR/GGDialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

def GG_CostAttr : AttrDef<GG_Dialect, "Cost"> {
  let mnemonic = "cost";
  let summary = "what an operation of a model needs to do";
  let description = [{
    `bytes` of weights and key-value caches are streamed from memory, and
    `flops` additions, multiplications and the like done, whatever the code
    that does it looks like. What a call does per position that the rows hold
    is counted apart, in `slot_bytes` and `slot_flops`. −1 stands for a number
    that the shapes do not tell. `number` tells equal operations apart.

    It travels as the metadata of a location, which every lowering passes on,
    from `gg-annotate-costs` to `gg-number-phases`.

    ```mlir
    loc(fused<#gg.cost<7, "linear", bytes = 884736, slot_bytes = 0,
                       flops = 1769472, slot_flops = 0>>["/mlp/MatMul"])
    ```
  }];
  let parameters = (ins "int64_t":$number, StringRefParameter<>:$kind,
                        "int64_t":$bytes, "int64_t":$slot_bytes,
                        "int64_t":$flops, "int64_t":$slot_flops);
  let assemblyFormat = [{
    `<` $number `,` $kind `,` struct($bytes, $slot_bytes, $flops, $slot_flops)
    `>`
  }];
}

//===----------------------------------------------------------------------===//
// Training
//===----------------------------------------------------------------------===//

def GG_Activation : I32EnumAttr<"Activation", "what follows a layer", [
    I32EnumAttrCase<"None", 0, "none">,
    I32EnumAttrCase<"Sigmoid", 1, "sigmoid">,
    I32EnumAttrCase<"ReLU", 2, "relu">,
    I32EnumAttrCase<"LeakyReLU", 3, "leaky_relu">]> {
  let cppNamespace = "::gg::ir";
  let genSpecializedAttr = 0;
}

def GG_ParamAttr : AttrDef<GG_Dialect, "Param"> {
  let mnemonic = "param";
  let summary = "marks a trained parameter of a function";
  let description = [{
    As `gg.param` on an argument of a `func.func`: the tensor is a parameter of
    that name. As `gg.param` on a result: the function returns that parameter's
    new value, or, where it has no such argument, its first one. Both are ranked
    tensors of floats and of one type, and a name is that of one argument and one
    result at most. `convert-gg-training-to-linalg` drops the attribute. Buffers
    and other functions, which a train step may be lowered to without it, keep it
    unchecked.

    - `shape` is the parameter's generalized Gaussian shape ν, where it is not
      that of a pass's option;
    - `activation` is what follows the layer, which `gg-init` scales for; `slope`
      is that of `leaky_relu` below zero.

    ```mlir
    func.func @step(
        %w: tensor<64x32xf32> {gg.param = #gg.param<"hidden.weight",
                                                    activation = relu>},
        %b: tensor<32xf32> {gg.param = #gg.param<"hidden.bias">},
        %x: tensor<8x64xf32>)
        -> (tensor<64x32xf32> {gg.param = #gg.param<"hidden.weight">},
            tensor<32xf32> {gg.param = #gg.param<"hidden.bias">})
    ```
  }];
  let parameters = (ins StringRefParameter<>:$name,
                        OptionalParameter<"::mlir::FloatAttr">:$shape,
                        DefaultValuedParameter<"Activation",
                            "Activation::None">:$activation,
                        OptionalParameter<"::mlir::FloatAttr">:$slope);
  let assemblyFormat = [{
    `<` $name (`,` struct($shape, $activation, $slope)^)? `>`
  }];
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The name alone, as on a result.
    ParamAttr withoutOptions() const;
  }];
}

def GG_StepKind : I32EnumAttr<"StepKind", "how the penalty is stepped down", [
    I32EnumAttrCase<"Authors", 0, "authors">,
    I32EnumAttrCase<"Proximal", 1, "proximal">]> {
  let cppNamespace = "::gg::ir";
  let genSpecializedAttr = 0;
}

def GG_StepKindAttr : EnumAttr<GG_Dialect, GG_StepKind, "step"> {
  let summary = "how the penalty is stepped down";
  let description = [{
    `gg.backslash_step` has the formulas.

    ```mlir
    #gg<step proximal>
    ```
  }];
}

//===----------------------------------------------------------------------===//
// Distributions
//===----------------------------------------------------------------------===//

/// A double of full precision.
class GG_RealParameter<string desc> : APFloatParameter<desc>;

def GG_GGDAttr : AttrDef<GG_Dialect, "GGD"> {
  let mnemonic = "ggd";
  let summary = "a generalized Gaussian distribution";
  let description = [{
    The distribution with the density
    `shape / (2 scale G(1/shape)) exp(-(|x - mean| / scale)^shape)`, G being the
    gamma function: the prior of weights. Shape 2 is a Gaussian, shape 1 a
    Laplace distribution. `gg-fit` annotates constants with it.

    ```mlir
    %w = arith.constant {gg.ggd = #gg.ggd<shape = 1.5, scale = 0.02,
                                          mean = 0.0>}
        dense_resource<w> : tensor<576x1536xf32>
    ```
  }];
  let parameters = (ins GG_RealParameter<"more than 0">:$shape,
                        GG_RealParameter<"more than 0">:$scale,
                        GG_RealParameter<"where it is symmetric">:$mean);
  let builders = [AttrBuilder<(ins "double":$shape, "double":$scale,
                                   "double":$mean), [{
    return $_get($_ctxt, ::llvm::APFloat(shape), ::llvm::APFloat(scale),
                 ::llvm::APFloat(mean));
  }]>];
  let assemblyFormat = [{
    `<` `shape` `=` custom<Real>($shape) `,` `scale` `=` custom<Real>($scale)
    `,` `mean` `=` custom<Real>($mean) `>`
  }];
  let genVerifyDecl = 1;
}

def GG_GGDChannelsAttr : AttrDef<GG_Dialect, "GGDChannels"> {
  let mnemonic = "ggd_channels";
  let summary = "a generalized Gaussian distribution for each channel";
  let description = [{
    Of a tensor whose channels lie along `axis`, one distribution for each.

    ```mlir
    #gg.ggd_channels<0, [<shape = 1.5, scale = 0.02, mean = 0.0>,
                         <shape = 1.25, scale = 0.01, mean = 0.0>]>
    ```
  }];
  let parameters = (ins "int64_t":$axis,
                        ArrayRefParameter<"::gg::ir::GGDAttr">:$channels);
  let assemblyFormat = "`<` $axis `,` `[` $channels `]` `>`";
  let genVerifyDecl = 1;
}

#endif // GG_DIALECT_GG_IR_GGATTRIBUTES_TD
