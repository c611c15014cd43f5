// RUN: gg-opt %s -split-input-file -verify-diagnostics

func.func @layout(%m: memref<4xf32, strided<[2]>>) {
  // expected-error @+1 {{expected a buffer of identity layout but got 'memref<4xf32, strided<[2]>>'}}
  gg.output 0, %m : memref<4xf32, strided<[2]>>
  return
}

// -----

func.func @rank(%m: memref<1x1x1x1x1x1x1x1x1xf32>) {
  // expected-error @+1 {{expected a rank of at most 8 but got 9}}
  gg.output 0, %m : memref<1x1x1x1x1x1x1x1x1xf32>
  return
}

// -----

func.func @no_weight() {
  // expected-error @+1 {{expected a gg.weight named @w}}
  %0 = gg.get_weight @w : memref<4xf32>
  return
}

// -----

gg.weight @w offset 0 bytes 16 = dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
func.func @weight_type() {
  // expected-error @+1 {{expected the shape and element size of 'tensor<4xf32>' but got 'memref<2x2xf32>'}}
  %0 = gg.get_weight @w : memref<2x2xf32>
  return
}

// -----

func.func @function(%t: !llvm.ptr, %x: f64) {
  // expected-error @+1 {{expected a member of gg_math but got "gamma"}}
  %0 = gg.call_math "gamma" of %t(%x) : !llvm.ptr
  return
}

// -----

func.func @operands(%t: !llvm.ptr, %x: f64) {
  // expected-error @+1 {{expected 2 operands but got 1}}
  %0 = gg.call_math "pow" of %t(%x) : !llvm.ptr
  return
}
