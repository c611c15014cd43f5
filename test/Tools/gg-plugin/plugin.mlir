// The distribution's mlir-opt, with this project's dialects and passes.

// RUN: mlir-opt %s --load-dialect-plugin=%gg_lib/libgg-plugin.so \
// RUN:   --load-pass-plugin=%gg_lib/libgg-plugin.so \
// RUN:   --pass-pipeline="builtin.module(rf8-quantize{format=e4r3d})" | FileCheck %s --check-prefix=QUANTIZE
// RUN: mlir-opt %s --load-dialect-plugin=%gg_lib/libgg-plugin.so \
// RUN:   --load-pass-plugin=%gg_lib/libgg-plugin.so \
// RUN:   --pass-pipeline="builtin.module(rf8-quantize,rf8-fuse-linear{min-elements=1},one-shot-bufferize{bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map},convert-rf8-to-vector{target=avx512})" \
// RUN:   | FileCheck %s --check-prefix=VECTOR
// RUN: mlir-opt %s --load-dialect-plugin=%gg_lib/libgg-plugin.so \
// RUN:   --load-pass-plugin=%gg_lib/libgg-plugin.so \
// RUN:   --pass-pipeline="builtin.module(rf8-quantize,rf8-legalize-types)" \
// RUN:   | mlir-opt | FileCheck %s --check-prefix=LEGAL

// QUANTIZE: rf8.dequantize %{{.*}} granularity <channel(1)> : tensor<2x3x!rf8.e4r3d>, tensor<3xf32> -> tensor<2x3xf32>
// VECTOR: scf.parallel
// VECTOR: llvm.call_intrinsic "llvm.x86.avx512.pshuf.b.512"
// VECTOR-NOT: !rf8
// LEGAL-NOT: !rf8
// LEGAL: linalg.matmul
// LEGAL-NOT: !rf8
func.func @matmul(%x: tensor<4x2xf32>) -> tensor<4x3xf32> {
  %w = arith.constant dense<[[1.875, 0.0, -3.75], [-1.0, 0.0, 2.0]]> : tensor<2x3xf32>
  %o = arith.constant dense<0.0> : tensor<4x3xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<4x2xf32>, tensor<2x3xf32>) outs(%o : tensor<4x3xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}
