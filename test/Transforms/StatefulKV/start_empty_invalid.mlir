// RUN: gg-opt %s -gg-start-empty -verify-diagnostics

// expected-error @+1 {{expected a tensor of numbers of static shape with the role 'cache' but got 'tensor<?xf32>'}}
func.func @score(%k: tensor<?xf32> {gg.role = "cache"}) -> tensor<?xf32> attributes {gg.entry = "score"} {
  return %k : tensor<?xf32>
}
