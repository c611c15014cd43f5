// RUN: gg-opt %s --verify-roundtrip | FileCheck %s

// Every op once, with the types of its documentation.

// CHECK-LABEL: func @RotaryEmbedding(
// CHECK: onnx.RotaryEmbedding(%{{.*}}) : (tensor<2x8x4x16xf32>, tensor<64x8xf32>, tensor<64x8xf32>, tensor<2x4xi64>) -> tensor<2x8x4x16xf32>
func.func @RotaryEmbedding(%arg0: tensor<2x8x4x16xf32>, %arg1: tensor<64x8xf32>, %arg2: tensor<64x8xf32>, %arg3: tensor<2x4xi64>) -> (tensor<2x8x4x16xf32>) {
  %0 = onnx.RotaryEmbedding(%arg0, %arg1, %arg2, %arg3) : (tensor<2x8x4x16xf32>, tensor<64x8xf32>, tensor<64x8xf32>, tensor<2x4xi64>) -> tensor<2x8x4x16xf32>
  return %0 : tensor<2x8x4x16xf32>
}

// CHECK-LABEL: func @Attention(
// CHECK: onnx.Attention(%{{.*}}) {is_causal = 1 : i64} : (tensor<1x8x4x16xf32>, tensor<1x2x4x16xf32>, tensor<1x2x4x16xf32>, none, tensor<1x2x12x16xf32>, tensor<1x2x12x16xf32>, none) -> (tensor<1x8x4x16xf32>, tensor<1x2x16x16xf32>, tensor<1x2x16x16xf32>, none)
func.func @Attention(%arg0: tensor<1x8x4x16xf32>, %arg1: tensor<1x2x4x16xf32>, %arg2: tensor<1x2x4x16xf32>, %arg3: none, %arg4: tensor<1x2x12x16xf32>, %arg5: tensor<1x2x12x16xf32>, %arg6: none) -> (tensor<1x8x4x16xf32>, tensor<1x2x16x16xf32>, tensor<1x2x16x16xf32>, none) {
  %0:4 = onnx.Attention(%arg0, %arg1, %arg2, %arg3, %arg4, %arg5, %arg6) {is_causal = 1 : i64} : (tensor<1x8x4x16xf32>, tensor<1x2x4x16xf32>, tensor<1x2x4x16xf32>, none, tensor<1x2x12x16xf32>, tensor<1x2x12x16xf32>, none) -> (tensor<1x8x4x16xf32>, tensor<1x2x16x16xf32>, tensor<1x2x16x16xf32>, none)
  return %0#0, %0#1, %0#2, %0#3 : tensor<1x8x4x16xf32>, tensor<1x2x16x16xf32>, tensor<1x2x16x16xf32>, none
}

// CHECK-LABEL: func @ConstantOfShape(
// CHECK: onnx.ConstantOfShape(%{{.*}}) {value = dense<1> : tensor<1xi64>} : (tensor<2xi64>) -> tensor<?x?xi64>
func.func @ConstantOfShape(%arg0: tensor<2xi64>) -> (tensor<?x?xi64>) {
  %0 = onnx.ConstantOfShape(%arg0) {value = dense<1> : tensor<1xi64>} : (tensor<2xi64>) -> tensor<?x?xi64>
  return %0 : tensor<?x?xi64>
}

// CHECK-LABEL: func @Range(
// CHECK: onnx.Range(%{{.*}}) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
func.func @Range(%arg0: tensor<i64>, %arg1: tensor<i64>, %arg2: tensor<i64>) -> (tensor<?xi64>) {
  %0 = onnx.Range(%arg0, %arg1, %arg2) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  return %0 : tensor<?xi64>
}

// CHECK-LABEL: func @Mod(
// CHECK: onnx.Mod(%{{.*}}) {fmod = 1 : i64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
func.func @Mod(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>) -> (tensor<4xf32>) {
  %0 = onnx.Mod(%arg0, %arg1) {fmod = 1 : i64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func @Pow(
// CHECK: onnx.Pow(%{{.*}}) : (tensor<2x3xf32>, tensor<i64>) -> tensor<2x3xf32>
func.func @Pow(%arg0: tensor<2x3xf32>, %arg1: tensor<i64>) -> (tensor<2x3xf32>) {
  %0 = onnx.Pow(%arg0, %arg1) : (tensor<2x3xf32>, tensor<i64>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// CHECK-LABEL: func @Max(
// CHECK: onnx.Max(%{{.*}}) : (tensor<2x3xf32>, tensor<3xf32>, tensor<f32>) -> tensor<2x3xf32>
func.func @Max(%arg0: tensor<2x3xf32>, %arg1: tensor<3xf32>, %arg2: tensor<f32>) -> (tensor<2x3xf32>) {
  %0 = onnx.Max(%arg0, %arg1, %arg2) : (tensor<2x3xf32>, tensor<3xf32>, tensor<f32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// CHECK-LABEL: func @Min(
// CHECK: onnx.Min(%{{.*}}) : (tensor<2x3xf32>, tensor<3xf32>, tensor<f32>) -> tensor<2x3xf32>
func.func @Min(%arg0: tensor<2x3xf32>, %arg1: tensor<3xf32>, %arg2: tensor<f32>) -> (tensor<2x3xf32>) {
  %0 = onnx.Min(%arg0, %arg1, %arg2) : (tensor<2x3xf32>, tensor<3xf32>, tensor<f32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// CHECK-LABEL: func @Clip(
// CHECK: onnx.Clip(%{{.*}}) : (tensor<4xf32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
func.func @Clip(%arg0: tensor<4xf32>, %arg1: tensor<f32>, %arg2: tensor<f32>) -> (tensor<4xf32>) {
  %0 = onnx.Clip(%arg0, %arg1, %arg2) : (tensor<4xf32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func @Gelu(
// CHECK: onnx.Gelu(%{{.*}}) {approximate = "tanh"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
func.func @Gelu(%arg0: tensor<2x3xf32>) -> (tensor<2x3xf32>) {
  %0 = onnx.Gelu(%arg0) {approximate = "tanh"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// CHECK-LABEL: func @Swish(
// CHECK: onnx.Swish(%{{.*}}) : (tensor<2x3xf32>) -> tensor<2x3xf32>
func.func @Swish(%arg0: tensor<2x3xf32>) -> (tensor<2x3xf32>) {
  %0 = onnx.Swish(%arg0) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// CHECK-LABEL: func @SwiGLU(
// CHECK: onnx.SwiGLU(%{{.*}}) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
func.func @SwiGLU(%arg0: tensor<2x3xf32>, %arg1: tensor<2x3xf32>) -> (tensor<2x3xf32>) {
  %0 = onnx.SwiGLU(%arg0, %arg1) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// CHECK-LABEL: func @IsNaN(
// CHECK: onnx.IsNaN(%{{.*}}) : (tensor<2x3xf32>) -> tensor<2x3xi1>
func.func @IsNaN(%arg0: tensor<2x3xf32>) -> (tensor<2x3xi1>) {
  %0 = onnx.IsNaN(%arg0) : (tensor<2x3xf32>) -> tensor<2x3xi1>
  return %0 : tensor<2x3xi1>
}

// CHECK-LABEL: func @IsInf(
// CHECK: onnx.IsInf(%{{.*}}) {detect_negative = 0 : i64} : (tensor<2x3xf32>) -> tensor<2x3xi1>
func.func @IsInf(%arg0: tensor<2x3xf32>) -> (tensor<2x3xi1>) {
  %0 = onnx.IsInf(%arg0) {detect_negative = 0 : i64} : (tensor<2x3xf32>) -> tensor<2x3xi1>
  return %0 : tensor<2x3xi1>
}

// CHECK-LABEL: func @Where(
// CHECK: onnx.Where(%{{.*}}) : (tensor<2x3xi1>, tensor<3xf32>, tensor<f32>) -> tensor<2x3xf32>
func.func @Where(%arg0: tensor<2x3xi1>, %arg1: tensor<3xf32>, %arg2: tensor<f32>) -> (tensor<2x3xf32>) {
  %0 = onnx.Where(%arg0, %arg1, %arg2) : (tensor<2x3xi1>, tensor<3xf32>, tensor<f32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// CHECK-LABEL: func @Cast(
// CHECK: onnx.Cast(%{{.*}}) {to = i64} : (tensor<2x3xf32>) -> tensor<2x3xi64>
func.func @Cast(%arg0: tensor<2x3xf32>) -> (tensor<2x3xi64>) {
  %0 = onnx.Cast(%arg0) {to = i64} : (tensor<2x3xf32>) -> tensor<2x3xi64>
  return %0 : tensor<2x3xi64>
}

// CHECK-LABEL: func @CastLike(
// CHECK: onnx.CastLike(%{{.*}}) : (tensor<2x3xf32>, tensor<1xf16>) -> tensor<2x3xf16>
func.func @CastLike(%arg0: tensor<2x3xf32>, %arg1: tensor<1xf16>) -> (tensor<2x3xf16>) {
  %0 = onnx.CastLike(%arg0, %arg1) : (tensor<2x3xf32>, tensor<1xf16>) -> tensor<2x3xf16>
  return %0 : tensor<2x3xf16>
}

// CHECK-LABEL: func @Identity(
// CHECK: onnx.Identity(%{{.*}}) : (tensor<2x3xf32>) -> tensor<2x3xf32>
func.func @Identity(%arg0: tensor<2x3xf32>) -> (tensor<2x3xf32>) {
  %0 = onnx.Identity(%arg0) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// CHECK-LABEL: func @Gather(
// CHECK: onnx.Gather(%{{.*}}) : (tensor<512x64xf32>, tensor<2x8xi64>) -> tensor<2x8x64xf32>
func.func @Gather(%arg0: tensor<512x64xf32>, %arg1: tensor<2x8xi64>) -> (tensor<2x8x64xf32>) {
  %0 = onnx.Gather(%arg0, %arg1) : (tensor<512x64xf32>, tensor<2x8xi64>) -> tensor<2x8x64xf32>
  return %0 : tensor<2x8x64xf32>
}

// CHECK-LABEL: func @GatherElements(
// CHECK: onnx.GatherElements(%{{.*}}) {axis = 1 : i64} : (tensor<2x3xf32>, tensor<2x2xi64>) -> tensor<2x2xf32>
func.func @GatherElements(%arg0: tensor<2x3xf32>, %arg1: tensor<2x2xi64>) -> (tensor<2x2xf32>) {
  %0 = onnx.GatherElements(%arg0, %arg1) {axis = 1 : i64} : (tensor<2x3xf32>, tensor<2x2xi64>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// CHECK-LABEL: func @GatherND(
// CHECK: onnx.GatherND(%{{.*}}) : (tensor<2x3x4xf32>, tensor<5x2xi64>) -> tensor<5x4xf32>
func.func @GatherND(%arg0: tensor<2x3x4xf32>, %arg1: tensor<5x2xi64>) -> (tensor<5x4xf32>) {
  %0 = onnx.GatherND(%arg0, %arg1) : (tensor<2x3x4xf32>, tensor<5x2xi64>) -> tensor<5x4xf32>
  return %0 : tensor<5x4xf32>
}

// CHECK-LABEL: func @ScatterND(
// CHECK: onnx.ScatterND(%{{.*}}) : (tensor<8x4xf32>, tensor<2x1xi64>, tensor<2x4xf32>) -> tensor<8x4xf32>
func.func @ScatterND(%arg0: tensor<8x4xf32>, %arg1: tensor<2x1xi64>, %arg2: tensor<2x4xf32>) -> (tensor<8x4xf32>) {
  %0 = onnx.ScatterND(%arg0, %arg1, %arg2) : (tensor<8x4xf32>, tensor<2x1xi64>, tensor<2x4xf32>) -> tensor<8x4xf32>
  return %0 : tensor<8x4xf32>
}

// CHECK-LABEL: func @ScatterElements(
// CHECK: onnx.ScatterElements(%{{.*}}) {axis = 1 : i64} : (tensor<2x8xf32>, tensor<2x3xi64>, tensor<2x3xf32>) -> tensor<2x8xf32>
func.func @ScatterElements(%arg0: tensor<2x8xf32>, %arg1: tensor<2x3xi64>, %arg2: tensor<2x3xf32>) -> (tensor<2x8xf32>) {
  %0 = onnx.ScatterElements(%arg0, %arg1, %arg2) {axis = 1 : i64} : (tensor<2x8xf32>, tensor<2x3xi64>, tensor<2x3xf32>) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}

// CHECK-LABEL: func @TensorScatter(
// CHECK: onnx.TensorScatter(%{{.*}}) : (tensor<2x8x64x16xf32>, tensor<2x8x1x16xf32>, tensor<2xi64>) -> tensor<2x8x64x16xf32>
func.func @TensorScatter(%arg0: tensor<2x8x64x16xf32>, %arg1: tensor<2x8x1x16xf32>, %arg2: tensor<2xi64>) -> (tensor<2x8x64x16xf32>) {
  %0 = onnx.TensorScatter(%arg0, %arg1, %arg2) : (tensor<2x8x64x16xf32>, tensor<2x8x1x16xf32>, tensor<2xi64>) -> tensor<2x8x64x16xf32>
  return %0 : tensor<2x8x64x16xf32>
}

// CHECK-LABEL: func @MatMul(
// CHECK: onnx.MatMul(%{{.*}}) : (tensor<2x3x4xf32>, tensor<4x5xf32>) -> tensor<2x3x5xf32>
func.func @MatMul(%arg0: tensor<2x3x4xf32>, %arg1: tensor<4x5xf32>) -> (tensor<2x3x5xf32>) {
  %0 = onnx.MatMul(%arg0, %arg1) : (tensor<2x3x4xf32>, tensor<4x5xf32>) -> tensor<2x3x5xf32>
  return %0 : tensor<2x3x5xf32>
}

// CHECK-LABEL: func @Gemm(
// CHECK: onnx.Gemm(%{{.*}}) {transB = 1 : i64} : (tensor<3x4xf32>, tensor<5x4xf32>, tensor<5xf32>) -> tensor<3x5xf32>
func.func @Gemm(%arg0: tensor<3x4xf32>, %arg1: tensor<5x4xf32>, %arg2: tensor<5xf32>) -> (tensor<3x5xf32>) {
  %0 = onnx.Gemm(%arg0, %arg1, %arg2) {transB = 1 : i64} : (tensor<3x4xf32>, tensor<5x4xf32>, tensor<5xf32>) -> tensor<3x5xf32>
  return %0 : tensor<3x5xf32>
}

// CHECK-LABEL: func @Softmax(
// CHECK: onnx.Softmax(%{{.*}}) : (tensor<2x8xf32>) -> tensor<2x8xf32>
func.func @Softmax(%arg0: tensor<2x8xf32>) -> (tensor<2x8xf32>) {
  %0 = onnx.Softmax(%arg0) : (tensor<2x8xf32>) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}

// CHECK-LABEL: func @LogSoftmax(
// CHECK: onnx.LogSoftmax(%{{.*}}) : (tensor<2x8xf32>) -> tensor<2x8xf32>
func.func @LogSoftmax(%arg0: tensor<2x8xf32>) -> (tensor<2x8xf32>) {
  %0 = onnx.LogSoftmax(%arg0) : (tensor<2x8xf32>) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}

// CHECK-LABEL: func @LpNormalization(
// CHECK: onnx.LpNormalization(%{{.*}}) : (tensor<2x8xf32>) -> tensor<2x8xf32>
func.func @LpNormalization(%arg0: tensor<2x8xf32>) -> (tensor<2x8xf32>) {
  %0 = onnx.LpNormalization(%arg0) : (tensor<2x8xf32>) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}

// CHECK-LABEL: func @LayerNormalization(
// CHECK: onnx.LayerNormalization(%{{.*}}) : (tensor<2x8xf32>, tensor<8xf32>, none) -> (tensor<2x8xf32>, none, none)
func.func @LayerNormalization(%arg0: tensor<2x8xf32>, %arg1: tensor<8xf32>, %arg2: none) -> (tensor<2x8xf32>, none, none) {
  %0:3 = onnx.LayerNormalization(%arg0, %arg1, %arg2) : (tensor<2x8xf32>, tensor<8xf32>, none) -> (tensor<2x8xf32>, none, none)
  return %0#0, %0#1, %0#2 : tensor<2x8xf32>, none, none
}

// CHECK-LABEL: func @RMSNormalization(
// CHECK: onnx.RMSNormalization(%{{.*}}) : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
func.func @RMSNormalization(%arg0: tensor<2x8xf32>, %arg1: tensor<8xf32>) -> (tensor<2x8xf32>) {
  %0 = onnx.RMSNormalization(%arg0, %arg1) : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}

// CHECK-LABEL: func @Dropout(
// CHECK: onnx.Dropout(%{{.*}}) : (tensor<2x8xf32>, none, none) -> (tensor<2x8xf32>, none)
func.func @Dropout(%arg0: tensor<2x8xf32>, %arg1: none, %arg2: none) -> (tensor<2x8xf32>, none) {
  %0:2 = onnx.Dropout(%arg0, %arg1, %arg2) : (tensor<2x8xf32>, none, none) -> (tensor<2x8xf32>, none)
  return %0#0, %0#1 : tensor<2x8xf32>, none
}

// CHECK-LABEL: func @TopK(
// CHECK: onnx.TopK(%{{.*}}) : (tensor<2x8xf32>, tensor<1xi64>) -> (tensor<2x3xf32>, tensor<2x3xi64>)
func.func @TopK(%arg0: tensor<2x8xf32>, %arg1: tensor<1xi64>) -> (tensor<2x3xf32>, tensor<2x3xi64>) {
  %0:2 = onnx.TopK(%arg0, %arg1) : (tensor<2x8xf32>, tensor<1xi64>) -> (tensor<2x3xf32>, tensor<2x3xi64>)
  return %0#0, %0#1 : tensor<2x3xf32>, tensor<2x3xi64>
}

// CHECK-LABEL: func @CumSum(
// CHECK: onnx.CumSum(%{{.*}}) : (tensor<2x3xf32>, tensor<i64>) -> tensor<2x3xf32>
func.func @CumSum(%arg0: tensor<2x3xf32>, %arg1: tensor<i64>) -> (tensor<2x3xf32>) {
  %0 = onnx.CumSum(%arg0, %arg1) : (tensor<2x3xf32>, tensor<i64>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// CHECK-LABEL: func @Reshape(
// CHECK: onnx.Reshape(%{{.*}}) : (tensor<2x12xf32>, tensor<3xi64>) -> tensor<2x3x4xf32>
func.func @Reshape(%arg0: tensor<2x12xf32>, %arg1: tensor<3xi64>) -> (tensor<2x3x4xf32>) {
  %0 = onnx.Reshape(%arg0, %arg1) : (tensor<2x12xf32>, tensor<3xi64>) -> tensor<2x3x4xf32>
  return %0 : tensor<2x3x4xf32>
}

// CHECK-LABEL: func @Flatten(
// CHECK: onnx.Flatten(%{{.*}}) {axis = 2 : i64} : (tensor<2x3x4xf32>) -> tensor<6x4xf32>
func.func @Flatten(%arg0: tensor<2x3x4xf32>) -> (tensor<6x4xf32>) {
  %0 = onnx.Flatten(%arg0) {axis = 2 : i64} : (tensor<2x3x4xf32>) -> tensor<6x4xf32>
  return %0 : tensor<6x4xf32>
}

// CHECK-LABEL: func @Squeeze(
// CHECK: onnx.Squeeze(%{{.*}}) : (tensor<1x3xf32>, tensor<1xi64>) -> tensor<3xf32>
func.func @Squeeze(%arg0: tensor<1x3xf32>, %arg1: tensor<1xi64>) -> (tensor<3xf32>) {
  %0 = onnx.Squeeze(%arg0, %arg1) : (tensor<1x3xf32>, tensor<1xi64>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// CHECK-LABEL: func @Unsqueeze(
// CHECK: onnx.Unsqueeze(%{{.*}}) : (tensor<3xf32>, tensor<1xi64>) -> tensor<1x3xf32>
func.func @Unsqueeze(%arg0: tensor<3xf32>, %arg1: tensor<1xi64>) -> (tensor<1x3xf32>) {
  %0 = onnx.Unsqueeze(%arg0, %arg1) : (tensor<3xf32>, tensor<1xi64>) -> tensor<1x3xf32>
  return %0 : tensor<1x3xf32>
}

// CHECK-LABEL: func @Transpose(
// CHECK: onnx.Transpose(%{{.*}}) {perm = array<i64: 0, 2, 1>} : (tensor<2x3x4xf32>) -> tensor<2x4x3xf32>
func.func @Transpose(%arg0: tensor<2x3x4xf32>) -> (tensor<2x4x3xf32>) {
  %0 = onnx.Transpose(%arg0) {perm = array<i64: 0, 2, 1>} : (tensor<2x3x4xf32>) -> tensor<2x4x3xf32>
  return %0 : tensor<2x4x3xf32>
}

// CHECK-LABEL: func @Expand(
// CHECK: onnx.Expand(%{{.*}}) : (tensor<3x1xf32>, tensor<3xi64>) -> tensor<2x3x4xf32>
func.func @Expand(%arg0: tensor<3x1xf32>, %arg1: tensor<3xi64>) -> (tensor<2x3x4xf32>) {
  %0 = onnx.Expand(%arg0, %arg1) : (tensor<3x1xf32>, tensor<3xi64>) -> tensor<2x3x4xf32>
  return %0 : tensor<2x3x4xf32>
}

// CHECK-LABEL: func @Tile(
// CHECK: onnx.Tile(%{{.*}}) : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<4x3xf32>
func.func @Tile(%arg0: tensor<2x3xf32>, %arg1: tensor<2xi64>) -> (tensor<4x3xf32>) {
  %0 = onnx.Tile(%arg0, %arg1) : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}

// CHECK-LABEL: func @Shape(
// CHECK: onnx.Shape(%{{.*}}) {start = 1 : i64} : (tensor<2x3x4xf32>) -> tensor<2xi64>
func.func @Shape(%arg0: tensor<2x3x4xf32>) -> (tensor<2xi64>) {
  %0 = onnx.Shape(%arg0) {start = 1 : i64} : (tensor<2x3x4xf32>) -> tensor<2xi64>
  return %0 : tensor<2xi64>
}

// CHECK-LABEL: func @Size(
// CHECK: onnx.Size(%{{.*}}) : (tensor<2x3x4xf32>) -> tensor<i64>
func.func @Size(%arg0: tensor<2x3x4xf32>) -> (tensor<i64>) {
  %0 = onnx.Size(%arg0) : (tensor<2x3x4xf32>) -> tensor<i64>
  return %0 : tensor<i64>
}

// CHECK-LABEL: func @Concat(
// CHECK: onnx.Concat(%{{.*}}) {axis = 1 : i64} : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<2x7xf32>
func.func @Concat(%arg0: tensor<2x3xf32>, %arg1: tensor<2x4xf32>) -> (tensor<2x7xf32>) {
  %0 = onnx.Concat(%arg0, %arg1) {axis = 1 : i64} : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<2x7xf32>
  return %0 : tensor<2x7xf32>
}

// CHECK-LABEL: func @Split(
// CHECK: onnx.Split(%{{.*}}) {axis = 1 : i64, num_outputs = 2 : i64} : (tensor<2x6xf32>, none) -> (tensor<2x3xf32>, tensor<2x3xf32>)
func.func @Split(%arg0: tensor<2x6xf32>, %arg1: none) -> (tensor<2x3xf32>, tensor<2x3xf32>) {
  %0:2 = onnx.Split(%arg0, %arg1) {axis = 1 : i64, num_outputs = 2 : i64} : (tensor<2x6xf32>, none) -> (tensor<2x3xf32>, tensor<2x3xf32>)
  return %0#0, %0#1 : tensor<2x3xf32>, tensor<2x3xf32>
}

// CHECK-LABEL: func @Slice(
// CHECK: onnx.Slice(%{{.*}}) : (tensor<4x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<4x3xf32>
func.func @Slice(%arg0: tensor<4x8xf32>, %arg1: tensor<1xi64>, %arg2: tensor<1xi64>, %arg3: tensor<1xi64>, %arg4: tensor<1xi64>) -> (tensor<4x3xf32>) {
  %0 = onnx.Slice(%arg0, %arg1, %arg2, %arg3, %arg4) : (tensor<4x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}

// CHECK-LABEL: func @Trilu(
// CHECK: onnx.Trilu(%{{.*}}) {upper = 0 : i64} : (tensor<4x4xf32>, tensor<i64>) -> tensor<4x4xf32>
func.func @Trilu(%arg0: tensor<4x4xf32>, %arg1: tensor<i64>) -> (tensor<4x4xf32>) {
  %0 = onnx.Trilu(%arg0, %arg1) {upper = 0 : i64} : (tensor<4x4xf32>, tensor<i64>) -> tensor<4x4xf32>
  return %0 : tensor<4x4xf32>
}

// CHECK-LABEL: func @ms_SimplifiedLayerNormalization(
// CHECK: onnx.ms.SimplifiedLayerNormalization(%{{.*}}) : (tensor<2x8xf32>, tensor<8xf32>) -> (tensor<2x8xf32>, none)
func.func @ms_SimplifiedLayerNormalization(%arg0: tensor<2x8xf32>, %arg1: tensor<8xf32>) -> (tensor<2x8xf32>, none) {
  %0:2 = onnx.ms.SimplifiedLayerNormalization(%arg0, %arg1) : (tensor<2x8xf32>, tensor<8xf32>) -> (tensor<2x8xf32>, none)
  return %0#0, %0#1 : tensor<2x8xf32>, none
}

// CHECK-LABEL: func @ms_SkipSimplifiedLayerNormalization(
// CHECK: onnx.ms.SkipSimplifiedLayerNormalization(%{{.*}}) : (tensor<2x4x8xf32>, tensor<2x4x8xf32>, tensor<8xf32>, none) -> (tensor<2x4x8xf32>, none, none, tensor<2x4x8xf32>)
func.func @ms_SkipSimplifiedLayerNormalization(%arg0: tensor<2x4x8xf32>, %arg1: tensor<2x4x8xf32>, %arg2: tensor<8xf32>, %arg3: none) -> (tensor<2x4x8xf32>, none, none, tensor<2x4x8xf32>) {
  %0:4 = onnx.ms.SkipSimplifiedLayerNormalization(%arg0, %arg1, %arg2, %arg3) : (tensor<2x4x8xf32>, tensor<2x4x8xf32>, tensor<8xf32>, none) -> (tensor<2x4x8xf32>, none, none, tensor<2x4x8xf32>)
  return %0#0, %0#1, %0#2, %0#3 : tensor<2x4x8xf32>, none, none, tensor<2x4x8xf32>
}

// CHECK-LABEL: func @ms_SkipLayerNormalization(
// CHECK: onnx.ms.SkipLayerNormalization(%{{.*}}) : (tensor<2x4x8xf32>, tensor<2x4x8xf32>, tensor<8xf32>, none, none) -> (tensor<2x4x8xf32>, none, none, tensor<2x4x8xf32>)
func.func @ms_SkipLayerNormalization(%arg0: tensor<2x4x8xf32>, %arg1: tensor<2x4x8xf32>, %arg2: tensor<8xf32>, %arg3: none, %arg4: none) -> (tensor<2x4x8xf32>, none, none, tensor<2x4x8xf32>) {
  %0:4 = onnx.ms.SkipLayerNormalization(%arg0, %arg1, %arg2, %arg3, %arg4) : (tensor<2x4x8xf32>, tensor<2x4x8xf32>, tensor<8xf32>, none, none) -> (tensor<2x4x8xf32>, none, none, tensor<2x4x8xf32>)
  return %0#0, %0#1, %0#2, %0#3 : tensor<2x4x8xf32>, none, none, tensor<2x4x8xf32>
}

// CHECK-LABEL: func @ms_EmbedLayerNormalization(
// CHECK: onnx.ms.EmbedLayerNormalization(%{{.*}}) : (tensor<1x4xi32>, none, tensor<99x8xf32>, tensor<16x8xf32>, none, tensor<8xf32>, tensor<8xf32>, none, none) -> (tensor<1x4x8xf32>, none, none)
func.func @ms_EmbedLayerNormalization(%arg0: tensor<1x4xi32>, %arg1: none, %arg2: tensor<99x8xf32>, %arg3: tensor<16x8xf32>, %arg4: none, %arg5: tensor<8xf32>, %arg6: tensor<8xf32>, %arg7: none, %arg8: none) -> (tensor<1x4x8xf32>, none, none) {
  %0:3 = onnx.ms.EmbedLayerNormalization(%arg0, %arg1, %arg2, %arg3, %arg4, %arg5, %arg6, %arg7, %arg8) : (tensor<1x4xi32>, none, tensor<99x8xf32>, tensor<16x8xf32>, none, tensor<8xf32>, tensor<8xf32>, none, none) -> (tensor<1x4x8xf32>, none, none)
  return %0#0, %0#1, %0#2 : tensor<1x4x8xf32>, none, none
}

// CHECK-LABEL: func @ms_Gelu(
// CHECK: onnx.ms.Gelu(%{{.*}}) : (tensor<2x8xf32>) -> tensor<2x8xf32>
func.func @ms_Gelu(%arg0: tensor<2x8xf32>) -> (tensor<2x8xf32>) {
  %0 = onnx.ms.Gelu(%arg0) : (tensor<2x8xf32>) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}

// CHECK-LABEL: func @ms_QuickGelu(
// CHECK: onnx.ms.QuickGelu(%{{.*}}) : (tensor<2x8xf32>) -> tensor<2x8xf32>
func.func @ms_QuickGelu(%arg0: tensor<2x8xf32>) -> (tensor<2x8xf32>) {
  %0 = onnx.ms.QuickGelu(%arg0) : (tensor<2x8xf32>) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}

// CHECK-LABEL: func @ms_FastGelu(
// CHECK: onnx.ms.FastGelu(%{{.*}}) : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
func.func @ms_FastGelu(%arg0: tensor<2x8xf32>, %arg1: tensor<8xf32>) -> (tensor<2x8xf32>) {
  %0 = onnx.ms.FastGelu(%arg0, %arg1) : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}

// CHECK-LABEL: func @ms_BiasGelu(
// CHECK: onnx.ms.BiasGelu(%{{.*}}) : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
func.func @ms_BiasGelu(%arg0: tensor<2x8xf32>, %arg1: tensor<8xf32>) -> (tensor<2x8xf32>) {
  %0 = onnx.ms.BiasGelu(%arg0, %arg1) : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}

// CHECK-LABEL: func @ms_FusedMatMul(
// CHECK: onnx.ms.FusedMatMul(%{{.*}}) {transB = 1 : i64} : (tensor<3x4xf32>, tensor<5x4xf32>) -> tensor<3x5xf32>
func.func @ms_FusedMatMul(%arg0: tensor<3x4xf32>, %arg1: tensor<5x4xf32>) -> (tensor<3x5xf32>) {
  %0 = onnx.ms.FusedMatMul(%arg0, %arg1) {transB = 1 : i64} : (tensor<3x4xf32>, tensor<5x4xf32>) -> tensor<3x5xf32>
  return %0 : tensor<3x5xf32>
}

// CHECK-LABEL: func @ms_MatMulNBits(
// CHECK: onnx.ms.MatMulNBits(%{{.*}}) {K = 64 : i64, N = 8 : i64, block_size = 32 : i64} : (tensor<2x64xf32>, tensor<8x2x16xui8>, tensor<16xf32>, none, none, none) -> tensor<2x8xf32>
func.func @ms_MatMulNBits(%arg0: tensor<2x64xf32>, %arg1: tensor<8x2x16xui8>, %arg2: tensor<16xf32>, %arg3: none, %arg4: none, %arg5: none) -> (tensor<2x8xf32>) {
  %0 = onnx.ms.MatMulNBits(%arg0, %arg1, %arg2, %arg3, %arg4, %arg5) {K = 64 : i64, N = 8 : i64, block_size = 32 : i64} : (tensor<2x64xf32>, tensor<8x2x16xui8>, tensor<16xf32>, none, none, none) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}

// CHECK-LABEL: func @ms_GatherBlockQuantized(
// CHECK: onnx.ms.GatherBlockQuantized(%{{.*}}) {block_size = 32 : i64} : (tensor<99x32xui8>, tensor<1x4xi64>, tensor<99x2xf32>, none) -> tensor<1x4x64xf32>
func.func @ms_GatherBlockQuantized(%arg0: tensor<99x32xui8>, %arg1: tensor<1x4xi64>, %arg2: tensor<99x2xf32>, %arg3: none) -> (tensor<1x4x64xf32>) {
  %0 = onnx.ms.GatherBlockQuantized(%arg0, %arg1, %arg2, %arg3) {block_size = 32 : i64} : (tensor<99x32xui8>, tensor<1x4xi64>, tensor<99x2xf32>, none) -> tensor<1x4x64xf32>
  return %0 : tensor<1x4x64xf32>
}

// CHECK-LABEL: func @ms_RotaryEmbedding(
// CHECK: onnx.ms.RotaryEmbedding(%{{.*}}) : (tensor<2x8x4x16xf32>, tensor<2x4xi64>, tensor<64x8xf32>, tensor<64x8xf32>) -> tensor<2x8x4x16xf32>
func.func @ms_RotaryEmbedding(%arg0: tensor<2x8x4x16xf32>, %arg1: tensor<2x4xi64>, %arg2: tensor<64x8xf32>, %arg3: tensor<64x8xf32>) -> (tensor<2x8x4x16xf32>) {
  %0 = onnx.ms.RotaryEmbedding(%arg0, %arg1, %arg2, %arg3) : (tensor<2x8x4x16xf32>, tensor<2x4xi64>, tensor<64x8xf32>, tensor<64x8xf32>) -> tensor<2x8x4x16xf32>
  return %0 : tensor<2x8x4x16xf32>
}

// CHECK-LABEL: func @ms_Attention(
// CHECK: onnx.ms.Attention(%{{.*}}) {num_heads = 4 : i64, unidirectional = 1 : i64} : (tensor<1x4x32xf32>, tensor<32x96xf32>, tensor<96xf32>, tensor<1x16xi32>, tensor<2x1x4x12x8xf32>, none, none) -> (tensor<1x4x32xf32>, tensor<2x1x4x16x8xf32>)
func.func @ms_Attention(%arg0: tensor<1x4x32xf32>, %arg1: tensor<32x96xf32>, %arg2: tensor<96xf32>, %arg3: tensor<1x16xi32>, %arg4: tensor<2x1x4x12x8xf32>, %arg5: none, %arg6: none) -> (tensor<1x4x32xf32>, tensor<2x1x4x16x8xf32>) {
  %0:2 = onnx.ms.Attention(%arg0, %arg1, %arg2, %arg3, %arg4, %arg5, %arg6) {num_heads = 4 : i64, unidirectional = 1 : i64} : (tensor<1x4x32xf32>, tensor<32x96xf32>, tensor<96xf32>, tensor<1x16xi32>, tensor<2x1x4x12x8xf32>, none, none) -> (tensor<1x4x32xf32>, tensor<2x1x4x16x8xf32>)
  return %0#0, %0#1 : tensor<1x4x32xf32>, tensor<2x1x4x16x8xf32>
}

// CHECK-LABEL: func @ms_MultiHeadAttention(
// CHECK: onnx.ms.MultiHeadAttention(%{{.*}}) {num_heads = 4 : i64} : (tensor<1x4x32xf32>, tensor<1x4x32xf32>, tensor<1x4x32xf32>, none, none, none, none, none, none, none) -> (tensor<1x4x32xf32>, none, none, none)
func.func @ms_MultiHeadAttention(%arg0: tensor<1x4x32xf32>, %arg1: tensor<1x4x32xf32>, %arg2: tensor<1x4x32xf32>, %arg3: none, %arg4: none, %arg5: none, %arg6: none, %arg7: none, %arg8: none, %arg9: none) -> (tensor<1x4x32xf32>, none, none, none) {
  %0:4 = onnx.ms.MultiHeadAttention(%arg0, %arg1, %arg2, %arg3, %arg4, %arg5, %arg6, %arg7, %arg8, %arg9) {num_heads = 4 : i64} : (tensor<1x4x32xf32>, tensor<1x4x32xf32>, tensor<1x4x32xf32>, none, none, none, none, none, none, none) -> (tensor<1x4x32xf32>, none, none, none)
  return %0#0, %0#1, %0#2, %0#3 : tensor<1x4x32xf32>, none, none, none
}

// CHECK-LABEL: func @ms_GroupQueryAttention(
// CHECK: onnx.ms.GroupQueryAttention(%{{.*}}) {do_rotary = 1 : i64, kv_num_heads = 2 : i64, num_heads = 8 : i64} : (tensor<1x4x64xf32>, tensor<1x4x16xf32>, tensor<1x4x16xf32>, tensor<1x2x12x8xf32>, tensor<1x2x12x8xf32>, tensor<1xi32>, tensor<i32>, tensor<64x4xf32>, tensor<64x4xf32>, none, none, none, none, none, none, none, none) -> (tensor<1x4x64xf32>, tensor<1x2x16x8xf32>, tensor<1x2x16x8xf32>, none)
func.func @ms_GroupQueryAttention(%arg0: tensor<1x4x64xf32>, %arg1: tensor<1x4x16xf32>, %arg2: tensor<1x4x16xf32>, %arg3: tensor<1x2x12x8xf32>, %arg4: tensor<1x2x12x8xf32>, %arg5: tensor<1xi32>, %arg6: tensor<i32>, %arg7: tensor<64x4xf32>, %arg8: tensor<64x4xf32>, %arg9: none, %arg10: none, %arg11: none, %arg12: none, %arg13: none, %arg14: none, %arg15: none, %arg16: none) -> (tensor<1x4x64xf32>, tensor<1x2x16x8xf32>, tensor<1x2x16x8xf32>, none) {
  %0:4 = onnx.ms.GroupQueryAttention(%arg0, %arg1, %arg2, %arg3, %arg4, %arg5, %arg6, %arg7, %arg8, %arg9, %arg10, %arg11, %arg12, %arg13, %arg14, %arg15, %arg16) {do_rotary = 1 : i64, kv_num_heads = 2 : i64, num_heads = 8 : i64} : (tensor<1x4x64xf32>, tensor<1x4x16xf32>, tensor<1x4x16xf32>, tensor<1x2x12x8xf32>, tensor<1x2x12x8xf32>, tensor<1xi32>, tensor<i32>, tensor<64x4xf32>, tensor<64x4xf32>, none, none, none, none, none, none, none, none) -> (tensor<1x4x64xf32>, tensor<1x2x16x8xf32>, tensor<1x2x16x8xf32>, none)
  return %0#0, %0#1, %0#2, %0#3 : tensor<1x4x64xf32>, tensor<1x2x16x8xf32>, tensor<1x2x16x8xf32>, none
}

// CHECK-LABEL: func @unary(
func.func @unary(%x: tensor<?x3xf32>, %c: tensor<*xi1>) {
  // CHECK: onnx.Sqrt(%{{.*}}) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  %0 = onnx.Sqrt(%x) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  // CHECK: onnx.Reciprocal(%{{.*}}) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  %1 = onnx.Reciprocal(%x) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  // CHECK: onnx.Neg(%{{.*}}) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  %2 = onnx.Neg(%x) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  // CHECK: onnx.Abs(%{{.*}}) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  %3 = onnx.Abs(%x) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  // CHECK: onnx.Sign(%{{.*}}) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  %4 = onnx.Sign(%x) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  // CHECK: onnx.Floor(%{{.*}}) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  %5 = onnx.Floor(%x) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  // CHECK: onnx.Ceil(%{{.*}}) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  %6 = onnx.Ceil(%x) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  // CHECK: onnx.Round(%{{.*}}) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  %7 = onnx.Round(%x) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  // CHECK: onnx.Exp(%{{.*}}) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  %8 = onnx.Exp(%x) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  // CHECK: onnx.Log(%{{.*}}) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  %9 = onnx.Log(%x) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  // CHECK: onnx.Sin(%{{.*}}) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  %10 = onnx.Sin(%x) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  // CHECK: onnx.Cos(%{{.*}}) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  %11 = onnx.Cos(%x) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  // CHECK: onnx.Tanh(%{{.*}}) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  %12 = onnx.Tanh(%x) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  // CHECK: onnx.Erf(%{{.*}}) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  %13 = onnx.Erf(%x) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  // CHECK: onnx.Sigmoid(%{{.*}}) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  %14 = onnx.Sigmoid(%x) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  // CHECK: onnx.Softplus(%{{.*}}) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  %15 = onnx.Softplus(%x) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  // CHECK: onnx.Relu(%{{.*}}) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  %16 = onnx.Relu(%x) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  // CHECK: onnx.Not(%{{.*}}) : (tensor<*xi1>) -> tensor<*xi1>
  %17 = onnx.Not(%c) : (tensor<*xi1>) -> tensor<*xi1>
  return
}

// CHECK-LABEL: func @binary(
func.func @binary(%a: tensor<?x3xui8>, %b: tensor<3xui8>, %c: tensor<?x3xi1>, %d: tensor<3xi1>) {
  // CHECK: onnx.Add(%{{.*}}, %{{.*}}) : (tensor<?x3xui8>, tensor<3xui8>) -> tensor<?x3xui8>
  %0 = onnx.Add(%a, %b) : (tensor<?x3xui8>, tensor<3xui8>) -> tensor<?x3xui8>
  // CHECK: onnx.Sub(%{{.*}}, %{{.*}}) : (tensor<?x3xui8>, tensor<3xui8>) -> tensor<?x3xui8>
  %1 = onnx.Sub(%a, %b) : (tensor<?x3xui8>, tensor<3xui8>) -> tensor<?x3xui8>
  // CHECK: onnx.Mul(%{{.*}}, %{{.*}}) : (tensor<?x3xui8>, tensor<3xui8>) -> tensor<?x3xui8>
  %2 = onnx.Mul(%a, %b) : (tensor<?x3xui8>, tensor<3xui8>) -> tensor<?x3xui8>
  // CHECK: onnx.Div(%{{.*}}, %{{.*}}) : (tensor<?x3xui8>, tensor<3xui8>) -> tensor<?x3xui8>
  %3 = onnx.Div(%a, %b) : (tensor<?x3xui8>, tensor<3xui8>) -> tensor<?x3xui8>
  // CHECK: onnx.Equal(%{{.*}}, %{{.*}}) : (tensor<?x3xui8>, tensor<3xui8>) -> tensor<?x3xi1>
  %4 = onnx.Equal(%a, %b) : (tensor<?x3xui8>, tensor<3xui8>) -> tensor<?x3xi1>
  // CHECK: onnx.Less(%{{.*}}, %{{.*}}) : (tensor<?x3xui8>, tensor<3xui8>) -> tensor<?x3xi1>
  %5 = onnx.Less(%a, %b) : (tensor<?x3xui8>, tensor<3xui8>) -> tensor<?x3xi1>
  // CHECK: onnx.LessOrEqual(%{{.*}}, %{{.*}}) : (tensor<?x3xui8>, tensor<3xui8>) -> tensor<?x3xi1>
  %6 = onnx.LessOrEqual(%a, %b) : (tensor<?x3xui8>, tensor<3xui8>) -> tensor<?x3xi1>
  // CHECK: onnx.Greater(%{{.*}}, %{{.*}}) : (tensor<?x3xui8>, tensor<3xui8>) -> tensor<?x3xi1>
  %7 = onnx.Greater(%a, %b) : (tensor<?x3xui8>, tensor<3xui8>) -> tensor<?x3xi1>
  // CHECK: onnx.GreaterOrEqual(%{{.*}}, %{{.*}}) : (tensor<?x3xui8>, tensor<3xui8>) -> tensor<?x3xi1>
  %8 = onnx.GreaterOrEqual(%a, %b) : (tensor<?x3xui8>, tensor<3xui8>) -> tensor<?x3xi1>
  // CHECK: onnx.And(%{{.*}}, %{{.*}}) : (tensor<?x3xi1>, tensor<3xi1>) -> tensor<?x3xi1>
  %9 = onnx.And(%c, %d) : (tensor<?x3xi1>, tensor<3xi1>) -> tensor<?x3xi1>
  // CHECK: onnx.Or(%{{.*}}, %{{.*}}) : (tensor<?x3xi1>, tensor<3xi1>) -> tensor<?x3xi1>
  %10 = onnx.Or(%c, %d) : (tensor<?x3xi1>, tensor<3xi1>) -> tensor<?x3xi1>
  // CHECK: onnx.Xor(%{{.*}}, %{{.*}}) : (tensor<?x3xi1>, tensor<3xi1>) -> tensor<?x3xi1>
  %11 = onnx.Xor(%c, %d) : (tensor<?x3xi1>, tensor<3xi1>) -> tensor<?x3xi1>
  return
}

// CHECK-LABEL: func @reduce(
func.func @reduce(%x: tensor<2x?xf64>, %axes: tensor<1xi64>) {
  // CHECK: onnx.ReduceSum(%{{.*}}, %{{.*}}) {keepdims = 0 : i64} : (tensor<2x?xf64>, tensor<1xi64>) -> tensor<?xf64>
  %0 = onnx.ReduceSum(%x, %axes) {keepdims = 0 : i64} : (tensor<2x?xf64>, tensor<1xi64>) -> tensor<?xf64>
  // CHECK: onnx.ReduceMean(%{{.*}}, %{{.*}}) {keepdims = 0 : i64} : (tensor<2x?xf64>, tensor<1xi64>) -> tensor<?xf64>
  %1 = onnx.ReduceMean(%x, %axes) {keepdims = 0 : i64} : (tensor<2x?xf64>, tensor<1xi64>) -> tensor<?xf64>
  // CHECK: onnx.ReduceMax(%{{.*}}, %{{.*}}) {keepdims = 0 : i64} : (tensor<2x?xf64>, tensor<1xi64>) -> tensor<?xf64>
  %2 = onnx.ReduceMax(%x, %axes) {keepdims = 0 : i64} : (tensor<2x?xf64>, tensor<1xi64>) -> tensor<?xf64>
  // CHECK: onnx.ReduceMin(%{{.*}}, %{{.*}}) {keepdims = 0 : i64} : (tensor<2x?xf64>, tensor<1xi64>) -> tensor<?xf64>
  %3 = onnx.ReduceMin(%x, %axes) {keepdims = 0 : i64} : (tensor<2x?xf64>, tensor<1xi64>) -> tensor<?xf64>
  // CHECK: onnx.ReduceProd(%{{.*}}, %{{.*}}) {keepdims = 0 : i64} : (tensor<2x?xf64>, tensor<1xi64>) -> tensor<?xf64>
  %4 = onnx.ReduceProd(%x, %axes) {keepdims = 0 : i64} : (tensor<2x?xf64>, tensor<1xi64>) -> tensor<?xf64>
  // CHECK: onnx.ReduceL1(%{{.*}}, %{{.*}}) {keepdims = 0 : i64} : (tensor<2x?xf64>, tensor<1xi64>) -> tensor<?xf64>
  %5 = onnx.ReduceL1(%x, %axes) {keepdims = 0 : i64} : (tensor<2x?xf64>, tensor<1xi64>) -> tensor<?xf64>
  // CHECK: onnx.ReduceL2(%{{.*}}, %{{.*}}) {keepdims = 0 : i64} : (tensor<2x?xf64>, tensor<1xi64>) -> tensor<?xf64>
  %6 = onnx.ReduceL2(%x, %axes) {keepdims = 0 : i64} : (tensor<2x?xf64>, tensor<1xi64>) -> tensor<?xf64>
  // CHECK: onnx.ReduceSumSquare(%{{.*}}, %{{.*}}) {keepdims = 0 : i64} : (tensor<2x?xf64>, tensor<1xi64>) -> tensor<?xf64>
  %7 = onnx.ReduceSumSquare(%x, %axes) {keepdims = 0 : i64} : (tensor<2x?xf64>, tensor<1xi64>) -> tensor<?xf64>
  // CHECK: onnx.ReduceLogSum(%{{.*}}, %{{.*}}) {keepdims = 0 : i64} : (tensor<2x?xf64>, tensor<1xi64>) -> tensor<?xf64>
  %8 = onnx.ReduceLogSum(%x, %axes) {keepdims = 0 : i64} : (tensor<2x?xf64>, tensor<1xi64>) -> tensor<?xf64>
  // CHECK: onnx.ReduceLogSumExp(%{{.*}}, %{{.*}}) {keepdims = 0 : i64} : (tensor<2x?xf64>, tensor<1xi64>) -> tensor<?xf64>
  %9 = onnx.ReduceLogSumExp(%x, %axes) {keepdims = 0 : i64} : (tensor<2x?xf64>, tensor<1xi64>) -> tensor<?xf64>
  // CHECK: onnx.ArgMax(%{{.*}}) {axis = -1 : i64} : (tensor<2x?xf64>) -> tensor<2x1xi64>
  %10 = onnx.ArgMax(%x) {axis = -1 : i64} : (tensor<2x?xf64>) -> tensor<2x1xi64>
  // CHECK: onnx.ArgMin(%{{.*}}) {axis = -1 : i64} : (tensor<2x?xf64>) -> tensor<2x1xi64>
  %11 = onnx.ArgMin(%x) {axis = -1 : i64} : (tensor<2x?xf64>) -> tensor<2x1xi64>
  return
}

// CHECK-LABEL: func @constants
func.func @constants() -> (tensor<2xui8>, tensor<3xf32>) {
  // CHECK: onnx.Constant dense<[1, 2]> : tensor<2xui8>
  %0 = onnx.Constant dense<[1, 2]> : tensor<2xui8>
  // CHECK: onnx.Constant dense_resource<w> : tensor<3xf32>
  %1 = onnx.Constant dense_resource<w> : tensor<3xf32>
  return %0, %1 : tensor<2xui8>, tensor<3xf32>
}

// CHECK-LABEL: func @if
func.func @if(%c: tensor<i1>, %a: tensor<2xf32>) -> tensor<2xf32> {
  // CHECK: %[[Y:.*]] = onnx.If(%{{.*}}) : (tensor<i1>) -> tensor<2xf32> then {
  // CHECK:   onnx.Yield(%{{.*}}) : tensor<2xf32>
  // CHECK: } else {
  // CHECK:   onnx.Yield(%{{.*}}) : tensor<2xf32>
  %0 = onnx.If(%c) : (tensor<i1>) -> tensor<2xf32> then {
    onnx.Yield(%a) : tensor<2xf32>
  } else {
    %1 = onnx.Neg(%a) : (tensor<2xf32>) -> tensor<2xf32>
    onnx.Yield(%1) : tensor<2xf32>
  }
  onnx.If(%c) : (tensor<i1>) -> () then {
    onnx.Yield()
  } else {
    onnx.Yield()
  }
  return %0 : tensor<2xf32>
}

// Branches may know more of the shape than the result does.
// CHECK-LABEL: func @if_of_two_shapes
func.func @if_of_two_shapes(%c: tensor<i1>, %a: tensor<2xf32>, %b: tensor<3xf32>) -> tensor<?xf32> {
  // CHECK: onnx.If(%{{.*}}) : (tensor<i1>) -> tensor<?xf32> then {
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
      w: "0x0400000000000000000000400000000000000840"
    }
  }
#-}
