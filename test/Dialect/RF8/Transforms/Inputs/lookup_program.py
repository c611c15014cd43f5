"""lookup_program.py FORMAT ROUNDING SCALE: rows looked up in tables that RF8
does not hold exactly, as they are and stored as a transpose, against the
reference in exact arithmetic."""

import os
import random
import struct
import sys
from fractions import Fraction

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "..", "..", "..", "Unit", "Inputs"))
import rf8_reference as ref
from program import check, finish, floats, helpers, resource

format, rounding, scale = sys.argv[1:]
# More elements than folders take, so that codes are decoded at run time.
ROWS, COLUMNS, LARGEST = 41, 25, Fraction(15, 8)
VALUES = {code: value for value, code in ref.CODES[format].items()}
IDS = [3, 0, 40, 3, 17]


def f32(value):
    """The nearest f32 to a fraction: the double nearest to these quotients and
    products of two floats rounds to it."""
    return struct.unpack("<f", struct.pack("<f", float(value)))[0]


def scale_of(weights):
    largest = max(abs(Fraction(w)) for w in weights)
    if scale == "channel":
        return f32(largest / LARGEST)
    power = Fraction(1, 2 ** 40)
    while largest > LARGEST * power:
        power *= 2
    return float(power)


def stored(weight, by):
    """What a weight reads as: its rounded quotient times the scale."""
    quotient = Fraction(f32(Fraction(weight) / Fraction(by)))
    code = ref.greedy(quotient) if rounding == "greedy" else ref.nearest(quotient, format)
    return f32(VALUES[code] * Fraction(by))


rng = random.Random(11)
table = [[f32(rng.gauss(0, 2) * 2.0 ** rng.randint(-6, 2)) for _ in range(COLUMNS)]
         for _ in range(ROWS)]
scales = [scale_of(row if scale == "channel" else sum(table, [])) for row in table]
read = [[stored(w, by) for w in row] for row, by in zip(table, scales)]
assert sum(a != b for r, s in zip(table, read) for a, b in zip(r, s)) > ROWS * COLUMNS // 2
want = floats(sum((read[i] for i in IDS), []))

helpers.append(f"""
func.func @ids() -> tensor<{len(IDS)}xindex> {{
  %0 = arith.constant dense<{IDS}> : tensor<{len(IDS)}xindex>
  return %0 : tensor<{len(IDS)}xindex>
}}""")


def lookup(name, source):
    check(name, f"""
  %ids = func.call @ids() : () -> tensor<{len(IDS)}xindex>
  {source}
  %e = tensor.empty() : tensor<{len(IDS)}x{COLUMNS}xf32>
  %got = linalg.generic {{
      indexing_maps = [affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}}
      ins(%ids : tensor<{len(IDS)}xindex>) outs(%e : tensor<{len(IDS)}x{COLUMNS}xf32>) {{
  ^bb0(%id: index, %old: f32):
    %j = linalg.index 1 : index
    %v = tensor.extract %w[%id, %j] : tensor<{ROWS}x{COLUMNS}xf32>
    linalg.yield %v : f32
  }} -> tensor<{len(IDS)}x{COLUMNS}xf32>""", "f32", len(IDS), COLUMNS, want)


plain = resource("table", floats(sum(table, [])))
turned = resource("turned", floats(sum(map(list, zip(*table)), [])))
lookup("rows", f"%w = arith.constant {plain} : tensor<{ROWS}x{COLUMNS}xf32>")
lookup("columns", f"""%t = arith.constant {turned} : tensor<{COLUMNS}x{ROWS}xf32>
  %te = tensor.empty() : tensor<{ROWS}x{COLUMNS}xf32>
  %w = linalg.transpose ins(%t : tensor<{COLUMNS}x{ROWS}xf32>)
      outs(%te : tensor<{ROWS}x{COLUMNS}xf32>) permutation = [1, 0]""")
finish()
