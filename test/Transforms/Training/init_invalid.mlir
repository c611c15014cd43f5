// RUN: gg-opt %s -split-input-file -verify-diagnostics -gg-init
// RUN: not gg-opt %S/Inputs/step.mlir -gg-init=shape=0 2>&1 | FileCheck %s --check-prefix=SHAPE
// RUN: not gg-opt %S/Inputs/step.mlir -gg-init=input-axis=2 2>&1 | FileCheck %s --check-prefix=AXIS

// SHAPE: expected a shape from 0.1 to 10 but got 0.000000e+00
// AXIS: expected 0 or 1 as the input axis but got 2

// expected-error @+1 {{expected a function with gg.param on arguments but got none}}
module {
  func.func private @step(%w: tensor<4x4xf32> {gg.param = #gg.param<"w">})
}

// -----

func.func @one(%w: tensor<4x4xf32> {gg.param = #gg.param<"w">}) {
  return
}
// expected-error @+1 {{expected one function with gg.param on arguments but got 2}}
func.func @two(%w: tensor<4x4xf32> {gg.param = #gg.param<"w">}) {
  return
}

// -----

func.func @step(%w: tensor<4x4xf32> {gg.param = #gg.param<"w">}) {
  return
}
// expected-error @+1 {{expected no symbol @init but got one}}
func.func @init() {
  return
}

// -----

// expected-error @+1 {{expected parameters of known size but got 'tensor<?x4xf32>' for "w"}}
func.func @step(%w: tensor<?x4xf32> {gg.param = #gg.param<"w">}) {
  return
}

// -----

// expected-error @+1 {{expected parameters of known size but got 'tensor<0x4xf32>' for "w"}}
func.func @step(%w: tensor<0x4xf32> {gg.param = #gg.param<"w">}) {
  return
}

// -----

// expected-error @+1 {{expected parameters of at most two dimensions but got 'tensor<2x3x4xf32>' for "conv.weight"}}
func.func @step(%w: tensor<2x3x4xf32> {gg.param = #gg.param<"conv.weight">}) {
  return
}

// -----

// expected-error @+1 {{expected a name with either weight or bias but got 'tensor<4xf32>' for "gamma"}}
func.func @step(%w: tensor<4xf32> {gg.param = #gg.param<"gamma">}) {
  return
}
