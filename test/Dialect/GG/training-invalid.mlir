// RUN: gg-opt %s -split-input-file -verify-diagnostics

// expected-error @+1 {{expected #gg.param as gg.param but got "w"}}
func.func @kind(%w: tensor<4xf32> {gg.param = "w"}) {
  return
}

// -----

// expected-error @+1 {{expected #gg.param as gg.param but got 1 : i64}}
func.func @result_kind(%w: tensor<4xf32>) -> (tensor<4xf32> {gg.param = 1}) {
  return %w : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected a ranked tensor of floats as gg.param but got 'tensor<4xi32>'}}
func.func @integers(%w: tensor<4xi32> {gg.param = #gg.param<"w">}) {
  return
}

// -----

// expected-error @+1 {{expected a ranked tensor of floats as gg.param but got 'f32'}}
func.func @scalar(%w: f32) -> (f32 {gg.param = #gg.param<"w">}) {
  return %w : f32
}

// -----

// expected-error @+1 {{expected a ranked tensor of floats as gg.param but got 'tensor<*xf32>'}}
func.func @unranked(%w: tensor<*xf32> {gg.param = #gg.param<"w">}) {
  return
}

// -----

// expected-error @+1 {{expected one argument for a parameter but got two for "w"}}
func.func @twice(%v: tensor<4xf32> {gg.param = #gg.param<"w">}, %w: tensor<4xf32> {gg.param = #gg.param<"w", shape = 1.0>}) {
  return
}

// -----

// expected-error @+1 {{expected one result for a parameter but got two for "w"}}
func.func @results(%w: tensor<4xf32>) -> (tensor<4xf32> {gg.param = #gg.param<"w">}, tensor<4xf32> {gg.param = #gg.param<"w">}) {
  return %w, %w : tensor<4xf32>, tensor<4xf32>
}

// -----

// expected-error @+1 {{expected a new value of type 'tensor<4xf32>' for "w" but got 'tensor<4xf64>'}}
func.func @type(%w: tensor<4xf32> {gg.param = #gg.param<"w">}, %v: tensor<4xf64>) -> (tensor<4xf64> {gg.param = #gg.param<"w">}) {
  return %v : tensor<4xf64>
}

// -----

// expected-error @+1 {{expected a float or a tensor of one as gg.loss but got 'tensor<1xf32>'}}
func.func @loss(%w: tensor<1xf32>) -> (tensor<1xf32> {gg.loss}) {
  return %w : tensor<1xf32>
}

// -----

// expected-error @+1 {{expected the name of a parameter but got ""}}
func.func @name(%w: tensor<4xf32> {gg.param = #gg.param<"">}) {
  return
}

// -----

// expected-error @+1 {{expected a shape from 0.1 to 10 but got 5.000000e-02}}
func.func @low(%w: tensor<4xf32> {gg.param = #gg.param<"w", shape = 0.05>}) {
  return
}

// -----

// expected-error @+1 {{expected a slope if, and only if, the activation is leaky_relu but got relu with a slope}}
func.func @slope(%w: tensor<4xf32> {gg.param = #gg.param<"w", activation = relu, slope = 0.1>}) {
  return
}

// -----

// expected-error @+1 {{expected a slope if, and only if, the activation is leaky_relu but got leaky_relu without one}}
func.func @no_slope(%w: tensor<4xf32> {gg.param = #gg.param<"w", activation = leaky_relu>}) {
  return
}

// -----

func.func @narrow(%w: tensor<4xf64>, %nu: f32) {
  // expected-error @+1 {{expected a shape at least as wide as 'f64' but got 'f32'}}
  %0 = gg.backslash_step authors ins(%nu, %nu : f32) outs(%w : tensor<4xf64>) {epsilon = 1.0 : f64}
  return
}

// -----

func.func @epsilon(%w: tensor<4xf32>, %nu: f32, %sum: tensor<f64>) {
  // expected-error @+1 {{expected a positive epsilon but got 0.000000e+00}}
  %0 = gg.rate ins(%w, %nu : tensor<4xf32>, f32) outs(%sum : tensor<f64>) {epsilon = 0.0 : f64}
  return
}

// -----

func.func @shape(%w: tensor<4xf32>, %seed: i64) {
  // expected-error @+1 {{expected a positive shape but got -1.000000e+00}}
  %0 = gg.sample %seed stream 0 outs(%w : tensor<4xf32>) {shape = -1.0 : f64, scale = 1.0 : f64}
  return
}

// -----

func.func @scale(%w: tensor<4xf32>, %seed: i64) {
  // expected-error @+1 {{expected a positive scale but got 0.000000e+00}}
  %0 = gg.sample %seed stream 0 outs(%w : tensor<4xf32>) {shape = 1.0 : f64, scale = 0.0 : f64}
  return
}
