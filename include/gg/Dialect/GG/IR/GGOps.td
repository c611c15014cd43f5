//===- GGOps.td - gg operations ----------------------------*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_GG_IR_GGOPS_TD
#define GG_DIALECT_GG_IR_GGOPS_TD

include "gg/Dialect/GG/IR/GGAttributes.td"
include "gg/Dialect/GG/IR/GGTraining.td"
include "mlir/Dialect/LLVMIR/LLVMTypes.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class GG_Op<string mnemonic, list<Trait> traits = []>
    : Op<GG_Dialect, mnemonic, traits>;

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

class GG_ShapedOf<int rank, list<Type> types>
    : AnyTypeOf<[TensorRankOf<types, [rank]>, MemRefRankOf<types, [rank]>]>;

def GG_AttentionOp : GG_Op<"attention", [
    AttrSizedOperandSegments, DestinationStyleOpInterface,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
    DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface,
                              ["reifyResultShapes"]>]> {
  let summary = "scaled dot-product attention, in one go over the keys";
  let description = [{
    For every query, over the keys of its key head that it sees:

        score[t]  = dot(query, key[t]) * scale
        score[t]  = tanh(score[t] / softcap) * softcap      with a softcap
        score[t] += mask[t]                                 with a mask
        out       = sum over t of softmax(score)[t] * value[t]

    Shapes: query `[batch, heads, group, queries, size]`, the heads being those
    of the keys and the group the query heads that share one; key
    `[batch, heads, keys, size]`; value `[batch, heads, keys, value size]`; out
    as the query, with the value's size. `keys(%begin, %end)`, both
    `[batch, queries]`, leaves a query the keys from `begin` up to, not
    including, `end`: a causal order, padding and sliding windows are such
    ranges. Keys outside of a range weigh nothing; those before or behind all
    ranges are never read. The mask,
    `[batch, heads, group, queries, keys]`, is read at 0 along dimensions of
    size 1; where it is minus infinity the key is hidden. A query that sees no
    key yields zeros.

    Sums are in f32. Scores are never stored as a whole, so memory does not grow
    with the number of keys.

    ```mlir
    %y = gg.attention
        ins(%q, %k, %v : tensor<1x3x3x1x64xf32>, tensor<1x3x2048x64xf32>,
                         tensor<1x3x2048x64xf32>)
        keys(%begin, %end : tensor<1x1xi64>, tensor<1x1xi64>)
        outs(%init : tensor<1x3x3x1x64xf32>) {scale = 1.250000e-01 : f32}
        -> tensor<1x3x3x1x64xf32>
    ```
  }];
  let arguments = (ins
    GG_ShapedOf<5, [F32]>:$query,
    GG_ShapedOf<4, [F32, BF16, F16]>:$key,
    GG_ShapedOf<4, [F32, BF16, F16]>:$value,
    Optional<GG_ShapedOf<2, [I64]>>:$begin,
    Optional<GG_ShapedOf<2, [I64]>>:$end,
    Optional<GG_ShapedOf<5, [F32]>>:$mask,
    GG_ShapedOf<5, [F32]>:$init,
    F32Attr:$scale,
    OptionalAttr<F32Attr>:$softcap);
  let results = (outs Optional<TensorRankOf<[F32], [5]>>:$result);
  let assemblyFormat = [{
    `ins` `(` $query `,` $key `,` $value `:`
              type($query) `,` type($key) `,` type($value) `)`
    (`keys` `(` $begin^ `,` $end `:` type($begin) `,` type($end) `)`)?
    (`mask` `(` $mask^ `:` type($mask) `)`)?
    `outs` `(` $init `:` type($init) `)` attr-dict (`->` type($result)^)?
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      return getInitMutable();
    }
    /// The type of an operand.
    static ::mlir::ShapedType shaped(::mlir::Value operand) {
      return ::mlir::cast<::mlir::ShapedType>(operand.getType());
    }
  }];
}

//===----------------------------------------------------------------------===//
// The team of threads that runs an entry
//===----------------------------------------------------------------------===//

def GG_ThreadIdOp : GG_Op<"thread_id", [Pure]> {
  let summary = "the number of the thread that runs this";
  let description = [{
    From 0 to one less than the number of threads. Only in entries: functions
    with the attribute `gg.entry`.

    ```mlir
    %thread = gg.thread_id
    ```
  }];
  let results = (outs Index:$result);
  let assemblyFormat = "attr-dict";
}

// Two calls with the same operands give different ranges. The most loops are
// GG_MAX_LOOPS of EntryABI.h.
def GG_ClaimOp : GG_Op<"claim", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "takes some of a loop's iterations for this thread";
  let description = [{
    The iterations [begin, end) of a loop that the team runs together, which no
    other thread was given: at first from an even share of the loop, later from
    what threads that are slower have not begun. None are left where the range
    is empty. It begins at a multiple of `by`. `loop` tells apart the loops
    between two barriers.

    ```mlir
    %begin, %end = gg.claim 0 of %iterations by %c16
    ```
  }];
  let arguments = (ins ConfinedAttr<I64Attr, [IntNonNegative,
                       IntMaxValue<7>]>:$loop,
                       Index:$iterations, Index:$multiple);
  let results = (outs Index:$begin, Index:$end);
  let assemblyFormat = "$loop `of` $iterations `by` $multiple attr-dict";
}

// Reads and writes "everything", so that no memory access moves across.
def GG_BarrierOp : GG_Op<"barrier", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "waits until every thread of the team is here";
  let description = [{
    What any thread wrote before the barrier is what every thread reads after
    it. Only where control flow is the same on every thread. `phase` is the
    number, among the entry's phases, of the work that ends here; see
    `gg-number-phases`.

    ```mlir
    gg.barrier
    gg.barrier phase 7
    ```
  }];
  let arguments = (ins DefaultValuedAttr<ConfinedAttr<I64Attr,
                                         [IntNonNegative]>, "0">:$phase);
  let assemblyFormat = "(`phase` $phase^)? attr-dict";
}

def GG_FailOp : GG_Op<"fail", [MemoryEffects<[MemWrite]>]> {
  let summary = "tells the caller that the entry could not do its work";
  let description = [{
    One thread executes it. The entry returns right after, on every thread alike.

    ```mlir
    gg.fail "/model/Gather_3: index out of range"
    ```
  }];
  let arguments = (ins StrAttr:$message);
  let assemblyFormat = "$message attr-dict";
}

def GG_OutputOp : GG_Op<"output", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "hands a result to the caller";
  let description = [{
    Writes the address and the sizes of `buffer` to output `index` of the call.
    The buffer has the identity layout and a rank of at most 8.

    ```mlir
    gg.output 0, %logits : memref<1x512xf32>
    ```
  }];
  let arguments = (ins ConfinedAttr<I64Attr, [IntNonNegative]>:$index,
                       AnyMemRef:$buffer);
  let assemblyFormat = "$index `,` $buffer attr-dict `:` type($buffer)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

def GG_ArenaOp : GG_Op<"arena", [Pure]> {
  let summary = "the scratch memory of the call";
  let description = [{
    Its size is a run-time value: `memref.dim` of the result.

    ```mlir
    %arena = gg.arena : memref<?xi8>
    ```
  }];
  let results = (outs MemRefRankOf<[I8], [1]>:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
}

def GG_WeightOp : GG_Op<"weight", [Symbol]> {
  let summary = "a constant tensor that lies in the weights file";
  let description = [{
    `offset` counts bytes from the start of the weights payload and `bytes` is
    the size there, where an element takes whole bytes. The value is written to
    the weights file and never becomes part of the code. A value in several
    parts is their concatenation along the first dimension; they are written one
    after the other.

    ```mlir
    gg.weight @embed offset 4096 bytes 131072 = dense_resource<embed> : tensor<512x64xf32>
    gg.weight @gate_up offset 135168 bytes 98304
        = dense_resource<gate> : tensor<192x64xf32>,
          dense_resource<up> : tensor<192x64xf32>
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name,
                       ConfinedAttr<I64Attr, [IntNonNegative]>:$offset,
                       ConfinedAttr<I64Attr, [IntNonNegative]>:$bytes,
                       TypedArrayAttrBase<ElementsAttr,
                                          "array of constants">:$parts);
  let assemblyFormat = [{
    $sym_name `offset` $offset `bytes` $bytes attr-dict `=` custom<Parts>($parts)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The type of all parts together.
    ::mlir::RankedTensorType getType();
  }];
}

def GG_GetWeightOp
    : GG_Op<"get_weight",
            [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "the buffer of a weight in the mapped weights file";
  let description = [{
    Read-only: a write to it is a fault at run time.

    ```mlir
    %0 = gg.get_weight @embed : memref<512x64xf32>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$name);
  let results = (outs StaticShapeMemRefOf<[AnyType]>:$result);
  let assemblyFormat = "$name attr-dict `:` type($result)";
}

//===----------------------------------------------------------------------===//
// Elementary functions on f64
//===----------------------------------------------------------------------===//

def GG_MathTableOp : GG_Op<"math_table", [Pure]> {
  let summary = "the caller's table of elementary functions";
  let description = [{
    ```mlir
    %table = gg.math_table : !llvm.ptr
    ```
  }];
  let results = (outs LLVM_AnyPointer:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
}

def GG_CallMathOp : GG_Op<"call_math", [Pure]> {
  let summary = "calls an elementary function of the caller's table";
  let description = [{
    `function` is the name of a member of `gg_math` (EntryABI.h); `pow` and
    `fmod` take two operands, the others one.

    ```mlir
    %1 = gg.call_math "erf" of %table(%0) : !llvm.ptr
    ```
  }];
  let arguments = (ins StrAttr:$function, LLVM_AnyPointer:$table,
                       Variadic<F64>:$args);
  let results = (outs F64:$result);
  let assemblyFormat = [{
    $function `of` $table `(` $args `)` attr-dict `:` type($table)
  }];
  let hasVerifier = 1;
}

#endif // GG_DIALECT_GG_IR_GGOPS_TD
