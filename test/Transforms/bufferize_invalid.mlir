// RUN: gg-opt %s -split-input-file -gg-bufferize -verify-diagnostics

// The old cache is read after the new one is made.
// expected-error @+1 {{expected result #1 to be argument #1 updated in place but it needs a copy}}
func.func @copy(%x: tensor<1x4xf32>, %cache: tensor<8x4xf32>) -> (tensor<8x4xf32>, tensor<8x4xf32> {gg.role = "cache"})
    attributes {gg.entry = "step"} {
  %0 = tensor.insert_slice %x into %cache[3, 0] [1, 4] [1, 1] : tensor<1x4xf32> into tensor<8x4xf32>
  return %cache, %0 : tensor<8x4xf32>, tensor<8x4xf32>
}

// -----

// expected-error @+1 {{expected an argument for each of 1 caches but got 0}}
func.func @none() -> (tensor<1xf32>, tensor<1xf32> {gg.role = "cache"}) attributes {gg.entry = "step"} {
  %0 = arith.constant dense<1.0> : tensor<1xf32>
  return %0, %0 : tensor<1xf32>, tensor<1xf32>
}

// -----

// expected-error @+1 {{expected one block}}
func.func @blocks(%x: tensor<4xf32>) -> tensor<4xf32> attributes {gg.entry = "main"} {
  cf.br ^next
^next:
  return %x : tensor<4xf32>
}

// -----

// A cast would take the rows of a wider buffer for contiguous ones.
func.func @cast(%x: memref<4x?xf32, strided<[?, 1]>>, %y: memref<1xf32>) attributes {gg.entry = "main"} {
  %c0 = arith.constant 0 : index
  // expected-error @+1 {{expected a contiguous buffer but got 'memref<4x?xf32, strided<[?, 1]>>'}}
  %0 = memref.cast %x : memref<4x?xf32, strided<[?, 1]>> to memref<4x?xf32>
  %1 = memref.load %0[%c0, %c0] : memref<4x?xf32>
  memref.store %1, %y[%c0] : memref<1xf32>
  return
}

// -----

func.func @expand(%x: memref<?xf32, strided<[2]>>, %y: memref<1xf32>, %n: index, %m: index)
    attributes {gg.entry = "main"} {
  %c0 = arith.constant 0 : index
  // expected-error @+1 {{expected a contiguous buffer but got 'memref<?xf32, strided<[2]>>'}}
  %0 = memref.expand_shape %x [[0, 1]] output_shape [%n, %m]
      : memref<?xf32, strided<[2]>> into memref<?x?xf32, strided<[?, 2]>>
  %1 = memref.load %0[%c0, %c0] : memref<?x?xf32, strided<[?, 2]>>
  memref.store %1, %y[%c0] : memref<1xf32>
  return
}

// -----

// expected-error @+1 {{expected a ranked tensor as result #0}}
func.func @unranked(%x: tensor<*xf32>) -> tensor<*xf32> attributes {gg.entry = "main"} {
  return %x : tensor<*xf32>
}

// -----

func.func private @other()

func.func @calls() attributes {gg.entry = "main"} {
  // expected-error @+1 {{expected no calls of functions}}
  func.call @other() : () -> ()
  return
}
