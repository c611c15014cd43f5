// RUN: gg-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func @absent
func.func @absent() -> none {
  // CHECK: onnx.None : none
  %0 = onnx.None : none
  return %0 : none
}
