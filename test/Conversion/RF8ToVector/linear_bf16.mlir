// RUN: gg-opt %s -convert-rf8-to-vector=target=avx512bf16 -canonicalize -cse -split-input-file | FileCheck %s --check-prefixes=CHECK,ROUNDED
// RUN: gg-opt %s -convert-rf8-to-vector="target=avx512bf16 exact=true" -canonicalize -cse -split-input-file | FileCheck %s --check-prefixes=CHECK,EXACT

// Two rows: activations in two terms, the second what the first leaves over.
// The steps are padded to whole vectors.

// CHECK-LABEL: func @vector
// CHECK-SAME: %[[X:.*]]: memref<2x570xf32>
// CHECK: %[[PAIRS:.*]] = memref.alloc() {alignment = 64 : i64} : memref<2x2x288xi32>
// CHECK: scf.parallel (%[[ROW:.*]], %[[I:.*]]) = (%c0, %c0) to (%c2, %c36)
// CHECK: %[[V:.*]] = vector.transfer_read %[[X]][%[[ROW]], %{{.*}}], %{{.*}} : memref<2x570xf32>, vector<16xf32>
// CHECK: %[[HIGH:.*]] = x86vector.avx512.cvt.packed.f32_to_bf16 %[[V]] : vector<16xf32> -> vector<16xbf16>
// CHECK: vector.store %{{.*}}, %[[PAIRS]][%[[ROW]], %c0, %{{.*}}] : memref<2x2x288xi32>, vector<8xi32>
// CHECK: %[[WIDE:.*]] = arith.extf %[[HIGH]]
// CHECK: %[[REST:.*]] = arith.subf %[[V]], %[[WIDE]]
// CHECK: %[[ORDERED:.*]] = arith.cmpf ord, %[[REST]], %[[REST]]
// CHECK: %[[FINITE:.*]] = arith.select %[[ORDERED]], %[[REST]], %{{.*}}
// CHECK: x86vector.avx512.cvt.packed.f32_to_bf16 %[[FINITE]]
// CHECK: vector.store %{{.*}}, %[[PAIRS]][%[[ROW]], %c1, %{{.*}}] : memref<2x2x288xi32>, vector<8xi32>
// CHECK: scf.parallel
// CHECK: scf.for
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.pshuf.b.512"
// CHECK: vector.bitcast %{{.*}} : vector<16xi32> to vector<32xbf16>
// CHECK: memref.load %[[PAIRS]][%c0, %c0, %{{.*}}] : memref<2x2x288xi32>
// CHECK: %[[A:.*]] = vector.bitcast %{{.*}} : vector<16xi32> to vector<32xbf16>
// CHECK: memref.load %[[PAIRS]][%c0, %c1, %{{.*}}] : memref<2x2x288xi32>
// CHECK: %[[B:.*]] = vector.bitcast %{{.*}} : vector<16xi32> to vector<32xbf16>
// CHECK: %[[SUM:.*]] = x86vector.avx512.dot %{{.*}}, %[[W:.*]], %[[A]] : vector<32xbf16> -> vector<16xf32>
// CHECK: x86vector.avx512.dot %[[SUM]], %[[W]], %[[B]] : vector<32xbf16> -> vector<16xf32>
// CHECK-NOT: vector.fma
func.func @vector(%x: memref<2x570xf32>, %w: memref<48x143x2x64x!rf8.e4r3>,
                  %s: memref<1536xf32>, %o: memref<2x1536xf32>) {
  rf8.linear ins(%x, %w : memref<2x570xf32>, memref<48x143x2x64x!rf8.e4r3>)
             scales(%s : memref<1536xf32>) outs(%o : memref<2x1536xf32>)
  return
}

// -----

// Many rows: one term, or two where asked, and a chunk decoded to bf16. Scales
// multiply sums.

// CHECK-LABEL: func @matrix
// ROUNDED: memref.alloc() {{.*}} : memref<64x1x288xi32>
// ROUNDED-COUNT-1: x86vector.avx512.cvt.packed.f32_to_bf16
// ROUNDED-NOT: x86vector.avx512.cvt.packed.f32_to_bf16
// EXACT: memref.alloc() {{.*}} : memref<64x2x288xi32>
// EXACT-COUNT-2: x86vector.avx512.cvt.packed.f32_to_bf16
// CHECK: %[[CHUNK:.*]] = memref.alloca() {alignment = 64 : i64} : memref<144x2x32xbf16>
// CHECK: vector.store %{{.*}}, %[[CHUNK]]
// CHECK-NOT: arith.mulf
// CHECK: vector.load %[[CHUNK]]
// ROUNDED-COUNT-16: x86vector.avx512.dot
// EXACT-COUNT-32: x86vector.avx512.dot
// CHECK-NOT: x86vector.avx512.dot
// CHECK: vector.fma
func.func @matrix(%x: memref<64x576xf32>, %w: memref<6x144x2x64x!rf8.e4r3d>,
                  %s: memref<192xf32>, %o: memref<64x172xf32>) {
  rf8.linear ins(%x, %w : memref<64x576xf32>, memref<6x144x2x64x!rf8.e4r3d>)
             scales(%s : memref<192xf32>) outs(%o : memref<64x172xf32>)
  return
}

// -----

// bf16 is multiplied as it is stored.

// CHECK-LABEL: func @bf16
// CHECK-SAME: %{{.*}}: memref<?x40xf32>, %[[W:.*]]: memref<2x20x1x32xbf16>
// CHECK: memref.alloc(%{{.*}}) {alignment = 64 : i64} : memref<?x{{[12]}}x24xi32>
// CHECK-NOT: memref.alloca
// CHECK: %[[V:.*]] = vector.load %[[W]]{{.*}} : memref<2x20x1x32xbf16>, vector<32xbf16>
// CHECK: x86vector.avx512.dot %{{.*}}, %[[V]], %{{.*}} : vector<32xbf16> -> vector<16xf32>
func.func @bf16(%x: memref<?x40xf32>, %w: memref<2x20x1x32xbf16>, %o: memref<?x32xf32>) {
  rf8.linear ins(%x, %w : memref<?x40xf32>, memref<2x20x1x32xbf16>) outs(%o : memref<?x32xf32>)
  return
}

// -----

// f32 and f16 are not.

// CHECK-LABEL: func @floats
// CHECK-NOT: memref.alloc()
// CHECK-NOT: x86vector
// CHECK: vector.fma
func.func @floats(%x: memref<1x40xf32>, %v: memref<2x40x1x16xf32>, %w: memref<2x20x1x32xf16>,
                  %o: memref<1x32xf32>) {
  rf8.linear ins(%x, %v : memref<1x40xf32>, memref<2x40x1x16xf32>) outs(%o : memref<1x32xf32>)
  rf8.linear ins(%x, %w : memref<1x40xf32>, memref<2x20x1x32xf16>) outs(%o : memref<1x32xf32>)
  return
}

// -----

// Tiles of tokens that do not count are zeros: of one chunk of steps here, so
// that nothing else has written them.

// CHECK-LABEL: func @counts
// CHECK-SAME: %[[COUNTS:[a-z0-9]+]]: memref<2xi64>
// CHECK: memref.alloca()
// CHECK: scf.for %[[ROW:.*]] =
// CHECK: %[[GROUP:.*]] = arith.divui %[[ROW]], %c32
// CHECK: %[[IN:.*]] = arith.remui %[[ROW]], %c32
// CHECK: %[[COUNT:.*]] = memref.load %[[COUNTS]][%[[GROUP]]]
// CHECK: %[[INDEX:.*]] = arith.index_cast %[[COUNT]]
// CHECK: %[[WANTED:.*]] = arith.cmpi slt, %[[IN]], %[[INDEX]]
// CHECK: scf.if %[[WANTED]] {
// CHECK: x86vector.avx512.dot
// CHECK: } else {
// CHECK: vector.store %cst
func.func @counts(%x: memref<64x64xf32>, %w: memref<1x16x2x64x!rf8.e4r3d>, %s: memref<32xf32>,
                  %c: memref<2xi64>, %o: memref<64x32xf32>) {
  rf8.linear ins(%x, %w : memref<64x64xf32>, memref<1x16x2x64x!rf8.e4r3d>)
             scales(%s : memref<32xf32>) counts(%c : memref<2xi64>)
             outs(%o : memref<64x32xf32>)
  return
}
