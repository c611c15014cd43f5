// RUN: gg-opt %s -gg-entry-abi | FileCheck %s

// CHECK-DAG: llvm.mlir.global external constant @gg_phases_step("linear\09w\0Aother\09\0A\00")
// CHECK-DAG: llvm.mlir.global internal constant @message("no\00")
// CHECK-NOT: gg.weight
gg.weight @w offset 8589934592 bytes 16 = dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>

// CHECK-LABEL: func @gg_step(%{{.*}}: !llvm.ptr, %{{.*}}: i64)
// CHECK-NOT: gg.
func.func @step(%x: memref<?x4xf32>) attributes {gg.entry = "step", gg.phases = "linear\09w\0Aother\09\0A"} {
  %t = gg.thread_id
  // CHECK: llvm.mlir.constant(8589934592 : i64)
  %w = gg.get_weight @w : memref<4xf32>
  // CHECK: %[[V:.*]] = memref.load
  %v = memref.load %w[%t] : memref<4xf32>
  memref.store %v, %x[%t, %t] : memref<?x4xf32>
  // CHECK: %[[LOOP:.*]] = llvm.mlir.constant(5 : i64)
  // CHECK: %[[CLAIM:.*]] = llvm.load %{{.*}} invariant
  // CHECK: %[[BEGIN:.*]] = llvm.call %[[CLAIM]](%{{.*}}, %{{.*}}, %[[LOOP]], %{{.*}}, %{{.*}}, %[[AT:.*]]) : !llvm.ptr, (!llvm.ptr, i64, i64, i64, i64, !llvm.ptr) -> i64
  // CHECK: %[[END:.*]] = llvm.load %[[AT]]
  // CHECK: arith.index_cast %[[BEGIN]]
  // CHECK: arith.index_cast %[[END]]
  %begin, %end = gg.claim 5 of %t by %t
  memref.store %v, %x[%begin, %end] : memref<?x4xf32>
  // CHECK: %[[PHASE:.*]] = llvm.mlir.constant(3 : i64)
  // CHECK: %[[BARRIER:.*]] = llvm.load %{{.*}} invariant
  // CHECK: llvm.call %[[BARRIER]](%{{.*}}, %[[PHASE]]) : !llvm.ptr, (!llvm.ptr, i64) -> ()
  gg.barrier phase 3
  // CHECK: llvm.store
  gg.output 0, %x : memref<?x4xf32>
  // CHECK: llvm.mlir.addressof @message
  gg.fail "no"
  return
}

// CHECK-LABEL: func private @kernel
// CHECK: llvm.getelementptr inbounds %{{.*}}[7]
// CHECK: llvm.call %{{.*}}(%{{.*}}, %{{.*}}) : !llvm.ptr, (f64, f64) -> f64
func.func private @kernel(%t: !llvm.ptr, %x: f64) -> f64 {
  %0 = gg.call_math "pow" of %t(%x, %x) : !llvm.ptr
  return %0 : f64
}
