// RUN: gg-opt %s -gg-init | FileCheck %s
// RUN: gg-opt %s -gg-init="fan=out shape=1 function=start" | FileCheck %s --check-prefix=OUT
// RUN: gg-opt %s -gg-init="input-axis=1" | FileCheck %s --check-prefix=TORCH
// RUN: gg-opt %s -gg-init="fan=out input-axis=1" | FileCheck %s

// Scales are √(ξ/fan · Γ(1/ν)/Γ(3/ν)), by hand: Γ(1/2)/Γ(3/2) = 2 for ν = 2,
// Γ(1)/Γ(3) = 1/2 for ν = 1.

// √(1/8 · 2), √(2/8 · 2), √(2/(1 + 4)/8 · 2) and, with ν = 1, √(1/8 / 2).
// CHECK-LABEL: func @init
// CHECK-SAME: (%[[SEED:.*]]: tensor<i64>) -> (tensor<8x2xf32> {gg.param = #gg.param<"plain">},
// CHECK-SAME: tensor<2xf64> {gg.param = #gg.param<"out.bias">})
// CHECK: %[[KEY:.*]] = tensor.extract %[[SEED]][]
// CHECK: %[[E:.*]] = tensor.empty() : tensor<8x2xf32>
// CHECK: %[[PLAIN:.*]] = gg.sample %[[KEY]] stream 0 outs(%[[E]] : tensor<8x2xf32>) {scale = 5.000000e-01 : f64, shape = 2.000000e+00 : f64}
// CHECK: gg.sample %[[KEY]] stream 1 {{.*}}{scale = 0.7071067811865{{.*}} : f64, shape = 2.000000e+00 : f64}
// CHECK: gg.sample %[[KEY]] stream 2 {{.*}}{scale = 0.316227766016{{.*}} : f64, shape = 2.000000e+00 : f64}
// CHECK: gg.sample %[[KEY]] stream 3 {{.*}}{scale = 2.500000e-01 : f64, shape = 1.000000e+00 : f64}
// CHECK: %[[NORM:.*]] = arith.constant dense<1.000000e+00> : tensor<2xbf16>
// CHECK: %[[BIAS:.*]] = arith.constant dense<0.000000e+00> : tensor<2xf64>
// CHECK: return %[[PLAIN]], {{.*}}, %[[NORM]], %[[BIAS]]

// √(1/2 / 2), √(2/2 / 2).
// OUT-LABEL: func @start
// OUT: gg.sample {{.*}}{scale = 5.000000e-01 : f64, shape = 1.000000e+00 : f64}
// OUT: gg.sample {{.*}}{scale = 0.7071067811865{{.*}} : f64, shape = 1.000000e+00 : f64}

// √(1/2 · 2)
// TORCH-LABEL: func @init
// TORCH: gg.sample {{.*}}{scale = 1.000000e+00 : f64, shape = 2.000000e+00 : f64}
func.func @step(
    %a: tensor<8x2xf32> {gg.param = #gg.param<"plain">},
    %b: tensor<8x2xf32> {gg.param = #gg.param<"hidden", activation = relu>},
    %x: tensor<3xf32>,
    %c: tensor<8x2xf16> {gg.param = #gg.param<"leaky", activation = leaky_relu, slope = 2.0>},
    %d: tensor<8x2xf64> {gg.param = #gg.param<"own", shape = 1.0, activation = sigmoid>},
    %e: tensor<2xbf16> {gg.param = #gg.param<"norm.weight">},
    %f: tensor<2xf64> {gg.param = #gg.param<"out.bias">}) {
  return
}
