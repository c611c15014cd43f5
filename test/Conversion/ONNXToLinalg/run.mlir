// RUN: gg-opt %s -convert-onnx-to-linalg -canonicalize -cse \
// RUN:   '-one-shot-bufferize=bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map' \
// RUN:   -convert-linalg-to-loops -expand-strided-metadata -lower-affine \
// RUN:   -convert-scf-to-cf -arith-expand -convert-math-to-llvm \
// RUN:   -convert-arith-to-llvm -convert-cf-to-llvm -finalize-memref-to-llvm \
// RUN:   -convert-func-to-llvm -reconcile-unrealized-casts \
// RUN: | mlir-runner -e main -entry-point-result=void \
// RUN:     -shared-libs=%llvm_lib/libmlir_runner_utils.so,%llvm_lib/libmlir_c_runner_utils.so \
// RUN: | FileCheck %s

// Values worked out by hand, through upstream's lowering.

func.func private @printMemrefF32(tensor<*xf32>)
func.func private @printMemrefI64(tensor<*xi64>)

func.func @show(%x: tensor<?x?xf32>) {
  %0 = tensor.cast %x : tensor<?x?xf32> to tensor<*xf32>
  call @printMemrefF32(%0) : (tensor<*xf32>) -> ()
  return
}

func.func @show_i64(%x: tensor<?xi64>) {
  %0 = tensor.cast %x : tensor<?xi64> to tensor<*xi64>
  call @printMemrefI64(%0) : (tensor<*xi64>) -> ()
  return
}

func.func @add(%x: tensor<?x?xf32>, %y: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = onnx.Add(%x, %y) : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

func.func @softmax(%x: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = onnx.Softmax(%x) : (tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

func.func @back(%x: tensor<?x?xf32>, %start: tensor<1xi64>, %end: tensor<1xi64>, %axis: tensor<1xi64>, %step: tensor<1xi64>) -> tensor<?x?xf32> {
  %0 = onnx.Slice(%x, %start, %end, %axis, %step) : (tensor<?x?xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

func.func @sum(%x: tensor<?x?xf32>, %axes: tensor<?xi64>) -> tensor<?x?xf32> {
  %0 = onnx.ReduceSum(%x, %axes) : (tensor<?x?xf32>, tensor<?xi64>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

func.func @divide(%x: tensor<?xi64>, %y: tensor<?xi64>) -> (tensor<?xi64>, tensor<?xi64>, tensor<?xi64>) {
  %0 = onnx.Div(%x, %y) : (tensor<?xi64>, tensor<?xi64>) -> tensor<?xi64>
  %1 = onnx.Mod(%x, %y) : (tensor<?xi64>, tensor<?xi64>) -> tensor<?xi64>
  %2 = onnx.Mod(%x, %y) {fmod = 1 : i64} : (tensor<?xi64>, tensor<?xi64>) -> tensor<?xi64>
  return %0, %1, %2 : tensor<?xi64>, tensor<?xi64>, tensor<?xi64>
}

func.func @main() {
  %x = arith.constant dense<[[0.0, 1.0], [2.0, 0.5]]> : tensor<2x2xf32>
  %r = arith.constant dense<[[10.0, 20.0]]> : tensor<1x2xf32>
  %a = tensor.cast %x : tensor<2x2xf32> to tensor<?x?xf32>
  %b = tensor.cast %r : tensor<1x2xf32> to tensor<?x?xf32>

  // A dim that turns out to be 1 broadcasts, on either side.
  // CHECK:      sizes = [2, 2]
  // CHECK-NEXT: {{\[}}[10, 21],
  // CHECK-NEXT: [12, 20.5]]
  // CHECK:      sizes = [2, 2]
  // CHECK-NEXT: {{\[}}[10, 21],
  // CHECK-NEXT: [12, 20.5]]
  %0 = call @add(%a, %b) : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  call @show(%0) : (tensor<?x?xf32>) -> ()
  %1 = call @add(%b, %a) : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  call @show(%1) : (tensor<?x?xf32>) -> ()

  // 1 / (1 + e) = 0.268941, 1 / (1 + exp(-1.5)) = 0.817574
  // CHECK:      sizes = [2, 2]
  // CHECK-NEXT: {{\[}}[0.268941, 0.731059],
  // CHECK-NEXT: [0.817574, 0.182426]]
  %2 = call @softmax(%a) : (tensor<?x?xf32>) -> tensor<?x?xf32>
  call @show(%2) : (tensor<?x?xf32>) -> ()

  // From the last column back to the first.
  // CHECK:      sizes = [2, 2]
  // CHECK-NEXT: {{\[}}[1, 0],
  // CHECK-NEXT: [0.5, 2]]
  %last = arith.constant dense<-1> : tensor<1xi64>
  %first = arith.constant dense<-9223372036854775807> : tensor<1xi64>
  %3 = call @back(%a, %last, %first, %last, %last) : (tensor<?x?xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?xf32>
  call @show(%3) : (tensor<?x?xf32>) -> ()

  // Along the last axis, then along all.
  // CHECK:      sizes = [2, 1]
  // CHECK-NEXT: {{\[}}[1],
  // CHECK-NEXT: [2.5]]
  // CHECK:      sizes = [1, 1]
  // CHECK-NEXT: {{\[}}[3.5]]
  %axis = tensor.cast %last : tensor<1xi64> to tensor<?xi64>
  %4 = call @sum(%a, %axis) : (tensor<?x?xf32>, tensor<?xi64>) -> tensor<?x?xf32>
  call @show(%4) : (tensor<?x?xf32>) -> ()
  %zero = arith.constant 0 : index
  %none = tensor.empty(%zero) : tensor<?xi64>
  %5 = call @sum(%a, %none) : (tensor<?x?xf32>, tensor<?xi64>) -> tensor<?x?xf32>
  call @show(%5) : (tensor<?x?xf32>) -> ()

  // Toward zero; with the divisor's sign; with the dividend's. Neither 0 nor
  // the smallest number divided by -1 traps.
  // CHECK:      sizes = [5]
  // CHECK-NEXT: [-2, -2, 2, 0, -9223372036854775808]
  // CHECK:      sizes = [5]
  // CHECK-NEXT: [2, -2, -2, 0, 0]
  // CHECK:      sizes = [5]
  // CHECK-NEXT: [-1, 1, -2, 0, 0]
  %p = arith.constant dense<[-7, 7, -8, 5, -9223372036854775808]> : tensor<5xi64>
  %q = arith.constant dense<[3, -3, -3, 0, -1]> : tensor<5xi64>
  %pd = tensor.cast %p : tensor<5xi64> to tensor<?xi64>
  %qd = tensor.cast %q : tensor<5xi64> to tensor<?xi64>
  %6:3 = call @divide(%pd, %qd) : (tensor<?xi64>, tensor<?xi64>) -> (tensor<?xi64>, tensor<?xi64>, tensor<?xi64>)
  call @show_i64(%6#0) : (tensor<?xi64>) -> ()
  call @show_i64(%6#1) : (tensor<?xi64>) -> ()
  call @show_i64(%6#2) : (tensor<?xi64>) -> ()
  return
}
