// RUN: gg-opt %s -convert-gg-training-to-linalg | FileCheck %s
// RUN: gg-opt %s -convert-gg-training-to-linalg | not grep "= gg\."

// bf16 is widened, powers are f32, sums f64.
// CHECK-LABEL: func @rate
// CHECK-SAME: %[[W:[^ ]*]]: tensor<4x?xbf16>, %[[NU:[^ ]*]]: f32, %[[SUM:[^ ]*]]: tensor<f64>
// CHECK: linalg.generic {{.*}}iterator_types = ["reduction", "reduction"]} ins(%[[W]] : tensor<4x?xbf16>) outs(%[[SUM]] : tensor<f64>)
// CHECK-NEXT: ^bb0(%[[IN:.*]]: bf16, %[[ACC:.*]]: f64):
// CHECK-NEXT: %[[X:.*]] = arith.extf %[[IN]] : bf16 to f32
// CHECK-NEXT: %[[ABS:.*]] = math.absf %[[X]]
// CHECK-NEXT: %[[EPS:.*]] = arith.constant 5.000000e-01 : f32
// CHECK-NEXT: %[[BASE:.*]] = arith.addf %[[ABS]], %[[EPS]]
// CHECK-NEXT: %[[POW:.*]] = math.powf %[[BASE]], %[[NU]] : f32
// CHECK-NEXT: %[[TERM:.*]] = arith.extf %[[POW]] : f32 to f64
// CHECK-NEXT: %[[NEXT:.*]] = arith.addf %[[ACC]], %[[TERM]]
// CHECK-NEXT: linalg.yield %[[NEXT]]
func.func @rate(%w: tensor<4x?xbf16>, %nu: f32, %sum: tensor<f64>) -> tensor<f64> {
  %0 = gg.rate ins(%w, %nu : tensor<4x?xbf16>, f32) outs(%sum : tensor<f64>) {epsilon = 0.5 : f64}
  return %0 : tensor<f64>
}

// CHECK-LABEL: func @moments
// CHECK-SAME: %[[W:[^ ]*]]: tensor<f64>, %[[SUM:[^ ]*]]: tensor<f64>
// CHECK: %[[R:.*]]:2 = linalg.generic {{.*}}iterator_types = []} ins(%[[W]] : tensor<f64>) outs(%[[SUM]], %[[SUM]] : tensor<f64>, tensor<f64>)
// CHECK-NEXT: ^bb0(%[[X:.*]]: f64, %[[ABS:.*]]: f64, %[[SQUARE:.*]]: f64):
// CHECK: return %[[R]]#1, %[[R]]#0
func.func @moments(%w: tensor<f64>, %sum: tensor<f64>) -> (tensor<f64>, tensor<f64>) {
  %0:2 = gg.moments ins(%w : tensor<f64>) outs(%sum, %sum : tensor<f64>, tensor<f64>)
  return %0#1, %0#0 : tensor<f64>, tensor<f64>
}

// CHECK-LABEL: func @proximal
// CHECK-SAME: %[[W:[^ ]*]]: tensor<4xf32>, %[[T:[^ ]*]]: f64, %[[NU:[^ ]*]]: f64
// CHECK: %[[WEIGHT:.*]] = arith.mulf %[[T]], %[[NU]]
// CHECK: %[[POWER:.*]] = arith.subf %[[NU]], %{{.*}}
// CHECK: %[[R:.*]] = linalg.generic {{.*}}iterator_types = ["parallel"]} outs(%[[W]] : tensor<4xf32>)
// CHECK-NEXT: ^bb0(%[[OLD:.*]]: f32):
// CHECK: %[[X:.*]] = arith.extf %[[OLD]] : f32 to f64
// CHECK: %[[ABS:.*]] = math.absf %[[X]]
// CHECK: %[[SLOPE:.*]] = math.powf %{{.*}}, %[[POWER]]
// CHECK: %[[DOWN:.*]] = arith.mulf %[[WEIGHT]], %[[SLOPE]]
// CHECK: %[[LEFT:.*]] = arith.subf %[[ABS]], %[[DOWN]]
// CHECK: %[[CLAMPED:.*]] = arith.maximumf %[[LEFT]], %{{.*}}
// CHECK: math.copysign %[[CLAMPED]], %[[X]]
// CHECK: return %[[R]]
func.func @proximal(%w: tensor<4xf32>, %t: f64, %nu: f64) -> tensor<4xf32> {
  %0 = gg.backslash_step proximal ins(%t, %nu : f64) outs(%w : tensor<4xf32>) {epsilon = 1.0 : f64}
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func @authors
// CHECK-NOT: arith.maximumf
// CHECK: %[[DOWN:.*]] = math.copysign %{{.*}}, %[[X:.*]] : f32
// CHECK: arith.subf %[[X]], %[[DOWN]]
func.func @authors(%w: tensor<4xf32>, %t: f32, %nu: f32) -> tensor<4xf32> {
  %0 = gg.backslash_step authors ins(%t, %nu : f32) outs(%w : tensor<4xf32>) {epsilon = 1.0 : f64}
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func @shape
// CHECK: scf.for
// CHECK-COUNT-6: math.log
// CHECK: arith.select %{{.*}}, %{{.*}}, %{{.*}} : f32
func.func @shape(%abs: f64, %square: f64, %n: index, %nu: f32) -> f32 {
  %0 = gg.estimate_shape %abs, %square of %n else %nu : f32
  return %0 : f32
}

// CHECK-LABEL: func @sample
// CHECK-SAME: %[[E:[^ ]*]]: tensor<4x?xf16>, %[[SEED:[^ ]*]]: i64
// CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "parallel"]} outs(%[[E]] : tensor<4x?xf16>)
// CHECK: linalg.index 0
// CHECK: linalg.index 1
// CHECK: %[[R:.*]]:3 = scf.while
// CHECK: arith.mului_extended
// CHECK: %[[S:.*]] = arith.truncf %{{.*}} : f32 to f16
// CHECK: linalg.yield %[[S]] : f16
func.func @sample(%e: tensor<4x?xf16>, %seed: i64) -> tensor<4x?xf16> {
  %0 = gg.sample %seed stream 1 outs(%e : tensor<4x?xf16>) {shape = 0.5 : f64, scale = 2.0 : f64}
  return %0 : tensor<4x?xf16>
}

// Nothing else is touched, not even what is not used.
// CHECK-LABEL: func @rest
// CHECK-NEXT: arith.constant 1
// CHECK-NEXT: arith.constant 1
// CHECK-NEXT: return
func.func @rest() {
  %0 = arith.constant 1 : i32
  %1 = arith.constant 1 : i32
  return
}

// CHECK-LABEL: func @attributes
// CHECK-SAME: (%{{[^ ]*}}: tensor<4xf32>, %{{[^ ]*}}: tensor<f32>, %{{[^ ]*}}: tensor<1xf32>, %{{[^ ]*}}: tensor<i64> {onnx.name = "step"})
// CHECK-SAME: -> (tensor<4xf32>, tensor<f32>, tensor<f32>, tensor<1xf32>, tensor<i64>) {
func.func @attributes(%w: tensor<4xf32> {gg.param = #gg.param<"w">}, %l: tensor<f32> {gg.lambda}, %s: tensor<1xf32> {gg.shapes}, %i: tensor<i64> {gg.step, onnx.name = "step"})
    -> (tensor<4xf32> {gg.param = #gg.param<"w">}, tensor<f32> {gg.loss}, tensor<f32> {gg.rate}, tensor<1xf32> {gg.shapes}, tensor<i64> {gg.step}) {
  return %w, %l, %l, %s, %i : tensor<4xf32>, tensor<f32>, tensor<f32>, tensor<1xf32>, tensor<i64>
}
