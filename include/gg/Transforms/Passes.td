//===- Passes.td - Passes on models and weights ------------*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_TRANSFORMS_PASSES_TD
#define GG_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def OnnxFoldConstants : Pass<"onnx-fold-constants"> {
  let summary = "compute onnx ops whose operands are small constants";
  let description = [{
    Replaces an op by its value where all its operands are constants, and where
    neither an operand nor the result exceeds `max-bytes`: shape arithmetic,
    masks and lists, never weights. Shape and Size fold as soon as the shape of
    their operand is static.

    ```mlir
    %a = onnx.Constant dense<[2, 3]> : tensor<2xi64>
    %b = onnx.Constant dense<4> : tensor<i64>
    %c = onnx.Mul(%a, %b) : (tensor<2xi64>, tensor<i64>) -> tensor<2xi64>
    // becomes
    %c = onnx.Constant dense<[8, 12]> : tensor<2xi64>
    ```
  }];
  let dependentDialects = ["::gg::onnx::ONNXDialect"];
  let options = [
    Option<"maxBytes", "max-bytes", "int64_t", /*default=*/"65536",
           "the largest operand or result that is folded, in bytes">
  ];
}

def OnnxInferShapes
    : Pass<"onnx-infer-shapes", "::mlir::func::FuncOp"> {
  let summary = "infer the shapes of all values";
  let description = [{
    Follows shapes through each function, dimensions being expressions over the
    named sizes of the arguments (`onnx.dims`), and small integer tensors
    element by element, so that a Reshape to a computed shape resolves. Every
    type gets the dimensions that turn out to be numbers, and a list all of
    whose elements are numbers becomes a constant. Shapes that contradict each
    other are errors at their node.

    ```mlir
    func.func @main(%x: tensor<?x8xf32> {onnx.dims = ["batch", "8"]})
        -> tensor<*xf32> {
      %s = onnx.Constant dense<[-1, 2, 4]> : tensor<3xi64>
      %0 = onnx.Reshape(%x, %s)
          : (tensor<?x8xf32>, tensor<3xi64>) -> tensor<*xf32>
      return %0 : tensor<*xf32>   // becomes tensor<?x2x4xf32>
    }
    ```

    With `trace`, sizes that are those of an argument, however they were
    computed, become an `onnx.Shape` of the argument. Each layer's "how many
    tokens are there" is one value then, and depends on no other layer.
  }];
  let options = [
    Option<"trace", "trace", "bool", "false",
      "Read sizes from the arguments that have them">
  ];
  let dependentDialects = ["::gg::onnx::ONNXDialect"];
  let statistics = [
    Statistic<"numRefined", "refined", "values whose type was refined">
  ];
}

def OnnxInlineBranches
    : Pass<"onnx-inline-branches", "::mlir::func::FuncOp"> {
  let summary = "replace conditionals that are decided by the branch taken";
  let description = [{
    An `onnx.If` on a constant becomes its branch. So does one on the input
    `use_cache_branch`, by which optimum's merged decoders choose between a
    branch that reads the caches and one for an empty past: a cache may be
    empty, so that the first (`then`) serves both. The function gets the
    attribute `gg.decoder_by` then, as this holds for decoders only.

    ```mlir
    %true = onnx.Constant dense<true> : tensor<i1>
    %y = onnx.If(%true) : (tensor<i1>) -> tensor<2xf32> then {
      %0 = onnx.Neg(%x) : (tensor<2xf32>) -> tensor<2xf32>
      onnx.Yield(%0) : tensor<2xf32>
    } else {
      onnx.Yield(%x) : tensor<2xf32>
    }
    // becomes
    %y = onnx.Neg(%x) : (tensor<2xf32>) -> tensor<2xf32>
    ```
  }];
  let dependentDialects = ["::gg::onnx::ONNXDialect"];
}

def NameDimsPass : Pass<"gg-name-dims", "::mlir::func::FuncOp"> {
  let summary = "relate the sizes of a decoder's inputs by their names";
  let description = [{
    Exporters may leave the dims of inputs without a name, or give each one a
    name of its own. That position ids have as many rows as the tokens, and one
    cache as many entries as the next, cannot be proven then. This pass names
    the dims that a decoder's contract makes equal, in graphs that look up token
    ids: the batch, the sequence (of ids and position ids) and the past (of all
    tensors to which something is appended). Dims that share a name with others
    keep it, and where such names contradict each other nothing changes. Calls
    in which dims of one name differ are refused at run time.

    ```mlir
    func.func @main(%ids: tensor<?x?xi64>,
                    %positions: tensor<?x?xi64> {onnx.name = "position_ids"})
    // becomes
    func.func @main(%ids: tensor<?x?xi64> {onnx.dims = ["batch", "sequence"]},
                    %positions: tensor<?x?xi64> {onnx.name = "position_ids",
                        onnx.dims = ["batch", "sequence"]})
    ```
  }];
}

def OnnxRecover : Pass<"onnx-recover", "::mlir::func::FuncOp"> {
  let summary = "recognise what exporters spell out, in the standard's own ops";
  let description = [{
    Exporters write norms, activations, rotary embeddings and attention as many
    small ops, each in its own way, or as operators of a vendor's domain. This
    pass turns both into the newest standard operators:

    - `RMSNormalization` and `LayerNormalization`, with scale and bias;
    - `Swish` and `Gelu` (both formulas), in any order of factors;
    - `RotaryEmbedding` of halves or of neighbours, of whole or partial heads,
      where the tables provably hold every value twice;
    - `Attention` with scale, soft cap and masks to add; key heads that were
      copied for each query head are shared again, and a Concat with the past
      becomes `past_key`, `past_value` and the two present results;
    - the operators of com.microsoft in terms of the standard's:
      GroupQueryAttention becomes an external cache (`TensorScatter`, and
      `Attention` with `nonpad_kv_seqlen`), which is exact for rows of
      different lengths too.

    Masks, positions and shape arithmetic are left as they are: later passes
    compute them. A decomposed form that is not provably equal to a standard
    operator stays; a vendor's operator without a standard form is an error.
    Shapes should have been inferred and constants folded before.

    Equal means: the same function of real numbers. Results may differ by
    rounding, where masks hide every key of a row, and where scores exceed 10^4,
    the smallest number that is taken for a mask's "hidden".

    ```mlir
    %s = onnx.Sigmoid(%x) : (tensor<2x8xf32>) -> tensor<2x8xf32>
    %y = onnx.Mul(%x, %s)
        : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
    // becomes
    %y = onnx.Swish(%x) {alpha = 1.0 : f32}
        : (tensor<2x8xf32>) -> tensor<2x8xf32>
    ```
  }];
  let dependentDialects = ["::gg::onnx::ONNXDialect"];
}

//===----------------------------------------------------------------------===//
// From tensors to code: each pass one step of gg-codegen-pipeline
//===----------------------------------------------------------------------===//

def OutlineWeightsPass : Pass<"gg-outline-weights", "::mlir::ModuleOp"> {
  let summary = "Move large constants out of the program into the weights file";
  let description = [{
    An `arith.constant` of a tensor above the threshold becomes a `gg.weight` of
    the module, with its place in the weights payload, and a read-only view of
    it in the program. Constants of equal bytes share a place. A splat becomes a
    `linalg.fill`. Resources that a `tensor.concat` joins along the first
    dimension become one `gg.weight` of several parts. Run before bufferization,
    which would turn constants into globals.

    ```mlir
    %0 = arith.constant dense_resource<w> : tensor<512x64xf32>
    // becomes
    gg.weight @w offset 0 bytes 131072 = dense_resource<w> : tensor<512x64xf32>
    %0 = gg.get_weight @w : memref<512x64xf32>
    %1 = bufferization.to_tensor %0 restrict : memref<512x64xf32> to tensor<512x64xf32>
    ```
  }];
  let options = [
    Option<"threshold", "threshold", "int64_t", "256",
           "Constants of at most this many bytes stay in the program">
  ];
  let dependentDialects = [
    "::gg::ir::GGDialect", "::mlir::bufferization::BufferizationDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::memref::MemRefDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

def FuseElementwisePass : Pass<"gg-fuse-elementwise"> {
  let summary = "Fuse elementwise linalg operations where nothing is computed twice";
  let description = [{
    Upstream's fusion of `linalg.generic` with its producers. A producer that
    the consumer would read more than once for each of its elements (a broadcast,
    a contraction) is fused only where it merely converts or copies.

    ```mlir
    %1 = linalg.generic … ins(%0) { exp }
    %2 = linalg.generic … ins(%1, %b) { add }
    // becomes
    %2 = linalg.generic … ins(%0, %b) { exp; add }
    ```
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::linalg::LinalgDialect"];
}

def OrderLoopsPass : Pass<"gg-order-loops"> {
  let summary = "Put the loop that walks memory contiguously innermost";
  let description = [{
    Permutes the iteration space of `linalg.generic`: parallel loops, then
    reductions, then the loop for which the fewest operands are read or written
    with a stride. LLVM vectorizes the innermost loop.

    ```mlir
    // P·V of attention: (m, n, k) with B[k, n] becomes (m, k, n)
    ```
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def RelaxReductionsPass : Pass<"gg-relax-reductions"> {
  let summary = "Let sums be computed in any order";
  let description = [{
    Marks the additions that accumulate in a reduction of `linalg.generic` as
    `reassoc` and `contract`, and the products they add as `contract`, so that
    LLVM may use vectors and fused multiply-add. Nothing is assumed about NaN or
    infinity.

    ```mlir
    %1 = arith.addf %acc, %0 : f32
    // becomes
    %1 = arith.addf %acc, %0 fastmath<reassoc,contract> : f32
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def BufferizePass : Pass<"gg-bufferize", "::mlir::ModuleOp"> {
  let summary = "Bufferize entries, caches in place";
  let description = [{
    One-shot bufferization across function boundaries with identity layouts.
    Arguments are read-only, except the caches of a decoder's entry: its last
    results, those of the role "cache", are its last arguments, updated in place.
    That a cache would have to be copied is an error. Results become `gg.output`,
    and updated caches vanish from the results.

    ```mlir
    func.func @step(%ids: tensor<1x1xi64>, %k: tensor<1x4xf32>)
        -> (tensor<1x8xf32>, tensor<1x4xf32> {gg.role = "cache"})
        attributes {gg.entry = "step"}
    // becomes
    func.func @step(%ids: memref<1x1xi64>, %k: memref<1x4xf32> {gg.in_place})
        attributes {gg.entry = "step"} { … gg.output 0, %logits : memref<1x8xf32> … }
    ```
  }];
  let dependentDialects = [
    "::mlir::affine::AffineDialect",
    "::gg::ir::GGDialect", "::mlir::bufferization::BufferizationDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::memref::MemRefDialect"
  ];
}

def StartEmptyPass : Pass<"gg-start-empty", "::mlir::ModuleOp"> {
  let summary = "an entry of a decoder as a function of its tokens alone";
  let description = [{
    Keeps the entry `entry` of a module that `gg-stateful-kv` has made, for rows
    that begin with its tokens: positions and caches are zeros instead of
    arguments, all tokens count, and the updated caches are no results. A module without such an
    entry is left empty of entries.

    ```mlir
    func.func @score(%ids: tensor<1x8xi64> {gg.role = "ids"},
                     %at: tensor<1xi64> {gg.role = "positions"},
                     %n: tensor<1xi64> {gg.role = "counts"},
                     %k: tensor<1x4x16x8xf32> {gg.role = "cache"})
        -> (tensor<1x8x32xf32>, tensor<1x4x16x8xf32> {gg.role = "cache"})
    // becomes
    func.func @score(%ids: tensor<1x8xi64> {gg.role = "ids"})
        -> tensor<1x8x32xf32>
    ```
  }];
  let options = [Option<"entry", "entry", "std::string", [{"score"}],
                        "The entry to keep">];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def PrivatizePass : Pass<"gg-privatize", "::mlir::func::FuncOp"> {
  let summary = "Mark small buffers that every thread of a team computes itself";
  let description = [{
    What takes less time than a barrier, such as a norm of one row, is better
    done by every thread for itself than by one thread for all: nobody waits
    for the result. A buffer is marked `gg.private` if it is small, of static
    size, and written by little work only, none of which writes memory that
    threads share. gg-plan-arena then places it on each thread's stack, and
    gg-distribute runs what writes it on every thread. A copy into an argument,
    for instance, stays with thread 0, and reads that thread's own buffer.

    Run on loops, before gg-plan-arena.

    ```mlir
    %0 = memref.alloc() : memref<576xf32>
    scf.parallel (%i) = (%c0) to (%c576) step (%c1) { … memref.store %s, %0[%i] }
    // becomes
    %0 = memref.alloc() {gg.private} : memref<576xf32>
    scf.parallel (%i) = (%c0) to (%c576) step (%c1) { … memref.store %s, %0[%i] }
    ```
  }];
  let options = [
    Option<"maxBytes", "max-bytes", "int64_t", "32768",
           "A larger buffer stays shared">,
    Option<"grain", "grain", "int64_t", "16384",
           "What does as many operations is shared out instead">
  ];
  let dependentDialects = ["::gg::ir::GGDialect"];
}

def PlanArenaPass : Pass<"gg-plan-arena", "::mlir::func::FuncOp"> {
  let summary = "Give every buffer of an entry its place in the arena";
  let description = [{
    A buffer of static size gets an offset; buffers whose lives do not meet
    share memory (first fit, largest first). A buffer of dynamic size is taken
    from the rest of the arena in program order, by every thread alike; where it
    does not fit, the entry fails. Buffers inside `scf.parallel` are per thread
    and live on its stack; so do those marked `gg.private` (see gg-privatize),
    unless they are too many: then they are in the arena, for thread 0 to
    write. `gg.arena_bytes` becomes the static need.

    ```mlir
    %0 = memref.alloc() : memref<16xf32>
    // becomes
    %arena = gg.arena : memref<?xi8>
    %c64 = arith.constant 64 : index
    %0 = memref.view %arena[%c64][] : memref<?xi8> to memref<16xf32>
    ```
  }];
  let options = [
    Option<"maxScratch", "max-scratch", "int64_t", "1048576",
           "The most bytes of per-thread buffers that may lie on the stack">
  ];
  let dependentDialects = [
    "::gg::ir::GGDialect", "::mlir::arith::ArithDialect",
    "::mlir::cf::ControlFlowDialect", "::mlir::memref::MemRefDialect"
  ];
}

def SkipPaddingPass : Pass<"gg-skip-padding", "::mlir::func::FuncOp"> {
  let summary = "Let linears skip the tokens that a chunk has no use for";
  let description = [{
    An entry that takes a chunk of tokens, of which `counts` are valid, computes
    as many rows as the chunk has. Where `gg-stateful-kv` has noted how many rows
    the tokens are, this gives the counts to every `rf8.linear` with that many,
    so that a short prompt does not cost what a whole chunk does.

    ```mlir
    func.func @prefill(…, %counts: tensor<1xi64> {gg.token_rows = 128 : i64}) {
      %y = rf8.linear ins(%x, %w : tensor<128x576xf32>, …) outs(…)
      // becomes
      %y = rf8.linear ins(%x, %w : tensor<128x576xf32>, …)
                      counts(%counts : tensor<1xi64>) outs(…)
    ```
  }];
}

def AnnotateCostsPass : Pass<"gg-annotate-costs", "::mlir::func::FuncOp"> {
  let summary = "Note in the locations of an entry's operations what they cost";
  let description = [{
    Counts, from shapes, the bytes of weights and caches that an operation
    streams and the floating-point operations of its definition, and wraps its
    location into one with a `#gg.cost`. The size of a dynamic dimension is
    taken for the number of positions that the rows hold, if there is one and
    the entry has caches. Run on buffers, before loops and kernels are made.

    ```mlir
    rf8.linear ins(%x, %w : memref<1x576xf32>, memref<48x144x2x64x!rf8.e4r3>)
               scales(%s : memref<1536xf32>) outs(%y : memref<1x1536xf32>)
               loc(fused<#gg.cost<0, "linear", bytes = 890880, slot_bytes = 0,
                                  flops = 1769472, slot_flops = 0>>[…])
    ```
  }];
  let dependentDialects = ["::gg::ir::GGDialect"];
}

def NumberPhasesPass : Pass<"gg-number-phases", "::mlir::func::FuncOp"> {
  let summary = "Number the barriers of an entry and say what each waits for";
  let description = [{
    A phase is what ends at a barrier, in program order, or with the entry. Its
    costs are those noted in the locations of the operations that write memory
    there; what is spread over several phases counts in the first that reads
    weights or arguments for it, else in the first. The attribute
    `gg.phases` lists them as EntryABI.h says. Run after `gg-distribute`.

    ```mlir
    func.func @step(…) attributes {gg.entry = "step",
        gg.phases = "linear\09/mlp/up_proj\09884736\090\091769472\090\0A…"} {
      …
      gg.barrier phase 0
    ```
  }];
}

def DistributePass : Pass<"gg-distribute", "::mlir::func::FuncOp"> {
  let summary = "Share the parallel loops of an entry out among the team's threads";
  let description = [{
    Makes an entry SPMD. Every thread runs the control flow, and what writes
    nothing but its own stack; of the largest dimension of an `scf.parallel`
    they claim ranges until none are left; whatever else writes memory is done
    by thread 0, neighbours in one region. A barrier stands where memory that
    one thread wrote is touched by another, or overwritten while another may
    still read it, and nowhere else.

    ```mlir
    scf.parallel (%i) = (%c0) to (%c1024) step (%c1) { … }
    // becomes
    scf.while : () -> (index, index) {
      %lo, %hi = gg.claim 0 of %c1024 by %c1
      %more = arith.cmpi ult, %lo, %hi : index
      scf.condition(%more) %lo, %hi : index, index
    } do {
    ^bb0(%lo: index, %hi: index):
      scf.for %i = %lo to %hi step %c1 { … }
      scf.yield
    }
    gg.barrier
    ```
  }];
  let options = [
    Option<"grain", "grain", "int64_t", "16384",
           "A parallel loop of fewer operations is left to thread 0">
  ];
  let dependentDialects = ["::gg::ir::GGDialect", "::mlir::arith::ArithDialect",
                           "::mlir::LLVM::LLVMDialect",
                           "::mlir::scf::SCFDialect"];
}

def OutlineKernelsPass : Pass<"gg-outline-kernels", "::mlir::ModuleOp"> {
  let summary = "Move the loop nests of entries into functions, equal ones shared";
  let description = [{
    The layers of a model repeat: their loops differ in the buffers only, so
    they become calls of one function. Code size and compile time then follow
    the number of different loops. An argument that overlaps no other memory
    that the loop touches is marked `llvm.noalias`.

    ```mlir
    scf.for %i = %lo to %hi step %c1 { … %a … %b … }
    // becomes
    func.call @kernel(%lo, %hi, %a, %b) : …
    ```
  }];
  let dependentDialects = ["::mlir::func::FuncDialect"];
}

def StatefulKVPass : Pass<"gg-stateful-kv", "::mlir::ModuleOp"> {
  let summary = "Give a decoder caches and entries of static shape";
  let description = [{
    Recognizes a graph that maps token ids [batch, sequence] to logits, whose
    tokens meet in causal attentions only, and replaces it by entries over
    caches that are written in place: `step` (one token a row), `prefill` (a
    chunk of tokens, of which `counts` are valid, and the logits of the last
    valid one) and `score` (such a chunk, all logits). Rows may stand at different
    positions. The standard's own form of an external cache is used:
    TensorScatter and an Attention with `nonpad_kv_seqlen`. A cache has room for
    `context + chunk` entries.

    Masks, position ids, lengths and tables of angles are not matched: they are
    computed, for every position up to the context, with all positions attended
    (an attention mask of ones), and compared to runs of several tokens. They
    become constants, arithmetic on `positions`, tables indexed by position,
    `is_causal`, or a window of Attention. Past and present are paired by the
    Attention that reads and writes them. Entries compute in f32; constants keep
    their type.

    Where tokens meet otherwise, or a value is no function of the position,
    nothing is derived: `@main` stays as it is, marked `gg.entry = "recompute"`,
    and a remark tells why. A graph that is no decoder is marked `"main"`.

    A graph without past may take a fixed number of tokens, as exporters write
    it that trace a call: positions and masks are constants of that length, and
    lists of dims name it. Such a graph is looked at as one of any number of
    tokens, of which it computes the same at its own; entries are derived from
    that one as above, since padding behind tokens that see no later ones
    changes nothing. The number bounds the context, and a remark says so. Where
    this fails, or the graph keeps the logits of its last token only, it is
    marked `"main"`, with a remark.

    ```mlir
    func.func @main(%ids: tensor<?x?xi64>, %mask: tensor<?x?xi64>,
                    %past_key: tensor<?x4x?x8xf32>, …)
        -> (tensor<?x?x512xf32>, tensor<?x4x?x8xf32>, …)
    // becomes
    func.func @step(%ids: tensor<1x1xi64> {gg.role = "ids"},
                    %positions: tensor<1xi64> {gg.role = "positions"},
                    %cache: tensor<1x4x576x8xf32> {gg.role = "cache"}, …)
        -> (tensor<1x512xf32> {gg.role = "logits"},
            tensor<1x4x576x8xf32> {gg.role = "cache"}, …)
        attributes {gg.entry = "step", gg.context = 512 : i64}
    func.func @prefill(…)
    func.func @score(…)
    ```
  }];
  let options = [
    Option<"context", "context", "int64_t", "0",
           "Positions a row can hold; 0: as many as the graph's tables, and at "
           "most 2048">,
    Option<"batch", "batch", "int64_t", "1", "Rows that are computed at once">,
    Option<"chunk", "chunk", "int64_t", "128",
           "Tokens of a row that prefill and score take at once">,
    Option<"kv", "kv", "std::string", "\"f32\"",
           "Element type of the caches: f32 or bf16">
  ];
  let dependentDialects = ["::gg::onnx::ONNXDialect"];
}

def ExpandMathPass : Pass<"gg-expand-math", "::mlir::func::FuncOp"> {
  let summary = "Replace elementary functions by code of our own";
  let description = [{
    The artifact calls no C library. Functions on f32 become polynomials without
    branches, which LLVM vectorizes; their relative error, measured over all of
    their range by test/Integration/test_math.py, is below 1.5e-7 (of results
    that are no normal numbers: of 2^-126), special values as in C. Rare
    functions, f64 and remainders go
    through the caller's table (`gg.call_math`). Smaller floats must have been
    extended before (`math-extend-to-supported-types`).

    LLVM calls a library for some operations of arith and math too where the
    CPU has no instruction for them; two options say so.

    ```mlir
    %1 = math.exp %0 : f64
    // becomes
    %table = gg.math_table : !llvm.ptr
    %1 = gg.call_math "exp" of %table(%0) : !llvm.ptr
    ```
  }];
  let options = [
    Option<"half", "half", "bool", "false",
      "Expand conversions between f16 and f32 (x86: where there is no f16c)">,
    Option<"rounding", "rounding", "bool", "false",
      "Expand floor, ceil, trunc and roundeven (x86: where there is no sse4.1)">
  ];
  let dependentDialects = ["::gg::ir::GGDialect", "::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect"];
}

//===----------------------------------------------------------------------===//
// Training
//===----------------------------------------------------------------------===//

def GGInitPass : Pass<"gg-init", "::mlir::ModuleOp"> {
  let summary = "a function that makes a train step's parameters";
  let description = [{
    For the function whose arguments have `gg.param`, adds one that returns their
    first values, in order, for a seed: a model's parameters are never in the
    module, and a new seed needs no new compilation.

    A matrix gets samples (`gg.sample`) of a generalized Gaussian with

        α = √(ξ / fan · Γ(1/ν) / Γ(3/ν)),

    that is the variance ξ / fan (arXiv 2506.00486). ν is the parameter's own
    `shape`, else the option's. ξ is 1 where its `activation` is `none` or
    `sigmoid`, 2 for `relu`, 2 / (1 + k²) for `leaky_relu` with slope k. The fan
    is the number of inputs: the size of dimension 0 of a matrix that rows are
    multiplied by (y = x·W), or, with `input-axis=1`, of dimension 1, as PyTorch
    has its weights. With `fan=out` it is that of the other dimension. (The
    authors' code divides by PyTorch's dimension 0, which is `fan=out
    input-axis=1`.)

    A parameter of less dimensions becomes 1 where its name contains `weight`, 0
    where it contains `bias`, as with the authors; other names, and more
    dimensions, are errors.

    ```mlir
    func.func @step(
        %w: tensor<64x32xf32> {gg.param = #gg.param<"hidden.weight",
                                                    activation = relu>},
        %b: tensor<32xf32> {gg.param = #gg.param<"hidden.bias">}, …)
    // with shape=1 gets beside it
    func.func @init(%seed: tensor<i64>)
        -> (tensor<64x32xf32> {gg.param = #gg.param<"hidden.weight">},
            tensor<32xf32> {gg.param = #gg.param<"hidden.bias">}) {
      %key = tensor.extract %seed[] : tensor<i64>
      %e = tensor.empty() : tensor<64x32xf32>
      %w = gg.sample %key stream 0 outs(%e : tensor<64x32xf32>)
          {shape = 1.0 : f64, scale = 0.125 : f64}
      %b = arith.constant dense<0.0> : tensor<32xf32>
      return %w, %b : tensor<64x32xf32>, tensor<32xf32>
    }
    ```
  }];
  let options = [
    Option<"function", "function", "std::string", [{"init"}],
      "The name of the function to add">,
    Option<"shape", "shape", "double", "2",
      "The shape ν of parameters that have none of their own; 2: Gaussian, as "
      "in the authors' code">,
    Option<"fan", "fan", "gg::Fan", "gg::Fan::In",
      "Which size divides the variance",
      [{::llvm::cl::values(
        clEnumValN(gg::Fan::In, "in", "That of the inputs"),
        clEnumValN(gg::Fan::Out, "out", "That of the outputs"))}]>,
    Option<"inputAxis", "input-axis", "int64_t", "0",
      "The dimension of a matrix that its inputs are along: 0 or 1">];
  let dependentDialects = ["::gg::ir::GGDialect", "::mlir::arith::ArithDialect",
                           "::mlir::func::FuncDialect",
                           "::mlir::tensor::TensorDialect"];
}

def GGInjectBackslashPass : Pass<"gg-inject-backslash", "::mlir::ModuleOp"> {
  let summary = "the BackSlash penalty in a train step";
  let description = [{
    In every function whose arguments have `gg.param`: J = D + λ R(θ) with

        R(θ) = 1/N · Σ (|θ| + ε)^ν

    over all N parameters (arXiv 2504.16968).

    - `mode=loss` adds λ R of the arguments to the result with `gg.loss`, a float
      or a `tensor<f32>` of one: run it before differentiation.
    - `mode=update` makes a `gg.backslash_step` with τ = λ / N of what the
      function returns as a parameter's new value: behind the optimizer and
      independent of its learning rate. Every parameter needs such a result.

    λ becomes an argument behind the others, `gg.lambda`, so that a schedule, or
    a controller for a target rate, can drive it. It may not be negative. With
    `rate` the function returns R too: of the arguments with `mode=loss`, of
    the new values with `mode=update` (`gg.rate`).

    ν is the parameter's own `shape`, else the option's. With
    `estimate-every=k`, ν is state: the function takes and returns all shapes, in
    the order of the parameters (`gg.shapes`), and a number of steps (`gg.step`)
    that begins with 0 and of which every k-th one makes estimates by the moment
    ratio (`gg.estimate_shape`). With `mode=update` estimates are made from the
    optimizer's results, and this step uses them, as in the authors' code. With
    `mode=loss` they are made from the arguments, and the next step uses them, so
    that derivatives do not go through them. With `global` there is one shape,
    estimated over all parameters; `mode=update step=authors estimate-every=1
    global` is what the authors' code does.

    All that is added is a tensor, the state of a step one list of buffers. Its
    floats are f32, or f64 if a parameter is. What calls the function would not
    know of it, so no one may.

    ```mlir
    func.func @step(%w: tensor<4x3xf32> {gg.param = #gg.param<"w">}, …)
        -> (tensor<4x3xf32> {gg.param = #gg.param<"w">}) {
      …
      return %new : tensor<4x3xf32>
    }
    // becomes
    func.func @step(%w: tensor<4x3xf32> {gg.param = #gg.param<"w">}, …,
                    %lambda: tensor<f32> {gg.lambda})
        -> (tensor<4x3xf32> {gg.param = #gg.param<"w">}) {
      …
      %0 = tensor.extract %lambda[] : tensor<f32>
      %strength = arith.divf %0, %c12 : f32
      %1 = gg.backslash_step proximal ins(%strength, %c1 : f32)
               outs(%new : tensor<4x3xf32>) {epsilon = 1.0 : f64}
      return %1 : tensor<4x3xf32>
    }
    ```
  }];
  let options = [
    Option<"mode", "mode", "gg::BackslashMode", "gg::BackslashMode::Update",
      "Where the penalty goes",
      [{::llvm::cl::values(
        clEnumValN(gg::BackslashMode::Loss, "loss", "Into the loss"),
        clEnumValN(gg::BackslashMode::Update, "update",
                   "Behind the optimizer, a step of its own"))}]>,
    Option<"step", "step", "gg::ir::StepKind", "gg::ir::StepKind::Proximal",
      "The step of mode=update",
      [{::llvm::cl::values(
        clEnumValN(gg::ir::StepKind::Authors, "authors",
                   "As in the authors' code; may cross zero"),
        clEnumValN(gg::ir::StepKind::Proximal, "proximal",
                   "Ends at zero where it would cross it"))}]>,
    Option<"shape", "shape", "double", "1",
      "The shape ν of parameters that have none of their own, where it is not "
      "estimated">,
    Option<"epsilon", "epsilon", "double", "1", "ε">,
    Option<"estimateEvery", "estimate-every", "int64_t", "0",
      "Estimate shapes in every so many-th step; 0: they are fixed">,
    Option<"global", "global", "bool", "false",
      "Estimate one shape of all parameters">,
    Option<"rate", "rate", "bool", "false", "Return R">];
  let dependentDialects = ["::gg::ir::GGDialect", "::mlir::arith::ArithDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect"];
}

#endif // GG_TRANSFORMS_PASSES_TD
