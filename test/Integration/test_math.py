"""The functions of gg-expand-math against numpy's float64: dense samples of the
interesting range, bit patterns from everywhere, and special values. Run as a
program (with $GG_BIN), it prints the largest errors."""

import math

import numpy as np
import pytest

from machine import CPUS, cpu_flags
from native_code import compile_functions

LANES = 16
COUNT = 1 << 19
SMALLEST_NORMAL = 2.0 ** -126

_erf = np.vectorize(math.erf, otypes=[np.float64])

BOUND = 1.5e-7  # of the relative error, in Passes.td too

# name in math: reference, range of dense samples
FUNCTIONS = {
    "exp": (np.exp, (-104, 89)),
    "exp2": (np.exp2, (-150, 129)),
    "expm1": (np.expm1, (-20, 89)),
    "log": (np.log, (0, 4)),
    "log2": (np.log2, (0, 4)),
    "log10": (np.log10, (0, 4)),
    "log1p": (np.log1p, (-1, 3)),
    "tanh": (np.tanh, (-10, 10)),
    "erf": (_erf, (-5, 5)),
    "sin": (np.sin, (-100, 100)),
    "cos": (np.cos, (-100, 100)),
    "rsqrt": (lambda x: 1 / np.sqrt(x), (0, 4)),
}

SPECIAL = np.array([0, -0.0, np.inf, -np.inf, np.nan, 1, -1, 2, -2, 0.5, -0.5, 3, -3,
                    2.0 ** -149, -2.0 ** -149, 2.0 ** -127, SMALLEST_NORMAL,
                    -SMALLEST_NORMAL, 3.4028235e38, -3.4028235e38, 2.0 ** 22, 2.0 ** 23 - 0.5,
                    2.0 ** 24 + 2, -2.0 ** 24 - 2, 1 + 2.0 ** -23, 1 - 2.0 ** -24,
                    88.72283, 88.72284, -87.33655, -103.97, -103.98], np.float32)


def padded(values):
    """As f32, COUNT of them, special values in front."""
    values = np.concatenate([SPECIAL, values.astype(np.float32)])
    return np.resize(values, COUNT)


def bit_patterns(rng):
    return rng.integers(0, 1 << 32, COUNT, np.uint32).view(np.float32)


def program(name, operands, op=None, source="f32", target="f32"):
    """A function that maps vectors by `op`, math's function `name` if it is None."""
    arguments = ", ".join(f"%{x}: memref<{COUNT}x{source}>" for x in operands)
    loads = "\n".join(
        f"    %{x}v = vector.load %{x}[%i] : memref<{COUNT}x{source}>, vector<{LANES}x{source}>"
        for x in operands)
    values = ", ".join(f"%{x}v" for x in operands)
    op = op or f"math.{name} {values} : vector<{LANES}x{source}>"
    return f"""
func.func @f_{name}({arguments}, %out: memref<{COUNT}x{target}>) {{
  %zero = arith.constant 0 : index
  %count = arith.constant {COUNT} : index
  %lanes = arith.constant {LANES} : index
  scf.for %i = %zero to %count step %lanes {{
{loads}
    %r = {op}
    vector.store %r, %out[%i] : memref<{COUNT}x{target}>, vector<{LANES}x{target}>
  }}
  return
}}"""


@pytest.fixture(scope="module", params=CPUS)
def library(request, tmp_path_factory):
    if CPUS[request.param].feature not in cpu_flags():
        pytest.skip(f"the CPU has no {CPUS[request.param].feature}")
    return compile_library(tmp_path_factory.mktemp("math"), request.param)


def compile_library(folder, cpu):
    text = "\n".join([program(name, "x") for name in FUNCTIONS] + [program("powf", "xy")])
    return compile_functions(folder, text, ["-gg-expand-math"], cpu, undefined=False)


def call(library, name, *operands, dtype=np.float32):
    out = np.empty(COUNT, dtype)
    library.call("f_" + name, *operands, out)
    return out


def worst(got, want, *operands):
    """The largest error relative to float64 (below the normal numbers: to the
    smallest of them). Special values must be what the rounded result is."""
    with np.errstate(all="ignore"):
        rounded = want.astype(np.float32)
    special = ~np.isfinite(rounded)
    # What rounds to infinity may be the largest number, and the other way round.
    edge = np.isfinite(got) != np.isfinite(rounded)
    edge &= (np.abs(want) > 3.4028e38) & (np.abs(want) < 3.40283e38)
    same = np.where(np.isnan(rounded), np.isnan(got), got == rounded) | edge
    wrong = special & ~same | ~special & ~np.isfinite(got) & ~edge
    # Zeros keep their sign.
    wrong |= (rounded == 0) & (got == 0) & (np.signbit(got) != np.signbit(rounded))
    assert not wrong.any(), [(*(x[wrong][:4] for x in operands), got[wrong][:4], want[wrong][:4])]
    checked = ~special & ~edge
    with np.errstate(all="ignore"):
        error = np.abs(got - want) / np.maximum(np.abs(want), SMALLEST_NORMAL)
    error = np.where(checked, error, 0)
    at = int(np.argmax(error))
    return error[at], [x[at] for x in operands]


def worst_of(library, name):
    reference, (low, high) = FUNCTIONS[name]
    rng = np.random.default_rng(1)
    results = []
    for x in (padded(np.linspace(low, high, COUNT)), padded(rng.uniform(low, high, COUNT)),
              padded(bit_patterns(rng)), padded(rng.normal(0, 1e-3, COUNT) + (low == 0)),
              padded(np.exp2(rng.uniform(-149, -100, COUNT)))):
        with np.errstate(all="ignore"):
            want = reference(x.astype(np.float64))
        results.append(worst(call(library, name, x), want, x))
    return max(results, key=lambda result: result[0])


def worst_of_pow(library):
    rng = np.random.default_rng(2)
    specials = np.array([(a, b) for a in SPECIAL for b in SPECIAL], np.float32)
    small = rng.integers(-9, 10, (COUNT, 2)).astype(np.float32)
    patterns = np.stack([bit_patterns(rng), bit_patterns(rng)], axis=1)
    base = rng.uniform(0, 4, COUNT)
    usual = np.stack([base, rng.uniform(-20, 20, COUNT)], axis=1)
    near = np.stack([1 + rng.normal(0, 1e-4, COUNT), rng.normal(0, 1e5, COUNT)], axis=1)
    results = []
    for pairs in (specials, small, patterns, usual, near):
        pairs = np.resize(pairs.astype(np.float32), (COUNT, 2))
        x, y = (np.ascontiguousarray(pairs[:, i]) for i in (0, 1))
        with np.errstate(all="ignore"):
            want = np.power(x.astype(np.float64), y.astype(np.float64))
        results.append(worst(call(library, "powf", x, y), want, x, y))
    return max(results, key=lambda result: result[0])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function(library, name):
    error, at = worst_of(library, name)
    assert error <= BOUND, (error, at)


def test_pow(library):
    error, at = worst_of_pow(library)
    assert error <= BOUND, (error, at)


# What gg-expand-math does for CPUs without f16c and without sse4.1 is exact.

ROUNDINGS = {"floor": np.floor, "ceil": np.ceil, "trunc": np.trunc, "roundeven": np.rint}


@pytest.fixture(scope="module")
def emulated(tmp_path_factory):
    lanes = f"vector<{LANES}x"
    text = [program(f"{name}_{kind}", "x", f"math.{name} %xv : {lanes}{kind}>", kind, kind)
            for name in ROUNDINGS for kind in ("f32", "f64")]
    text.append(program("extend", "x", f"arith.extf %xv : {lanes}f16> to {lanes}f32>",
                        "f16", "f32"))
    text.append(program("truncate", "x", f"arith.truncf %xv : {lanes}f32> to {lanes}f16>",
                        "f32", "f16"))
    return compile_functions(tmp_path_factory.mktemp("emulated"), "\n".join(text),
                             ["-gg-expand-math=half=true rounding=true"],
                             next(cpu for cpu in CPUS if CPUS[cpu].feature in cpu_flags()),
                             undefined=False)


def check_bits(got, want):
    """Equal bit for bit, but for what a NaN carries."""
    bits = f"u{got.itemsize}"
    differ = (got.view(bits) != want.view(bits)) & ~(np.isnan(got) & np.isnan(want))
    assert not differ.any(), (got[differ][:4], want[differ][:4])


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", ROUNDINGS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_emulated_rounding(emulated, name, dtype):
    rng = np.random.default_rng(3)
    digits = np.finfo(dtype).nmant
    halves = np.arange(-COUNT // 2, COUNT // 2) / 2
    edge = 2.0 ** digits + np.arange(-COUNT // 2, COUNT // 2) / 4
    for x in (padded(bit_patterns(rng)), halves, edge, -edge, rng.uniform(-4, 4, COUNT)):
        x = x.astype(dtype)
        got = call(emulated, f"{name}_f{8 * x.itemsize}", x, dtype=dtype)
        check_bits(got, ROUNDINGS[name](x))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_emulated_half(emulated):
    every = np.resize(np.arange(1 << 16, dtype=np.uint16), COUNT).view(np.float16)
    check_bits(call(emulated, "extend", every), every.astype(np.float32))
    rng = np.random.default_rng(4)
    # Between two neighbours: the middle, and the next f32 on each side of it.
    low = every[:1 << 16].astype(np.float64)
    high = np.nextafter(every[:1 << 16], np.float16(np.inf)).astype(np.float64)
    middle = np.where(np.isfinite(low) & np.isfinite(high), (low + high) / 2, 65520)
    middle = middle.astype(np.float32)
    ties = np.concatenate([middle, np.nextafter(middle, np.float32(np.inf)),
                           np.nextafter(middle, np.float32(-np.inf)), every.astype(np.float32)])
    for x in (np.resize(ties, COUNT), padded(bit_patterns(rng)),
              padded(rng.normal(0, 1, COUNT)), padded(rng.normal(0, 1e-6, COUNT)),
              padded(rng.uniform(65000, 66000, COUNT))):
        check_bits(call(emulated, "truncate", x, dtype=np.float16), x.astype(np.float16))


if __name__ == "__main__":
    import pathlib
    import tempfile

    for cpu in CPUS:
        if CPUS[cpu].feature not in cpu_flags():
            continue
        with tempfile.TemporaryDirectory() as folder:
            library = compile_library(pathlib.Path(folder), cpu)
            for name in FUNCTIONS:
                print(cpu, name, *worst_of(library, name))
            print(cpu, "pow", *worst_of_pow(library))
