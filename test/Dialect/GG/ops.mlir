// RUN: gg-opt %s --verify-roundtrip | FileCheck %s

// CHECK: gg.weight @embed offset 64 bytes 16 = dense<[1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00]> : tensor<4xf32>
gg.weight @embed offset 64 bytes 16 = dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>

// CHECK-LABEL: func @entry
func.func @entry(%arg0: memref<4xf32>, %x: f64) -> f64 attributes {gg.entry = "main"} {
  // CHECK: gg.thread_id
  %0 = gg.thread_id
  // CHECK: gg.thread_count
  %1 = gg.thread_count
  // CHECK: gg.barrier
  gg.barrier
  // CHECK: gg.arena : memref<?xi8>
  %2 = gg.arena : memref<?xi8>
  // CHECK: %[[W:.*]] = gg.get_weight @embed : memref<4xf32>
  %3 = gg.get_weight @embed : memref<4xf32>
  // CHECK: gg.output 0, %[[W]] : memref<4xf32>
  gg.output 0, %3 : memref<4xf32>
  // CHECK: gg.fail "node: message"
  gg.fail "node: message"
  // CHECK: %[[T:.*]] = gg.math_table : !llvm.ptr
  %4 = gg.math_table : !llvm.ptr
  // CHECK: gg.call_math "pow" of %[[T]](%{{.*}}, %{{.*}}) : !llvm.ptr
  %5 = gg.call_math "pow" of %4(%x, %x) : !llvm.ptr
  return %5 : f64
}
