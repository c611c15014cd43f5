// RUN: gg-opt %s -split-input-file -verify-diagnostics

func.func @f(%a: tensor<2x3xf32>, %b: tensor<3xf16>) {
  // expected-error @+1 {{expected operand #1 of element type 'f32' but got 'f16'}}
  %0 = onnx.Add(%a, %b) : (tensor<2x3xf32>, tensor<3xf16>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{expected result #0 of element type 'f32' but got 'f16'}}
  %0 = onnx.Exp(%a) : (tensor<2x3xf32>) -> tensor<2x3xf16>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %b: tensor<4xf32>) {
  // expected-error @+1 {{expected operands that broadcast but got}}
  %0 = onnx.Mul(%a, %b) : (tensor<2x3xf32>, tensor<4xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %b: tensor<3xf32>) {
  // expected-error @+1 {{expected a result of type 'tensor<2x3xf32>' but got 'tensor<3xf32>'}}
  %0 = onnx.Mul(%a, %b) : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{expected an axis in [-2, 2) but got 2}}
  %0 = onnx.Softmax(%a) {axis = 2 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{expected an axis in [-2, 3) but got -3}}
  %0 = onnx.Flatten(%a) {axis = -3 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%a: tensor<2xi64>) {
  // expected-error @+1 {{operand #0 must be tensor of float values, but got 'tensor<2xi64>'}}
  %0 = onnx.Sqrt(%a) : (tensor<2xi64>) -> tensor<2xi64>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{attribute 'approximate' failed to satisfy constraint: string attribute one of none, tanh}}
  %0 = onnx.Gelu(%a) {approximate = "fast"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{expected a result of element type 'i64' but got 'i32'}}
  %0 = onnx.Cast(%a) {to = i64} : (tensor<2x3xf32>) -> tensor<2x3xi32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %m: tensor<2xf32>) {
  // expected-error @+1 {{expected a minimum of one element but got 'tensor<2xf32>'}}
  %0 = onnx.Clip(%a, %m, %m) : (tensor<2x3xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f() {
  // expected-error @+1 {{expected at least one operand but got none}}
  %0 = onnx.Max() : () -> tensor<2xf32>
  return
}

// -----

func.func @f(%s: tensor<2x2xi64>) {
  // expected-error @+1 {{expected a shape of rank 1 but got 'tensor<2x2xi64>'}}
  %0 = onnx.ConstantOfShape(%s) : (tensor<2x2xi64>) -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%s: tensor<2xi64>) {
  // expected-error @+1 {{expected a value of one element but got 'tensor<2xi64>'}}
  %0 = onnx.ConstantOfShape(%s) {value = dense<0> : tensor<2xi64>} : (tensor<2xi64>) -> tensor<?x?xi64>
  return
}

// -----

func.func @f(%s: tensor<2xi64>) {
  // expected-error @+1 {{expected a result of element type 'f32' but got 'i64'}}
  %0 = onnx.ConstantOfShape(%s) : (tensor<2xi64>) -> tensor<?x?xi64>
  return
}

// -----

func.func @f(%s: tensor<i64>, %d: tensor<2xi64>) {
  // expected-error @+1 {{expected a delta of one element but got 'tensor<2xi64>'}}
  %0 = onnx.Range(%s, %s, %d) : (tensor<i64>, tensor<i64>, tensor<2xi64>) -> tensor<?xi64>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  %0 = onnx.Constant dense<-1> : tensor<2xi64>
  // expected-error @+1 {{expected at most one -1 in the shape but got 2}}
  %1 = onnx.Reshape(%a, %0) : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  %0 = onnx.Constant dense<-2> : tensor<1xi64>
  // expected-error @+1 {{expected dims of at least -1 but got -2}}
  %1 = onnx.Reshape(%a, %0) : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<?xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  %0 = onnx.Constant dense<6> : tensor<1xi64>
  // expected-error @+1 {{expected a result of rank 1 but got 'tensor<6x1xf32>'}}
  %1 = onnx.Reshape(%a, %0) : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<6x1xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  %0 = onnx.Constant dense<5> : tensor<1xi64>
  // expected-error @+1 {{expected axes in [-2, 2) but got 5}}
  %1 = onnx.Squeeze(%a, %0) : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<2xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  %0 = onnx.Constant dense<1> : tensor<1xi64>
  // expected-error @+1 {{expected dim 1 of size 1 but got 3}}
  %1 = onnx.Squeeze(%a, %0) : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<2xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  %0 = onnx.Constant dense<[0, -4]> : tensor<2xi64>
  // expected-error @+1 {{expected distinct axes but got -4 twice}}
  %1 = onnx.Unsqueeze(%a, %0) : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<1x1x2x3xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{expected a permutation of 2 dims but got [0, 0]}}
  %0 = onnx.Transpose(%a) {perm = array<i64: 0, 0>} : (tensor<2x3xf32>) -> tensor<2x2xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{expected a result of type 'tensor<3x2xf32>' but got 'tensor<2x3xf32>'}}
  %0 = onnx.Transpose(%a) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %r: tensor<3xi64>) {
  // expected-error @+1 {{expected repeats with 2 elements but got 'tensor<3xi64>'}}
  %0 = onnx.Tile(%a, %r) : (tensor<2x3xf32>, tensor<3xi64>) -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{expected operands of rank 2 but got 'tensor<2xf32>'}}
  %0 = onnx.Concat(%a, %b) {axis = 0 : i64} : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %b: tensor<2x4xf32>) {
  // expected-error @+1 {{expected dim 1 of size 3 but got 'tensor<2x4xf32>'}}
  %0 = onnx.Concat(%a, %b) {axis = 0 : i64} : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %n: none) {
  // expected-error @+1 {{expected 3 results but got 1}}
  %0 = onnx.Split(%a, %n) {num_outputs = 3 : i64} : (tensor<2x3xf32>, none) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %s: tensor<1xi64>, %e: tensor<2xi64>, %n: none) {
  // expected-error @+1 {{expected ends with 1 elements but got 'tensor<2xi64>'}}
  %0 = onnx.Slice(%a, %s, %e, %n, %n) : (tensor<2x3xf32>, tensor<1xi64>, tensor<2xi64>, none, none) -> tensor<?x3xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %s: tensor<3xi64>, %n: none) {
  // expected-error @+1 {{expected at most 2 starts but got 3}}
  %0 = onnx.Slice(%a, %s, %s, %n, %n) : (tensor<2x3xf32>, tensor<3xi64>, tensor<3xi64>, none, none) -> tensor<?x3xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %s: tensor<1xi64>) {
  %0 = onnx.Constant dense<0> : tensor<1xi64>
  // expected-error @+1 {{expected steps other than 0}}
  %1 = onnx.Slice(%a, %s, %s, %s, %0) : (tensor<2x3xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x3xf32>
  return
}

// -----

func.func @f(%a: tensor<3xf32>, %n: none) {
  // expected-error @+1 {{expected an operand of rank 2 or more but got 'tensor<3xf32>'}}
  %0 = onnx.Trilu(%a, %n) : (tensor<3xf32>, none) -> tensor<3xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %i: tensor<4xi64>) {
  // expected-error @+1 {{expected a result of type 'tensor<2x4xf32>' but got 'tensor<4x3xf32>'}}
  %0 = onnx.Gather(%a, %i) {axis = 1 : i64} : (tensor<2x3xf32>, tensor<4xi64>) -> tensor<4x3xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %i: tensor<4xi64>) {
  // expected-error @+1 {{expected data of rank 1 but got 'tensor<2x3xf32>'}}
  %0 = onnx.GatherElements(%a, %i) : (tensor<2x3xf32>, tensor<4xi64>) -> tensor<4xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %i: tensor<4x3xi64>) {
  // expected-error @+1 {{expected index tuples of 1 to 2 elements but got 3}}
  %0 = onnx.GatherND(%a, %i) : (tensor<2x3xf32>, tensor<4x3xi64>) -> tensor<4xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %i: tensor<4x1xi64>) {
  // expected-error @+1 {{expected batch_dims in [0, 2) but got 2}}
  %0 = onnx.GatherND(%a, %i) {batch_dims = 2 : i64} : (tensor<2x3xf32>, tensor<4x1xi64>) -> tensor<4xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %i: tensor<4x1xi64>, %u: tensor<4xf32>) {
  // expected-error @+1 {{expected updates of type 'tensor<4x3xf32>' but got 'tensor<4xf32>'}}
  %0 = onnx.ScatterND(%a, %i, %u) : (tensor<2x3xf32>, tensor<4x1xi64>, tensor<4xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %i: tensor<1x1xi64>) {
  // expected-error @+1 {{expected updates of the shape of the indices, 'tensor<1x1xi64>', but got 'tensor<2x3xf32>'}}
  %0 = onnx.ScatterElements(%a, %i, %a) : (tensor<2x3xf32>, tensor<1x1xi64>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%a: tensor<2x4x8xf32>, %u: tensor<2x5x8xf32>, %n: none) {
  // expected-error @+1 {{expected dim 1 of the update up to 4 but got 5}}
  %0 = onnx.TensorScatter(%a, %u, %n) : (tensor<2x4x8xf32>, tensor<2x5x8xf32>, none) -> tensor<2x4x8xf32>
  return
}

// -----

func.func @f(%a: tensor<2x4x8xf32>, %n: none) {
  // expected-error @+1 {{expected an axis other than the batch dim 0}}
  %0 = onnx.TensorScatter(%a, %a, %n) {axis = 0 : i64} : (tensor<2x4x8xf32>, tensor<2x4x8xf32>, none) -> tensor<2x4x8xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  %0 = onnx.Constant dense<2> : tensor<1xi64>
  // expected-error @+1 {{expected axes in [-2, 2) but got 2}}
  %1 = onnx.ReduceSum(%a, %0) : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<2x1xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %x: tensor<1xi64>) {
  // expected-error @+1 {{expected the result of rank 2 but got 'tensor<2xf32>'}}
  %0 = onnx.ReduceSum(%a, %x) : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<2xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %k: tensor<2xi64>) {
  // expected-error @+1 {{expected K of one element but got 'tensor<2xi64>'}}
  %0:2 = onnx.TopK(%a, %k) : (tensor<2x3xf32>, tensor<2xi64>) -> (tensor<2x?xf32>, tensor<2x?xi64>)
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  %0 = onnx.Constant dense<3> : tensor<i64>
  // expected-error @+1 {{expected an axis in [-2, 2) but got 3}}
  %1 = onnx.CumSum(%a, %0) : (tensor<2x3xf32>, tensor<i64>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %b: tensor<4x5xf32>) {
  // expected-error @+1 {{expected a second operand with 3 rows but got 4}}
  %0 = onnx.MatMul(%a, %b) : (tensor<2x3xf32>, tensor<4x5xf32>) -> tensor<2x5xf32>
  return
}

// -----

func.func @f(%a: tensor<2x2x3xf32>, %b: tensor<3x3x5xf32>) {
  // expected-error @+1 {{expected batch dims that broadcast but got}}
  %0 = onnx.MatMul(%a, %b) : (tensor<2x2x3xf32>, tensor<3x3x5xf32>) -> tensor<2x2x5xf32>
  return
}

// -----

func.func @f(%a: tensor<f32>) {
  // expected-error @+1 {{expected operands of rank 1 or more but got}}
  %0 = onnx.MatMul(%a, %a) : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %n: none) {
  // expected-error @+1 {{expected 3 rows in B (after any transposition) but got 2}}
  %0 = onnx.Gemm(%a, %a, %n) : (tensor<2x3xf32>, tensor<2x3xf32>, none) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %c: tensor<4xf32>) {
  // expected-error @+1 {{expected C to broadcast to 'tensor<2x2xf32>' but got 'tensor<4xf32>'}}
  %0 = onnx.Gemm(%a, %a, %c) {transB = 1 : i64} : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<4xf32>) -> tensor<2x2xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %s: tensor<3xf32>) {
  // expected-error @+1 {{expected a float stash_type but got 7}}
  %0 = onnx.RMSNormalization(%a, %s) {stash_type = 7 : i64} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %s: tensor<4x1x1xf32>) {
  // expected-error @+1 {{expected a scale that broadcasts to 'tensor<2x3xf32>' but got 'tensor<4x1x1xf32>'}}
  %0 = onnx.RMSNormalization(%a, %s) : (tensor<2x3xf32>, tensor<4x1x1xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<4x16xf32>, %c: tensor<64x8xf32>, %p: tensor<1x4xi64>) {
  // expected-error @+1 {{expected an operand of rank 3 or 4 but got 'tensor<4x16xf32>'}}
  %0 = onnx.RotaryEmbedding(%x, %c, %c, %p) : (tensor<4x16xf32>, tensor<64x8xf32>, tensor<64x8xf32>, tensor<1x4xi64>) -> tensor<4x16xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x16xf32>, %c: tensor<64x8xf32>, %p: tensor<1x4xi64>) {
  // expected-error @+1 {{expected num_heads above 0 for an operand of rank 3 but got 0}}
  %0 = onnx.RotaryEmbedding(%x, %c, %c, %p) : (tensor<1x4x16xf32>, tensor<64x8xf32>, tensor<64x8xf32>, tensor<1x4xi64>) -> tensor<1x4x16xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x16xf32>, %c: tensor<64x8xf32>, %p: tensor<1x4xi64>) {
  // expected-error @+1 {{expected a last dim that 3 heads divide but got 16}}
  %0 = onnx.RotaryEmbedding(%x, %c, %c, %p) {num_heads = 3 : i64} : (tensor<1x4x16xf32>, tensor<64x8xf32>, tensor<64x8xf32>, tensor<1x4xi64>) -> tensor<1x4x16xf32>
  return
}

// -----

func.func @f(%x: tensor<1x2x4x16xf32>, %c: tensor<64x8xf32>, %p: tensor<1x4xi64>) {
  // expected-error @+1 {{expected an even number of rotated elements, up to 16, but got 7}}
  %0 = onnx.RotaryEmbedding(%x, %c, %c, %p) {rotary_embedding_dim = 7 : i64} : (tensor<1x2x4x16xf32>, tensor<64x8xf32>, tensor<64x8xf32>, tensor<1x4xi64>) -> tensor<1x2x4x16xf32>
  return
}

// -----

func.func @f(%x: tensor<1x2x4x16xf32>, %c: tensor<64x4xf32>, %p: tensor<1x4xi64>) {
  // expected-error @+1 {{expected caches of 8 columns but got 'tensor<64x4xf32>'}}
  %0 = onnx.RotaryEmbedding(%x, %c, %c, %p) : (tensor<1x2x4x16xf32>, tensor<64x4xf32>, tensor<64x4xf32>, tensor<1x4xi64>) -> tensor<1x2x4x16xf32>
  return
}

// -----

func.func @f(%x: tensor<1x2x4x16xf32>, %c: tensor<1x64x8xf32>, %p: tensor<1x4xi64>) {
  // expected-error @+1 {{expected a cos_cache of rank 2 but got 'tensor<1x64x8xf32>'}}
  %0 = onnx.RotaryEmbedding(%x, %c, %c, %p) : (tensor<1x2x4x16xf32>, tensor<1x64x8xf32>, tensor<1x64x8xf32>, tensor<1x4xi64>) -> tensor<1x2x4x16xf32>
  return
}

// -----

func.func @f(%q: tensor<1x8x4x16xf32>, %k: tensor<1x2x4x16xf32>, %v: tensor<1x2x4x16xf32>, %m: none, %pk: tensor<1x2x7x16xf32>, %pv: none, %l: none) {
  // expected-error @+1 {{expected past_key and past_value both or neither}}
  %0:4 = onnx.Attention(%q, %k, %v, %m, %pk, %pv, %l) : (tensor<1x8x4x16xf32>, tensor<1x2x4x16xf32>, tensor<1x2x4x16xf32>, none, tensor<1x2x7x16xf32>, none, none) -> (tensor<1x8x4x16xf32>, none, none, none)
  return
}

// -----

func.func @f(%q: tensor<1x8x4x16xf32>, %k: tensor<1x2x4x16xf32>, %v: tensor<1x2x4x16xf32>, %m: none, %pk: tensor<1x2x7x16xf32>, %pv: tensor<1x2x7x16xf32>, %l: tensor<1xi64>) {
  // expected-error @+1 {{expected past_key or nonpad_kv_seqlen, not both}}
  %0:4 = onnx.Attention(%q, %k, %v, %m, %pk, %pv, %l) : (tensor<1x8x4x16xf32>, tensor<1x2x4x16xf32>, tensor<1x2x4x16xf32>, none, tensor<1x2x7x16xf32>, tensor<1x2x7x16xf32>, tensor<1xi64>) -> (tensor<1x8x4x16xf32>, none, none, none)
  return
}

// -----

func.func @f(%q: tensor<8x16xf32>, %k: tensor<1x2x4x16xf32>, %v: tensor<1x2x4x16xf32>, %m: none, %pk: none, %pv: none, %l: none) {
  // expected-error @+1 {{expected Q of rank 3 or 4 but got 'tensor<8x16xf32>'}}
  %0:4 = onnx.Attention(%q, %k, %v, %m, %pk, %pv, %l) : (tensor<8x16xf32>, tensor<1x2x4x16xf32>, tensor<1x2x4x16xf32>, none, none, none, none) -> (tensor<8x16xf32>, none, none, none)
  return
}

// -----

func.func @f(%q: tensor<1x4x64xf32>, %k: tensor<1x2x4x16xf32>, %v: tensor<1x2x4x16xf32>, %m: none, %pk: none, %pv: none, %l: none) {
  // expected-error @+1 {{expected q_num_heads above 0 for Q of rank 3 but got 0}}
  %0:4 = onnx.Attention(%q, %k, %v, %m, %pk, %pv, %l) : (tensor<1x4x64xf32>, tensor<1x2x4x16xf32>, tensor<1x2x4x16xf32>, none, none, none, none) -> (tensor<1x4x64xf32>, none, none, none)
  return
}

// -----

func.func @f(%q: tensor<1x4x64xf32>, %k: tensor<1x2x4x16xf32>, %v: tensor<1x2x4x16xf32>, %m: none, %pk: none, %pv: none, %l: none) {
  // expected-error @+1 {{expected a last dim of Q that 3 heads divide but got 64}}
  %0:4 = onnx.Attention(%q, %k, %v, %m, %pk, %pv, %l) {q_num_heads = 3 : i64} : (tensor<1x4x64xf32>, tensor<1x2x4x16xf32>, tensor<1x2x4x16xf32>, none, none, none, none) -> (tensor<1x4x64xf32>, none, none, none)
  return
}

// -----

func.func @f(%q: tensor<2x8x4x16xf32>, %k: tensor<1x2x4x16xf32>, %v: tensor<1x2x4x16xf32>, %m: none, %pk: none, %pv: none, %l: none) {
  // expected-error @+1 {{expected one batch size but got 2, 1 and 1}}
  %0:4 = onnx.Attention(%q, %k, %v, %m, %pk, %pv, %l) : (tensor<2x8x4x16xf32>, tensor<1x2x4x16xf32>, tensor<1x2x4x16xf32>, none, none, none, none) -> (tensor<2x8x4x16xf32>, none, none, none)
  return
}

// -----

func.func @f(%q: tensor<1x8x4x8xf32>, %k: tensor<1x2x4x16xf32>, %v: tensor<1x2x4x16xf32>, %m: none, %pk: none, %pv: none, %l: none) {
  // expected-error @+1 {{expected Q and K of one head size but got 8 and 16}}
  %0:4 = onnx.Attention(%q, %k, %v, %m, %pk, %pv, %l) : (tensor<1x8x4x8xf32>, tensor<1x2x4x16xf32>, tensor<1x2x4x16xf32>, none, none, none, none) -> (tensor<1x8x4x8xf32>, none, none, none)
  return
}

// -----

func.func @f(%q: tensor<1x8x4x16xf32>, %k: tensor<1x2x4x16xf32>, %v: tensor<1x4x4x16xf32>, %m: none, %pk: none, %pv: none, %l: none) {
  // expected-error @+1 {{expected as many heads in V as in K, 2, but got 4}}
  %0:4 = onnx.Attention(%q, %k, %v, %m, %pk, %pv, %l) : (tensor<1x8x4x16xf32>, tensor<1x2x4x16xf32>, tensor<1x4x4x16xf32>, none, none, none, none) -> (tensor<1x8x4x16xf32>, none, none, none)
  return
}

// -----

func.func @f(%q: tensor<1x8x4x16xf32>, %k: tensor<1x2x4x16xf32>, %v: tensor<1x2x5x16xf32>, %m: none, %pk: none, %pv: none, %l: none) {
  // expected-error @+1 {{expected V of the length of K, 4, but got 5}}
  %0:4 = onnx.Attention(%q, %k, %v, %m, %pk, %pv, %l) : (tensor<1x8x4x16xf32>, tensor<1x2x4x16xf32>, tensor<1x2x5x16xf32>, none, none, none, none) -> (tensor<1x8x4x16xf32>, none, none, none)
  return
}

// -----

func.func @f(%q: tensor<1x7x4x16xf32>, %k: tensor<1x2x4x16xf32>, %v: tensor<1x2x4x16xf32>, %m: none, %pk: none, %pv: none, %l: none) {
  // expected-error @+1 {{expected a number of query heads that 2 key heads divide but got 7}}
  %0:4 = onnx.Attention(%q, %k, %v, %m, %pk, %pv, %l) : (tensor<1x7x4x16xf32>, tensor<1x2x4x16xf32>, tensor<1x2x4x16xf32>, none, none, none, none) -> (tensor<1x7x4x16xf32>, none, none, none)
  return
}

// -----

func.func @f(%q: tensor<1x8x4x16xf32>, %k: tensor<1x2x4x16xf32>, %v: tensor<1x2x4x16xf32>, %m: none, %pk: tensor<1x2x7x16xf32>, %pv: tensor<1x3x7x16xf32>, %l: none) {
  // expected-error @+1 {{expected past_value with dim 1 of size 2 but got 'tensor<1x3x7x16xf32>'}}
  %0:4 = onnx.Attention(%q, %k, %v, %m, %pk, %pv, %l) : (tensor<1x8x4x16xf32>, tensor<1x2x4x16xf32>, tensor<1x2x4x16xf32>, none, tensor<1x2x7x16xf32>, tensor<1x3x7x16xf32>, none) -> (tensor<1x8x4x16xf32>, none, none, none)
  return
}

// -----

func.func @f(%q: tensor<1x8x4x16xf32>, %k: tensor<1x2x4x16xf32>, %v: tensor<1x2x4x16xf32>, %m: tensor<1x1x1x4x4xi1>, %pk: none, %pv: none, %l: none) {
  // expected-error @+1 {{expected an attn_mask of rank 1 to 4 but got 'tensor<1x1x1x4x4xi1>'}}
  %0:4 = onnx.Attention(%q, %k, %v, %m, %pk, %pv, %l) : (tensor<1x8x4x16xf32>, tensor<1x2x4x16xf32>, tensor<1x2x4x16xf32>, tensor<1x1x1x4x4xi1>, none, none, none) -> (tensor<1x8x4x16xf32>, none, none, none)
  return
}

// -----

func.func @f(%q: tensor<1x8x4x16xf32>, %k: tensor<1x2x4x16xf32>, %v: tensor<1x2x4x16xf32>, %m: none, %pk: none, %pv: none, %l: none) {
  // expected-error @+1 {{expected a float softmax_precision but got 7}}
  %0:4 = onnx.Attention(%q, %k, %v, %m, %pk, %pv, %l) {softmax_precision = 7 : i64} : (tensor<1x8x4x16xf32>, tensor<1x2x4x16xf32>, tensor<1x2x4x16xf32>, none, none, none, none) -> (tensor<1x8x4x16xf32>, none, none, none)
  return
}

// -----

func.func @f(%c: tensor<2xi1>) {
  // expected-error @+1 {{expected a condition of one element but got 'tensor<2xi1>'}}
  onnx.If(%c) : (tensor<2xi1>) -> () then {
    onnx.Yield()
  } else {
    onnx.Yield()
  }
  return
}

// -----

func.func @f(%c: tensor<i1>) {
  // expected-error @+1 {{expected a branch that ends with onnx.Yield but got llvm.unreachable}}
  onnx.If(%c) : (tensor<i1>) -> () then {
    llvm.unreachable
  } else {
    onnx.Yield()
  }
  return
}

// -----

func.func @gather_nd_scalar(%x: tensor<2x3xf32>, %i: tensor<i64>) -> tensor<*xf32> {
  // expected-error @+1 {{expected indices of rank 1 or more but got 'tensor<i64>'}}
  %0 = onnx.GatherND(%x, %i) : (tensor<2x3xf32>, tensor<i64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @split_into_none(%x: tensor<4xf32>) {
  %none = onnx.None : none
  // expected-error @+1 {{expected at least one result but got none}}
  "onnx.Split"(%x, %none) : (tensor<4xf32>, none) -> ()
  return
}

// -----

func.func @split_element_type(%x: tensor<4xf32>) -> tensor<4xf16> {
  %none = onnx.None : none
  // expected-error @+1 {{expected results of element type 'f32' but got 'tensor<4xf16>'}}
  %0 = onnx.Split(%x, %none) : (tensor<4xf32>, none) -> tensor<4xf16>
  return %0 : tensor<4xf16>
}

// -----

func.func @f(%c: tensor<i1>, %a: tensor<2xf32>, %b: tensor<3xf32>) {
  // expected-error @+1 {{successor operand type #0 'tensor<3xf32>' should match successor input type #0 'tensor<2xf32>'}}
  %0 = onnx.If(%c) : (tensor<i1>) -> tensor<2xf32> then {
    onnx.Yield(%a) : tensor<2xf32>
  } else {
    // expected-note @+1 {{region branch point}}
    onnx.Yield(%b) : tensor<3xf32>
  }
  return
}

// -----

func.func @f(%c: tensor<i1>, %a: tensor<2xf32>, %b: tensor<2xf64>) {
  // expected-error @+1 {{successor operand type #0 'tensor<2xf64>' should match successor input type #0 'tensor<2xf32>'}}
  %0 = onnx.If(%c) : (tensor<i1>) -> tensor<2xf32> then {
    onnx.Yield(%a) : tensor<2xf32>
  } else {
    // expected-note @+1 {{region branch point}}
    onnx.Yield(%b) : tensor<2xf64>
  }
  return
}
