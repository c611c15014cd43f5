// RUN: gg-opt %s -convert-rf8-to-vector=target=neon -canonicalize -cse \
// RUN:   -convert-vector-to-scf -convert-vector-to-llvm -convert-scf-to-cf \
// RUN:   -expand-strided-metadata -lower-affine -convert-ub-to-llvm \
// RUN:   -finalize-memref-to-llvm -convert-arith-to-llvm -convert-index-to-llvm \
// RUN:   -convert-func-to-llvm=use-bare-ptr-memref-call-conv=1 \
// RUN:   -convert-cf-to-llvm -reconcile-unrealized-casts \
// RUN: | mlir-translate -mlir-to-llvmir | llc -O2 -mtriple=aarch64-linux-gnu -mcpu=neoverse-n1 \
// RUN: | FileCheck %s

// The loop over the steps of a step entry: codes are split into nibbles, looked
// up, interleaved to bf16 and multiplied, all in registers.

// CHECK-LABEL: codes:
// CHECK: .LBB0_[[LOOP:[0-9]+]]:
// CHECK-NOT: .LBB0
// CHECK-DAG: ushr v{{[0-9]+}}.16b, v{{[0-9]+}}.16b, #4
// CHECK-DAG: and v{{[0-9]+}}.16b
// CHECK-DAG: tbl v{{[0-9]+}}.16b, { v{{[0-9]+}}.16b }
// CHECK-DAG: zip1 v{{[0-9]+}}.16b
// CHECK-DAG: zip2 v{{[0-9]+}}.16b
// CHECK-DAG: fmla v{{[0-9]+}}.4s
// CHECK: b.{{[a-z]+}} .LBB0_[[LOOP]]
func.func @codes(%x: memref<1x64xf32>, %w: memref<1x16x2x64x!rf8.e4r3>, %s: memref<32xf32>, %o: memref<1x32xf32>) {
  rf8.linear ins(%x, %w : memref<1x64xf32>, memref<1x16x2x64x!rf8.e4r3>) scales(%s : memref<32xf32>) outs(%o : memref<1x32xf32>)
  return
}

// Pairs of bf16 become f32 by a shift and a mask.

// CHECK-LABEL: narrow:
// CHECK: .LBB1_[[LOOP:[0-9]+]]:
// CHECK-NOT: .LBB1
// CHECK-DAG: shl v{{[0-9]+}}.4s, v{{[0-9]+}}.4s, #16
// CHECK-DAG: fmla v{{[0-9]+}}.4s
// CHECK-NOT: bl {{[a-z_]+}}
// CHECK: b.{{[a-z]+}} .LBB1_[[LOOP]]
func.func @narrow(%x: memref<1x64xf32>, %w: memref<1x32x2x32xbf16>, %o: memref<1x32xf32>) {
  rf8.linear ins(%x, %w : memref<1x64xf32>, memref<1x32x2x32xbf16>) outs(%o : memref<1x32xf32>)
  return
}
