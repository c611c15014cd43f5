//===- Builtins.cpp - The C functions that LLVM may call -----------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Builtins.h"

#include "llvm/AsmParser/Parser.h"
#include "llvm/Linker/Linker.h"
#include "llvm/Support/SourceMgr.h"

using namespace llvm;

// Byte loops, which the vectorizer makes fast; "no-builtins" keeps it from
// recognizing in them what they are to define.
static constexpr char kSource[] = R"(
define hidden ptr @memset(ptr returned %to, i32 %value, i64 %size) #0 {
entry:
  %byte = trunc i32 %value to i8
  %none = icmp eq i64 %size, 0
  br i1 %none, label %exit, label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %at = getelementptr i8, ptr %to, i64 %i
  store i8 %byte, ptr %at
  %next = add i64 %i, 1
  %done = icmp eq i64 %next, %size
  br i1 %done, label %exit, label %loop
exit:
  ret ptr %to
}

define hidden ptr @memcpy(ptr noalias returned %to, ptr noalias %from, i64 %size) #0 {
entry:
  %none = icmp eq i64 %size, 0
  br i1 %none, label %exit, label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %source = getelementptr i8, ptr %from, i64 %i
  %at = getelementptr i8, ptr %to, i64 %i
  %byte = load i8, ptr %source
  store i8 %byte, ptr %at
  %next = add i64 %i, 1
  %done = icmp eq i64 %next, %size
  br i1 %done, label %exit, label %loop
exit:
  ret ptr %to
}

define hidden ptr @memmove(ptr returned %to, ptr %from, i64 %size) #0 {
entry:
  %none = icmp eq i64 %size, 0
  br i1 %none, label %exit, label %choose
choose:
  %below = icmp ult ptr %to, %from
  br i1 %below, label %up, label %down
up:
  %i = phi i64 [ 0, %choose ], [ %inext, %up ]
  %isource = getelementptr i8, ptr %from, i64 %i
  %iat = getelementptr i8, ptr %to, i64 %i
  %ibyte = load i8, ptr %isource
  store i8 %ibyte, ptr %iat
  %inext = add i64 %i, 1
  %idone = icmp eq i64 %inext, %size
  br i1 %idone, label %exit, label %up
down:
  %j = phi i64 [ %size, %choose ], [ %jnext, %down ]
  %jnext = sub i64 %j, 1
  %jsource = getelementptr i8, ptr %from, i64 %jnext
  %jat = getelementptr i8, ptr %to, i64 %jnext
  %jbyte = load i8, ptr %jsource
  store i8 %jbyte, ptr %jat
  %jdone = icmp eq i64 %jnext, 0
  br i1 %jdone, label %exit, label %down
exit:
  ret ptr %to
}

attributes #0 = { nounwind "no-builtins" }
)";

void gg::native::defineBuiltins(Module &module) {
  SMDiagnostic diagnostic;
  std::unique_ptr<Module> source =
      parseAssemblyString(kSource, diagnostic, module.getContext());
  source->setDataLayout(module.getDataLayout());
  source->setTargetTriple(module.getTargetTriple());
  bool failed = Linker::linkModules(module, std::move(source));
  (void)failed;
  assert(!failed && "the built-in source links");
}
