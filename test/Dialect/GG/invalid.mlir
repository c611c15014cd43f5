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

// -----

func.func @group(%q: memref<1x1x?x1x8xf32>, %k: memref<1x1x4x8xf32>, %v: memref<1x1x4x8xf32>, %o: memref<1x1x1x1x8xf32>) {
  // expected-error @+1 {{expected the group and head sizes to be known but got 'memref<1x1x?x1x8xf32>' and 'memref<1x1x4x8xf32>'}}
  gg.attention ins(%q, %k, %v : memref<1x1x?x1x8xf32>, memref<1x1x4x8xf32>, memref<1x1x4x8xf32>) outs(%o : memref<1x1x1x1x8xf32>) {scale = 1.0 : f32}
  return
}

// -----

func.func @keys(%q: memref<1x1x1x1x8xf32>, %k: memref<1x1x4x9xf32>, %v: memref<1x1x4x8xf32>, %o: memref<1x1x1x1x8xf32>) {
  // expected-error @+1 {{expected keys of shape [1, 1, 4, 8] but got 'memref<1x1x4x9xf32>'}}
  gg.attention ins(%q, %k, %v : memref<1x1x1x1x8xf32>, memref<1x1x4x9xf32>, memref<1x1x4x8xf32>) outs(%o : memref<1x1x1x1x8xf32>) {scale = 1.0 : f32}
  return
}

// -----

func.func @values(%q: memref<1x1x1x1x8xf32>, %k: memref<1x1x4x8xf32>, %v: memref<1x1x5x8xf32>, %o: memref<1x1x1x1x8xf32>) {
  // expected-error @+1 {{expected values of shape [1, 1, 4, 8] but got 'memref<1x1x5x8xf32>'}}
  gg.attention ins(%q, %k, %v : memref<1x1x1x1x8xf32>, memref<1x1x4x8xf32>, memref<1x1x5x8xf32>) outs(%o : memref<1x1x1x1x8xf32>) {scale = 1.0 : f32}
  return
}

// -----

func.func @destination(%q: memref<1x1x1x1x8xf32>, %k: memref<1x1x4x8xf32>, %v: memref<1x1x4x8xf32>, %o: memref<1x1x1x2x8xf32>) {
  // expected-error @+1 {{expected a destination of shape [1, 1, 1, 1, 8] but got 'memref<1x1x1x2x8xf32>'}}
  gg.attention ins(%q, %k, %v : memref<1x1x1x1x8xf32>, memref<1x1x4x8xf32>, memref<1x1x4x8xf32>) outs(%o : memref<1x1x1x2x8xf32>) {scale = 1.0 : f32}
  return
}

// -----

func.func @begins(%q: memref<1x1x1x1x8xf32>, %k: memref<1x1x4x8xf32>, %v: memref<1x1x4x8xf32>, %b: memref<1x2xi64>, %e: memref<1x1xi64>, %o: memref<1x1x1x1x8xf32>) {
  // expected-error @+1 {{expected begins of shape [1, 1] but got 'memref<1x2xi64>'}}
  gg.attention ins(%q, %k, %v : memref<1x1x1x1x8xf32>, memref<1x1x4x8xf32>, memref<1x1x4x8xf32>) keys(%b, %e : memref<1x2xi64>, memref<1x1xi64>) outs(%o : memref<1x1x1x1x8xf32>) {scale = 1.0 : f32}
  return
}

// -----

func.func @ends(%q: memref<1x1x1x1x8xf32>, %k: memref<1x1x4x8xf32>, %v: memref<1x1x4x8xf32>, %b: memref<1x1xi64>, %e: memref<2x1xi64>, %o: memref<1x1x1x1x8xf32>) {
  // expected-error @+1 {{expected ends of shape [1, 1] but got 'memref<2x1xi64>'}}
  gg.attention ins(%q, %k, %v : memref<1x1x1x1x8xf32>, memref<1x1x4x8xf32>, memref<1x1x4x8xf32>) keys(%b, %e : memref<1x1xi64>, memref<2x1xi64>) outs(%o : memref<1x1x1x1x8xf32>) {scale = 1.0 : f32}
  return
}

// -----

func.func @mask(%q: memref<1x1x1x1x8xf32>, %k: memref<1x1x4x8xf32>, %v: memref<1x1x4x8xf32>, %m: memref<1x1x1x1x3xf32>, %o: memref<1x1x1x1x8xf32>) {
  // expected-error @+1 {{expected a mask of shape [1, 1, 1, 1, 4] but got 'memref<1x1x1x1x3xf32>'}}
  gg.attention ins(%q, %k, %v : memref<1x1x1x1x8xf32>, memref<1x1x4x8xf32>, memref<1x1x4x8xf32>) mask(%m : memref<1x1x1x1x3xf32>) outs(%o : memref<1x1x1x1x8xf32>) {scale = 1.0 : f32}
  return
}

// -----

func.func @known_mask(%q: memref<1x1x1x1x8xf32>, %k: memref<1x1x?x8xf32>, %v: memref<1x1x?x8xf32>, %m: memref<1x3x1x1x4xf32>, %o: memref<1x1x1x1x8xf32>) {
  // expected-error @+1 {{expected a mask of shape [1, 1, 1, 1, ?] but got 'memref<1x3x1x1x4xf32>'}}
  gg.attention ins(%q, %k, %v : memref<1x1x1x1x8xf32>, memref<1x1x?x8xf32>, memref<1x1x?x8xf32>) mask(%m : memref<1x3x1x1x4xf32>) outs(%o : memref<1x1x1x1x8xf32>) {scale = 1.0 : f32}
  return
}

// -----

func.func @no_result(%q: tensor<1x1x1x1x8xf32>, %k: tensor<1x1x4x8xf32>) {
  // expected-error @+1 {{expected a result if, and only if, the operands are tensors}}
  gg.attention ins(%q, %k, %k : tensor<1x1x1x1x8xf32>, tensor<1x1x4x8xf32>, tensor<1x1x4x8xf32>) outs(%q : tensor<1x1x1x1x8xf32>) {scale = 1.0 : f32}
  return
}

// -----

func.func @mixed(%q: memref<1x1x1x1x8xf32>, %k: tensor<1x1x4x8xf32>) {
  // expected-error @+1 {{expected operands that are all tensors or all memrefs but got 'tensor<1x1x4x8xf32>' with 'memref<1x1x1x1x8xf32>'}}
  gg.attention ins(%q, %k, %k : memref<1x1x1x1x8xf32>, tensor<1x1x4x8xf32>, tensor<1x1x4x8xf32>) outs(%q : memref<1x1x1x1x8xf32>) {scale = 1.0 : f32}
  return
}

// -----

func.func @result_type(%q: tensor<1x1x1x1x8xf32>, %k: tensor<1x1x4x8xf32>) {
  // expected-error @+1 {{expected a result of type 'tensor<1x1x1x1x8xf32>' but got 'tensor<1x1x1x2x8xf32>'}}
  %0 = gg.attention ins(%q, %k, %k : tensor<1x1x1x1x8xf32>, tensor<1x1x4x8xf32>, tensor<1x1x4x8xf32>) outs(%q : tensor<1x1x1x1x8xf32>) {scale = 1.0 : f32} -> tensor<1x1x1x2x8xf32>
  return
}

// -----

func.func @one_bound(%q: memref<1x1x1x1x8xf32>, %k: memref<1x1x4x8xf32>, %n: memref<1x1xi64>) {
  // expected-error @+1 {{expected begins and ends of keys but got one of them}}
  "gg.attention"(%q, %k, %k, %n, %q) <{scale = 1.0 : f32, operandSegmentSizes = array<i32: 1, 1, 1, 1, 0, 0, 1>}> : (memref<1x1x1x1x8xf32>, memref<1x1x4x8xf32>, memref<1x1x4x8xf32>, memref<1x1xi64>, memref<1x1x1x1x8xf32>) -> ()
  return
}

// -----

// expected-error @+1 {{expected parts that differ from 'tensor<2x2xf32>' in the first dimension but got 'tensor<2x3xf32>'}}
gg.weight @parts offset 0 bytes 40 = dense<1.0> : tensor<2x2xf32>, dense<1.0> : tensor<2x3xf32>

// -----

// expected-error @+1 {{expected tensors but got 'vector<2xf32>'}}
gg.weight @vector offset 0 bytes 8 = dense<1.0> : vector<2xf32>

// -----

// expected-error @+1 {{expected a value but got none}}
"gg.weight"() {sym_name = "none", offset = 0 : i64, bytes = 0 : i64, parts = []} : () -> ()

// -----

gg.weight @joint offset 0 bytes 24 = dense<1.0> : tensor<2x2xf32>, dense<2.0> : tensor<1x2xf32>
func.func @joint_type() {
  // expected-error @+1 {{expected the shape and element size of 'tensor<3x2xf32>' but got 'memref<2x2xf32>'}}
  %0 = gg.get_weight @joint : memref<2x2xf32>
  return
}

// -----

// expected-error @+1 {{expected a finite shape above 0 but got 0}}
module attributes {gg.ggd = #gg.ggd<shape = 0.0, scale = 1.0, mean = 0.0>} {}

// -----

// expected-error @+1 {{expected a finite scale above 0 but got -1}}
module attributes {gg.ggd = #gg.ggd<shape = 2.0, scale = -1.0, mean = 0.0>} {}

// -----

// expected-error @+1 {{expected a finite mean but got INF}}
module attributes {gg.ggd = #gg.ggd<shape = 2.0, scale = 1.0, mean = 1.0e999>} {}

// -----

// expected-error @+1 {{expected an axis of 0 or more but got -1}}
module attributes {gg.c = #gg.ggd_channels<-1, [<shape = 2.0, scale = 1.0, mean = 0.0>]>} {}
