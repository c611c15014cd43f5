"""The kernels of rf8.linear against float64, compiled for each instruction set
that the machine has, at odd shapes. Packing is written down here once more,
after docs/Spec.md."""

import itertools

import ml_dtypes
import numpy as np
import pytest

from machine import cpu_flags
from native_code import compile_functions

SIZES = [1, 3, 17, 63, 172, 576, 1537]
ROWS = [1, 2, 5, 64]
STEPS = {"e4r3": 4, "e4r3d": 4, "bf16": 2, "f16": 2, "f32": 1}
SIGNIFICANDS = np.array([16, 17, 18, 20, 24, 28, 30, 22]) / 16

TARGETS = {  # kernels' target, -mcpu, what /proc/cpuinfo has to say
    "generic": ("x86-64", "sse2"),
    "avx2": ("x86-64-v3", "avx2"),
    "avx512": ("x86-64-v4", "avx512bw"),
    "avx512bf16": ("x86-64-v4+avx512bf16", "avx512_bf16"),
    "neon": ("generic", "asimd"),
}
TWO_TERM_ROWS = 4  # up to which activations have two terms of bf16, not one


def compile_kernels(folder, all_cases, target, exact=False):
    # Undefined may be what kernels need of a C library: memory functions.
    cpu, flag = TARGETS[target]
    if flag not in cpu_flags():
        pytest.skip(f"the CPU has no {flag}")
    passes = [f"-convert-rf8-to-vector=target={target} exact={str(exact).lower()}"]
    if target == "generic":  # and conversions of f16, unless expanded
        passes.append("-gg-expand-math=half=true")
    return compile_functions(folder, "\n".join(case.text() for case in all_cases), passes, cpu)


def values_of_codes(codes):
    exponent = (codes >> 3) & 15
    value = SIGNIFICANDS[codes & 7] * 2.0 ** (exponent.astype(int) - 15)
    return np.where(codes == 0, 0.0, np.where(codes & 128, -value, value))


def pack(matrix, kind, blocks):
    """[outputs, steps] to [panels][step blocks][blocks][elements of a block]."""
    n, k = matrix.shape
    steps = STEPS[kind]
    padded = np.zeros((-(-n // (16 * blocks)) * 16 * blocks, -(-k // steps) * steps),
                      matrix.dtype)
    padded[:n, :k] = matrix
    # panel, block, output / step block, step
    parts = padded.reshape(-1, blocks, 16, padded.shape[1] // steps, steps)
    parts = parts.transpose(0, 3, 1, 2, 4)  # [panel][step block][block][output][step]
    if steps == 4:  # output/4, step/2, output%4, step%2
        parts = parts.reshape(*parts.shape[:3], 4, 4, 2, 2).swapaxes(4, 5)
    elif kind != "bf16":
        parts = parts.swapaxes(3, 4)
    return np.ascontiguousarray(parts).reshape(*parts.shape[:3], -1)


class Case:
    def __init__(self, index, n, k, m, kind, group, blocks, rng, counts=()):
        self.name = f"kernel{index}"
        self.counts = np.array(counts, np.int64)
        self.n, self.k, self.m, self.kind, self.group = n, k, m, kind, group
        self.x = rng.standard_normal((m, k)).astype(np.float32)
        self.scales = None
        scale = np.ones((n, 1))
        if kind.startswith("e4r3"):
            valid = [0] + [c for c in range(256) if (c & 0x70)
                           and (kind == "e4r3d" or c & 7 != 7)]
            codes = rng.choice(np.array(valid, np.uint8), (n, k))
            self.weights, self.packed = values_of_codes(codes), pack(codes, kind, blocks)
            outputs = self.packed.shape[0] * 16 * blocks
            groups = -(-k // group) if group else 1
            # Padding must not matter.
            self.scales = np.full((groups, outputs), np.nan, np.float32)
            self.scales[:, :n] = rng.uniform(0.5, 2, (groups, n))
            each = self.scales[:, :n].T.astype(np.float64)
            scale = np.repeat(each, group, axis=1)[:, :k] if group else each
        else:
            kinds = {"f32": np.float32, "f16": np.float16, "bf16": ml_dtypes.bfloat16}
            narrow = rng.standard_normal((n, k)).astype(kinds[kind])
            self.weights, self.packed = narrow.astype(np.float64), pack(narrow, kind, blocks)
        self.weights = self.weights * scale

    def text(self):
        element = f"!rf8.{self.kind}" if self.scales is not None else self.kind
        weights = "x".join(map(str, self.packed.shape)) + f"x{element}"
        x, o = f"memref<{self.m}x{self.k}xf32>", f"memref<{self.m}x{self.n}xf32>"
        s, scales, group = "memref<1xf32>", "", ""
        if self.scales is not None:
            shape = self.scales.shape if self.group else self.scales.shape[1:]
            s = f"memref<{'x'.join(map(str, shape))}xf32>"
            scales = f"scales(%s : {s})"
        if self.group:
            group = f"{{group_size = {self.group} : i64}}"
        c = f"memref<{max(1, self.counts.size)}xi64>"
        counts = f"counts(%c : {c})" if self.counts.size else ""
        return f"""
func.func @{self.name}(%x: {x}, %w: memref<{weights}>, %s: {s}, %c: {c}, %o: {o}) {{
  rf8.linear ins(%x, %w : {x}, memref<{weights}>) {scales} {counts} outs(%o : {o}) {group}
  return
}}"""

    def run(self, library):
        guard = 64  # what lies behind the result must stay
        out = np.full(self.m * self.n + guard, np.nan, np.float32)
        scales = self.scales if self.scales is not None else np.zeros(1, np.float32)
        counts = self.counts if self.counts.size else np.zeros(1, np.int64)
        arguments = [self.x, np.ascontiguousarray(self.packed), scales, counts, out]
        library.call(self.name, *arguments)
        assert np.isnan(out[-guard:]).all()
        return out[:-guard].reshape(self.m, self.n)

    def check(self, library, target, exact=False):
        # What is multiplied, how exactly, and in how many terms.
        x, precision, terms = self.x.astype(np.float64), 0.0, 1
        if target == "avx512bf16" and self.kind not in ("f16", "f32"):
            if exact or self.m <= TWO_TERM_ROWS:
                # 8 significant bits, and 8 of what is left of at most half a unit.
                precision, terms = 2.0 ** -17, 2
            else:
                x = self.x.astype(ml_dtypes.bfloat16).astype(np.float64)
        expected, bound = x @ self.weights.T, np.abs(x) @ np.abs(self.weights.T)
        got = self.run(library)
        # A sum of k products in f32, of weights rounded once by their scale.
        error = np.abs(got - expected)
        if self.counts.size:
            # Rows that nobody wants hold their sums or zeros.
            unwanted = np.concatenate([np.arange(self.m // self.counts.size) >= count
                                       for count in self.counts])
            zero = unwanted & (got == 0).all(axis=1)
            self.zeros = zero.sum()
            error[zero] = 0
        limit = bound * (2.0 ** -24 * ((terms * self.k) ** 0.5 * 4 + 4) + precision) + 1e-30
        assert (error <= limit).all(), (self.n, self.k, self.m, self.kind, self.group,
                                        np.max(error / limit))


def cases(seed, kinds, blocks):
    rng = np.random.default_rng(seed)
    result = []
    for n in SIZES:
        for k in SIZES:
            for kind in kinds:
                group = [0, 0, 4, 32][len(result) % 4] if kind == "e4r3" else 0
                m = ROWS[(len(result) + n + k) % 4]
                result.append(Case(len(result), n, k, m, kind, group, blocks, rng))
    return result


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("kinds,blocks", [
    (("e4r3",), 2), (("e4r3d", "f32"), 1), (("bf16", "f16"), 2), (("e4r3",), 4)])
def test_odd_shapes(target, kinds, blocks, tmp_path):
    all_cases = cases(7, kinds, blocks)
    library = compile_kernels(tmp_path, all_cases, target)
    for case in all_cases:
        case.check(library, target)


@pytest.mark.parametrize("target", ["avx2", "avx512bf16", "neon"])
@pytest.mark.parametrize("rows", ROWS + [3, 4, 8, 10, 11, 16, 23])
def test_rows(target, rows, tmp_path):
    """Every number of rows, with each kind of weight."""
    rng = np.random.default_rng(rows)
    all_cases = [Case(i, n, k, rows, kind, 0, 2, rng) for i, (n, k, kind) in enumerate(
        (n, k, kind) for n, k in ((63, 172), (172, 576)) for kind in STEPS)]
    library = compile_kernels(tmp_path, all_cases, target)
    for case in all_cases:
        case.check(library, target)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("rows", [1, 23])
def test_groups(target, rows, tmp_path):
    """Groups that are smaller than a chunk of steps, larger, and no part of it."""
    rng = np.random.default_rng(rows)
    all_cases = [Case(i, 33, k, rows, "e4r3", group, 2, rng) for i, (k, group) in enumerate(
        itertools.product((172, 576, 1537), (4, 12, 32, 180, 500, 1024)))]
    library = compile_kernels(tmp_path, all_cases, target)
    for case in all_cases:
        case.check(library, target)


@pytest.mark.parametrize("target", TARGETS)
def test_counts(target, tmp_path):
    """Rows that are not wanted are skipped, in groups whose size tiles divide or
    not; of one chunk of steps, of several, and of groups of scales."""
    rng = np.random.default_rng(5)
    counts = ([1], [37], [64], [96], [1, 48], [24, 9], [5, 32, 17], [3, 1, 24, 20])
    shapes = ((576, "e4r3", 0), (1537, "bf16", 0), (1537, "e4r3", 1024), (172, "f32", 0))
    all_cases = [Case(i, 33, k, 96, kind, group, 2, rng, count) for i, (count, (k, kind, group))
                 in enumerate(itertools.product(counts, shapes))]
    library = compile_kernels(tmp_path, all_cases, target)
    for case in all_cases:
        case.check(library, target)
        wanted = sum(case.counts)
        # Tiles have 8 rows or fewer.
        assert case.zeros == 0 or wanted + case.zeros <= 96
        if len(case.counts) == 1:
            assert case.zeros >= 96 - wanted - 7


def test_exact_activations(tmp_path):
    rng = np.random.default_rng(3)
    all_cases = [Case(i, 63, 1537, 64, kind, 0, 2, rng) for i, kind in enumerate(STEPS)]
    library = compile_kernels(tmp_path, all_cases, "avx512bf16", exact=True)
    for case in all_cases:
        case.check(library, "avx512bf16", exact=True)


@pytest.mark.parametrize("rows", [1, 17])
def test_infinite_activations(rows, tmp_path):
    """An infinity is no NaN for being split into two terms."""
    case = Case(0, 17, 63, rows, "bf16", 0, 2, np.random.default_rng(4))
    case.x[0, 5] = np.inf
    library = compile_kernels(tmp_path, [case], "avx512bf16")
    assert np.array_equal(case.run(library)[0], np.inf * np.sign(case.weights[:, 5]))
