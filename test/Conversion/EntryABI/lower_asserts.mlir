// RUN: gg-opt %s -gg-lower-asserts | FileCheck %s

// CHECK-LABEL: func @checked
func.func @checked(%ok: i1) attributes {gg.entry = "main"} {
  // CHECK: cf.cond_br %{{.*}}, ^[[NEXT:.*]], ^[[FAILED:.*]]
  // CHECK: ^[[NEXT]]:
  // CHECK-NEXT: gg.barrier
  // CHECK: ^[[FAILED]]:
  // CHECK: %[[T:.*]] = gg.thread_id
  // CHECK: %[[FIRST:.*]] = arith.cmpi eq, %[[T]]
  // CHECK: cf.cond_br %[[FIRST]], ^[[REPORT:.*]], ^[[EXIT:.*]]
  // CHECK: ^[[REPORT]]:
  // CHECK-NEXT: gg.fail "node: no"
  // CHECK-NEXT: cf.br ^[[EXIT]]
  // CHECK: ^[[EXIT]]:
  // CHECK-NEXT: return
  cf.assert %ok, "node: no"
  gg.barrier
  return
}
