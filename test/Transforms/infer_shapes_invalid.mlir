// RUN: gg-opt %s -onnx-infer-shapes -split-input-file -verify-diagnostics

// The verifiers see types alone; these contradictions take inference.

func.func @inner(%x: tensor<?x?xf32> {onnx.dims = ["n", "n"]}) -> tensor<*xf32> {
  %shape = onnx.Constant dense<[2, 3]> : tensor<2xi64>
  %0 = onnx.Reshape(%x, %shape)
      : (tensor<?x?xf32>, tensor<2xi64>) -> tensor<*xf32>
  // expected-error @+1 {{node 'onnx.MatMul': expected inner dimensions to agree but got 3 and 2}}
  %1 = onnx.MatMul(%0, %0) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %1 : tensor<*xf32>
}

// -----

func.func @broadcast(%x: tensor<*xf32>) -> tensor<*xf32> {
  %a = onnx.Constant dense<[2, 3]> : tensor<2xi64>
  %b = onnx.Constant dense<[2, 4]> : tensor<2xi64>
  %0 = onnx.Reshape(%x, %a) : (tensor<*xf32>, tensor<2xi64>) -> tensor<*xf32>
  %1 = onnx.Reshape(%x, %b) : (tensor<*xf32>, tensor<2xi64>) -> tensor<*xf32>
  // expected-error @+1 {{node 'onnx.Add': expected dimensions that broadcast but got 3 and 4}}
  %2 = onnx.Add(%0, %1) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %2 : tensor<*xf32>
}

// -----

func.func @elements(%x: tensor<*xf32>) -> tensor<*xf32> {
  %a = onnx.Constant dense<[2, 3]> : tensor<2xi64>
  %b = onnx.Constant dense<[2, 4]> : tensor<2xi64>
  %0 = onnx.Reshape(%x, %a) : (tensor<*xf32>, tensor<2xi64>) -> tensor<*xf32>
  // expected-error @+1 {{expected a shape of 6 elements but got 8}}
  %1 = onnx.Reshape(%0, %b) : (tensor<*xf32>, tensor<2xi64>) -> tensor<*xf32>
  return %1 : tensor<*xf32>
}

// -----

func.func @declared(%x: tensor<2x3xf32>) -> tensor<?x7xf32> {
  %minus = onnx.Constant dense<-1> : tensor<1xi64>
  %s = onnx.Shape(%x) {end = 1 : i64} : (tensor<2x3xf32>) -> tensor<1xi64>
  %t = onnx.Concat(%s, %minus) {axis = 0 : i64}
      : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  // expected-error @+1 {{expected a dimension of 3 but got 7 in 'tensor<?x7xf32>'}}
  %0 = onnx.Reshape(%x, %t) : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<?x7xf32>
  return %0 : tensor<?x7xf32>
}

// -----

// Lists whose lengths types do not tell, here and below.

func.func @slice_lengths(%x: tensor<2x3xf32>) -> tensor<*xf32> {
  %none = onnx.None : none
  %one = onnx.Constant dense<0> : tensor<1xi64>
  %two = onnx.Constant dense<1> : tensor<2xi64>
  %a = onnx.Identity(%one) : (tensor<1xi64>) -> tensor<*xi64>
  %b = onnx.Identity(%two) : (tensor<2xi64>) -> tensor<*xi64>
  // expected-error @+1 {{node 'onnx.Slice': expected starts, ends, axes and steps of one length}}
  %0 = onnx.Slice(%x, %a, %b, %none, %none)
      : (tensor<2x3xf32>, tensor<*xi64>, tensor<*xi64>, none, none) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @slice_step(%x: tensor<2x3xf32>) -> tensor<*xf32> {
  %zero = onnx.Constant dense<0> : tensor<1xi64>
  %one = onnx.Constant dense<1> : tensor<1xi64>
  %step = onnx.Identity(%zero) : (tensor<1xi64>) -> tensor<*xi64>
  // expected-error @+1 {{node 'onnx.Slice': expected a step other than 0}}
  %0 = onnx.Slice(%x, %zero, %one, %zero, %step)
      : (tensor<2x3xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<*xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @gather_nd(%x: tensor<*xf32>, %tuples: tensor<4x3xi64>) -> tensor<*xf32> {
  %shape = onnx.Constant dense<[2, 3]> : tensor<2xi64>
  %0 = onnx.Reshape(%x, %shape) : (tensor<*xf32>, tensor<2xi64>) -> tensor<*xf32>
  // expected-error @+1 {{expected index tuples that fit the data's rank}}
  %1 = onnx.GatherND(%0, %tuples) : (tensor<*xf32>, tensor<4x3xi64>) -> tensor<*xf32>
  return %1 : tensor<*xf32>
}

// -----

func.func @reshape_copy(%x: tensor<6xf32>) -> tensor<*xf32> {
  %list = onnx.Constant dense<[6, 0]> : tensor<2xi64>
  %shape = onnx.Identity(%list) : (tensor<2xi64>) -> tensor<*xi64>
  // expected-error @+1 {{expected dimension 1 to copy}}
  %0 = onnx.Reshape(%x, %shape) : (tensor<6xf32>, tensor<*xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @reshape_open(%x: tensor<6xf32>) -> tensor<*xf32> {
  %list = onnx.Constant dense<-1> : tensor<2xi64>
  %shape = onnx.Identity(%list) : (tensor<2xi64>) -> tensor<*xi64>
  // expected-error @+1 {{expected at most one dimension of -1}}
  %0 = onnx.Reshape(%x, %shape) : (tensor<6xf32>, tensor<*xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @reshape_negative(%x: tensor<6xf32>) -> tensor<*xf32> {
  %list = onnx.Constant dense<[6, -2]> : tensor<2xi64>
  %shape = onnx.Identity(%list) : (tensor<2xi64>) -> tensor<*xi64>
  // expected-error @+1 {{expected dimensions of at least -1 but got -2}}
  %0 = onnx.Reshape(%x, %shape) : (tensor<6xf32>, tensor<*xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @tile(%x: tensor<2x3xf32>) -> tensor<*xf32> {
  %list = onnx.Constant dense<2> : tensor<3xi64>
  %repeats = onnx.Identity(%list) : (tensor<3xi64>) -> tensor<*xi64>
  // expected-error @+1 {{expected one repetition count for each axis}}
  %0 = onnx.Tile(%x, %repeats) : (tensor<2x3xf32>, tensor<*xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @concat(%x: tensor<*xf32>, %y: tensor<6xf32>) -> tensor<*xf32> {
  %shape = onnx.Constant dense<[2, 3]> : tensor<2xi64>
  %0 = onnx.Reshape(%x, %shape) : (tensor<*xf32>, tensor<2xi64>) -> tensor<*xf32>
  // expected-error @+1 {{expected operands of one rank}}
  %1 = onnx.Concat(%0, %y) {axis = 0 : i64} : (tensor<*xf32>, tensor<6xf32>) -> tensor<*xf32>
  return %1 : tensor<*xf32>
}

// -----

func.func @split(%x: tensor<6xf32>) -> (tensor<*xf32>, tensor<*xf32>) {
  %list = onnx.Constant dense<2> : tensor<3xi64>
  %parts = onnx.Identity(%list) : (tensor<3xi64>) -> tensor<*xi64>
  // expected-error @+1 {{expected 2 lengths but got 3}}
  %0:2 = onnx.Split(%x, %parts) : (tensor<6xf32>, tensor<*xi64>) -> (tensor<*xf32>, tensor<*xf32>)
  return %0#0, %0#1 : tensor<*xf32>, tensor<*xf32>
}

// -----

func.func @range() -> tensor<*xi64> {
  %zero = onnx.Constant dense<0> : tensor<i64>
  %four = onnx.Constant dense<4> : tensor<i64>
  // expected-error @+1 {{node 'onnx.Range': expected a step other than 0}}
  %0 = onnx.Range(%zero, %four, %zero) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<*xi64>
  return %0 : tensor<*xi64>
}

// -----

func.func @gemm(%x: tensor<*xf32>) -> tensor<*xf32> {
  %none = onnx.None : none
  %shape = onnx.Constant dense<[2, 3, 4]> : tensor<3xi64>
  %0 = onnx.Reshape(%x, %shape) : (tensor<*xf32>, tensor<3xi64>) -> tensor<*xf32>
  // expected-error @+1 {{expected matrices}}
  %1 = onnx.Gemm(%0, %0, %none) : (tensor<*xf32>, tensor<*xf32>, none) -> tensor<*xf32>
  return %1 : tensor<*xf32>
}

// -----

func.func @attention(%x: tensor<*xf32>) -> tensor<*xf32> {
  %none = onnx.None : none
  %shape = onnx.Constant dense<[2, 3]> : tensor<2xi64>
  %0 = onnx.Reshape(%x, %shape) : (tensor<*xf32>, tensor<2xi64>) -> tensor<*xf32>
  // expected-error @+1 {{of rank 4, or of rank 3 and a number of heads}}
  %y, %k, %v, %qk = onnx.Attention(%0, %0, %0, %none, %none, %none, %none)
      : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none, none, none, none)
      -> (tensor<*xf32>, none, none, none)
  return %y : tensor<*xf32>
}

// -----

func.func @attention_past(%x: tensor<1x2x3x4xf32>, %p: tensor<*xf32>)
    -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>) {
  %none = onnx.None : none
  %shape = onnx.Constant dense<[2, 3]> : tensor<2xi64>
  %past = onnx.Reshape(%p, %shape) : (tensor<*xf32>, tensor<2xi64>) -> tensor<*xf32>
  // expected-error @+1 {{expected a past of rank 4}}
  %y, %k, %v, %qk = onnx.Attention(%x, %x, %x, %none, %past, %past, %none)
      : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>, none, tensor<*xf32>,
         tensor<*xf32>, none)
      -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none)
  return %y, %k, %v : tensor<*xf32>, tensor<*xf32>, tensor<*xf32>
}

// -----

func.func @rank(%x: tensor<6xf32>) -> tensor<?xf32> {
  %list = onnx.Constant dense<[2, 3]> : tensor<2xi64>
  %shape = onnx.Identity(%list) : (tensor<2xi64>) -> tensor<*xi64>
  // expected-error @+1 {{node 'onnx.Reshape': expected a result of rank 2 but got 'tensor<?xf32>'}}
  %0 = onnx.Reshape(%x, %shape) : (tensor<6xf32>, tensor<*xi64>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

func.func @ms_attention(%x: tensor<1x4x32xf32>, %w: tensor<32x96xf32>, %b: tensor<96xf32>, %p: tensor<*xf32>) -> tensor<*xf32> {
  %none = onnx.None : none
  %shape = onnx.Constant dense<[2, 3]> : tensor<2xi64>
  %past = onnx.Reshape(%p, %shape) : (tensor<*xf32>, tensor<2xi64>) -> tensor<*xf32>
  // expected-error @+1 {{expected a past of rank 5 but got rank 2}}
  %0:2 = onnx.ms.Attention(%x, %w, %b, %none, %past, %none, %none) {num_heads = 4 : i64}
      : (tensor<1x4x32xf32>, tensor<32x96xf32>, tensor<96xf32>, none, tensor<*xf32>, none, none)
      -> (tensor<*xf32>, tensor<*xf32>)
  return %0#0 : tensor<*xf32>
}

// -----

func.func @ms_multi_head_attention(%x: tensor<1x4x32xf32>, %p: tensor<*xf32>) -> tensor<*xf32> {
  %none = onnx.None : none
  %shape = onnx.Constant dense<[2, 3]> : tensor<2xi64>
  %past = onnx.Reshape(%p, %shape) : (tensor<*xf32>, tensor<2xi64>) -> tensor<*xf32>
  // expected-error @+1 {{expected a past of rank 4 but got rank 2}}
  %0:4 = onnx.ms.MultiHeadAttention(%x, %x, %x, %none, %none, %none, %past, %past, %none, %none) {num_heads = 4 : i64}
      : (tensor<1x4x32xf32>, tensor<1x4x32xf32>, tensor<1x4x32xf32>, none, none, none, tensor<*xf32>, tensor<*xf32>, none, none)
      -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, none)
  return %0#0 : tensor<*xf32>
}
