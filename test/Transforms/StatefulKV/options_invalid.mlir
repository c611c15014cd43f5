// RUN: gg-opt %s -gg-stateful-kv="batch=0 kv=f64" -verify-diagnostics

// expected-error @+1 {{expected batch and chunk of at least 1, a context of at least 0 and kv of f32 or bf16 but got batch=0 chunk=128 context=0 kv=f64}}
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
