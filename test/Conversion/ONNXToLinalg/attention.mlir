// RUN: gg-opt %s -convert-onnx-to-linalg -canonicalize -cse | FileCheck %s

// A decoder's step: a query sees the keys that are valid; key heads are shared,
// not copied.
// CHECK-LABEL: func @step
// CHECK:       %[[Q:.*]] = tensor.expand_shape %{{.*}} : tensor<1x8x1x16xf32> into tensor<1x2x4x1x16xf32>
// CHECK:       cf.assert %{{.*}}, "onnx.Attention: more valid keys than there are keys"
// CHECK:       %[[B:.*]] = linalg.generic
// CHECK:         linalg.yield %c0_i64
// CHECK:       %[[E:.*]] = linalg.generic
// CHECK:       gg.attention ins(%[[Q]], %arg1, %arg2 : {{.*}}) keys(%[[B]], %[[E]] : tensor<1x1xi64>, tensor<1x1xi64>) outs({{.*}}) {scale = 2.500000e-01 : f32}
func.func @step(%q: tensor<1x8x1x16xf32>, %k: tensor<1x2x64x16xf32>, %v: tensor<1x2x64x16xf32>, %n: tensor<1xi64>) -> tensor<1x8x1x16xf32> {
  %x = onnx.None : none
  %0:4 = onnx.Attention(%q, %k, %v, %x, %x, %x, %n) {is_causal = 1 : i64} : (tensor<1x8x1x16xf32>, tensor<1x2x64x16xf32>, tensor<1x2x64x16xf32>, none, none, none, tensor<1xi64>) -> (tensor<1x8x1x16xf32>, none, none, none)
  return %0#0 : tensor<1x8x1x16xf32>
}

// Several queries: a window, causal order and a mask that stands for all heads;
// the narrow cache is read as it is.
// CHECK-LABEL: func @window
// CHECK-DAG:   arith.maxsi
// CHECK-DAG:   arith.minsi
// CHECK:       %[[M:.*]] = tensor.expand_shape %{{.*}} : tensor<4x64xf32> into tensor<1x1x1x4x64xf32>
// CHECK:       gg.attention ins(%{{.*}}, %arg1, %arg2 : tensor<1x2x4x4x16xf32>, tensor<1x2x64x16xbf16>, tensor<1x2x64x16xbf16>)
// CHECK-SAME:    mask(%[[M]] : tensor<1x1x1x4x64xf32>)
// CHECK-SAME:    {scale = 2.500000e-01 : f32, softcap = 3.000000e+01 : f32}
func.func @window(%q: tensor<1x8x4x16xf32>, %k: tensor<1x2x64x16xbf16>, %v: tensor<1x2x64x16xbf16>, %m: tensor<4x64xi1>, %n: tensor<1xi64>) -> tensor<1x8x4x16xf32> {
  %x = onnx.None : none
  %kf = onnx.Cast(%k) {to = f32} : (tensor<1x2x64x16xbf16>) -> tensor<1x2x64x16xf32>
  %vf = onnx.Cast(%v) {to = f32} : (tensor<1x2x64x16xbf16>) -> tensor<1x2x64x16xf32>
  %0:4 = onnx.Attention(%q, %kf, %vf, %m, %x, %x, %n) {is_causal = 1 : i64, left_window_size = 7 : i64, softcap = 30.0 : f32} : (tensor<1x8x4x16xf32>, tensor<1x2x64x16xf32>, tensor<1x2x64x16xf32>, tensor<4x64xi1>, none, none, tensor<1xi64>) -> (tensor<1x8x4x16xf32>, none, none, none)
  return %0#0 : tensor<1x8x4x16xf32>
}

// Heads of a size that only the run knows, or scores that are asked for, take
// one linalg operation after the other; their loops end at the longest row.
// CHECK-LABEL: func @scores
// CHECK:       %[[COUNT:.*]] = arith.index_cast
// CHECK:       %[[N:.*]] = arith.minui %[[COUNT]], %c64
// CHECK:       %[[K:.*]] = tensor.extract_slice %{{.*}}[0, 0, 0, 0] [1, 2, %[[N]], %{{.*}}]
// CHECK:       tensor.empty() : tensor<1x2x4x1x64xf32>
// CHECK:       iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]}
// CHECK:         arith.select
// CHECK:         arith.maximumf
// CHECK:         math.exp
// CHECK:       iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "parallel"]}
// CHECK:         arith.divf
func.func @scores(%q: tensor<1x8x1x?xf32>, %k: tensor<1x2x64x?xf32>, %v: tensor<1x2x64x?xf32>, %n: tensor<1xi64>) -> tensor<1x8x1x?xf32> {
  %x = onnx.None : none
  %0:4 = onnx.Attention(%q, %k, %v, %x, %x, %x, %n) {is_causal = 1 : i64} : (tensor<1x8x1x?xf32>, tensor<1x2x64x?xf32>, tensor<1x2x64x?xf32>, none, none, none, tensor<1xi64>) -> (tensor<1x8x1x?xf32>, none, none, none)
  return %0#0 : tensor<1x8x1x?xf32>
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
