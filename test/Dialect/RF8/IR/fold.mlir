// RUN: gg-opt %s -canonicalize -split-input-file | FileCheck %s

// Codes of 0, 1, -17/16, 15/8 (the largest), -2^-13 and 11/8.

// CHECK-LABEL: func @dequantize
// CHECK: arith.constant dense<{{\[}}[0.000000e+00, 2.000000e+00, -2.125000e+00], [7.500000e+00, -4.8828125E-4, 5.500000e+00]]> : tensor<2x3xf32>
func.func @dequantize() -> tensor<2x3xf32> {
  %c = arith.constant dense_resource<codes> : tensor<2x3x!rf8.e4r3d>
  %s = arith.constant dense<[2.0, 4.0]> : tensor<2xf32>
  %w = rf8.dequantize %c, %s granularity <channel(0)>
      : tensor<2x3x!rf8.e4r3d>, tensor<2xf32> -> tensor<2x3xf32>
  return %w : tensor<2x3xf32>
}

// 11/8 is no code of e4r3: nothing is made up.

// CHECK-LABEL: func @invalid_code
// CHECK: rf8.dequantize
func.func @invalid_code() -> tensor<2x3xf32> {
  %c = arith.constant dense_resource<codes> : tensor<2x3x!rf8.e4r3>
  %s = arith.constant dense<[2.0, 4.0]> : tensor<2xf32>
  %w = rf8.dequantize %c, %s granularity <channel(0)>
      : tensor<2x3x!rf8.e4r3>, tensor<2xf32> -> tensor<2x3xf32>
  return %w : tensor<2x3xf32>
}

// CHECK-LABEL: func @wrong_size
// CHECK: rf8.dequantize
func.func @wrong_size() -> tensor<2x2xf32> {
  %c = arith.constant dense_resource<codes> : tensor<2x2x!rf8.e4r3>
  %s = arith.constant dense<2.0> : tensor<f32>
  %w = rf8.dequantize %c, %s granularity <tensor_pow2>
      : tensor<2x2x!rf8.e4r3>, tensor<f32> -> tensor<2x2xf32>
  return %w : tensor<2x2xf32>
}

{-#
  dialect_resources: {
    builtin: {
      codes: "0x400000000078F97E907F"
    }
  }
#-}

// -----

// CHECK-LABEL: func @quantize
// CHECK-DAG: %[[C:.*]] = arith.constant dense_resource<rf8_codes> : tensor<2x2x!rf8.e4r3>
// CHECK-DAG: %[[S:.*]] = arith.constant dense<[2.000000e+00, 1.000000e+00]> : tensor<2xf32>
// CHECK: return %[[C]], %[[S]]
func.func @quantize() -> (tensor<2x2x!rf8.e4r3>, tensor<2xf32>) {
  %w = arith.constant dense<[[-3.75, 1.75], [0.0, -0.0]]> : tensor<2x2xf32>
  %c, %s = rf8.quantize %w rounding nearest granularity <channel(0)>
      : tensor<2x2xf32> -> tensor<2x2x!rf8.e4r3>, tensor<2xf32>
  return %c, %s : tensor<2x2x!rf8.e4r3>, tensor<2xf32>
}

// CHECK-LABEL: func @not_finite
// CHECK: rf8.quantize
func.func @not_finite() -> (tensor<1x2x!rf8.e4r3>, tensor<1xf32>) {
  %w = arith.constant dense<[[0x7F800000, 1.0]]> : tensor<1x2xf32>
  %c, %s = rf8.quantize %w rounding nearest granularity <channel(0)>
      : tensor<1x2xf32> -> tensor<1x2x!rf8.e4r3>, tensor<1xf32>
  return %c, %s : tensor<1x2x!rf8.e4r3>, tensor<1xf32>
}

// CHECK: rf8_codes: "0x40000000FE750000"
