// RUN: gg-opt %s -convert-rf8-to-vector=target=avx512 -canonicalize -cse -split-input-file | FileCheck %s --check-prefixes=CHECK,AVX512
// RUN: gg-opt %s -convert-rf8-to-vector=target=avx2 -canonicalize -cse -split-input-file | FileCheck %s --check-prefixes=CHECK,AVX2
// RUN: gg-opt %s -convert-rf8-to-vector=target=neon -canonicalize -cse -split-input-file | FileCheck %s --check-prefixes=CHECK,NEON
// RUN: gg-opt %s -convert-rf8-to-vector -canonicalize -cse -split-input-file | FileCheck %s --check-prefixes=CHECK,GENERIC

// What the kernels compute is tested in test/Integration/test_kernels.py.

// One row: a parallel loop over panels, weights decoded where they are read.

// CHECK-LABEL: func @vector
// CHECK-SAME: memref<48x144x2x64xi8>
// CHECK: scf.parallel (%[[P:.*]]) = (%{{.*}}) to (%{{.*}}) step
// CHECK: scf.for
// CHECK: vector.load %{{.*}}[%[[P]], {{.*}}] : memref<48x144x2x64xi8>
// AVX512-SAME: vector<64xi8>
// AVX512: llvm.call_intrinsic "llvm.x86.avx512.pshuf.b.512"(%{{.*}}) : (vector<64xi8>, vector<64xi8>) -> vector<64xi8>
// AVX512: vector.fma
// AVX2-SAME: vector<32xi8>
// AVX2: llvm.call_intrinsic "llvm.x86.avx2.pshuf.b"(%{{.*}}) : (vector<32xi8>, vector<32xi8>) -> vector<32xi8>
// NEON-SAME: vector<16xi8>
// NEON: llvm.call_intrinsic "llvm.aarch64.neon.tbl1"(%{{.*}}) : (vector<16xi8>, vector<16xi8>) -> vector<16xi8>
// GENERIC-NOT: llvm.call_intrinsic
// GENERIC-NOT: vector.fma
// GENERIC: arith.addf
// CHECK: vector.store %{{.*}} : memref<1x1536xf32>, vector<16xf32>
func.func @vector(%x: memref<1x576xf32>, %w: memref<48x144x2x64x!rf8.e4r3>,
                  %s: memref<1536xf32>, %o: memref<1x1536xf32>) {
  rf8.linear ins(%x, %w : memref<1x576xf32>, memref<48x144x2x64x!rf8.e4r3>)
             scales(%s : memref<1536xf32>) outs(%o : memref<1x1536xf32>)
  return
}

// -----

// Many rows: chunks of equal size are decoded first; the last panel is partial.

// CHECK-LABEL: func @matrix
// CHECK: scf.parallel
// AVX512: memref.alloca() {alignment = 64 : i64} : memref<288x2x16xf32>
// AVX2: memref.alloca() {alignment = 64 : i64} : memref<192x2x16xf32>
// CHECK: vector.maskedstore
// CHECK: vector.maskedload
func.func @matrix(%x: memref<64x576xf32>, %w: memref<6x144x2x64x!rf8.e4r3d>,
                  %s: memref<192xf32>, %o: memref<64x172xf32>) {
  rf8.linear ins(%x, %w : memref<64x576xf32>, memref<6x144x2x64x!rf8.e4r3d>)
             scales(%s : memref<192xf32>) outs(%o : memref<64x172xf32>)
  return
}

// -----

// f32 is read where it is; a dynamic number of rows has a loop for what is left.

// CHECK-LABEL: func @dynamic
// CHECK-NOT: memref.alloca
// CHECK: scf.parallel
// CHECK: memref.dim
// CHECK-COUNT-2: scf.for
func.func @dynamic(%x: memref<?x40xf32>, %w: memref<2x40x1x16xf32>, %o: memref<?x32xf32>) {
  rf8.linear ins(%x, %w : memref<?x40xf32>, memref<2x40x1x16xf32>) outs(%o : memref<?x32xf32>)
  return
}

// -----

// What is decoded elsewhere.

// CHECK-LABEL: func @decode
// CHECK-SAME: (%{{.*}}: i8, %{{.*}}: vector<64xi8>)
// AVX512: vector.interleave %{{.*}} : vector<64xi8> -> vector<128xi8>
// AVX2-COUNT-2: vector.interleave %{{.*}} : vector<32xi8> -> vector<64xi8>
// GENERIC-NOT: vector.interleave
func.func @decode(%c: !rf8.e4r3, %v: vector<64x!rf8.e4r3>) -> (f32, vector<64xbf16>) {
  %0 = rf8.decode %c : !rf8.e4r3 to f32
  %1 = rf8.decode %v : vector<64x!rf8.e4r3> to vector<64xbf16>
  return %0, %1 : f32, vector<64xbf16>
}
