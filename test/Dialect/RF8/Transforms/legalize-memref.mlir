// RUN: gg-opt %s -rf8-legalize-types -verify-diagnostics

func.func @memref(%x: memref<3x6xf32>, %w: memref<1x6x2x16xf32>, %o: memref<3x20xf32>) {
  // expected-error @+1 {{has no lowering on memrefs to upstream operations; expected tensors}}
  rf8.linear ins(%x, %w : memref<3x6xf32>, memref<1x6x2x16xf32>)
             outs(%o : memref<3x20xf32>)
  return
}
