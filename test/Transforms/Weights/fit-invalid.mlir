// RUN: gg-opt %s -gg-fit=min-elements=1 -split-input-file -verify-diagnostics
// RUN: not gg-opt %s -gg-fit="min-elements=100 report=%t.nowhere/r.json" 2>&1 | FileCheck %s
// CHECK: error: cannot write a report: {{.*}}No such file or directory

func.func @infinite() -> tensor<4xf16> {
  // expected-error @+1 {{expected finite weights but got NaN or infinity in a constant of type 'tensor<4xf16>'}}
  %w = arith.constant dense<[1.0, 0x7C00, 2.0, 3.0]> : tensor<4xf16>
  return %w : tensor<4xf16>
}

// -----

func.func @nan() -> tensor<2x2xf32> {
  // expected-error @+1 {{expected finite weights but got NaN or infinity in a constant of type 'tensor<2x2xf32>'}}
  %w = arith.constant dense<[[1.0, 0x7FC00000], [2.0, 3.0]]> : tensor<2x2xf32>
  return %w : tensor<2x2xf32>
}

// -----

func.func @short() -> tensor<2x2xf32> {
  // expected-error @+1 {{expected 16 bytes for a constant of type 'tensor<2x2xf32>'}}
  %w = arith.constant dense_resource<short> : tensor<2x2xf32>
  return %w : tensor<2x2xf32>
}
{-#
  dialect_resources: {
    builtin: {
      short: "0x040000000000803F"
    }
  }
#-}
