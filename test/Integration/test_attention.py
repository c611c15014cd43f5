"""The kernel of gg.attention against float64, compiled for each instruction set
that the machine has: head sizes, groups, tiles of queries, ranges of keys, masks,
narrow caches, keys that are divided among units."""

import ml_dtypes
import numpy as np
import pytest

from machine import CPUS, cpu_flags
from native_code import compile_functions

TYPES = {"f32": np.float32, "bf16": ml_dtypes.bfloat16, "f16": np.float16}
#: batch, heads, group, queries, keys, size, value size
SHAPES = [
    (1, 3, 3, 1, 640, 64, 64),    # a step whose keys are divided
    (2, 1, 8, 1, 257, 8, 20),
    (1, 2, 1, 1, 300, 128, 128),
    (2, 1, 6, 2, 2300, 24, 40),   # more than 16 parts, several queries
    (1, 16, 12, 1, 200, 80, 96),  # a step with enough heads
    (3, 2, 2, 1, 40, 80, 3),
    (1, 2, 3, 19, 150, 64, 64),   # tiles of queries, the last one in part
    (2, 1, 1, 9, 9, 16, 16),
    (1, 1, 4, 5, 1, 1, 1),
    (1, 1, 2, 8, 400, 96, 160),
]


def memref(array_or_shape, element):
    return f"memref<{'x'.join(map(str, array_or_shape))}x{element}>"


class Case:
    def __init__(self, index, shape, kind, bounds, mask, softcap, rng):
        b, h, g, s, t, d, v = shape
        self.name, self.kind, self.softcap = f"attention{index}", kind, softcap
        self.query = rng.standard_normal((b, h, g, s, d)).astype(np.float32)
        self.key = rng.standard_normal((b, h, t, d)).astype(TYPES[kind])
        self.value = rng.standard_normal((b, h, t, v)).astype(TYPES[kind])
        self.scale = np.float32(d ** -0.5)
        self.begin = self.end = self.mask = None
        if bounds:
            # Some queries see nothing; bounds beyond the keys are clipped.
            self.begin = rng.integers(-3, max(1, t // 2), (b, s))
            self.end = np.minimum(self.begin + rng.integers(0, t + 4, (b, s)), t + 2)
        if mask:
            # Dimensions of size 1 stand for all.
            dims = [n if rng.integers(2) else 1 for n in (b, h, g, s)]
            self.mask = rng.standard_normal((*dims, t)).astype(np.float32)
            self.mask[rng.random(self.mask.shape) < 0.3] = -np.inf
        self.visible = np.ones((b, s, t), bool)
        if bounds:
            at = np.arange(t)
            self.visible = (at >= self.begin[..., None]) & (at < self.end[..., None])
        # Keys outside of all ranges are never read.
        seen = self.visible.any(axis=1)
        unseen = ~(np.logical_or.accumulate(seen, axis=1)
                   & np.logical_or.accumulate(seen[:, ::-1], axis=1)[:, ::-1])
        unseen = unseen[:, None, :, None]
        self.key = np.where(unseen, np.array(np.nan, self.key.dtype), self.key)
        self.value = np.where(unseen, np.array(np.nan, self.value.dtype), self.value)

    def expected(self):
        key = np.nan_to_num(self.key.astype(np.float64))
        value = np.nan_to_num(self.value.astype(np.float64))
        score = np.einsum("bhgsd,bhtd->bhgst", self.query.astype(np.float64), key)
        score *= float(self.scale)
        if self.softcap:
            score = np.tanh(score / self.softcap) * self.softcap
        if self.mask is not None:
            score = score + self.mask
        score = np.where(self.visible[:, None, None], score, -np.inf)
        largest = score.max(axis=-1, keepdims=True)
        power = np.exp(score - np.where(np.isinf(largest), 0, largest))
        total = power.sum(axis=-1, keepdims=True)
        power /= np.where(total == 0, 1, total)
        return np.einsum("bhgst,bhtv->bhgsv", power, value)

    def operands(self):
        bounds = [self.begin, self.end] if self.begin is not None else []
        mask = [self.mask] if self.mask is not None else []
        return [self.query, self.key, self.value, *bounds, *mask]

    def text(self):
        out = (*self.query.shape[:-1], self.value.shape[-1])
        q, k, v, o = (memref(self.query.shape, "f32"), memref(self.key.shape, self.kind),
                      memref(self.value.shape, self.kind), memref(out, "f32"))
        arguments = [f"%q: {q}, %k: {k}, %v: {v}"]
        keys = mask = cap = ""
        if self.begin is not None:
            n = memref(self.begin.shape, "i64")
            arguments.append(f"%b: {n}, %e: {n}")
            keys = f"keys(%b, %e : {n}, {n})"
        if self.mask is not None:
            m = memref(self.mask.shape, "f32")
            arguments.append(f"%m: {m}")
            mask = f"mask(%m : {m})"
        if self.softcap:
            cap = f", softcap = {self.softcap:.9e} : f32"
        return f"""
func.func @{self.name}({', '.join(arguments)}, %o: {o}) {{
  gg.attention ins(%q, %k, %v : {q}, {k}, {v}) {keys} {mask} outs(%o : {o})
      {{scale = {self.scale:.9e} : f32{cap}}}
  return
}}"""

    def check(self, library):
        expected = self.expected()
        guard = 64  # what lies behind the result must stay
        out = np.full(expected.size + guard, np.nan, np.float32)
        arrays = [np.ascontiguousarray(a) for a in (*self.operands(), out)]
        library.call(self.name, *arrays)
        assert np.isnan(arrays[-1][-guard:]).all()
        got = arrays[-1][:-guard].reshape(expected.shape)
        # Scores of up to 5 in size, each off by some units in the last place;
        # weights add up to one, values are about as large as 4.
        np.testing.assert_allclose(got, expected, rtol=0, atol=1e-5, err_msg=self.text())


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("cpu", CPUS)
def test_attention(cpu, kind, tmp_path):
    if CPUS[cpu].feature not in cpu_flags():
        pytest.skip(f"the CPU has no {CPUS[cpu].feature}")
    rng = np.random.default_rng(3)
    cases = []
    for shape in SHAPES:
        for bounds, mask, softcap in ((0, 0, 0), (1, 0, 0), (0, 1, 30.0), (1, 1, 0)):
            cases.append(Case(len(cases), shape, kind, bounds, mask, softcap, rng))
    half = ["-gg-expand-math=half=true"] if cpu == "x86-64" else ["-gg-expand-math"]
    library = compile_functions(
        tmp_path, "\n".join(case.text() for case in cases),
        [f"-convert-attention-to-vector=target={CPUS[cpu].kernels}", *half,
         "-arith-expand=include-bf16=true"], cpu)
    for case in cases:
        case.check(library)
