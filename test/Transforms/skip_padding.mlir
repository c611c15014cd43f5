// RUN: gg-opt %s -gg-skip-padding | FileCheck %s

// Linears over the tokens of the chunk skip those that do not count; the head,
// which has one row, and an entry without counts stay as they are.

// CHECK-LABEL: func @prefill
// CHECK-SAME: %[[COUNTS:[a-z0-9]+]]: tensor<2xi64>
func.func @prefill(%x: tensor<8x6xf32>, %y: tensor<2x6xf32>,
                   %counts: tensor<2xi64> {gg.role = "counts", gg.token_rows = 8 : i64},
                   %w: tensor<1x6x1x16xf32>, %o: tensor<8x9xf32>, %p: tensor<2x9xf32>)
    -> (tensor<8x9xf32>, tensor<2x9xf32>) {
  // CHECK: rf8.linear {{.*}} counts(%[[COUNTS]] : tensor<2xi64>) outs(%{{.*}} : tensor<8x9xf32>)
  %0 = rf8.linear ins(%x, %w : tensor<8x6xf32>, tensor<1x6x1x16xf32>) outs(%o : tensor<8x9xf32>) -> tensor<8x9xf32>
  // CHECK: rf8.linear
  // CHECK-NOT: counts
  // CHECK: return
  %1 = rf8.linear ins(%y, %w : tensor<2x6xf32>, tensor<1x6x1x16xf32>) outs(%p : tensor<2x9xf32>) -> tensor<2x9xf32>
  return %0, %1 : tensor<8x9xf32>, tensor<2x9xf32>
}

// CHECK-LABEL: func @score
// CHECK-NOT: counts
func.func @score(%x: tensor<8x6xf32>, %w: tensor<1x6x1x16xf32>, %o: tensor<8x9xf32>) -> tensor<8x9xf32> {
  %0 = rf8.linear ins(%x, %w : tensor<8x6xf32>, tensor<1x6x1x16xf32>) outs(%o : tensor<8x9xf32>) -> tensor<8x9xf32>
  return %0 : tensor<8x9xf32>
}
