"""What the written programs have in common: functions that each compare a
result with the expected one, bit for bit, and a main that says which differs."""

import struct

resources = {}
functions = []
helpers = []


def resource(name, data, alignment=4):
    resources[name] = "0x" + struct.pack("<I", alignment).hex() + bytes(data).hex()
    return f"dense_resource<{name}>"


def floats(values):
    return b"".join(struct.pack("<f", v) for v in values)


def opaque(name, rows, columns, data):
    """A call that returns a matrix which is no constant to the caller."""
    helpers.append(f"""
func.func @{name}() -> tensor<{rows}x{columns}xf32> {{
  %x = arith.constant {resource(name, data)} : tensor<{rows}x{columns}xf32>
  return %x : tensor<{rows}x{columns}xf32>
}}""")
    return f"func.call @{name}() : () -> tensor<{rows}x{columns}xf32>"


def check(name, body, kind, rows, columns, expected):
    """A function that counts where the matrix %got differs from `expected`."""
    bits = "i8" if kind == "i8" else "i32"
    got = "%g" if kind == "i8" else "%b"
    cast = "" if kind == "i8" else "%b = arith.bitcast %g : f32 to i32"
    want = resource(name + "_want", expected)
    functions.append(f"""
func.func @{name}() -> i32 {{
  {body}
  %want = arith.constant {want} : tensor<{rows}x{columns}x{bits}>
  %zero = arith.constant dense<0> : tensor<i32>
  %count = linalg.generic {{
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> ()>],
      iterator_types = ["reduction", "reduction"]}}
      ins(%got, %want : tensor<{rows}x{columns}x{kind}>, tensor<{rows}x{columns}x{bits}>) outs(%zero : tensor<i32>) {{
  ^bb0(%g: {kind}, %e0: {bits}, %acc: i32):
    {cast}
    %ne = arith.cmpi ne, {got}, %e0 : {bits}
    %one = arith.extui %ne : i1 to i32
    %sum = arith.addi %acc, %one : i32
    linalg.yield %sum : i32
  }} -> tensor<i32>
  %result = tensor.extract %count[] : tensor<i32>
  return %result : i32
}}""")


def finish():
    """Prints the program. Its main returns the number of the check that fails,
    times 100000, plus how many elements differ; 0 where none does."""
    names = [f.split("@")[1].split("(")[0] for f in functions]
    print("\n".join(helpers + functions))
    print("func.func @main() -> i32 {\n  %sum0 = arith.constant 0 : i32")
    for i, name in enumerate(names):
        print(f"  %c{i} = func.call @{name}() : () -> i32")
        print(f"  %f{i} = arith.constant {i * 100000} : i32")
        print(f"  %z{i} = arith.constant 0 : i32")
        print(f"  %ne{i} = arith.cmpi ne, %c{i}, %z{i} : i32")
        print(f"  %at{i} = arith.addi %c{i}, %f{i} : i32")
        print(f"  %sum{i + 1} = arith.select %ne{i}, %at{i}, %sum{i} : i32")
    print(f"  return %sum{len(names)} : i32\n}}")
    print("{-#\n  dialect_resources: {\n    builtin: {")
    print(",\n".join(f'      {name}: "{data}"' for name, data in resources.items()))
    print("    }\n  }\n#-}")
