// The distribution's mlir-opt brings a train step to machine code with the
// plugin, and mlir-runner runs it: one step with λ = 6 over three parameters and
// ν = 1 takes λ/N = 2 off each magnitude, and none crosses zero.

// RUN: mlir-opt %s --load-dialect-plugin=%gg_lib/libgg-plugin.so \
// RUN:   --load-pass-plugin=%gg_lib/libgg-plugin.so \
// RUN:   --pass-pipeline="builtin.module(gg-inject-backslash,gg-init,convert-gg-training-to-linalg)" \
// RUN:   | mlir-opt > %t.mlir
// RUN: FileCheck %s < %t.mlir
// RUN: sed -e '/^}$/,$d' %t.mlir | cat - %S/Inputs/call-step.txt \
// RUN:   | mlir-opt -one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" \
// RUN:     -convert-linalg-to-loops -convert-scf-to-cf -expand-strided-metadata -lower-affine \
// RUN:     -convert-math-to-llvm -convert-arith-to-llvm -finalize-memref-to-llvm \
// RUN:     -convert-func-to-llvm -convert-cf-to-llvm -reconcile-unrealized-casts \
// RUN:   | mlir-runner -e main --entry-point-result=void --shared-libs=%llvm_lib/libmlir_runner_utils.so \
// RUN:   | FileCheck %s --check-prefix=VALUES

// CHECK-NOT: gg.sample
// CHECK-NOT: gg.backslash_step
// CHECK: func.func @step
// CHECK: func.func @init
// VALUES: {{\[}}3, {{-?}}0, -1]
func.func @step(%w: tensor<1x3xf32> {gg.param = #gg.param<"w">}) -> (tensor<1x3xf32> {gg.param = #gg.param<"w">}) {
  return %w : tensor<1x3xf32>
}
