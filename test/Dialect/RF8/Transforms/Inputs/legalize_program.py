"""Writes a program whose main returns how many results are not, bit for bit,
what the reference in exact arithmetic says: all codes of both formats, values
to round, and a product through each way of storing a weight."""

import os
import random
import struct
import sys
from fractions import Fraction

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "..", "..", "..", "Unit", "Inputs"))
import rf8_reference as ref
from program import check, finish, floats, resource

for format in ("e4r3", "e4r3d"):
    by_code = {code: value for value, code in ref.CODES[format].items()}
    codes = [code if code in by_code else 0 for code in range(256)]
    scales = [2.0 ** (i - 7) * 1.25 for i in range(16)]
    values = [float(by_code[c]) * scales[i // 16] for i, c in enumerate(codes)]
    check(f"codes_{format}", f"""
  %c = arith.constant {resource(format, codes)} : tensor<16x16x!rf8.{format}>
  %s = arith.constant {resource("scales", floats(scales))} : tensor<16xf32>
  %got = rf8.dequantize %c, %s granularity <channel(0)>
      : tensor<16x16x!rf8.{format}>, tensor<16xf32> -> tensor<16x16xf32>""",
          "f32", 16, 16, floats(values))

    # Scale 1: between 15/16 and 15/8 lies the largest.
    bits = [b for b in ref.samples() if abs(ref.value_of_bits(b)) <= Fraction(15, 8)]
    bits += [0] * (-len(bits) % 4)
    given = resource(f"given_{format}", b"".join(struct.pack("<I", b) for b in bits))
    want = [ref.nearest(ref.value_of_bits(b), format) for b in bits]
    check(f"encode_{format}", f"""
  %w = arith.constant {given} : tensor<{len(bits) // 4}x4xf32>
  %c, %s = rf8.quantize %w rounding nearest granularity <tensor_pow2>
      : tensor<{len(bits) // 4}x4xf32> -> tensor<{len(bits) // 4}x4x!rf8.{format}>, tensor<f32>
  %got = builtin.unrealized_conversion_cast %c : tensor<{len(bits) // 4}x4x!rf8.{format}> to tensor<{len(bits) // 4}x4xi8>""",
          "i8", len(bits) // 4, 4, want)

# Scales of rows, columns and groups; the last group is short.
rng = random.Random(3)
rows, columns = 5, 10
weights = [[struct.unpack("<f", struct.pack("<f", rng.gauss(0, 3)))[0]
            for _ in range(columns)] for _ in range(rows)]
for name, granularity, shape, tiles in (
    ("row", "channel(0)", "5", [(r, 0) for r in range(rows)]),
    ("column", "channel(1)", "10", [(0, c) for c in range(columns)]),
    ("group", "group(1, 4)", "5x3", [(r, g) for r in range(rows) for g in range(3)]),
):
    largest = {}
    for r in range(rows):
        for c in range(columns):
            tile = {"row": (r, 0), "column": (0, c), "group": (r, c // 4)}[name]
            largest[tile] = max(largest.get(tile, 0), abs(weights[r][c]))
    # One rounding: the double quotient of two floats rounds to the float one.
    want = floats(largest[t] / 1.875 for t in tiles)
    dims = [int(d) for d in shape.split("x")]
    expand = "" if len(dims) == 2 else f"""
  %got = tensor.expand_shape %s [[0, 1]] output_shape [{dims[0]}, 1] : tensor<{shape}xf32> into tensor<{dims[0]}x1xf32>"""
    result = "%got" if len(dims) == 2 else "%s"
    check(f"scales_{name}", f"""
  %w = arith.constant {resource("weights", floats(sum(weights, [])))} : tensor<5x10xf32>
  %c, {result} = rf8.quantize %w rounding nearest granularity <{granularity}>
      : tensor<5x10xf32> -> tensor<5x10x!rf8.e4r3>, tensor<{shape}xf32>{expand}""",
          "f32", dims[0], dims[1] if len(dims) == 2 else 1, want)

# Products of small integers and short fractions are exact in any order.
N, K, M = 19, 7, 3
values = sorted(v for v in ref.CODES["e4r3d"] if abs(v) >= Fraction(1, 2))
w = [[rng.choice(values) for _ in range(K)] for _ in range(N)]
x = [[rng.randint(-8, 8) for _ in range(K)] for _ in range(M)]
s = [2.0 ** rng.randint(-3, 3) for _ in range(N)]
y = [[float(sum(x[m][k] * w[n][k] for k in range(K))) * s[n] for n in range(N)]
     for m in range(M)]
flat = lambda matrix: sum(matrix, [])
codes = [ref.CODES["e4r3d"][v] for v in flat(w)]
check("linear", f"""
  %x = arith.constant {resource("x", floats(flat(x)))} : tensor<{M}x{K}xf32>
  %c = arith.constant {resource("w_codes", codes)} : tensor<{N}x{K}x!rf8.e4r3d>
  %s = arith.constant {resource("w_scales", floats(s + [0.0] * 13))} : tensor<32xf32>
  %p = rf8.pack %c layout <panel(2)> : tensor<{N}x{K}x!rf8.e4r3d> -> tensor<1x2x2x64x!rf8.e4r3d>
  %e = tensor.empty() : tensor<{M}x{N}xf32>
  %got = rf8.linear ins(%x, %p : tensor<{M}x{K}xf32>, tensor<1x2x2x64x!rf8.e4r3d>)
      scales(%s : tensor<32xf32>) outs(%e : tensor<{M}x{N}xf32>) -> tensor<{M}x{N}xf32>""",
      "f32", M, N, floats(flat(y)))
plain = [[float(sum(x[m][k] * w[n][k] for k in range(K))) for n in range(N)]
         for m in range(M)]


def narrowed(kind):
    return f"""%e2 = tensor.empty() : tensor<{N}x{K}x{kind}>
  %w2 = linalg.generic {{
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}}
      ins(%w : tensor<{N}x{K}xf32>) outs(%e2 : tensor<{N}x{K}x{kind}>) {{
  ^bb0(%wide: f32, %o: {kind}):
    %t = arith.truncf %wide : f32 to {kind}
    linalg.yield %t : {kind}
  }} -> tensor<{N}x{K}x{kind}>"""


for kind, packed in (("f32", "2x7x1x16"), ("f16", "2x4x1x32"), ("bf16", "2x4x1x32")):
    narrow = "" if kind == "f32" else narrowed(kind)
    check(f"linear_{kind}", f"""
  %x = arith.constant {resource("x", floats(flat(x)))} : tensor<{M}x{K}xf32>
  %w = arith.constant {resource("w", floats(map(float, flat(w))))} : tensor<{N}x{K}xf32>
  {narrow}
  %p = rf8.pack {"%w2" if narrow else "%w"} layout <panel(1)> : tensor<{N}x{K}x{kind}> -> tensor<{packed}x{kind}>
  %u = rf8.unpack %p layout <panel(1)> : tensor<{packed}x{kind}> -> tensor<{N}x{K}x{kind}>
  %q = rf8.pack %u layout <panel(1)> : tensor<{N}x{K}x{kind}> -> tensor<{packed}x{kind}>
  %e = tensor.empty() : tensor<{M}x{N}xf32>
  %got = rf8.linear ins(%x, %q : tensor<{M}x{K}xf32>, tensor<{packed}x{kind}>)
      outs(%e : tensor<{M}x{N}xf32>) -> tensor<{M}x{N}xf32>""",
          "f32", M, N, floats(flat(plain)))

finish()
