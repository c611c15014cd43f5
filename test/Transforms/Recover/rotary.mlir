// RUN: gg-opt %s -onnx-recover -split-input-file | FileCheck %s

// Tables as wide as a head, whose halves are equal because the angles were
// joined with themselves.
// CHECK-LABEL: func @halves
// CHECK-SAME: (%[[X:.*]]: tensor<?x4x?x8xf32> {{.*}}, %[[F:.*]]: tensor<?x?x4xf32>
// CHECK-DAG: %[[COS:.*]] = onnx.Cos(%[[F]]) : (tensor<?x?x4xf32>)
// CHECK-DAG: %[[SIN:.*]] = onnx.Sin(%[[F]]) : (tensor<?x?x4xf32>)
// CHECK-NOT: onnx.Expand
// CHECK: %[[Y:.*]] = onnx.RotaryEmbedding(%[[X]], %[[COS]], %[[SIN]], %{{.*}}) :
// CHECK-NEXT: return %[[Y]]
func.func @halves(
    %x: tensor<?x4x?x8xf32> {onnx.dims = ["batch", "4", "seq", "8"]},
    %f: tensor<?x?x4xf32> {onnx.dims = ["batch", "seq", "4"]})
    -> tensor<?x4x?x8xf32> {
  %none = onnx.None : none
  %c0 = onnx.Constant dense<0> : tensor<1xi64>
  %c1 = onnx.Constant dense<1> : tensor<1xi64>
  %c3 = onnx.Constant dense<3> : tensor<1xi64>
  %c4 = onnx.Constant dense<4> : tensor<1xi64>
  %end = onnx.Constant dense<9223372036854775807> : tensor<1xi64>
  %ff = onnx.Concat(%f, %f) {axis = -1 : i64}
      : (tensor<?x?x4xf32>, tensor<?x?x4xf32>) -> tensor<?x?x8xf32>
  %cos = onnx.Cos(%ff) : (tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %sin = onnx.Sin(%ff) : (tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %cos4 = onnx.Unsqueeze(%cos, %c1)
      : (tensor<?x?x8xf32>, tensor<1xi64>) -> tensor<?x1x?x8xf32>
  %sin4 = onnx.Unsqueeze(%sin, %c1)
      : (tensor<?x?x8xf32>, tensor<1xi64>) -> tensor<?x1x?x8xf32>
  %0 = onnx.Mul(%x, %cos4)
      : (tensor<?x4x?x8xf32>, tensor<?x1x?x8xf32>) -> tensor<?x4x?x8xf32>
  %lo = onnx.Slice(%x, %c0, %c4, %c3, %c1)
      : (tensor<?x4x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>,
         tensor<1xi64>) -> tensor<?x4x?x4xf32>
  %hi = onnx.Slice(%x, %c4, %end, %c3, %none)
      : (tensor<?x4x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none)
      -> tensor<?x4x?x4xf32>
  %neg = onnx.Neg(%hi) : (tensor<?x4x?x4xf32>) -> tensor<?x4x?x4xf32>
  %turned = onnx.Concat(%neg, %lo) {axis = -1 : i64}
      : (tensor<?x4x?x4xf32>, tensor<?x4x?x4xf32>) -> tensor<?x4x?x8xf32>
  %1 = onnx.Mul(%turned, %sin4)
      : (tensor<?x4x?x8xf32>, tensor<?x1x?x8xf32>) -> tensor<?x4x?x8xf32>
  %y = onnx.Add(%0, %1)
      : (tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32>
  return %y : tensor<?x4x?x8xf32>
}

// -----

// Constant tables, looked up by position, one row for all of the batch; heads
// behind the sequence; the halves by Split.
// CHECK-LABEL: func @table
// CHECK-DAG: %[[TABLE:.*]] = onnx.Constant dense<{{\[\[}}1.000000e+00, 2.000000e+00], [3.000000e+00, 4.000000e+00]]> : tensor<2x2xf32>
// CHECK: %[[ROWS:.*]] = onnx.Gather(%[[TABLE]], %arg1)
// CHECK: onnx.Expand
// CHECK: %[[Y:.*]] = onnx.RotaryEmbedding({{.*}} : (tensor<2x4x3x4xf32>, tensor<2x3x2xf32>, tensor<2x3x2xf32>, none) -> tensor<2x4x3x4xf32>
// CHECK: onnx.Transpose(%[[Y]]) {perm = array<i64: 0, 2, 1, 3>}
func.func @table(%x: tensor<2x3x4x4xf32>, %p: tensor<1x3xi64>)
    -> tensor<2x3x4x4xf32> {
  %none = onnx.None : none
  %c2 = onnx.Constant dense<2> : tensor<1xi64>
  %table = onnx.Constant dense<[[1.0, 2.0, 1.0, 2.0], [3.0, 4.0, 3.0, 4.0]]>
      : tensor<2x4xf32>
  %rows = onnx.Gather(%table, %p)
      : (tensor<2x4xf32>, tensor<1x3xi64>) -> tensor<1x3x4xf32>
  %rows4 = onnx.Unsqueeze(%rows, %c2)
      : (tensor<1x3x4xf32>, tensor<1xi64>) -> tensor<1x3x1x4xf32>
  %lo, %hi = onnx.Split(%x, %none) {axis = 3 : i64, num_outputs = 2 : i64}
      : (tensor<2x3x4x4xf32>, none)
      -> (tensor<2x3x4x2xf32>, tensor<2x3x4x2xf32>)
  %neg = onnx.Neg(%hi) : (tensor<2x3x4x2xf32>) -> tensor<2x3x4x2xf32>
  %turned = onnx.Concat(%neg, %lo) {axis = 3 : i64}
      : (tensor<2x3x4x2xf32>, tensor<2x3x4x2xf32>) -> tensor<2x3x4x4xf32>
  %0 = onnx.Mul(%rows4, %turned)
      : (tensor<1x3x1x4xf32>, tensor<2x3x4x4xf32>) -> tensor<2x3x4x4xf32>
  %1 = onnx.Mul(%x, %rows4)
      : (tensor<2x3x4x4xf32>, tensor<1x3x1x4xf32>) -> tensor<2x3x4x4xf32>
  %y = onnx.Add(%0, %1)
      : (tensor<2x3x4x4xf32>, tensor<2x3x4x4xf32>) -> tensor<2x3x4x4xf32>
  return %y : tensor<2x3x4x4xf32>
}

// -----

// Neighbours: stack(-x[1::2], x[0::2]), tables of each angle twice.
// CHECK-LABEL: func @pairs
// CHECK: onnx.RotaryEmbedding(%arg0, {{.*}}) {interleaved = 1 : i64}
func.func @pairs(%x: tensor<2x4x3x4xf32>, %f: tensor<2x1x3x2xf32>)
    -> tensor<2x4x3x4xf32> {
  %none = onnx.None : none
  %c0 = onnx.Constant dense<0> : tensor<1xi64>
  %c1 = onnx.Constant dense<1> : tensor<1xi64>
  %c2 = onnx.Constant dense<2> : tensor<1xi64>
  %last = onnx.Constant dense<-1> : tensor<1xi64>
  %end = onnx.Constant dense<9223372036854775807> : tensor<1xi64>
  %pairs = onnx.Constant dense<[0, 0, 1, 1]> : tensor<4xi64>
  %shape = onnx.Constant dense<[2, 4, 3, 4]> : tensor<4xi64>
  %ff = onnx.Gather(%f, %pairs) {axis = 3 : i64}
      : (tensor<2x1x3x2xf32>, tensor<4xi64>) -> tensor<2x1x3x4xf32>
  %cos = onnx.Cos(%ff) : (tensor<2x1x3x4xf32>) -> tensor<2x1x3x4xf32>
  %sin = onnx.Sin(%ff) : (tensor<2x1x3x4xf32>) -> tensor<2x1x3x4xf32>
  %even = onnx.Slice(%x, %c0, %end, %last, %c2)
      : (tensor<2x4x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>,
         tensor<1xi64>) -> tensor<2x4x3x2xf32>
  %odd = onnx.Slice(%x, %c1, %end, %last, %c2)
      : (tensor<2x4x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>,
         tensor<1xi64>) -> tensor<2x4x3x2xf32>
  %neg = onnx.Neg(%odd) : (tensor<2x4x3x2xf32>) -> tensor<2x4x3x2xf32>
  %a = onnx.Unsqueeze(%neg, %last)
      : (tensor<2x4x3x2xf32>, tensor<1xi64>) -> tensor<2x4x3x2x1xf32>
  %b = onnx.Unsqueeze(%even, %last)
      : (tensor<2x4x3x2xf32>, tensor<1xi64>) -> tensor<2x4x3x2x1xf32>
  %stack = onnx.Concat(%a, %b) {axis = -1 : i64}
      : (tensor<2x4x3x2x1xf32>, tensor<2x4x3x2x1xf32>) -> tensor<2x4x3x2x2xf32>
  %turned = onnx.Reshape(%stack, %shape)
      : (tensor<2x4x3x2x2xf32>, tensor<4xi64>) -> tensor<2x4x3x4xf32>
  %0 = onnx.Mul(%x, %cos)
      : (tensor<2x4x3x4xf32>, tensor<2x1x3x4xf32>) -> tensor<2x4x3x4xf32>
  %1 = onnx.Mul(%turned, %sin)
      : (tensor<2x4x3x4xf32>, tensor<2x1x3x4xf32>) -> tensor<2x4x3x4xf32>
  %y = onnx.Add(%0, %1)
      : (tensor<2x4x3x4xf32>, tensor<2x4x3x4xf32>) -> tensor<2x4x3x4xf32>
  return %y : tensor<2x4x3x4xf32>
}

// -----

// The halves rotated one by one, with tables of half the width; then the rest
// of each head, which is not rotated, joined behind.
// CHECK-LABEL: func @partial
// CHECK: %[[Y:.*]] = onnx.RotaryEmbedding(%arg0, {{.*}}) {rotary_embedding_dim = 4 : i64} : (tensor<2x4x3x6xf32>
// CHECK-NEXT: return %[[Y]]
func.func @partial(%x: tensor<2x4x3x6xf32>, %cos: tensor<2x1x3x2xf32>,
                   %sin: tensor<2x1x3x2xf32>) -> tensor<2x4x3x6xf32> {
  %none = onnx.None : none
  %sizes = onnx.Constant dense<[4, 2]> : tensor<2xi64>
  %x0, %rest = onnx.Split(%x, %sizes) {axis = -1 : i64}
      : (tensor<2x4x3x6xf32>, tensor<2xi64>)
      -> (tensor<2x4x3x4xf32>, tensor<2x4x3x2xf32>)
  %lo, %hi = onnx.Split(%x0, %none) {axis = -1 : i64, num_outputs = 2 : i64}
      : (tensor<2x4x3x4xf32>, none) -> (tensor<2x4x3x2xf32>, tensor<2x4x3x2xf32>)
  %0 = onnx.Mul(%lo, %cos)
      : (tensor<2x4x3x2xf32>, tensor<2x1x3x2xf32>) -> tensor<2x4x3x2xf32>
  %1 = onnx.Mul(%hi, %sin)
      : (tensor<2x4x3x2xf32>, tensor<2x1x3x2xf32>) -> tensor<2x4x3x2xf32>
  %2 = onnx.Mul(%hi, %cos)
      : (tensor<2x4x3x2xf32>, tensor<2x1x3x2xf32>) -> tensor<2x4x3x2xf32>
  %3 = onnx.Mul(%lo, %sin)
      : (tensor<2x4x3x2xf32>, tensor<2x1x3x2xf32>) -> tensor<2x4x3x2xf32>
  %re = onnx.Sub(%0, %1)
      : (tensor<2x4x3x2xf32>, tensor<2x4x3x2xf32>) -> tensor<2x4x3x2xf32>
  %im = onnx.Add(%2, %3)
      : (tensor<2x4x3x2xf32>, tensor<2x4x3x2xf32>) -> tensor<2x4x3x2xf32>
  %y0 = onnx.Concat(%re, %im) {axis = 3 : i64}
      : (tensor<2x4x3x2xf32>, tensor<2x4x3x2xf32>) -> tensor<2x4x3x4xf32>
  %y = onnx.Concat(%y0, %rest) {axis = 3 : i64}
      : (tensor<2x4x3x4xf32>, tensor<2x4x3x2xf32>) -> tensor<2x4x3x6xf32>
  return %y : tensor<2x4x3x6xf32>
}

// -----

// The halves of the tables differ in one number.
// CHECK-LABEL: func @unequal_halves
// CHECK-NOT: onnx.RotaryEmbedding
func.func @unequal_halves(%x: tensor<2x4x2x4xf32>) -> tensor<2x4x2x4xf32> {
  %none = onnx.None : none
  %cos = onnx.Constant dense<[[1.0, 2.0, 1.0, 2.0], [3.0, 4.0, 3.0, 5.0]]>
      : tensor<2x4xf32>
  %sin = onnx.Constant dense<[[1.0, 2.0, 1.0, 2.0], [3.0, 4.0, 3.0, 4.0]]>
      : tensor<2x4xf32>
  %lo, %hi = onnx.Split(%x, %none) {axis = 3 : i64, num_outputs = 2 : i64}
      : (tensor<2x4x2x4xf32>, none) -> (tensor<2x4x2x2xf32>, tensor<2x4x2x2xf32>)
  %neg = onnx.Neg(%hi) : (tensor<2x4x2x2xf32>) -> tensor<2x4x2x2xf32>
  %turned = onnx.Concat(%neg, %lo) {axis = 3 : i64}
      : (tensor<2x4x2x2xf32>, tensor<2x4x2x2xf32>) -> tensor<2x4x2x4xf32>
  %0 = onnx.Mul(%x, %cos)
      : (tensor<2x4x2x4xf32>, tensor<2x4xf32>) -> tensor<2x4x2x4xf32>
  %1 = onnx.Mul(%turned, %sin)
      : (tensor<2x4x2x4xf32>, tensor<2x4xf32>) -> tensor<2x4x2x4xf32>
  %y = onnx.Add(%0, %1)
      : (tensor<2x4x2x4xf32>, tensor<2x4x2x4xf32>) -> tensor<2x4x2x4xf32>
  return %y : tensor<2x4x2x4xf32>
}

// -----

// The low half is negated (the other way round), or the parts overlap.
// CHECK-LABEL: func @wrong_halves
// CHECK-NOT: onnx.RotaryEmbedding
func.func @wrong_halves(%x: tensor<2x4x2x4xf32>)
    -> (tensor<2x4x2x4xf32>, tensor<2x4x2x4xf32>) {
  %none = onnx.None : none
  %c0 = onnx.Constant dense<0> : tensor<1xi64>
  %c1 = onnx.Constant dense<1> : tensor<1xi64>
  %c3 = onnx.Constant dense<3> : tensor<1xi64>
  %table = onnx.Constant dense<[[1.0, 2.0, 1.0, 2.0], [3.0, 4.0, 3.0, 4.0]]>
      : tensor<2x4xf32>
  %lo, %hi = onnx.Split(%x, %none) {axis = 3 : i64, num_outputs = 2 : i64}
      : (tensor<2x4x2x4xf32>, none) -> (tensor<2x4x2x2xf32>, tensor<2x4x2x2xf32>)
  %nlo = onnx.Neg(%lo) : (tensor<2x4x2x2xf32>) -> tensor<2x4x2x2xf32>
  %back = onnx.Concat(%hi, %nlo) {axis = 3 : i64}
      : (tensor<2x4x2x2xf32>, tensor<2x4x2x2xf32>) -> tensor<2x4x2x4xf32>
  %0 = onnx.Mul(%x, %table)
      : (tensor<2x4x2x4xf32>, tensor<2x4xf32>) -> tensor<2x4x2x4xf32>
  %1 = onnx.Mul(%back, %table)
      : (tensor<2x4x2x4xf32>, tensor<2x4xf32>) -> tensor<2x4x2x4xf32>
  %y = onnx.Add(%0, %1)
      : (tensor<2x4x2x4xf32>, tensor<2x4x2x4xf32>) -> tensor<2x4x2x4xf32>
  %mid = onnx.Slice(%x, %c1, %c3, %c3, %none)
      : (tensor<2x4x2x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none)
      -> tensor<2x4x2x2xf32>
  %nmid = onnx.Neg(%mid) : (tensor<2x4x2x2xf32>) -> tensor<2x4x2x2xf32>
  %over = onnx.Concat(%nmid, %lo) {axis = 3 : i64}
      : (tensor<2x4x2x2xf32>, tensor<2x4x2x2xf32>) -> tensor<2x4x2x4xf32>
  %2 = onnx.Mul(%over, %table)
      : (tensor<2x4x2x4xf32>, tensor<2x4xf32>) -> tensor<2x4x2x4xf32>
  %z = onnx.Add(%0, %2)
      : (tensor<2x4x2x4xf32>, tensor<2x4x2x4xf32>) -> tensor<2x4x2x4xf32>
  return %y, %z : tensor<2x4x2x4xf32>, tensor<2x4x2x4xf32>
}

// -----

// The tables may hold more rows than x, of which nothing is known.
// CHECK-LABEL: func @unknown_batch
// CHECK-NOT: onnx.RotaryEmbedding
func.func @unknown_batch(%x: tensor<?x4x3x4xf32>, %cos: tensor<?x1x3x2xf32>,
                         %sin: tensor<?x1x3x2xf32>) -> tensor<?x4x3x4xf32> {
  %none = onnx.None : none
  %lo, %hi = onnx.Split(%x, %none) {axis = -1 : i64, num_outputs = 2 : i64}
      : (tensor<?x4x3x4xf32>, none) -> (tensor<?x4x3x2xf32>, tensor<?x4x3x2xf32>)
  %0 = onnx.Mul(%lo, %cos)
      : (tensor<?x4x3x2xf32>, tensor<?x1x3x2xf32>) -> tensor<?x4x3x2xf32>
  %1 = onnx.Mul(%hi, %sin)
      : (tensor<?x4x3x2xf32>, tensor<?x1x3x2xf32>) -> tensor<?x4x3x2xf32>
  %2 = onnx.Mul(%hi, %cos)
      : (tensor<?x4x3x2xf32>, tensor<?x1x3x2xf32>) -> tensor<?x4x3x2xf32>
  %3 = onnx.Mul(%lo, %sin)
      : (tensor<?x4x3x2xf32>, tensor<?x1x3x2xf32>) -> tensor<?x4x3x2xf32>
  %re = onnx.Sub(%0, %1)
      : (tensor<?x4x3x2xf32>, tensor<?x4x3x2xf32>) -> tensor<?x4x3x2xf32>
  %im = onnx.Add(%2, %3)
      : (tensor<?x4x3x2xf32>, tensor<?x4x3x2xf32>) -> tensor<?x4x3x2xf32>
  %y = onnx.Concat(%re, %im) {axis = 3 : i64}
      : (tensor<?x4x3x2xf32>, tensor<?x4x3x2xf32>) -> tensor<?x4x3x4xf32>
  return %y : tensor<?x4x3x4xf32>
}

// -----

// CHECK-LABEL: func @vendor
// CHECK: onnx.RotaryEmbedding(%arg0, %arg2, %arg3, %arg1) {num_heads = 4 : i64}
// CHECK: %[[INDEX:.*]] = onnx.Range
// CHECK: %[[ROW:.*]] = onnx.Add(%[[INDEX]], %arg4)
// CHECK: %[[ALL:.*]] = onnx.Expand(%[[ROW]], %{{.*}}) : (tensor<3xi64>, tensor<2xi64>) -> tensor<2x3xi64>
// CHECK: onnx.RotaryEmbedding(%arg0, %arg2, %arg3, %[[ALL]]) {interleaved = 1 : i64, num_heads = 4 : i64}
func.func @vendor(%x: tensor<2x3x32xf32>, %p: tensor<2x3xi64>,
                  %cos: tensor<64x4xf32>, %sin: tensor<64x4xf32>,
                  %at: tensor<1xi64>)
    -> (tensor<2x3x32xf32>, tensor<2x3x32xf32>) {
  %y = onnx.ms.RotaryEmbedding(%x, %p, %cos, %sin)
      : (tensor<2x3x32xf32>, tensor<2x3xi64>, tensor<64x4xf32>,
         tensor<64x4xf32>) -> tensor<2x3x32xf32>
  %z = onnx.ms.RotaryEmbedding(%x, %at, %cos, %sin) {interleaved = 1 : i64}
      : (tensor<2x3x32xf32>, tensor<1xi64>, tensor<64x4xf32>,
         tensor<64x4xf32>) -> tensor<2x3x32xf32>
  return %y, %z : tensor<2x3x32xf32>, tensor<2x3x32xf32>
}
