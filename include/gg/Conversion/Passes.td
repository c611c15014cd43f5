//===- Passes.td - Conversions between dialects ------------*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_CONVERSION_PASSES_TD
#define GG_CONVERSION_PASSES_TD

include "mlir/Pass/PassBase.td"

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

def KernelTargetOption
    : Option<"target", "target", "gg::KernelISA", "gg::KernelISA::Generic",
      "The instructions that the kernels are for",
      [{::llvm::cl::values(
        clEnumValN(gg::KernelISA::Generic, "generic",
                   "Any: no table look-up, no fused multiply-add"),
        clEnumValN(gg::KernelISA::AVX2, "avx2", "x86-64-v3"),
        clEnumValN(gg::KernelISA::AVX512, "avx512", "x86-64-v4"),
        clEnumValN(gg::KernelISA::AVX512BF16, "avx512bf16",
                   "x86-64-v4 with dot products of bf16"),
        clEnumValN(gg::KernelISA::NEON, "neon", "aarch64"))}]>;

//===----------------------------------------------------------------------===//
// Entries
//===----------------------------------------------------------------------===//

def LowerAssertsPass : Pass<"gg-lower-asserts", "::mlir::func::FuncOp"> {
  let summary = "Lower cf.assert of entries to gg.fail and return";
  let description = [{
    Thread 0 reports, every thread returns. Run after `convert-scf-to-cf`.

    ```mlir
    cf.assert %ok, "node: message"
    // becomes
      cf.cond_br %ok, ^next, ^failed
    ^failed:
      %thread = gg.thread_id
      …
      cf.cond_br %isFirst, ^report, ^exit
    ^report:
      gg.fail "node: message"
      cf.br ^exit
    ^exit:
      return
    ```
  }];
  let dependentDialects = ["::gg::ir::GGDialect", "::mlir::arith::ArithDialect",
                           "::mlir::cf::ControlFlowDialect"];
}

def EntryABIPass : Pass<"gg-entry-abi", "::mlir::ModuleOp"> {
  let summary = "Give entries their C signature";
  let description = [{
    The entry "step" becomes the function `gg_step(gg_call *, int64_t thread)`
    of EntryABI.h. Its arguments are read from the call's inputs, and every gg
    op becomes accesses to the call. `gg.weight` ops, whose offsets are now in
    the code, are erased. Run after `convert-scf-to-cf` and
    before the conversion of func and memref to the LLVM dialect.

    ```mlir
    func.func @step(%ids: memref<1x1xi64>) attributes {gg.entry = "step"}
    // becomes
    func.func @gg_step(%call: !llvm.ptr, %thread: i64)
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::cf::ControlFlowDialect",
                           "::mlir::LLVM::LLVMDialect"];
}

def ConvertONNXToLinalg : Pass<"convert-onnx-to-linalg", "mlir::ModuleOp"> {
  let summary = "Convert the onnx dialect to linalg on tensors";
  let description = [{
    Rewrites each op to linalg, tensor, arith, math and scf. Unsigned integers
    become signless; integers of 2 and 4 bits, and the codes of 8-bit floats,
    are held in a byte. Sizes that only the run knows are computed; what the
    types leave open (indices, shapes, dims that have to agree) is checked at
    run time by `cf.assert`, whose message names the node.

    Reductions and products of f16 and bf16 are summed up in f32. A product
    with a matrix becomes one contraction of two matrices, into whose maps a
    Transpose of the right-hand side goes, so that a large constant is used as
    it is stored; so does the widening Cast of one.

    All ranks must be known. Operators of the com.microsoft domain are not
    converted; onnx-recover rewrites them before. Every op that cannot be
    converted is reported, with the reason.

    ```mlir
    %y = onnx.Relu(%x) : (tensor<2x3xf32>) -> tensor<2x3xf32>
    // becomes
    %c = arith.constant 0.000000e+00 : f32
    %e = tensor.empty() : tensor<2x3xf32>
    %y = linalg.generic {indexing_maps = [#id, #id],
                         iterator_types = ["parallel", "parallel"]}
        ins(%x : tensor<2x3xf32>) outs(%e : tensor<2x3xf32>) {
    ^bb0(%in: f32, %out: f32):
      %0 = arith.maximumf %in, %c : f32
      linalg.yield %0 : f32
    } -> tensor<2x3xf32>
    ```
  }];
  let dependentDialects = [
    "gg::ir::GGDialect",
    "mlir::arith::ArithDialect", "mlir::bufferization::BufferizationDialect",
    "mlir::cf::ControlFlowDialect",
    "mlir::linalg::LinalgDialect", "mlir::math::MathDialect",
    "mlir::scf::SCFDialect", "mlir::tensor::TensorDialect"
  ];
}

def ConvertAttentionToVectorPass
    : Pass<"convert-attention-to-vector", "::mlir::ModuleOp"> {
  let summary = "gg.attention on memrefs to loops and vectors";
  let description = [{
    Makes an `scf.parallel` over batch rows, key heads and tiles of queries.
    Each walks over its keys once, block by block, with an online softmax. Where
    there are few such units and room for many keys, as in a decoding step, the
    keys that a query sees are divided evenly too, and a second loop joins their
    parts. How keys are divided depends on their number, never on that of the
    threads.

    A block is read in two passes: four keys at a time, their products with the
    queries; then the values, which their powers weigh. Where one unit alone
    reads a key, as in a step, each pass fetches what the next one reads. The
    target says how many sums its registers hold; it changes no result beyond
    the order of sums.

    ```mlir
    gg.attention ins(%q, %k, %v : …) keys(%begin, %end : …) outs(%y : …)
        {scale = 1.250000e-01 : f32}
    // becomes
    scf.parallel (%unit) = (%c0) to (%units) step (%c1) {
      scf.for %key = %from to %to step %c4 {
        memref.prefetch %v[%batch, %head, %key, %c0], read, locality<2>, data : …
        …
        vector.store %products, %block[%row, %at] : memref<3x128xf32>, vector<4xf32>
      }
      …
      %power = math.exp %relative : vector<16xf32>
      …
    }
    scf.parallel (%row) = …               // joins the parts
    ```
  }];
  let options = [KernelTargetOption];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect"];
}

//===----------------------------------------------------------------------===//
// RF8
//===----------------------------------------------------------------------===//

def ConvertRF8ToVectorPass : Pass<"convert-rf8-to-vector", "::mlir::ModuleOp"> {
  let summary = "rf8.linear on memrefs and rf8.decode to loops and vectors";
  let description = [{
    Makes an `scf.parallel` over panels of outputs of every `rf8.linear`. With
    few rows its body decodes the weights in registers while it reads them; with
    many it decodes a chunk of the panel into a small per-thread buffer
    (`memref.alloca`), which a register-tiled loop multiplies all rows by.
    Scales multiply sums, not weights, and a sum does not depend on how panels
    are distributed.

    Activations stay f32, and every RF8 value is exact in f32. The target
    `avx512bf16` multiplies pairs of bf16 instead, which is exact for weights of
    RF8 and bf16 (f16 and f32 stay as they are). Activations are brought into
    pairs first, once for all panels: as the sum of two bf16, which leaves about
    16 bits of each, or, with many rows and unless `exact`, rounded to one.

    With few rows memory is the limit. Not every CPU sees far enough ahead
    itself then, so weights can be fetched `prefetch` bytes early.

    A block of codes is decoded by two look-ups in 16-byte tables, in the
    target's spelling, or by arithmetic where there is none. What `rf8.decode`
    is left, of scalars for instance, is expanded too. In the end the RF8 types
    of the whole module are `i8`.

    ```mlir
    rf8.linear ins(%x, %w : memref<1x576xf32>, memref<48x144x2x64x!rf8.e4r3>)
               scales(%s : memref<1536xf32>) outs(%y : memref<1x1536xf32>)
    // becomes
    scf.parallel (%panel) = (%c0) to (%c48) step (%c1) {
      %sums:4 = scf.for %i = %c0 to %c72 step %c1 iter_args(…) {
        %codes = vector.load %w[%panel, %k, %c0, %c0] : …, vector<64xi8>
        %high = llvm.call_intrinsic "llvm.x86.avx512.pshuf.b.512"(%table, …)
        …
        vector.fma …
      }
      …
    }
    // and, with target=avx512bf16,
    %pairs = memref.alloc() : memref<1x2x288xi32>
    scf.parallel (%row, %block) = (%c0, %c0) to (%c1, %c36) step (%c1, %c1) {
      … x86vector.avx512.cvt.packed.f32_to_bf16 …
    }
    scf.parallel (%panel) = (%c0) to (%c48) step (%c1) {
      … x86vector.avx512.dot …
    }
    ```
  }];
  let options = [
    KernelTargetOption,
    Option<"exact", "exact", "bool", "false",
      "Activations in two terms of bf16 also where rows are many">,
    Option<"prefetch", "prefetch", "int64_t", "0",
      "How far ahead kernels of few rows fetch weights, in bytes; 0: they "
      "leave it to the CPU">];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::LLVM::LLVMDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect",
                           "::mlir::x86vector::X86VectorDialect"];
}

//===----------------------------------------------------------------------===//
// Training
//===----------------------------------------------------------------------===//

def ConvertGGTrainingToLinalgPass
    : Pass<"convert-gg-training-to-linalg", "::mlir::ModuleOp"> {
  let summary = "gg ops of the training side to linalg on tensors";
  let description = [{
    Expands `gg.rate`, `gg.moments`, `gg.estimate_shape`, `gg.backslash_step`,
    `gg.sample` and `gg.philox`, and drops the attributes by which passes know
    a train step. Nothing else is touched, and what is left needs nothing of this
    project. Run before bufferization.

    ```mlir
    %new = gg.backslash_step proximal ins(%strength, %shape : f32)
               outs(%w : tensor<64x32xf32>) {epsilon = 1.0 : f64}
    // becomes
    %weight = arith.mulf %strength, %shape : f32
    %power = arith.subf %shape, %one : f32
    %new = linalg.generic {indexing_maps = [#id],
                           iterator_types = ["parallel", "parallel"]}
        outs(%w : tensor<64x32xf32>) {
    ^bb0(%x: f32):
      %size = math.absf %x : f32
      %base = arith.addf %size, %epsilon : f32
      %slope = math.powf %base, %power : f32
      %down = arith.mulf %weight, %slope : f32
      …
    } -> tensor<64x32xf32>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect"];
}

#endif // GG_CONVERSION_PASSES_TD
