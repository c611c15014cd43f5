// RUN: gg-opt %s -split-input-file -verify-diagnostics

func.func @rank(%w: tensor<4xf32>) {
  // expected-error @+1 {{expected a matrix of weights but got 'tensor<4xf32>'}}
  %c, %s = rf8.quantize %w rounding nearest granularity <channel(0)>
      : tensor<4xf32> -> tensor<4x!rf8.e4r3>, tensor<4xf32>
  return
}

// -----

func.func @shape(%w: tensor<4x5xf32>) {
  // expected-error @+1 {{expected codes of the shape of the weights, 'tensor<4x5xf32>', but got 'tensor<5x4x!rf8.e4r3>'}}
  %c, %s = rf8.quantize %w rounding nearest granularity <channel(0)>
      : tensor<4x5xf32> -> tensor<5x4x!rf8.e4r3>, tensor<4xf32>
  return
}

// -----

func.func @scales(%c: tensor<4x5x!rf8.e4r3>, %s: tensor<5xf32>) {
  // expected-error @+1 {{expected scales of type 'tensor<4xf32>' but got 'tensor<5xf32>'}}
  %w = rf8.dequantize %c, %s granularity <channel(0)>
      : tensor<4x5x!rf8.e4r3>, tensor<5xf32> -> tensor<4x5xf32>
  return
}

// -----

func.func @group_scales(%c: tensor<4x5x!rf8.e4r3>, %s: tensor<4x2xf32>) {
  // expected-error @+1 {{expected scales of type 'tensor<4x3xf32>' but got 'tensor<4x2xf32>'}}
  %w = rf8.dequantize %c, %s granularity <group(1, 2)>
      : tensor<4x5x!rf8.e4r3>, tensor<4x2xf32> -> tensor<4x5xf32>
  return
}

// -----

// expected-error @+1 {{expected tensor_pow2, channel or group but got row}}
func.func private @kind() attributes {g = #rf8.granularity<row(0)>}

// -----

// expected-error @+1 {{expected axis 0 or 1 but got 2}}
func.func private @axis() attributes {g = #rf8.granularity<channel(2)>}

// -----

// expected-error @+1 {{expected a positive group size but got 0}}
func.func private @size() attributes {g = #rf8.granularity<group(1, 0)>}

// -----

// expected-error @+1 {{expected 1 to 64 blocks a panel but got 0}}
func.func private @blocks() attributes {l = #rf8.layout<panel(0)>}

// -----

func.func @decode_shape(%c: vector<4x!rf8.e4r3>) {
  // expected-error @+1 {{expected values of the shape of the codes, 'vector<4x!rf8.e4r3>', but got 'vector<8xf32>'}}
  %0 = rf8.decode %c : vector<4x!rf8.e4r3> to vector<8xf32>
  return
}

// -----

func.func @pack_static(%w: tensor<?x5x!rf8.e4r3>) {
  // expected-error @+1 {{expected a matrix of static shape but got 'tensor<?x5x!rf8.e4r3>'}}
  %0 = rf8.pack %w layout <panel(1)> : tensor<?x5x!rf8.e4r3> -> tensor<2x2x1x64x!rf8.e4r3>
  return
}

// -----

func.func @pack_type(%w: tensor<17x5x!rf8.e4r3>) {
  // expected-error @+1 {{expected a packed weight of type 'tensor<2x2x1x64x!rf8.e4r3>' but got 'tensor<2x2x1x64x!rf8.e4r3d>'}}
  %0 = rf8.pack %w layout <panel(1)> : tensor<17x5x!rf8.e4r3> -> tensor<2x2x1x64x!rf8.e4r3d>
  return
}

// -----

func.func @unpack_type(%w: tensor<2x2x1x64x!rf8.e4r3>) {
  // expected-error @+1 {{expected a packed weight of type 'tensor<1x2x2x64x!rf8.e4r3>' but got 'tensor<2x2x1x64x!rf8.e4r3>'}}
  %0 = rf8.unpack %w layout <panel(2)> : tensor<2x2x1x64x!rf8.e4r3> -> tensor<17x5x!rf8.e4r3>
  return
}

// -----

func.func @mixed(%x: memref<3x6xf32>, %w: memref<1x6x1x16xf32>, %o: tensor<3x9xf32>) {
  // expected-error @+1 {{expected only tensors or only memrefs but got 'memref<3x6xf32>' beside 'tensor<3x9xf32>'}}
  %0 = rf8.linear ins(%x, %w : memref<3x6xf32>, memref<1x6x1x16xf32>) outs(%o : tensor<3x9xf32>) -> tensor<3x9xf32>
  return
}

// -----

func.func @no_result(%x: tensor<3x6xf32>, %w: tensor<1x6x1x16xf32>, %o: tensor<3x9xf32>) {
  // expected-error @+1 {{expected a result for a destination of 'tensor<3x9xf32>'}}
  rf8.linear ins(%x, %w : tensor<3x6xf32>, tensor<1x6x1x16xf32>) outs(%o : tensor<3x9xf32>)
  return
}

// -----

func.func @result_type(%x: tensor<3x6xf32>, %w: tensor<1x6x1x16xf32>, %o: tensor<3x9xf32>) {
  // expected-error @+1 {{expected a result of the destination's type, 'tensor<3x9xf32>', but got 'tensor<3x8xf32>'}}
  %0 = rf8.linear ins(%x, %w : tensor<3x6xf32>, tensor<1x6x1x16xf32>) outs(%o : tensor<3x9xf32>) -> tensor<3x8xf32>
  return
}

// -----

func.func @input(%x: memref<3x?xf32>, %w: memref<1x6x1x16xf32>, %o: memref<3x9xf32>) {
  // expected-error @+1 {{expected an input [rows, steps] with static steps but got 'memref<3x?xf32>'}}
  rf8.linear ins(%x, %w : memref<3x?xf32>, memref<1x6x1x16xf32>) outs(%o : memref<3x9xf32>)
  return
}

// -----

func.func @destination(%x: memref<3x6xf32>, %w: memref<1x6x1x16xf32>, %o: memref<9xf32>) {
  // expected-error @+1 {{expected a destination [rows, outputs] with static outputs but got 'memref<9xf32>'}}
  rf8.linear ins(%x, %w : memref<3x6xf32>, memref<1x6x1x16xf32>) outs(%o : memref<9xf32>)
  return
}

// -----

func.func @rows(%x: memref<3x6xf32>, %w: memref<1x6x1x16xf32>, %o: memref<4x9xf32>) {
  // expected-error @+1 {{expected a destination of 3 rows but got 4}}
  rf8.linear ins(%x, %w : memref<3x6xf32>, memref<1x6x1x16xf32>) outs(%o : memref<4x9xf32>)
  return
}

// -----

func.func @counts(%x: memref<3x6xf32>, %w: memref<1x6x1x16xf32>, %c: memref<2xi64>, %o: memref<3x9xf32>) {
  // expected-error @+1 {{expected counts of groups that divide the rows of 'memref<3x6xf32>' but got 'memref<2xi64>'}}
  rf8.linear ins(%x, %w : memref<3x6xf32>, memref<1x6x1x16xf32>) counts(%c : memref<2xi64>) outs(%o : memref<3x9xf32>)
  return
}

// -----

func.func @weight_rank(%x: memref<3x6xf32>, %w: memref<6x16xf32>, %o: memref<3x9xf32>) {
  // expected-error @+1 {{expected a packed weight of rank 4 but got 'memref<6x16xf32>'}}
  rf8.linear ins(%x, %w : memref<3x6xf32>, memref<6x16xf32>) outs(%o : memref<3x9xf32>)
  return
}

// -----

func.func @weight_shape(%x: memref<3x6xf32>, %w: memref<1x5x1x16xf32>, %o: memref<3x9xf32>) {
  // expected-error @+1 {{expected a packed weight of type 'tensor<1x6x1x16xf32>' but got 'memref<1x5x1x16xf32>'}}
  rf8.linear ins(%x, %w : memref<3x6xf32>, memref<1x5x1x16xf32>) outs(%o : memref<3x9xf32>)
  return
}

// -----

func.func @groups_alone(%x: memref<3x6xf32>, %w: memref<1x6x1x16xf32>, %o: memref<3x9xf32>) {
  // expected-error @+1 {{expected scales for groups of 4 but got none}}
  rf8.linear ins(%x, %w : memref<3x6xf32>, memref<1x6x1x16xf32>) outs(%o : memref<3x9xf32>) {group_size = 4 : i64}
  return
}

// -----

func.func @group_size(%x: memref<3x6xf32>, %w: memref<1x2x1x64x!rf8.e4r3>, %s: memref<1x16xf32>, %o: memref<3x9xf32>) {
  // expected-error @+1 {{expected a group size that is a multiple of 4 but got 6}}
  rf8.linear ins(%x, %w : memref<3x6xf32>, memref<1x2x1x64x!rf8.e4r3>) scales(%s : memref<1x16xf32>)
             outs(%o : memref<3x9xf32>) {group_size = 6 : i64}
  return
}

// -----

func.func @linear_scales(%x: memref<3x6xf32>, %w: memref<1x2x1x64x!rf8.e4r3>, %s: memref<9xf32>, %o: memref<3x9xf32>) {
  // expected-error @+1 {{expected scales of type 'tensor<16xf32>' but got 'memref<9xf32>'}}
  rf8.linear ins(%x, %w : memref<3x6xf32>, memref<1x2x1x64x!rf8.e4r3>) scales(%s : memref<9xf32>)
             outs(%o : memref<3x9xf32>)
  return
}
