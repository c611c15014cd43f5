// RUN: gg-opt %s -allow-unregistered-dialect -gg-inject-backslash | FileCheck %s
// RUN: gg-opt %s -allow-unregistered-dialect -gg-inject-backslash="mode=loss shape=1.5 epsilon=0.5" | FileCheck %s --check-prefix=LOSS
// RUN: gg-opt %s -allow-unregistered-dialect -gg-inject-backslash="step=authors estimate-every=3 rate" | FileCheck %s --check-prefix=ESTIMATE
// RUN: gg-opt %s -allow-unregistered-dialect -gg-inject-backslash="mode=loss estimate-every=1 global" | FileCheck %s --check-prefix=GLOBAL

// A fixed shape: the parameter's own, or the option's. 15 parameters.
// CHECK-LABEL: func @step
// CHECK-SAME: %[[LAMBDA:[^ ]*]]: tensor<f32> {gg.lambda})
// CHECK-SAME: -> (tensor<4x3xf32> {gg.param = #gg.param<"w">}, tensor<f32> {gg.loss}, tensor<3xbf16> {gg.param = #gg.param<"b">})
// CHECK-DAG: %[[NEW:.*]] = "test.step"
// CHECK-DAG: %[[L:.*]] = tensor.extract %[[LAMBDA]][]
// CHECK-DAG: %[[OWN:.*]] = arith.constant 0.699999988 : f32
// CHECK-DAG: %[[OTHER:.*]] = arith.constant 1.000000e+00 : f32
// CHECK-DAG: %[[N:.*]] = arith.constant 1.500000e+01 : f32
// CHECK: %[[T:.*]] = arith.divf %[[L]], %[[N]]
// CHECK: %[[W:.*]] = gg.backslash_step proximal ins(%[[T]], %[[OWN]] : f32) outs(%{{.*}}#0 : tensor<4x3xf32>) {epsilon = 1.000000e+00 : f64}
// CHECK: %[[B:.*]] = gg.backslash_step proximal ins(%[[T]], %[[OTHER]] : f32) outs(%{{.*}}#2 : tensor<3xbf16>) {epsilon = 1.000000e+00 : f64}
// CHECK: return %[[W]], %{{.*}}#1, %[[B]] :

// LOSS-LABEL: func @step
// LOSS-SAME: (%[[W:[^ ]*]]: tensor<4x3xf32>
// LOSS-SAME: , %[[B:[^ ]*]]: tensor<3xbf16>
// LOSS-SAME: %[[LAMBDA:[^ ]*]]: tensor<f32> {gg.lambda})
// LOSS-DAG: %[[L:.*]] = tensor.extract %[[LAMBDA]][]
// LOSS-DAG: %[[OWN:.*]] = arith.constant 0.699999988 : f32
// LOSS-DAG: %[[OTHER:.*]] = arith.constant 1.500000e+00 : f32
// LOSS: %[[SUM0:.*]] = gg.rate ins(%[[W]], %[[OWN]] : tensor<4x3xf32>, f32) outs(%{{.*}} : tensor<f64>) {epsilon = 5.000000e-01 : f64}
// LOSS: %[[SUM1:.*]] = gg.rate ins(%[[B]], %[[OTHER]] : tensor<3xbf16>, f32) outs(%[[SUM0]] : tensor<f64>) {epsilon = 5.000000e-01 : f64}
// LOSS: %[[SUM:.*]] = tensor.extract %[[SUM1]][]
// LOSS: %[[R:.*]] = arith.divf %[[SUM]], %{{.*}} : f64
// LOSS: %[[WIDE:.*]] = arith.extf %[[L]] : f32 to f64
// LOSS: %[[LR:.*]] = arith.mulf %[[WIDE]], %[[R]]
// LOSS: %[[D:.*]] = tensor.extract %[[OLD:.*]]#1[]
// LOSS: %[[NARROW:.*]] = arith.truncf %[[LR]] : f64 to f32
// LOSS: %[[J:.*]] = arith.addf %[[D]], %[[NARROW]]
// LOSS: %[[NEW:.*]] = tensor.from_elements %[[J]] : tensor<f32>
// LOSS: return %[[OLD]]#0, %[[NEW]], %[[OLD]]#2 :

// ESTIMATE-LABEL: func @step
// ESTIMATE-SAME: tensor<f32> {gg.lambda}, %[[SHAPES:[^ ]*]]: tensor<2xf32> {gg.shapes}, %[[STEP:[^ ]*]]: tensor<i64> {gg.step})
// ESTIMATE-SAME: -> (tensor<4x3xf32> {gg.param = #gg.param<"w">}, tensor<f32> {gg.loss}, tensor<3xbf16> {gg.param = #gg.param<"b">}, tensor<f32> {gg.rate}, tensor<2xf32> {gg.shapes}, tensor<i64> {gg.step})
// ESTIMATE: %[[NEW:.*]]:3 = "test.step"
// ESTIMATE: %[[COUNTER:.*]] = tensor.extract %[[STEP]][]
// ESTIMATE: %[[PHASE:.*]] = arith.remui %[[COUNTER]], %c3_i64
// ESTIMATE: %[[DUE:.*]] = arith.cmpi eq, %[[PHASE]], %c0_i64
// ESTIMATE: %[[NEXT:.*]] = scf.if %[[DUE]] -> (tensor<2xf32>) {
// ESTIMATE:   gg.moments ins(%[[NEW]]#0 : tensor<4x3xf32>)
// ESTIMATE:   %[[NU0:.*]] = gg.estimate_shape %{{.*}}, %{{.*}} of %c12{{.*}} else
// ESTIMATE:   gg.moments ins(%[[NEW]]#2 : tensor<3xbf16>)
// ESTIMATE:   %[[NU1:.*]] = gg.estimate_shape %{{.*}}, %{{.*}} of %c3{{.*}} else
// ESTIMATE:   %[[BOTH:.*]] = tensor.from_elements %[[NU0]], %[[NU1]]
// ESTIMATE:   scf.yield %[[BOTH]]
// ESTIMATE: } else {
// ESTIMATE:   scf.yield %[[SHAPES]]
// ESTIMATE: %[[SHAPE0:.*]] = tensor.extract %[[NEXT]][%c0
// ESTIMATE: %[[SHAPE1:.*]] = tensor.extract %[[NEXT]][%c1
// ESTIMATE: %[[W:.*]] = gg.backslash_step authors ins(%{{.*}}, %[[SHAPE0]] : f32)
// ESTIMATE: %[[B:.*]] = gg.backslash_step authors ins(%{{.*}}, %[[SHAPE1]] : f32)
// ESTIMATE: gg.rate ins(%[[W]], %[[SHAPE0]]
// ESTIMATE: gg.rate ins(%[[B]], %[[SHAPE1]]
// ESTIMATE: %[[RATE:.*]] = tensor.from_elements %{{.*}} : tensor<f32>
// ESTIMATE: %[[AFTER:.*]] = arith.addi %[[COUNTER]], %c1_i64
// ESTIMATE: %[[COUNT:.*]] = tensor.from_elements %[[AFTER]] : tensor<i64>
// ESTIMATE: return %[[W]], %[[NEW]]#1, %[[B]], %[[RATE]], %[[NEXT]], %[[COUNT]] :

// The loss has the shape that came in; the estimate is for the next step.
// GLOBAL-LABEL: func @step
// GLOBAL-SAME: (%[[W:[^ ]*]]: tensor<4x3xf32>
// GLOBAL-SAME: , %[[B:[^ ]*]]: tensor<3xbf16>
// GLOBAL-SAME: %[[SHAPES:[^ ]*]]: tensor<1xf32> {gg.shapes}
// GLOBAL: %[[SHAPE:.*]] = tensor.extract %[[SHAPES]][%c0
// GLOBAL: gg.rate ins(%[[W]], %[[SHAPE]]
// GLOBAL: gg.rate ins(%[[B]], %[[SHAPE]]
// GLOBAL: %[[ABS:.*]], %[[SQUARE:.*]] = gg.moments ins(%[[W]]
// GLOBAL: gg.moments ins(%[[B]] : tensor<3xbf16>) outs(%[[ABS]], %[[SQUARE]] :
// GLOBAL: gg.estimate_shape %{{.*}}, %{{.*}} of %c15{{.*}} else
func.func @step(%w: tensor<4x3xf32> {gg.param = #gg.param<"w", shape = 0.7>}, %x: tensor<4xf32>, %b: tensor<3xbf16> {gg.param = #gg.param<"b">})
    -> (tensor<4x3xf32> {gg.param = #gg.param<"w">}, tensor<f32> {gg.loss}, tensor<3xbf16> {gg.param = #gg.param<"b">}) {
  %0:3 = "test.step"(%w, %x, %b) : (tensor<4x3xf32>, tensor<4xf32>, tensor<3xbf16>) -> (tensor<4x3xf32>, tensor<f32>, tensor<3xbf16>)
  return %0#0, %0#1, %0#2 : tensor<4x3xf32>, tensor<f32>, tensor<3xbf16>
}

// Sizes that only a run knows are counted then, and f64 stays f64.
// CHECK-LABEL: func @dynamic
// CHECK-SAME: (%[[W:[^ ]*]]: tensor<?x3xf64>
// CHECK-SAME: tensor<f64> {gg.lambda}
// CHECK: %[[D:.*]] = tensor.dim %[[W]], %c0
// CHECK: %[[N:.*]] = arith.muli %[[D]], %c3
// CHECK: %[[I:.*]] = arith.index_cast %[[N]] : index to i64
// CHECK: arith.uitofp %[[I]] : i64 to f64
// LOSS-LABEL: func @dynamic
// LOSS: arith.addf %{{.*}}, %{{.*}} : f64
func.func @dynamic(%w: tensor<?x3xf64> {gg.param = #gg.param<"w">}, %l: f64) -> (tensor<?x3xf64> {gg.param = #gg.param<"w">}, f64 {gg.loss}) {
  return %w, %l : tensor<?x3xf64>, f64
}

// Functions without parameters are none of its business.
// CHECK-LABEL: func @other
// CHECK-NEXT: return
func.func @other() {
  return
}
