// RUN: gg-opt %s -gg-name-dims -split-input-file | FileCheck %s

// Without names: ids, position ids and caches are related; how long the mask
// is stays open.

// CHECK-LABEL: func @unnamed
// CHECK-SAME: %arg0: tensor<?x?xi64> {onnx.dims = ["batch", "sequence"]}
// CHECK-SAME: onnx.dims = ["batch", ""], onnx.name = "attention_mask"
// CHECK-SAME: onnx.dims = ["batch", "sequence"], onnx.name = "position_ids"
// CHECK-SAME: onnx.dims = ["batch", "", "past", ""]
// CHECK-SAME: onnx.dims = ["", "batch", "", "past", ""]
func.func @unnamed(
    %ids: tensor<?x?xi64>,
    %mask: tensor<?x?xi64> {onnx.name = "attention_mask"},
    %positions: tensor<?x?xi64> {onnx.name = "position_ids"},
    %past: tensor<?x2x?x4xf32>, %stacked: tensor<2x?x2x?x4xf32>,
    %new: tensor<?x2x?x4xf32>) -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) {
  %none = onnx.None : none
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %one = onnx.Constant dense<1> : tensor<i64>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %k = onnx.Concat(%past, %new) {axis = 2 : i64} : (tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) -> tensor<?x2x?x4xf32>
  %v = onnx.Gather(%stacked, %one) : (tensor<2x?x2x?x4xf32>, tensor<i64>) -> tensor<?x2x?x4xf32>
  %v2 = onnx.Concat(%v, %new) {axis = 2 : i64} : (tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) -> tensor<?x2x?x4xf32>
  return %e, %k, %v2 : tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// A name that dims share is kept, and one that stands alone becomes it.

// CHECK-LABEL: func @own_names
// CHECK-SAME: onnx.dims = ["b", "s"]}
// CHECK-SAME: onnx.dims = ["b", "2", "p", "4"]}
// CHECK-SAME: onnx.dims = ["b", "2", "p", "4"]}
// CHECK-SAME: onnx.dims = ["b", "2", "p", "4"]}
func.func @own_names(
    %ids: tensor<?x?xi64> {onnx.dims = ["ids_0", "s"]},
    %k0: tensor<?x2x?x4xf32> {onnx.dims = ["b", "2", "p", "4"]},
    %v0: tensor<?x2x?x4xf32> {onnx.dims = ["b", "2", "v0_2", "4"]},
    %k1: tensor<?x2x?x4xf32> {onnx.dims = ["k1_0", "2", "p", "4"]})
    -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) {
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %row = onnx.Constant dense<0> : tensor<2xi64>
  %shape = onnx.Constant dense<-1> : tensor<1xi64>
  %flat = onnx.Reshape(%ids, %shape) : (tensor<?x?xi64>, tensor<1xi64>) -> tensor<?xi64>
  %e = onnx.Gather(%table, %flat) : (tensor<16x8xf32>, tensor<?xi64>) -> tensor<?x8xf32>
  %e3 = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %a = onnx.Concat(%k0, %k0) {axis = 2 : i64} : (tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) -> tensor<?x2x?x4xf32>
  %b = onnx.Concat(%v0, %v0) {axis = 2 : i64} : (tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) -> tensor<?x2x?x4xf32>
  %c = onnx.Concat(%k1, %k1) {axis = 2 : i64} : (tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) -> tensor<?x2x?x4xf32>
  return %e3, %a, %b, %c : tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// Two lengths that each have several dims are two lengths.

// CHECK-LABEL: func @two_pasts
// CHECK-SAME: onnx.dims = ["b", "2", "p", "4"]}
// CHECK-SAME: onnx.dims = ["b", "2", "p", "4"]}
// CHECK-SAME: onnx.dims = ["b", "2", "window", "4"]}
// CHECK-SAME: onnx.dims = ["b", "2", "window", "4"]}
// CHECK-SAME: onnx.dims = ["b", "2", "own", "4"]}
func.func @two_pasts(
    %ids: tensor<?x?xi64> {onnx.dims = ["b", "s"]},
    %k0: tensor<?x2x?x4xf32> {onnx.dims = ["b", "2", "p", "4"]},
    %v0: tensor<?x2x?x4xf32> {onnx.dims = ["b", "2", "p", "4"]},
    %k1: tensor<?x2x?x4xf32> {onnx.dims = ["b", "2", "window", "4"]},
    %v1: tensor<?x2x?x4xf32> {onnx.dims = ["b", "2", "window", "4"]},
    %k2: tensor<?x2x?x4xf32> {onnx.dims = ["b", "2", "own", "4"]})
    -> (tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>,
        tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) {
  %table = onnx.Constant dense<0.5> : tensor<16x8xf32>
  %e = onnx.Gather(%table, %ids) : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %a = onnx.Concat(%k0, %k0) {axis = 2 : i64} : (tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) -> tensor<?x2x?x4xf32>
  %b = onnx.Concat(%v0, %v0) {axis = 2 : i64} : (tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) -> tensor<?x2x?x4xf32>
  %c = onnx.Concat(%k1, %k1) {axis = 2 : i64} : (tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) -> tensor<?x2x?x4xf32>
  %d = onnx.Concat(%v1, %v1) {axis = 2 : i64} : (tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) -> tensor<?x2x?x4xf32>
  %f = onnx.Concat(%k2, %k2) {axis = 2 : i64} : (tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) -> tensor<?x2x?x4xf32>
  return %e, %a, %b, %c, %d, %f : tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>,
    tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// -----

// No token ids are looked up.

// CHECK-LABEL: func @no_decoder
// CHECK-NOT: onnx.dims
func.func @no_decoder(%x: tensor<?x?xi64>, %past: tensor<?x2x?x4xf32>)
    -> (tensor<?x?xi64>, tensor<?x2x?x4xf32>) {
  %k = onnx.Concat(%past, %past) {axis = 2 : i64} : (tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) -> tensor<?x2x?x4xf32>
  return %x, %k : tensor<?x?xi64>, tensor<?x2x?x4xf32>
}
