// RUN: gg-opt %s -rf8-fuse-linear=min-elements=1 -verify-diagnostics

func.func @scales(%x: tensor<4x2xf32>, %o: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %c = arith.constant dense_resource<codes> : tensor<2x2x!rf8.e4r3>
  %s = arith.constant dense_resource<nowhere> : tensor<2xf32>
  // expected-error @+1 {{expected the bytes of the scales of type 'tensor<2xf32>'}}
  %w = rf8.dequantize %c, %s granularity <channel(1)> : tensor<2x2x!rf8.e4r3>, tensor<2xf32> -> tensor<2x2xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<4x2xf32>, tensor<2x2xf32>) outs(%o : tensor<4x2xf32>) -> tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}

{-#
  dialect_resources: {
    builtin: {
      codes: "0x0100000010203040"
    }
  }
#-}
