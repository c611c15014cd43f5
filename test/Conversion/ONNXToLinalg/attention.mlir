// RUN: gg-opt %s -convert-onnx-to-linalg -canonicalize -cse | FileCheck %s

// A decoder's step: the loops over keys end at the longest row, the room is that
// of the whole cache; key heads are shared by the loops, not by copies.
// CHECK-LABEL: func @step
// CHECK:       %[[Q:.*]] = tensor.expand_shape %{{.*}} : tensor<1x8x1x16xf32> into tensor<1x2x4x1x16xf32>
// CHECK:       cf.assert %{{.*}}, "onnx.Attention: more valid keys than there are keys"
// CHECK:       %[[COUNT:.*]] = arith.index_cast
// CHECK:       %[[N:.*]] = arith.minui %[[COUNT]], %c64
// CHECK:       %[[K:.*]] = tensor.extract_slice %{{.*}}[0, 0, 0, 0] [1, 2, %[[N]], 16]
// CHECK:       tensor.empty() : tensor<1x2x4x1x64xf32>
// CHECK:       iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%[[Q]], %[[K]]
// CHECK:         arith.select
// CHECK:         arith.maximumf
// CHECK:         math.exp
// CHECK:       iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "parallel"]}
// CHECK:         arith.divf
func.func @step(%q: tensor<1x8x1x16xf32>, %k: tensor<1x2x64x16xf32>, %v: tensor<1x2x64x16xf32>, %n: tensor<1xi64>) -> tensor<1x8x1x16xf32> {
  %x = onnx.None : none
  %0:4 = onnx.Attention(%q, %k, %v, %x, %x, %x, %n) {is_causal = 1 : i64} : (tensor<1x8x1x16xf32>, tensor<1x2x64x16xf32>, tensor<1x2x64x16xf32>, none, none, none, tensor<1xi64>) -> (tensor<1x8x1x16xf32>, none, none, none)
  return %0#0 : tensor<1x8x1x16xf32>
}

// CHECK-LABEL: func @past
// CHECK:       tensor.insert_slice %{{.*}} into %{{.*}}[0, 0, 0, 0] [1, 2, 12, 16]
// CHECK:       %[[K:.*]] = tensor.insert_slice %{{.*}} into %{{.*}}[0, 0, 12, 0] [1, 2, 4, 16]
// CHECK:       return %{{.*}}, %[[K]]
func.func @past(%q: tensor<1x4x128xf32>, %k: tensor<1x2x4x16xf32>, %p: tensor<1x2x12x16xf32>, %q4: tensor<1x8x4x16xf32>) -> (tensor<1x8x4x16xf32>, tensor<1x2x16x16xf32>) {
  %x = onnx.None : none
  %0:4 = onnx.Attention(%q4, %k, %k, %x, %p, %p, %x) : (tensor<1x8x4x16xf32>, tensor<1x2x4x16xf32>, tensor<1x2x4x16xf32>, none, tensor<1x2x12x16xf32>, tensor<1x2x12x16xf32>, none) -> (tensor<1x8x4x16xf32>, tensor<1x2x16x16xf32>, tensor<1x2x16x16xf32>, none)
  return %0#0, %0#1 : tensor<1x8x4x16xf32>, tensor<1x2x16x16xf32>
}

// CHECK-LABEL: func @rotary
// CHECK-DAG:   tensor.extract_slice %{{.*}}[0, 0, 0, 0] [1, 2, 4, 8] [1, 1, 1, 1]
// CHECK-DAG:   tensor.extract_slice %{{.*}}[0, 0, 0, 8] [1, 2, 4, 8] [1, 1, 1, 1]
// CHECK-DAG:   cf.assert %{{.*}}, "onnx.RotaryEmbedding: a position beyond the cache"
// CHECK:       tensor.insert_slice
// CHECK:       tensor.insert_slice
func.func @rotary(%x: tensor<1x2x4x16xf32>, %c: tensor<64x8xf32>, %p: tensor<1x4xi64>) -> tensor<1x2x4x16xf32> {
  %0 = onnx.RotaryEmbedding(%x, %c, %c, %p) : (tensor<1x2x4x16xf32>, tensor<64x8xf32>, tensor<64x8xf32>, tensor<1x4xi64>) -> tensor<1x2x4x16xf32>
  return %0 : tensor<1x2x4x16xf32>
}
