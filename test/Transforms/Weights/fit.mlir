// RUN: rm -rf %t && mkdir %t
// RUN: gg-opt %s -gg-fit="min-elements=8 per-channel report=%t/r.json,%t/r.html" | FileCheck %s
// RUN: FileCheck %s --check-prefix=JSON --input-file=%t/r.json
// RUN: FileCheck %s --check-prefix=HTML --input-file=%t/r.html
// RUN: gg-opt %s -gg-fit="min-elements=8 remarks" 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK
// RUN: gg-opt %s -gg-fit="min-elements=8 method=moments" | FileCheck %s --check-prefix=MOMENTS
// RUN: gg-opt %s -gg-fit="min-elements=8 per-channel" -mlir-disable-threading | gg-opt | FileCheck %s

// Both constants are one, whose channels are the columns: what multiplies
// decides before what looks up. Half of the weights are one value, so that no
// shape is too small.

// CHECK-LABEL: func @twice
// CHECK: arith.constant {gg.ggd = #gg.ggd<shape = 5.000000e-02, scale = {{[^,]*}}, mean = 5.000000e-01>,
// CHECK-SAME: gg.ggd_channels = #gg.ggd_channels<1, [<shape = [[SHAPE:[^,]*]], scale = [[SCALE:[^,]*]], mean = {{[^>]*}}>, <shape = 2.000000e+00, scale = 2.2250738585072014E-308, mean = 5.000000e-01>]>}
// REMARK: remark: #gg.ggd<shape = {{.*}}>, log-likelihood per weight {{-?[0-9.]+}}
// REMARK: remark: all weights are 7
// MOMENTS-LABEL: func @twice
// MOMENTS: gg.ggd = #gg.ggd<shape =
// MOMENTS-NOT: gg.ggd_channels
func.func @twice(%x: tensor<5x4xf32>, %o: tensor<5x2xf32>, %i: index) -> tensor<5x2xf32> {
  %w = arith.constant dense<[[-1.5, 0.5], [-0.5, 0.5], [0.5, 0.5], [1.5, 0.5]]> : tensor<4x2xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<5x4xf32>, tensor<4x2xf32>) outs(%o : tensor<5x2xf32>) -> tensor<5x2xf32>
  return %0 : tensor<5x2xf32>
}

// CHECK-LABEL: func @same
// CHECK: arith.constant {gg.ggd = {{.*}}, gg.ggd_channels = #gg.ggd_channels<1,
func.func @same() -> tensor<4x2xf32> {
  %w = arith.constant dense<[[-1.5, 0.5], [-0.5, 0.5], [0.5, 0.5], [1.5, 0.5]]> : tensor<4x2xf32>
  return %w : tensor<4x2xf32>
}

// No channels are known of a constant that nothing multiplies by; not fitted
// are equal weights, tables, integers and what is small.

// CHECK-LABEL: func @others
// CHECK: arith.constant {gg.ggd = #gg.ggd<{{[^>]*}}>} dense<[0.{{.*}}tensor<8xbf16>
// CHECK-NOT: gg.ggd
// CHECK-LABEL: func @hostile
func.func @others() -> (tensor<8xbf16>, tensor<8xf32>, tensor<8xf32>, tensor<8xi32>, tensor<4xf32>) {
  %a = arith.constant dense<[0.0, 1.0, 2.0, 4.0, -1.0, -2.0, -4.0, 8.0]> : tensor<8xbf16>
  %b = arith.constant dense<7.0> : tensor<8xf32>
  %c = arith.constant {rf8.keep} dense<[0.0, 1.0, 2.0, 4.0, -1.0, -2.0, -4.0, 8.0]> : tensor<8xf32>
  %d = arith.constant dense<[0, 1, 2, 3, 4, 5, 6, 7]> : tensor<8xi32>
  %e = arith.constant dense<[0.0, 1.0, 2.0, 4.0]> : tensor<4xf32>
  return %a, %b, %c, %d, %e : tensor<8xbf16>, tensor<8xf32>, tensor<8xf32>, tensor<8xi32>, tensor<4xf32>
}

// A name of the model must not end the script that holds the data.

// JSON: {"tensors":[{
// JSON-SAME: "channels":[
// JSON: {"deviation":0,"max":7,"mean":7,"min":7,"name":"constant","shape":[8],"type":"f32","weights":8},
// JSON: "name":"</script><b>",
// HTML: <script type="application/json" id="data">{"tensors":[
// HTML: "name":"\u003c/script>\u003cb>"
func.func @hostile() -> tensor<9xf32> {
  %a = arith.constant dense<[0.0, 1.0, 2.0, 4.0, -1.0, -2.0, -4.0, 8.0, 9.0]> : tensor<9xf32> loc("</script><b>")
  return %a : tensor<9xf32>
}
