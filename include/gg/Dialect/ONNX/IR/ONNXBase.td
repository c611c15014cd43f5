//===- ONNXBase.td - What the onnx ops are made of --------*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_ONNX_IR_ONNXBASE_TD
#define GG_DIALECT_ONNX_IR_ONNXBASE_TD

include "gg/Dialect/ONNX/IR/ONNXDialect.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

def ONNX_Float : AnyTypeOf<[F16, BF16, F32, F64], "float">;
def ONNX_SInt : AnyTypeOf<[I8, I16, I32, I64], "signed integer">;
def ONNX_UInt : AnyTypeOf<[UI8, UI16, UI32, UI64], "unsigned integer">;
def ONNX_Number : AnyTypeOf<[ONNX_Float, ONNX_SInt, ONNX_UInt], "number">;
def ONNX_Element
    : AnyTypeOf<[ONNX_Number, I1, I<2>, UI<2>, I<4>, UI<4>, F8E4M3FN,
                 F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0FNU, F4E2M1FN],
                "ONNX element">;

def ONNX_Tensor : TensorOf<[ONNX_Element]>;
def ONNX_NumberTensor : TensorOf<[ONNX_Number]>;
def ONNX_FloatTensor : TensorOf<[ONNX_Float]>;
def ONNX_SignedTensor
    : TensorOf<[ONNX_Float, ONNX_SInt]>;
def ONNX_BoolTensor : TensorOf<[I1]>;
def ONNX_I64Tensor : TensorOf<[I64]>;
def ONNX_IndexTensor : TensorOf<[I32, I64]>;

/// An input that may be absent (the result of onnx.None), or a result that
/// nobody asked for.
class ONNX_Optional<Type type>
    : AnyTypeOf<[type, NoneType], type.summary # " or none">;

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

/// I64Attr, but read as a signed number.
def ONNX_IntAttr : TypedSignlessIntegerAttrBase<
    I64, "int64_t", "64-bit signless integer attribute"> {
  let convertFromStorage = "$_self.getInt()";
}
class ONNX_Int<int value>
    : DefaultValuedAttr<ONNX_IntAttr, !cast<string>(value)>;
def ONNX_OptionalInt : OptionalAttr<ONNX_IntAttr>;
class ONNX_FloatAttr<string value> : DefaultValuedAttr<F32Attr, value # "f">;
def ONNX_OptionalFloat : OptionalAttr<F32Attr>;

/// An int that stands for a boolean.
class ONNX_Flag<int value>
    : ConfinedAttr<ONNX_Int<value>, [IntMinValue<0>, IntMaxValue<1>]>;

class ONNX_OneOf<list<string> words>
    : AttrConstraint<
          CPred<"::llvm::is_contained({\"" # !interleave(words, "\", \"") #
                "\"}, ::llvm::cast<::mlir::StringAttr>($_self).getValue())">,
          "one of " # !interleave(words, ", ")>;
/// A string out of `words`; the first is the default.
class ONNX_Word<list<string> words>
    : ConfinedAttr<DefaultValuedStrAttr<StrAttr, !head(words)>,
                   [ONNX_OneOf<words>]>;

//===----------------------------------------------------------------------===//
// Traits
//===----------------------------------------------------------------------===//

class ONNX_Mask<list<int> places> {
  int mask = !foldl(0, places, sum, place, !or(sum, !shl(1, place)));
}

/// The operands and results at these positions have one element type (the
/// standard's type variable). Absent ones don't count; the last position of
/// `operands` covers a trailing variadic where `variadic` is set.
class ONNX_SameElementType<list<int> operands, list<int> results,
                           bit variadic = false>
    : ParamNativeOpTrait<"SameElementType",
          !cast<string>(!if(variadic, -1, ONNX_Mask<operands>.mask)) # ", " #
          !cast<string>(!if(variadic, -1, ONNX_Mask<results>.mask))> {
  let cppNamespace = "::gg::onnx::OpTrait";
}

/// The operands broadcast to the shape of the (one) result.
def ONNX_Broadcasts : NativeOpTrait<"Broadcasts"> {
  let cppNamespace = "::gg::onnx::OpTrait";
}

/// The attribute `axis` lies in [-rank, rank + extra) of the operand.
class ONNX_AxisInRange<int operand, int extra = 0>
    : ParamNativeOpTrait<"AxisInRange", operand # ", " # extra> {
  let cppNamespace = "::gg::onnx::OpTrait";
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

/// Operands are positional; an absent one is an onnx.None. All ops print alike.
class ONNX_Op<string mnemonic, list<Trait> traits = []>
    : Op<ONNX_Dialect, mnemonic, traits> {
  let assemblyFormat =
      "`(` operands `)` attr-dict `:` functional-type(operands, results)";
}

class ONNX_PureOp<string mnemonic, list<Trait> traits = []>
    : ONNX_Op<mnemonic, !listconcat([Pure], traits)>;

#endif // GG_DIALECT_ONNX_IR_ONNXBASE_TD
