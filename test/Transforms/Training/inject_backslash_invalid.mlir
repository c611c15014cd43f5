// RUN: gg-opt %s -split-input-file -verify-diagnostics -gg-inject-backslash
// RUN: not gg-opt %S/Inputs/step.mlir -gg-inject-backslash=mode=loss 2>&1 | FileCheck %s --check-prefix=LOSS
// RUN: not gg-opt %S/Inputs/step.mlir -gg-inject-backslash=shape=11 2>&1 | FileCheck %s --check-prefix=SHAPE
// RUN: not gg-opt %S/Inputs/step.mlir -gg-inject-backslash=epsilon=0 2>&1 | FileCheck %s --check-prefix=EPSILON
// RUN: not gg-opt %S/Inputs/step.mlir -gg-inject-backslash=estimate-every=-1 2>&1 | FileCheck %s --check-prefix=EVERY
// RUN: not gg-opt %S/Inputs/step.mlir -gg-inject-backslash=global 2>&1 | FileCheck %s --check-prefix=GLOBAL
// RUN: not gg-opt %S/Inputs/step.mlir -gg-inject-backslash -gg-inject-backslash 2>&1 | FileCheck %s --check-prefix=TWICE

// LOSS: expected one result with gg.loss but got 0
// SHAPE: expected a shape from 0.1 to 10 but got 1.100000e+01
// EPSILON: expected a positive epsilon but got 0.000000e+00
// EVERY: expected a number of steps from 0 on but got -1
// GLOBAL: expected estimate-every with global but got 0
// TWICE: expected a train step without a penalty but got gg.lambda on argument 1

// expected-error @+1 {{expected a function with gg.param on arguments but got none}}
module {
  func.func @step(%w: tensor<4xf32>) {
    return
  }
}

// -----

// expected-error @+1 {{expected parameters in tensors but got 'memref<4xf32>' for "w"}}
func.func @step(%w: memref<4xf32> {gg.param = #gg.param<"w">}) {
  return
}

// -----

// expected-error @+1 {{expected a train step without uses but got some of @step}}
func.func @step(%w: tensor<4xf32> {gg.param = #gg.param<"w">}) -> (tensor<4xf32> {gg.param = #gg.param<"w">}) {
  return %w : tensor<4xf32>
}
func.func @train(%w: tensor<4xf32>) -> tensor<4xf32> {
  %0 = call @step(%w) : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected one return but got 2}}
func.func @step(%w: tensor<4xf32> {gg.param = #gg.param<"w">}, %c: i1) -> (tensor<4xf32> {gg.param = #gg.param<"w">}) {
  cf.cond_br %c, ^one, ^two
^one:
  return %w : tensor<4xf32>
^two:
  return %w : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected a result that is the new value of "v" but got none}}
func.func @step(%w: tensor<4xf32> {gg.param = #gg.param<"w">}, %v: tensor<4xf32> {gg.param = #gg.param<"v">}) -> (tensor<4xf32> {gg.param = #gg.param<"w">}) {
  return %w : tensor<4xf32>
}
