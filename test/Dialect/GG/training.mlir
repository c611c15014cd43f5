// RUN: gg-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func @step
// CHECK-SAME: %{{.*}}: tensor<4x3xf32> {gg.param = #gg.param<"a.weight", shape = 7.500000e-01 : f64, activation = leaky_relu, slope = 1.250000e-01 : f64>}
// CHECK-SAME: %{{.*}}: tensor<?xbf16> {gg.param = #gg.param<"a.bias">}
// CHECK-SAME: -> (tensor<4x3xf32> {gg.param = #gg.param<"a.weight">}, f32 {gg.loss}, tensor<f64> {gg.loss})
func.func @step(%w: tensor<4x3xf32> {gg.param = #gg.param<"a.weight", shape = 0.75, activation = leaky_relu, slope = 0.125>},
                %b: tensor<?xbf16> {gg.param = #gg.param<"a.bias">}, %l: f32, %m: tensor<f64>)
    -> (tensor<4x3xf32> {gg.param = #gg.param<"a.weight">}, f32 {gg.loss}, tensor<f64> {gg.loss}) {
  return %w, %l, %m : tensor<4x3xf32>, f32, tensor<f64>
}

// What a train step is lowered to keeps the attributes: buffers, several
// arguments for one tensor.
// CHECK-LABEL: func @buffers
func.func @buffers(%w: memref<4xf32> {gg.param = #gg.param<"w">}, %v: memref<4xf32> {gg.param = #gg.param<"w">}) {
  return
}
// CHECK-LABEL: llvm.func @pointers
llvm.func @pointers(!llvm.ptr {gg.param = #gg.param<"w">}, i64 {gg.param = #gg.param<"w">})

// CHECK-LABEL: func @ops
func.func @ops(%w: tensor<4x?xbf16>, %nu: f32, %sum: tensor<f64>, %abs: f64, %n: index, %seed: i64, %c: i32) {
  // CHECK: gg.rate ins(%{{.*}}, %{{.*}} : tensor<4x?xbf16>, f32) outs(%{{.*}} : tensor<f64>) {epsilon = 1.000000e+00 : f64}
  %0 = gg.rate ins(%w, %nu : tensor<4x?xbf16>, f32) outs(%sum : tensor<f64>) {epsilon = 1.0 : f64}
  // CHECK: gg.moments ins(%{{.*}} : tensor<4x?xbf16>) outs(%{{.*}}, %{{.*}} : tensor<f64>, tensor<f64>)
  %1:2 = gg.moments ins(%w : tensor<4x?xbf16>) outs(%sum, %sum : tensor<f64>, tensor<f64>)
  // CHECK: gg.estimate_shape %{{.*}}, %{{.*}} of %{{.*}} else %{{.*}} : f32
  %2 = gg.estimate_shape %abs, %abs of %n else %nu : f32
  // CHECK: gg.backslash_step proximal ins(%{{.*}}, %{{.*}} : f32) outs(%{{.*}} : tensor<4x?xbf16>) {epsilon = 1.000000e+00 : f64}
  %3 = gg.backslash_step proximal ins(%nu, %2 : f32) outs(%w : tensor<4x?xbf16>) {epsilon = 1.0 : f64}
  // CHECK: gg.backslash_step authors
  %4 = gg.backslash_step authors ins(%nu, %2 : f32) outs(%w : tensor<4x?xbf16>) {epsilon = 1.0 : f64}
  // CHECK: gg.philox %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} key %{{.*}}, %{{.*}}
  %5:4 = gg.philox %c, %c, %c, %c key %c, %c
  // CHECK: gg.sample %{{.*}} stream 3 outs(%{{.*}} : tensor<4x?xbf16>) {scale = 2.000000e-02 : f64, shape = 1.000000e+00 : f64}
  %6 = gg.sample %seed stream 3 outs(%w : tensor<4x?xbf16>) {shape = 1.0 : f64, scale = 0.02 : f64}
  return
}
