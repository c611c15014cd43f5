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
    The entry "step" becomes the function `gg_step(gg_call *, int64_t thread,
    int64_t threads)` of EntryABI.h. Its arguments are read from the call's
    inputs, and every gg op becomes accesses to the call. `gg.weight` ops, whose
    offsets are now in the code, are erased. Run after `convert-scf-to-cf` and
    before the conversion of func and memref to the LLVM dialect.

    ```mlir
    func.func @step(%ids: memref<1x1xi64>) attributes {gg.entry = "step"}
    // becomes
    func.func @gg_step(%call: !llvm.ptr, %thread: i64, %threads: i64)
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::cf::ControlFlowDialect",
                           "::mlir::LLVM::LLVMDialect"];
}

#endif // GG_CONVERSION_PASSES_TD
