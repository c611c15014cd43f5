// RUN: gg-opt %s -gg-start-empty | FileCheck %s
// RUN: gg-opt %s -gg-start-empty=entry=step | FileCheck %s --check-prefix=STEP
// RUN: gg-opt %s -gg-start-empty=entry=other | FileCheck %s --check-prefix=NONE

// STEP-NOT: @score
// STEP: func @step(%{{.*}}: tensor<1x1xi64> {gg.role = "ids"}) -> (tensor<1x8xf32> {gg.role = "logits"})
// NONE-NOT: func @
// CHECK-NOT: @step
func.func @step(%ids: tensor<1x1xi64> {gg.role = "ids"}, %at: tensor<1xi64> {gg.role = "positions"},
                %k: tensor<1x8xf32> {gg.role = "cache"})
    -> (tensor<1x8xf32> {gg.role = "logits"}, tensor<1x8xf32> {gg.role = "cache"})
    attributes {gg.entry = "step"} {
  return %k, %k : tensor<1x8xf32>, tensor<1x8xf32>
}

// CHECK: func @score(%[[IDS:.*]]: tensor<1x4xi64> {gg.role = "ids"})
// CHECK-SAME: -> (tensor<1x8xf32> {gg.role = "logits"}, tensor<1xi64>, tensor<1xi64>, tensor<1x4xi64>)
func.func @score(%ids: tensor<1x4xi64> {gg.role = "ids"}, %at: tensor<1xi64> {gg.role = "positions"},
                 %n: tensor<1xi64> {gg.role = "counts", gg.token_rows = 4 : i64},
                 %k: tensor<1x8xf32> {gg.role = "cache"})
    -> (tensor<1x8xf32> {gg.role = "logits"}, tensor<1x8xf32> {gg.role = "cache"}, tensor<1xi64>, tensor<1xi64>, tensor<1x4xi64>)
    attributes {gg.entry = "score"} {
  // CHECK-DAG: %[[AT:.*]] = arith.constant dense<0> : tensor<1xi64>
  // CHECK-DAG: %[[K:.*]] = arith.constant dense<0.000000e+00> : tensor<1x8xf32>
  // CHECK-DAG: %[[N:.*]] = arith.constant dense<4> : tensor<1xi64>
  // CHECK: return %[[K]], %[[AT]], %[[N]], %[[IDS]]
  return %k, %k, %at, %n, %ids : tensor<1x8xf32>, tensor<1x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1x4xi64>
}
