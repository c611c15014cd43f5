// RUN: gg-opt %s -onnx-inline-branches -split-input-file | FileCheck %s

// CHECK-LABEL: func @constant
// CHECK-NOT: onnx.If
// CHECK: %[[Y:.*]] = onnx.Abs(%arg0)
// CHECK: return %[[Y]] : tensor<2xf32>
func.func @constant(%x: tensor<2xf32>) -> tensor<2xf32> {
  %false = onnx.Constant dense<false> : tensor<1xi1>
  %true = onnx.Constant dense<true> : tensor<i1>
  %y = onnx.If(%false) : (tensor<1xi1>) -> tensor<2xf32> then {
    %0 = onnx.If(%true) : (tensor<i1>) -> tensor<2xf32> then {
      onnx.Yield(%x) : tensor<2xf32>
    } else {
      onnx.Yield(%x) : tensor<2xf32>
    }
    onnx.Yield(%0) : tensor<2xf32>
  } else {
    %1 = onnx.If(%true) : (tensor<i1>) -> tensor<2xf32> then {
      %2 = onnx.Abs(%x) : (tensor<2xf32>) -> tensor<2xf32>
      onnx.Yield(%2) : tensor<2xf32>
    } else {
      onnx.Yield(%x) : tensor<2xf32>
    }
    onnx.Yield(%1) : tensor<2xf32>
  }
  return %y : tensor<2xf32>
}

// -----

// CHECK-LABEL: func @merged
// CHECK-SAME: attributes {gg.decoder_by = "the input 'use_cache_branch'"}
// CHECK-NEXT: %[[Y:.*]] = onnx.Neg(%arg0)
// CHECK-NEXT: return %[[Y]]
func.func @merged(%x: tensor<2xf32>,
                  %use: tensor<1xi1> {onnx.name = "use_cache_branch"})
    -> tensor<2xf32> {
  %y = onnx.If(%use) : (tensor<1xi1>) -> tensor<2xf32> then {
    %0 = onnx.Neg(%x) : (tensor<2xf32>) -> tensor<2xf32>
    onnx.Yield(%0) : tensor<2xf32>
  } else {
    onnx.Yield(%x) : tensor<2xf32>
  }
  return %y : tensor<2xf32>
}

// -----

// CHECK-LABEL: func @open
// CHECK: onnx.If
func.func @open(%x: tensor<2xf32>, %c: tensor<1xi1> {onnx.name = "flag"})
    -> tensor<2xf32> {
  %y = onnx.If(%c) : (tensor<1xi1>) -> tensor<2xf32> then {
    %0 = onnx.Neg(%x) : (tensor<2xf32>) -> tensor<2xf32>
    onnx.Yield(%0) : tensor<2xf32>
  } else {
    onnx.Yield(%x) : tensor<2xf32>
  }
  return %y : tensor<2xf32>
}
