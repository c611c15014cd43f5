// RUN: gg-opt %s -convert-attention-to-vector=target=avx512 -canonicalize -cse | FileCheck %s
// RUN: gg-opt %s -convert-attention-to-vector=target=avx2 -canonicalize -cse | FileCheck %s --check-prefix=AVX2

// Few heads, many keys: parts of at most 128 keys are units too, and a second
// loop joins them. There are up to 17 of 2112 keys.
// CHECK-LABEL: func @step
// CHECK:       %[[BEGIN:.*]] = memref.load %arg3
// CHECK:       %[[END:.*]] = memref.load %arg4
// CHECK:       %[[SIXTEENTH:.*]] = arith.ceildivui %[[COUNT:.*]], %c16
// CHECK:       %[[ATLEAST:.*]] = arith.maxsi %[[SIXTEENTH]], %c32
// CHECK:       %[[PART:.*]] = arith.minsi %[[ATLEAST]], %c128
// CHECK:       %[[PARTS:.*]] = arith.ceildivui %[[COUNT]], %[[PART]]
// CHECK:       memref.alloc() {alignment = 64 : i64} : memref<1x2x3x1x17x64xf32>
// CHECK:       memref.alloc() {alignment = 64 : i64} : memref<1x2x3x1x2x32xf32>
// CHECK:       %[[UNITS:.*]] = arith.muli %[[PARTS]], %c2
// CHECK:       scf.parallel (%{{.*}}) = (%c0) to (%[[UNITS]])
// The products of four keys and three rows, along the rows of both, while the
// values of these keys are fetched: 4 lines each.
// CHECK:         scf.for %{{.*}} step %c4 {
// CHECK-COUNT-16:  memref.prefetch %arg2{{.*}}, read, locality<2>, data
// CHECK-NOT:       memref.prefetch
// CHECK-COUNT-4:   vector.load %arg1
// CHECK-COUNT-3:   vector.load %arg0
// CHECK-COUNT-3:   vector.store %{{.*}} : memref<3x128xf32>, vector<4xf32>
// Powers of the three rows together.
// CHECK:         %{{.*}}:3 = scf.for %{{.*}} step %c16
// CHECK-COUNT-3:   vector.create_mask
// CHECK-COUNT-3: vector.reduction <maximumf>
// CHECK:         %{{.*}}:3 = scf.for %{{.*}} step %c16
// CHECK-COUNT-3:   math.exp %{{.*}} : vector<16xf32>
// CHECK-COUNT-3: vector.reduction <add>
// All weighted values in registers, while keys of the next part are fetched.
// CHECK:         %{{.*}}:12 = scf.for %{{.*}} step %c1 iter_args
// CHECK-COUNT-4:   memref.prefetch %arg1
// CHECK-COUNT-4:   vector.load %arg2
// CHECK-COUNT-12: vector.store %{{.*}} : memref<1x2x3x1x17x64xf32>
// CHECK:       scf.parallel (%{{.*}}) = (%c0) to (%c6)
// CHECK:         vector.reduction <maximumf>
// CHECK:         math.exp
// CHECK:         arith.divf
// With a quarter of the registers, a row at a time.
// AVX2-LABEL: func @step
// AVX2:          scf.for %{{.*}} step %c4 {
// AVX2:            scf.for %{{.*}} = %c0 to %c3 step %c1
// AVX2-COUNT-1:      vector.store %{{.*}} : memref<3x128xf32>, vector<4xf32>
// AVX2:          %{{.*}}:4 = scf.for %{{.*}} step %c1 iter_args
func.func @step(%q: memref<1x2x3x1x64xf32>, %k: memref<1x2x2112x64xf32>, %v: memref<1x2x2112x64xf32>, %b: memref<1x1xi64>, %e: memref<1x1xi64>, %o: memref<1x2x3x1x64xf32>) {
  gg.attention ins(%q, %k, %v : memref<1x2x3x1x64xf32>, memref<1x2x2112x64xf32>, memref<1x2x2112x64xf32>)
      keys(%b, %e : memref<1x1xi64>, memref<1x1xi64>) outs(%o : memref<1x2x3x1x64xf32>) {scale = 0.125 : f32}
  return
}

// Many queries: tiles of 8 of them are units; nothing is allocated but what a
// unit needs, and nothing fetched, as other units read the keys too.
// CHECK-LABEL: func @prefill
// CHECK-NOT:   memref.alloc()
// CHECK-NOT:   memref.prefetch
// CHECK:       scf.parallel (%{{.*}}, %{{.*}}) = (%c0, %c0) to (%c2, %c8)
// CHECK:         memref.alloca() {alignment = 64 : i64} : memref<8x128xf32>
// CHECK:         memref.alloca() {alignment = 64 : i64} : memref<8x20xf32>
// CHECK:         scf.for %{{.*}} step %c128
// CHECK:           scf.for %{{.*}} step %c4 {
// CHECK:             scf.for %{{.*}} = %c0 to %c8 step %c4
// CHECK:               %[[K:.*]] = vector.load %arg1{{.*}} vector<16xbf16>
// CHECK:               arith.extf %[[K]]
// CHECK:               vector.maskedload %arg1
// CHECK:           math.tanh
// CHECK:           vector.maskedload %arg3
// CHECK:           arith.cmpf oeq
// CHECK:         vector.maskedstore %arg4
// CHECK:       return
func.func @prefill(%q: memref<1x2x1x64x20xf32>, %k: memref<1x2x?x20xbf16>, %v: memref<1x2x?x20xbf16>, %m: memref<1x1x1x64x?xf32>, %o: memref<1x2x1x64x20xf32>) {
  gg.attention ins(%q, %k, %v : memref<1x2x1x64x20xf32>, memref<1x2x?x20xbf16>, memref<1x2x?x20xbf16>)
      mask(%m : memref<1x1x1x64x?xf32>) outs(%o : memref<1x2x1x64x20xf32>) {scale = 0.125 : f32, softcap = 30.0 : f32}
  return
}
