// RUN: gg-opt %s -gg-deepshape="min-elements=4 lambda=0" -split-input-file | FileCheck %s --check-prefix=FREE
// RUN: gg-opt %s -gg-deepshape="min-elements=4 mode=authors" -split-input-file | FileCheck %s --check-prefix=AUTHORS
// RUN: gg-opt %s -gg-fit=min-elements=4 -gg-deepshape="min-elements=4 lambda=1000 remarks report=%t.json" -split-input-file 2>&1 | FileCheck %s --check-prefix=MOVED
// RUN: FileCheck %s --check-prefix=JSON --input-file=%t.json

// RUN: gg-opt %s -gg-deepshape="min-elements=4 lambda=1000" > %t.plain
// RUN: %python %S/../../Dialect/RF8/Transforms/Inputs/statistics_file.py %t.ggs w=4 elsewhere=5
// RUN: gg-opt %s -gg-deepshape="min-elements=4 lambda=1000 stats=%t.ggs" | diff %t.plain -

// Inputs that matter alike change nothing.

// Where a bit is worth nothing, nothing moves. None of the authors' levels has
// more than 1000 of these few weights, so all of them are outliers and are
// rounded to multiples of 2^-13 only: 0x3F800100 is 1.0000305; -0.53 becomes
// -4342 / 8192, 0xBF07B000.

// FREE: arith.constant dense_resource<w> : tensor<4x2xf32>
// FREE-NOT: gg_shaped
// AUTHORS: arith.constant dense_resource<gg_shaped> : tensor<4x2xf32>
// AUTHORS: gg_shaped: "0x400000000000803F0000803E00B007BF
// MOVED: remark: strength {{[01]\.[0-9]+}}, {{[0-9.]+}} to {{[0-9.]+}} bits, shape {{[0-9.]+}} to {{[0-9.]+}}, squared error
// JSON: {"tensors":[{"mean_squared_error":
func.func @matmul(%x: tensor<5x4xf32>, %o: tensor<5x2xf32>) -> tensor<5x2xf32> {
  %w = arith.constant dense_resource<w> : tensor<4x2xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<5x4xf32>, tensor<4x2xf32>) outs(%o : tensor<5x2xf32>) -> tensor<5x2xf32>
  return %0 : tensor<5x2xf32>
}
{-#
  dialect_resources: {
    builtin: {
      w: "0x040000000001803f0000803e14ae07bfd7a3f03e52b89e3e9a99d9bf00000040ae47e1bd"
    }
  }
#-}
