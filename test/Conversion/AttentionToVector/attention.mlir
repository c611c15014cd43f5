// RUN: gg-opt %s -convert-attention-to-vector -canonicalize -cse | FileCheck %s

// Few heads, many keys: blocks of 128 keys are units too, and a second loop
// joins their parts.
// CHECK-LABEL: func @step
// CHECK:       memref.alloc() {alignment = 64 : i64} : memref<1x2x17x3x1x64xf32>
// CHECK:       memref.alloc() {alignment = 64 : i64} : memref<1x2x17x3x1x2xf32>
// CHECK:       %[[END:.*]] = memref.load %arg4
// CHECK:       %[[PARTS:.*]] = arith.ceildivui %{{.*}}, %c128
// CHECK:       %[[UNITS:.*]] = arith.muli %[[PARTS]], %c2
// CHECK:       scf.parallel (%{{.*}}) = (%c0) to (%[[UNITS]])
// CHECK:         scf.for %{{.*}} to %{{.*}} step %c128
// CHECK:           scf.for %{{.*}} step %c16
// 16 keys, transposed: four squares of 16 x 16.
// CHECK-COUNT-16:    vector.load %arg1
// CHECK-COUNT-64:    vector.shuffle
// CHECK-COUNT-16:    vector.store
// Scores of three rows, a vector of 16 keys each.
// CHECK:             scf.for %{{.*}} = %c0 to %c64 step %c1 iter_args(%{{.*}} = %{{.*}}, %{{.*}} = %{{.*}}, %{{.*}} = %{{.*}})
// CHECK:             vector.create_mask
// CHECK:           scf.for %{{.*}} step %c16
// CHECK:             arith.maximumf
// CHECK:           vector.reduction <maximumf>
// CHECK:           scf.for %{{.*}} step %c16
// CHECK:             math.exp %{{.*}} : vector<16xf32>
// CHECK:           vector.reduction <add>
// CHECK:           scf.for %{{.*}} step %c1 iter_args
// CHECK-COUNT-4:     vector.load %arg2
// CHECK:       scf.parallel (%{{.*}}) = (%c0, %c0) to (%c2, %c3)
// CHECK:         math.exp
// CHECK:         arith.divf
func.func @step(%q: memref<1x2x3x1x64xf32>, %k: memref<1x2x2112x64xf32>, %v: memref<1x2x2112x64xf32>, %b: memref<1x1xi64>, %e: memref<1x1xi64>, %o: memref<1x2x3x1x64xf32>) {
  gg.attention ins(%q, %k, %v : memref<1x2x3x1x64xf32>, memref<1x2x2112x64xf32>, memref<1x2x2112x64xf32>)
      keys(%b, %e : memref<1x1xi64>, memref<1x1xi64>) outs(%o : memref<1x2x3x1x64xf32>) {scale = 0.125 : f32}
  return
}

// Many queries: tiles of 8 of them are units; nothing is allocated but what a
// unit needs.
// CHECK-LABEL: func @prefill
// CHECK-NOT:   memref.alloc()
// CHECK:       scf.parallel (%{{.*}}, %{{.*}}) = (%c0, %c0) to (%c2, %c8)
// CHECK:         memref.alloca() {alignment = 64 : i64} : memref<8x20xf32>
// CHECK:         %[[K:.*]] = vector.load %arg1{{.*}} vector<16xbf16>
// CHECK:         arith.extf %[[K]]
// CHECK:         vector.maskedload %arg1
// CHECK:         math.tanh
// CHECK:         vector.maskedload %arg3
// CHECK:         arith.cmpf oeq
// CHECK:         vector.maskedstore %arg4
// CHECK:       return
func.func @prefill(%q: memref<1x2x1x64x20xf32>, %k: memref<1x2x?x20xbf16>, %v: memref<1x2x?x20xbf16>, %m: memref<1x1x1x64x?xf32>, %o: memref<1x2x1x64x20xf32>) {
  gg.attention ins(%q, %k, %v : memref<1x2x1x64x20xf32>, memref<1x2x?x20xbf16>, memref<1x2x?x20xbf16>)
      mask(%m : memref<1x1x1x64x?xf32>) outs(%o : memref<1x2x1x64x20xf32>) {scale = 0.125 : f32, softcap = 30.0 : f32}
  return
}
