// RUN: gg-opt %s -split-input-file -gg-lower-asserts -verify-diagnostics

func.func @nested(%ok: i1) attributes {gg.entry = "main"} {
  scf.if %ok {
    // expected-error @+1 {{expected in a block of its entry}}
    cf.assert %ok, "no"
  }
  return
}

// -----

// expected-error @+1 {{expected no results}}
func.func @results(%ok: i1) -> i1 attributes {gg.entry = "main"} {
  return %ok : i1
}
