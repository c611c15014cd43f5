// RUN: rm -rf %t && mkdir %t
// RUN: %python %S/Inputs/statistics_file.py %t/short.ggs w=1
// RUN: not gg-opt %s -rf8-quantize=stats=%t/short.ggs 2>&1 | FileCheck %s --check-prefix=SIZE
// SIZE: mlir:[[@LINE+25]]:8: error: expected statistics of inputs of 2 values but got those of 1

// RUN: not gg-opt %s -rf8-quantize=stats=%t/none.ggs 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: error: {{.*}}none.ggs: No such file or directory

// RUN: cp %s %t/text.ggs
// RUN: not gg-opt %s -rf8-quantize=stats=%t/text.ggs 2>&1 | FileCheck %s --check-prefix=TEXT
// TEXT: error: {{.*}}text.ggs: is no gg statistics file

// RUN: %python %S/Inputs/statistics_file.py %t/damaged.ggs w=2
// RUN: printf x | dd of=%t/damaged.ggs bs=1 seek=64 conv=notrunc status=none
// RUN: not gg-opt %s -rf8-quantize=stats=%t/damaged.ggs 2>&1 | FileCheck %s --check-prefix=DAMAGED
// DAMAGED: mlir:[[@LINE+13]]:8: error: {{.*}}damaged.ggs: the statistics of 'w' do not match their checksum

// RUN: not gg-opt %s -rf8-quantize="search-scales rounding=greedy" 2>&1 | FileCheck %s --check-prefix=GREEDY
// RUN: not gg-opt %s -rf8-quantize="rate=0.5 rounding=greedy" 2>&1 | FileCheck %s --check-prefix=GREEDY
// GREEDY: error: expected rounding nearest with statistics, scale search or a rate but got greedy

// RUN: not gg-opt %s -rf8-quantize=lookups=f32 2>&1 | FileCheck %s --check-prefix=LOOKUPS
// LOOKUPS: error: expected lookups to be rf8 or bf16 but got f32

// RUN: not gg-opt %s -rf8-quantize=rate=-1 2>&1 | FileCheck %s --check-prefix=RATE
// RATE: error: expected a rate of at least 0 but got -1

func.func @f(%x: tensor<4x2xf32>, %o: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %w = arith.constant dense_resource<w> : tensor<2x2xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<4x2xf32>, tensor<2x2xf32>) outs(%o : tensor<4x2xf32>) -> tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}
{-#
  dialect_resources: {
    builtin: {
      w: "0x040000000000F03F0000803F3333B33FCDCC4C3F"
    }
  }
#-}
