"""Writes contractions with constant weights that RF8 holds exactly, in every
orientation, and look-ups in the same constants, and what they must give after
-rf8-quantize -rf8-fuse-linear."""

import os
import random
import sys
from fractions import Fraction

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "..", "..", "..", "Unit", "Inputs"))
import rf8_reference as ref
from program import check, finish, floats, opaque, resource

rng = random.Random(5)
M = 3
values = sorted(v for v in ref.CODES["e4r3"] if Fraction(1, 2) <= abs(v))
flat = lambda matrix: sum(matrix, [])


def zeros(name, rows, columns):
    shape = f"tensor<{rows}x{columns}xf32>"
    return f"""
  %{name}_empty = tensor.empty() : {shape}
  %{name} = linalg.fill ins(%origin : f32) outs(%{name}_empty : {shape}) -> {shape}"""


def transposed(name, source, rows, columns):
    shape = f"tensor<{rows}x{columns}xf32>"
    return f"""
  %{name}_empty = tensor.empty() : {shape}
  %{name} = linalg.transpose ins(%{source} : tensor<{columns}x{rows}xf32>)
      outs(%{name}_empty : {shape}) permutation = [1, 0]"""


def lookup(rows, columns, index):
    """Element `index` of %w at each place of a matrix."""
    shape = f"tensor<{rows}x{columns}xf32>"
    n, k = index.split(", ")
    source = f"tensor<{N}x{K}xf32>" if n == "%n" else f"tensor<{K}x{N}xf32>"
    return f"""
  %e = tensor.empty() : {shape}
  %last = arith.constant {N - 1} : index
  %got = linalg.generic {{indexing_maps = [affine_map<(i, j) -> (i, j)>],
                         iterator_types = ["parallel", "parallel"]}} outs(%e : {shape}) {{
  ^bb0(%old: f32):
    %i = linalg.index 0 : index
    %k = linalg.index 1 : index
    %n = arith.subi %last, %i : index
    %v = tensor.extract %w[{n}, {k}] : {source}
    linalg.yield %v : f32
  }} -> {shape}"""


for N, K in ((19, 7), (33, 64), (1, 5), (40, 1), (64, 36)):
    # The largest code in every group of 4 steps: the scale is what it was.
    w = [[rng.choice(values) if k % 4 else Fraction(15, 8) for k in range(K)] for _ in range(N)]
    x = [[rng.randint(-8, 8) for _ in range(K)] for _ in range(M)]
    s = [Fraction(2) ** rng.randint(-3, 3) for _ in range(N)]
    scaled = [[float(w[n][k] * s[n]) for k in range(K)] for n in range(N)]
    y = [[float(sum(x[m][k] * w[n][k] for k in range(K)) * s[n]) for n in range(N)]
         for m in range(M)]
    name = f"{N}x{K}"
    call = opaque("x" + name, M, K, floats(flat(x)))
    given = f"""
  %x = {call}
  %origin = arith.constant 0.0 : f32"""
    check(f"steps_first_{name}", f"""{given}{zeros("f", M, N)}
  %w = arith.constant {resource("t" + name, floats(flat([list(row) for row in zip(*scaled)])))} : tensor<{K}x{N}xf32>
  %got = linalg.matmul ins(%x, %w : tensor<{M}x{K}xf32>, tensor<{K}x{N}xf32>)
      outs(%f : tensor<{M}x{N}xf32>) -> tensor<{M}x{N}xf32>""", "f32", M, N, floats(flat(y)))
    check(f"outputs_first_{name}", f"""{given}{zeros("f", M, N)}
  %w = arith.constant {resource("w" + name, floats(flat(scaled)))} : tensor<{N}x{K}xf32>{transposed("t", "w", K, N)}
  %got = linalg.matmul ins(%x, %t : tensor<{M}x{K}xf32>, tensor<{K}x{N}xf32>)
      outs(%f : tensor<{M}x{N}xf32>) -> tensor<{M}x{N}xf32>""", "f32", M, N, floats(flat(y)))
    check(f"weight_left_{name}", f"""{given}{transposed("t", "x", K, M)}{zeros("f", N, M)}
  %w = arith.constant {resource("l" + name, floats(flat(scaled)))} : tensor<{N}x{K}xf32>
  %l = linalg.matmul ins(%w, %t : tensor<{N}x{K}xf32>, tensor<{K}x{M}xf32>)
      outs(%f : tensor<{N}x{M}xf32>) -> tensor<{N}x{M}xf32>{transposed("got", "l", M, N)}""",
          "f32", M, N, floats(flat(y)))
    backwards = floats(flat(scaled[::-1]))
    check(f"tied_outputs_first_{name}", f"""
  %w = arith.constant dense_resource<w{name}> : tensor<{N}x{K}xf32>{lookup(N, K, "%n, %k")}""",
          "f32", N, K, backwards)
    check(f"tied_steps_first_{name}", f"""
  %w = arith.constant dense_resource<t{name}> : tensor<{K}x{N}xf32>{lookup(N, K, "%k, %n")}""",
          "f32", N, K, backwards)

finish()
