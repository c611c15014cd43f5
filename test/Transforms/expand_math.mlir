// RUN: gg-opt %s -gg-expand-math | FileCheck %s

// f32 becomes arithmetic, without calls and without operations of math.

// CHECK-LABEL: func @f32
// CHECK-NOT: math.
// CHECK-NOT: gg.
// CHECK: return
func.func @f32(%x: f32, %v: vector<4xf32>) -> (f32, vector<4xf32>, f32, f32, f32, f32, f32) {
  %0 = math.exp %x : f32
  %1 = math.tanh %v : vector<4xf32>
  %2 = math.powf %x, %x : f32
  %3 = math.sin %x : f32
  %4 = math.log2 %x : f32
  %5 = math.erf %x : f32
  %6 = math.fma %x, %x, %x : f32
  return %0, %1, %2, %3, %4, %5, %6 : f32, vector<4xf32>, f32, f32, f32, f32, f32
}

// f64 and remainders go through the caller's table.

// CHECK-LABEL: func @f64
func.func @f64(%a: memref<f64>, %b: memref<f32>) attributes {gg.entry = "main"} {
  // CHECK: %[[T:.*]] = gg.math_table : !llvm.ptr
  %0 = memref.load %a[] : memref<f64>
  // CHECK: gg.call_math "exp" of %[[T]](%{{.*}})
  %1 = math.exp %0 : f64
  memref.store %1, %a[] : memref<f64>
  %2 = memref.load %b[] : memref<f32>
  // CHECK: %[[X:.*]] = arith.extf %{{.*}} : f32 to f64
  // CHECK: %[[Y:.*]] = arith.extf %{{.*}} : f32 to f64
  // CHECK: %[[R:.*]] = gg.call_math "fmod" of %[[T]](%[[X]], %[[Y]])
  // CHECK: arith.truncf %[[R]] : f64 to f32
  %3 = arith.remf %2, %2 : f32
  memref.store %3, %b[] : memref<f32>
  return
}

// CHECK-LABEL: func @no_table
// CHECK-NOT: gg.math_table
func.func @no_table() attributes {gg.entry = "other"} {
  return
}

// What gg-opt's options and the features of a CPU ask for. The values are
// checked by test/Integration/test_math.py.

// RUN: gg-opt %s -gg-expand-math="half=true rounding=true" | FileCheck %s --check-prefix=OLD
// RUN: gg-opt %s -gg-expand-math | FileCheck %s --check-prefix=NEW

// OLD-LABEL: func @lacking
// OLD-NOT: arith.extf
// OLD-NOT: arith.truncf
// OLD-NOT: math.
// OLD: return
// NEW-LABEL: func @lacking
// NEW: arith.extf
// NEW: arith.truncf
// NEW: math.floor
// NEW: math.ceil
// NEW: math.trunc
// NEW: math.roundeven
func.func @lacking(%h: f16, %v: vector<4xf32>, %d: f64) -> (f32, vector<4xf16>, vector<4xf32>, f64, f64, f64) {
  %0 = arith.extf %h : f16 to f32
  %1 = arith.truncf %v : vector<4xf32> to vector<4xf16>
  %2 = math.floor %v : vector<4xf32>
  %3 = math.ceil %d : f64
  %4 = math.trunc %d : f64
  %5 = math.roundeven %d : f64
  return %0, %1, %2, %3, %4, %5 : f32, vector<4xf16>, vector<4xf32>, f64, f64, f64
}
