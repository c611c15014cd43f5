// RUN: gg-opt %s -convert-onnx-to-linalg -canonicalize -cse | FileCheck %s

// CHECK-LABEL: func @lookup
// CHECK-DAG:   %[[TABLE:.*]] = arith.constant dense_resource<t> : tensor<4x2xf16>
// CHECK:       cf.assert %{{.*}}, "onnx.Gather: an index out of range"
// CHECK:       linalg.generic
// CHECK:         tensor.extract %[[TABLE]]
// CHECK:         arith.extf
func.func @lookup(%i: tensor<1x3xi64>) -> tensor<1x3x2xf32> {
  %t = onnx.Constant dense_resource<t> : tensor<4x2xf16>
  %c = onnx.Cast(%t) {to = f32} : (tensor<4x2xf16>) -> tensor<4x2xf32>
  %0 = onnx.Gather(%c, %i) : (tensor<4x2xf32>, tensor<1x3xi64>) -> tensor<1x3x2xf32>
  return %0 : tensor<1x3x2xf32>
}

// CHECK-LABEL: func @one_row
// CHECK-NOT:   linalg
// CHECK:       tensor.extract_slice %{{.*}}[3, 0] [1, 2] [1, 1]
func.func @one_row(%x: tensor<4x2xf32>) -> tensor<2xf32> {
  %i = onnx.Constant dense<-1> : tensor<i64>
  %0 = onnx.Gather(%x, %i) : (tensor<4x2xf32>, tensor<i64>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: func @tuples
// CHECK-COUNT-2: cf.assert %{{.*}}, "onnx.GatherND: an index out of range"
func.func @tuples(%x: tensor<2x3x4xf32>, %i: tensor<5x2xi64>) -> tensor<5x4xf32> {
  %0 = onnx.GatherND(%x, %i) : (tensor<2x3x4xf32>, tensor<5x2xi64>) -> tensor<5x4xf32>
  return %0 : tensor<5x4xf32>
}

// Each row of a cache is written where it stands.
// CHECK-LABEL: func @cache
// CHECK:       cf.assert %{{.*}}, "onnx.TensorScatter: the update does not fit into the cache"
// CHECK:       %[[C0:.*]] = tensor.insert_slice %{{.*}} into %{{.*}}[0, 0, %{{.*}}, 0] [1, 2, 1, 16]
// CHECK:       %[[C1:.*]] = tensor.insert_slice %{{.*}} into %[[C0]][1, 0, %{{.*}}, 0] [1, 2, 1, 16]
// CHECK:       return %[[C1]]
func.func @cache(%c: tensor<2x2x64x16xf32>, %u: tensor<2x2x1x16xf32>, %i: tensor<2xi64>) -> tensor<2x2x64x16xf32> {
  %0 = onnx.TensorScatter(%c, %u, %i) : (tensor<2x2x64x16xf32>, tensor<2x2x1x16xf32>, tensor<2xi64>) -> tensor<2x2x64x16xf32>
  return %0 : tensor<2x2x64x16xf32>
}

// CHECK-LABEL: func @if
// CHECK:       scf.if
// CHECK:         scf.yield
func.func @if(%c: tensor<i1>, %a: tensor<2xf32>) -> tensor<2xf32> {
  %0 = onnx.If(%c) : (tensor<i1>) -> tensor<2xf32> then {
    onnx.Yield(%a) : tensor<2xf32>
  } else {
    %1 = onnx.Neg(%a) : (tensor<2xf32>) -> tensor<2xf32>
    onnx.Yield(%1) : tensor<2xf32>
  }
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: func @if_of_two_shapes
func.func @if_of_two_shapes(%c: tensor<i1>, %a: tensor<2xf32>, %b: tensor<3xf32>) -> tensor<?xf32> {
  // CHECK: scf.if %{{.*}} -> (tensor<?xf32>) {
  // CHECK:   %[[A:.*]] = tensor.cast %{{.*}} : tensor<2xf32> to tensor<?xf32>
  // CHECK:   scf.yield %[[A]]
  // CHECK: } else {
  // CHECK:   %[[B:.*]] = tensor.cast %{{.*}} : tensor<3xf32> to tensor<?xf32>
  // CHECK:   scf.yield %[[B]]
  %0 = onnx.If(%c) : (tensor<i1>) -> tensor<?xf32> then {
    onnx.Yield(%a) : tensor<2xf32>
  } else {
    onnx.Yield(%b) : tensor<3xf32>
  }
  return %0 : tensor<?xf32>
}

{-#
  dialect_resources: {
    builtin: {
      t: "0x04000000003C003C003C003C003C003C003C003C"
    }
  }
#-}
