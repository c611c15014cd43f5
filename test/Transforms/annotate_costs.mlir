// RUN: gg-opt %s -split-input-file -gg-annotate-costs -mlir-print-debuginfo -mlir-print-local-scope | FileCheck %s

// A linear layer: 2 * 1 * 5 * 6 operations; its weight as it is packed, 2 x 64
// bytes, and the scales. Padding of the packing is streamed but not computed.


// CHECK-LABEL: func @linear
func.func @linear(%x: memref<1x6xf32>, %y: memref<1x5xf32>, %s: memref<32xf32>) attributes {gg.entry = "main"} {
  %w = gg.get_weight @w8 : memref<1x2x2x64x!rf8.e4r3>
  // CHECK: rf8.linear
  // CHECK-SAME: loc(fused<#gg.cost<0, "linear", bytes = 384, slot_bytes = 0, flops = 60, slot_flops = 0>>["node"])
  rf8.linear ins(%x, %w : memref<1x6xf32>, memref<1x2x2x64x!rf8.e4r3>)
             scales(%s : memref<32xf32>) outs(%y : memref<1x5xf32>) loc("node")
  return
}
gg.weight @w8 offset 0 bytes 256 = dense<0> : tensor<1x2x2x64xi8>

// -----

// Three operations for each of 4 x 8 elements; a weight that is read as an
// operand, and a table of which a number is looked up for each.

gg.weight @norm offset 0 bytes 32 = dense<1.0> : tensor<8xf32>
gg.weight @table offset 64 bytes 16000 = dense<1.0> : tensor<1000x4xf32>

// CHECK-LABEL: func @elementwise
func.func @elementwise(%a: memref<4x8xf32>, %ids: memref<4xi64>) attributes {gg.entry = "main"} {
  %w = gg.get_weight @norm : memref<8xf32>
  %table = gg.get_weight @table : memref<1000x4xf32>
  // CHECK: #gg.cost<0, "elementwise", bytes = 32, slot_bytes = 0, flops = 96, slot_flops = 0>
  linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>],
                  iterator_types = ["parallel", "parallel"]}
      ins(%w : memref<8xf32>) outs(%a : memref<4x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.mulf %in, %out : f32
    %1 = math.exp %0 : f32
    %2 = arith.truncf %1 : f32 to bf16
    %3 = arith.extf %2 : bf16 to f32
    %4 = arith.addf %3, %out : f32
    linalg.yield %4 : f32
  }
  // CHECK: #gg.cost<1, "look-up", bytes = 128, slot_bytes = 0, flops = 0, slot_flops = 0>
  linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>],
                  iterator_types = ["parallel", "parallel"]}
      ins(%ids : memref<4xi64>) outs(%a : memref<4x8xf32>) {
  ^bb0(%in: i64, %out: f32):
    %0 = arith.index_cast %in : i64 to index
    %1 = linalg.index 0 : index
    %2 = memref.load %table[%0, %1] : memref<1000x4xf32>
    linalg.yield %2 : f32
  }
  return
}

// -----

// What goes over the tokens of a cache is counted per position.

// CHECK-LABEL: func @attention
func.func @attention(%q: memref<3x16xf32>, %cache: memref<1x3x96x16xf32> {gg.role = "cache"},
                     %scores: memref<3x?xf32>, %all: memref<1x3x96x16xf32>, %n: index) attributes {gg.entry = "step"} {
  %0 = memref.subview %cache[0, 0, 0, 0] [1, 3, %n, 16] [1, 1, 1, 1]
      : memref<1x3x96x16xf32> to memref<3x?x16xf32, strided<[1536, 16, 1]>>
  // CHECK: #gg.cost<0, "attention", bytes = 0, slot_bytes = 192, flops = 0, slot_flops = 96>
  linalg.generic {indexing_maps = [affine_map<(h, t, d) -> (h, d)>, affine_map<(h, t, d) -> (h, t, d)>,
                                   affine_map<(h, t, d) -> (h, t)>],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%q, %0 : memref<3x16xf32>, memref<3x?x16xf32, strided<[1536, 16, 1]>>)
      outs(%scores : memref<3x?xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %1 = arith.mulf %a, %b : f32
    %2 = arith.addf %1, %c : f32
    linalg.yield %2 : f32
  }
  // A cache that is read to its end counts as far as it is filled.
  // CHECK: #gg.cost<1, "attention", bytes = 0, slot_bytes = 192, flops = 0, slot_flops = 0>
  linalg.copy ins(%cache : memref<1x3x96x16xf32>) outs(%all : memref<1x3x96x16xf32>)
  // CHECK: #gg.cost<2, "append", bytes = 0, slot_bytes = 0, flops = 0, slot_flops = 0>
  %1 = memref.subview %cache[0, 0, %n, 0] [1, 3, 1, 16] [1, 1, 1, 1]
      : memref<1x3x96x16xf32> to memref<3x16xf32, strided<[1536, 1], offset: ?>>
  linalg.copy ins(%q : memref<3x16xf32>) outs(%1 : memref<3x16xf32, strided<[1536, 1], offset: ?>>)
  return
}

// -----

// 3 x 2 x 1 queries, 2 * (16 + 16) operations and two slots for each key.

// CHECK-LABEL: func @streamed_attention
func.func @streamed_attention(%q: memref<1x3x2x1x16xf32>, %k: memref<1x3x96x16xbf16> {gg.role = "cache"},
                              %v: memref<1x3x96x16xbf16> {gg.role = "cache"},
                              %y: memref<1x3x2x1x16xf32>) attributes {gg.entry = "step"} {
  // CHECK: #gg.cost<0, "attention", bytes = 0, slot_bytes = 192, flops = 0, slot_flops = 384>
  gg.attention ins(%q, %k, %v : memref<1x3x2x1x16xf32>, memref<1x3x96x16xbf16>, memref<1x3x96x16xbf16>)
      outs(%y : memref<1x3x2x1x16xf32>) {scale = 2.5e-01 : f32}
  return
}

// -----

// Without a cache a dynamic size could be anything.

// CHECK-LABEL: func @unknown
func.func @unknown(%a: memref<?x8xf32>) attributes {gg.entry = "main"} {
  %cst = arith.constant 0.0 : f32
  // CHECK: #gg.cost<0, "elementwise", bytes = 0, slot_bytes = 0, flops = -1, slot_flops = -1>
  linalg.fill ins(%cst : f32) outs(%a : memref<?x8xf32>)
  return
}

// -----

// Other functions stay as they are.

// CHECK-LABEL: func @no_entry
// CHECK-NOT: #gg.cost
func.func @no_entry(%a: memref<8xf32>) {
  %cst = arith.constant 0.0 : f32
  linalg.fill ins(%cst : f32) outs(%a : memref<8xf32>)
  return
}
