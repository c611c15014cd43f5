// RUN: gg-opt %s --verify-roundtrip | FileCheck %s

// CHECK: gg.weight @embed offset 64 bytes 16 = dense<[1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00]> : tensor<4xf32>
gg.weight @embed offset 64 bytes 16 = dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>

// CHECK-LABEL: func @entry
func.func @entry(%arg0: memref<4xf32>, %x: f64) -> f64 attributes {gg.entry = "main"} {
  // CHECK: gg.thread_id
  %0 = gg.thread_id
  // CHECK: gg.claim 7 of %{{.*}} by %{{.*}}
  %begin, %end = gg.claim 7 of %0 by %0
  // CHECK: gg.barrier
  gg.barrier
  // CHECK: gg.barrier phase 7
  gg.barrier phase 7
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

// CHECK-LABEL: func @attention
func.func @attention(%q: tensor<1x3x3x1x64xf32>, %k: tensor<1x3x?x64xbf16>, %n: tensor<1x1xi64>, %m: tensor<1x1x1x1x?xf32>) -> tensor<1x3x3x1x64xf32> {
  // CHECK: gg.attention ins(%{{.*}}, %{{.*}}, %{{.*}} : tensor<1x3x3x1x64xf32>, tensor<1x3x?x64xbf16>, tensor<1x3x?x64xbf16>) keys(%{{.*}}, %{{.*}} : tensor<1x1xi64>, tensor<1x1xi64>) mask(%{{.*}} : tensor<1x1x1x1x?xf32>) outs(%{{.*}} : tensor<1x3x3x1x64xf32>) {scale = 1.250000e-01 : f32, softcap = 3.000000e+01 : f32} -> tensor<1x3x3x1x64xf32>
  %0 = gg.attention ins(%q, %k, %k : tensor<1x3x3x1x64xf32>, tensor<1x3x?x64xbf16>, tensor<1x3x?x64xbf16>) keys(%n, %n : tensor<1x1xi64>, tensor<1x1xi64>) mask(%m : tensor<1x1x1x1x?xf32>) outs(%q : tensor<1x3x3x1x64xf32>) {scale = 0.125 : f32, softcap = 30.0 : f32} -> tensor<1x3x3x1x64xf32>
  return %0 : tensor<1x3x3x1x64xf32>
}

// CHECK-LABEL: module @priors attributes
// CHECK-SAME: gg.ggd = #gg.ggd<shape = 1.500000e+00, scale = 2.000000e-02, mean = -1.{{[0-9]*}}E-4>
// CHECK-SAME: gg.ggd_channels = #gg.ggd_channels<1, [<shape = 1.500000e+00, scale = 2.000000e-02, mean = 0.000000e+00>, <shape = 2.000000e+00, scale = 1.000000e+00, mean = 0.000000e+00>]>
module @priors attributes {
  gg.ggd = #gg.ggd<shape = 1.5, scale = 0.02, mean = -1.234567890123456E-4>,
  gg.ggd_channels = #gg.ggd_channels<1, [<shape = 1.5, scale = 0.02, mean = 0.0>,
                                         <shape = 2.0, scale = 1.0, mean = 0.0>]>
} {}
