// RUN: gg-opt %s -rf8-legalize-types -split-input-file -verify-diagnostics | FileCheck %s
// RUN: gg-opt %s -rf8-legalize-types=keep-linear -split-input-file -verify-diagnostics | FileCheck %s --check-prefix=KEEP

// CHECK-LABEL: func @decode
// CHECK-SAME: (%[[C:.*]]: i8) -> f32
// CHECK: arith.extui %[[C]] : i8 to i32
// CHECK: arith.bitcast %{{.*}} : i32 to f32
// KEEP-LABEL: func @decode
// KEEP: rf8.decode
func.func @decode(%c: !rf8.e4r3) -> f32 {
  %0 = rf8.decode %c : !rf8.e4r3 to f32
  return %0 : f32
}

// CHECK-LABEL: func @decode_vector
// CHECK-SAME: vector<8xi8>
// CHECK: arith.bitcast %{{.*}} : vector<8xi16> to vector<8xbf16>
func.func @decode_vector(%c: vector<8x!rf8.e4r3d>) -> vector<8xbf16> {
  %0 = rf8.decode %c : vector<8x!rf8.e4r3d> to vector<8xbf16>
  return %0 : vector<8xbf16>
}

// Types inside types, attributes and constants.

// CHECK-LABEL: func @types
// CHECK-SAME: (%{{.*}}: memref<?x4xi8>, %{{.*}}: tuple<tensor<2xi8>>) -> tensor<2xi8>
// CHECK-SAME: attributes {t = vector<2xi8>}
// CHECK: arith.constant dense_resource<c> : tensor<2xi8>
func.func @types(%a: memref<?x4x!rf8.e4r3>, %b: tuple<tensor<2x!rf8.e4r3d>>) -> tensor<2x!rf8.e4r3>
    attributes {t = vector<2x!rf8.e4r3d>} {
  %c = arith.constant dense_resource<c> : tensor<2x!rf8.e4r3>
  return %c : tensor<2x!rf8.e4r3>
}

// CHECK-LABEL: func @linear
// CHECK-NOT: rf8.linear
// CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "parallel", "reduction"]
// KEEP-LABEL: func @linear
// KEEP: linalg.generic
// KEEP: rf8.linear
func.func @linear(%x: tensor<?x6xf32>, %w: tensor<20x6x!rf8.e4r3>,
                  %s: tensor<1x32xf32>, %o: tensor<?x20xf32>) -> tensor<?x20xf32> {
  %p = rf8.pack %w layout <panel(2)> : tensor<20x6x!rf8.e4r3> -> tensor<1x2x2x64x!rf8.e4r3>
  %0 = rf8.linear ins(%x, %p : tensor<?x6xf32>, tensor<1x2x2x64x!rf8.e4r3>)
                  scales(%s : tensor<1x32xf32>)
                  outs(%o : tensor<?x20xf32>) {group_size = 8 : i64} -> tensor<?x20xf32>
  return %0 : tensor<?x20xf32>
}

{-#
  dialect_resources: {
    builtin: {
      c: "0x400000007EF8"
    }
  }
#-}

// -----

func.func @greedy(%w: tensor<?x6xf16>) -> tensor<?x6x!rf8.e4r3> {
  // expected-error @+1 {{has no lowering for greedy rounding of weights that are no constant}}
  %c, %s = rf8.quantize %w rounding greedy granularity <channel(0)>
      : tensor<?x6xf16> -> tensor<?x6x!rf8.e4r3>, tensor<?xf32>
  return %c : tensor<?x6x!rf8.e4r3>
}

// -----

// Dynamic shapes.

func.func @dynamic(%w: tensor<?x?xbf16>) -> tensor<?x?xbf16> {
  %c, %s = rf8.quantize %w rounding nearest granularity <group(0, 32)>
      : tensor<?x?xbf16> -> tensor<?x?x!rf8.e4r3>, tensor<?x?xf32>
  %0 = rf8.dequantize %c, %s granularity <group(0, 32)>
      : tensor<?x?x!rf8.e4r3>, tensor<?x?xf32> -> tensor<?x?xbf16>
  return %0 : tensor<?x?xbf16>
}
