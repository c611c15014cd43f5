"""rf8-quantize along statistics of inputs, against numpy in float64."""

import os
import re
import subprocess
import sys

import numpy as np
import pytest
from gg_tools import check, tool
from rf8_reference import nearest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "Dialect", "RF8", "Transforms",
                                "Inputs"))
from statistics_file import statistics_file  # noqa: E402

SIGNIFICANDS = {"e4r3": [1, 17 / 16, 9 / 8, 5 / 4, 3 / 2, 7 / 4, 15 / 8],
                "e4r3d": [1, 17 / 16, 9 / 8, 5 / 4, 3 / 2, 7 / 4, 15 / 8, 11 / 8]}
OUTPUTS, STEPS, SAMPLES = 70, 96, 1500


def decode(codes):
    """The values of e4r3d codes, unscaled."""
    magnitude = np.array(SIGNIFICANDS["e4r3d"])[codes & 7] * 2.0 ** ((codes >> 3 & 15) - 15.0)
    return np.where(codes == 0, 0, np.where(codes & 128, -magnitude, magnitude))


def inputs(seed):
    """Correlated samples, some values much larger than others."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((SAMPLES, STEPS // 4)) @ rng.standard_normal((STEPS // 4, STEPS))
    x += 0.3 * rng.standard_normal(x.shape)
    x[:, ::7] *= 5
    return x


def weights(seed):
    return (0.02 * np.random.default_rng(seed).standard_normal((OUTPUTS, STEPS))).astype(np.float32)


def write_statistics(path, named):
    """Of {name: (x, y or None)}."""
    entries = []
    for name, (x, y) in named.items():
        moments = (x.T @ x)[np.tril_indices(STEPS)].astype("<f4").tobytes()
        drift = None if y is None else ((y - x).T @ x).astype("<f4").tobytes()
        entries.append(([name], STEPS, SAMPLES, moments, drift))
    with open(path, "wb") as file:
        file.write(statistics_file(entries))


def quantize(matrix, steps_first=False, **options):
    """The weights [outputs, steps] that rf8-quantize keeps of those of the constant
    "w", and their codes."""
    stored = np.ascontiguousarray(matrix.T if steps_first else matrix)
    rows, columns = stored.shape
    use = f"%b = arith.constant dense_resource<w> : tensor<{rows}x{columns}xf32>\n"
    if not steps_first:
        use = f"""
  %w = arith.constant dense_resource<w> : tensor<{rows}x{columns}xf32>
  %t = tensor.empty() : tensor<{columns}x{rows}xf32>
  %b = linalg.transpose ins(%w : tensor<{rows}x{columns}xf32>)
      outs(%t : tensor<{columns}x{rows}xf32>) permutation = [1, 0]"""
    text = f"""
func.func @f(%x: tensor<4x{STEPS}xf32>, %o: tensor<4x{OUTPUTS}xf32>) -> tensor<4x{OUTPUTS}xf32> {{
  {use}
  %0 = linalg.matmul ins(%x, %b : tensor<4x{STEPS}xf32>, tensor<{STEPS}x{OUTPUTS}xf32>)
      outs(%o : tensor<4x{OUTPUTS}xf32>) -> tensor<4x{OUTPUTS}xf32>
  return %0 : tensor<4x{OUTPUTS}xf32>
}}
{{-# dialect_resources: {{ builtin: {{ w: "0x04000000{stored.tobytes().hex()}" }} }} #-}}"""
    words = " ".join(f"{name.replace('_', '-')}={value}" for name, value in options.items())
    result = check(subprocess.run([tool("gg-opt"), "-rf8-quantize=" + words], input=text,
                                  capture_output=True, text=True, check=False))

    def resource(name, kind):
        digits = re.search(name + r': "0x40000000([0-9A-F]*)"', result).group(1)
        return np.frombuffer(bytes.fromhex(digits), kind)

    codes = resource("rf8_codes", np.uint8).reshape(rows, columns)
    single = re.search(r"dense<(\S+)> : tensor<f32>", result)
    scales = np.array(float(single.group(1))) if single else resource("rf8_scales", "<f4")
    scales = scales.astype(np.float64)
    codes = codes.T if steps_first else codes
    if scales.size > OUTPUTS:  # groups, as the matrix is stored
        scales = scales.reshape(-1, OUTPUTS).T if steps_first else scales.reshape(OUTPUTS, -1)
        scales = np.repeat(scales, -(-STEPS // scales.shape[1]), axis=1)[:, :STEPS]
    else:
        scales = scales.reshape(-1, 1)
    return decode(codes.astype(int)) * scales, codes


def feedback(matrix, moments, format):
    """GPTQ in the plainest way: an inverse of H for what is left after each input."""
    grid = np.array([0] + [s * 2.0 ** (e - 15) for e in range(2, 16) for s in SIGNIFICANDS[format]])
    grid = np.unique(np.concatenate([-grid, grid]))
    scale = np.abs(matrix).max(axis=1) / 1.875
    left, kept = matrix.astype(np.float64), np.zeros(matrix.shape)
    h = moments + np.diag(np.diag(moments)) * STEPS / SAMPLES
    order = np.argsort(-np.diag(h))
    for at, i in enumerate(order):
        rest = order[at:]
        inverse = np.linalg.inv(h[np.ix_(rest, rest)])
        kept[:, i] = grid[np.abs((left[:, i] / scale)[:, None] - grid).argmin(axis=1)] * scale
        loss = (left[:, i] - kept[:, i]) / inverse[0, 0]
        left[:, rest] -= np.outer(loss, inverse[0])
    return kept


def error(kept, matrix, moments):
    off = kept - matrix
    return np.einsum("ij,jk,ik->", off, moments, off)


@pytest.mark.parametrize("steps_first", [False, True], ids=["outputs-first", "steps-first"])
@pytest.mark.parametrize("format", ["e4r3", "e4r3d"])
def test_error_feedback(format, steps_first, tmp_path):
    """No more error than GPTQ in float64 with the same scales, and much less than
    nearest; with scale search less again."""
    x, matrix = inputs(1), weights(2)
    moments = x.T @ x
    write_statistics(tmp_path / "w.ggs", {"other": (inputs(3), None), "w": (x, None)})
    rounded, codes = quantize(matrix, steps_first, format=format, stats=tmp_path / "w.ggs")
    assert format == "e4r3d" or not np.any(codes & 7 == 7)
    textbook = error(feedback(matrix, moments, format), matrix, moments)
    plain, _ = quantize(matrix, steps_first, format=format)
    searched, _ = quantize(matrix, steps_first, format=format, stats=tmp_path / "w.ggs",
                           search_scales="true")
    assert error(rounded, matrix, moments) < textbook < 0.5 * error(plain, matrix, moments)
    assert error(searched, matrix, moments) < 0.9 * error(rounded, matrix, moments)


def test_unknown_weight(tmp_path):
    """A weight that the file does not know goes to the nearest codes."""
    matrix = weights(4)
    write_statistics(tmp_path / "w.ggs", {"other": (inputs(3), None)})
    rounded, _ = quantize(matrix, stats=tmp_path / "w.ggs")
    assert np.array_equal(rounded.astype(np.float32), nearest(matrix))


@pytest.mark.parametrize("scale", ["channel", "group:32", "group:20", "tensor-pow2"])
@pytest.mark.parametrize("steps_first", [False, True], ids=["outputs-first", "steps-first"])
def test_scales(scale, steps_first, tmp_path):
    """Finer scales have less error, in both orientations alike."""
    x, matrix = inputs(5), weights(6)
    write_statistics(tmp_path / "w.ggs", {"w": (x, None)})
    options = dict(stats=tmp_path / "w.ggs", search_scales="true")
    rounded, _ = quantize(matrix, steps_first, scale=scale, **options)
    coarse, _ = quantize(matrix, steps_first, scale="tensor-pow2", **options)
    other, _ = quantize(matrix, not steps_first, scale=scale, **options)
    assert np.array_equal(rounded, other)
    least = error(coarse, matrix, x.T @ x)
    assert error(rounded, matrix, x.T @ x) <= least * (1 if scale == "tensor-pow2" else 0.9)


def test_drift(tmp_path):
    """What earlier layers lost is made up for: about as well as weights of least
    squares do, in float64 and not rounded."""
    y, matrix = inputs(7), weights(8)
    x = y + 0.05 * y[:, np.random.default_rng(9).permutation(STEPS)]
    write_statistics(tmp_path / "w.ggs", {"w": (x, y)})
    rounded, _ = quantize(matrix, format="e4r3d", stats=tmp_path / "w.ggs", search_scales="true")
    want = y @ matrix.T.astype(np.float64)
    squares = lambda kept: np.square(x @ kept.T - want).sum()  # noqa: E731
    best = np.linalg.lstsq(x, want, rcond=None)[0].T
    assert squares(rounded) < 0.2 * squares(matrix) and squares(best) < squares(rounded)


def test_rate(tmp_path):
    """A rate lowers error and bits together, measured in the error of a weight."""
    x, matrix = inputs(10), weights(11)
    write_statistics(tmp_path / "w.ggs", {"w": (x, None)})
    options = dict(format="e4r3d", stats=tmp_path / "w.ggs", search_scales="true")

    def measure(rate):
        rounded, codes = quantize(matrix, rate=rate, **options)
        counts = np.bincount(codes.ravel() & 127) / codes.size
        bits = -(counts[counts > 0] * np.log2(counts[counts > 0])).sum() + np.mean(codes != 0)
        return error(rounded, matrix, x.T @ x) / codes.size, bits

    unit, most = measure(0)
    for rate in (0.3, 1, 3):
        distortion, bits = measure(rate)
        assert bits < most
        assert distortion + rate * unit * bits < unit + rate * unit * most
