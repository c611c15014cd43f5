func.func @step(%w: tensor<4xf32> {gg.param = #gg.param<"w">}) -> (tensor<4xf32> {gg.param = #gg.param<"w">}) {
  return %w : tensor<4xf32>
}
