"""rf8-quantize along statistics of inputs, against numpy in float64."""

import numpy as np
import pytest
from gg_tools import tool
from quantize import SIGNIFICANDS, correlated, entropy, write_statistics
from quantize import quantize as quantize_with
from rf8_reference import nearest

OUTPUTS, STEPS, SAMPLES = 70, 96, 1500


def inputs(seed):
    return correlated(SAMPLES, STEPS, seed)


def weights(seed):
    return (0.02 * np.random.default_rng(seed).standard_normal((OUTPUTS, STEPS))).astype(np.float32)


def quantize(matrix, steps_first=False, **options):
    return quantize_with(tool("gg-opt"), matrix, steps_first, **options)


def feedback(matrix, moments, format):
    """GPTQ in the plainest way: an inverse of H for what is left after each input."""
    significands = SIGNIFICANDS[:7] if format == "e4r3" else SIGNIFICANDS
    grid = np.array([0] + [s * 2.0 ** (e - 15) for e in range(2, 16) for s in significands])
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
        return error(rounded, matrix, x.T @ x) / codes.size, entropy(codes)

    unit, most = measure(0)
    for rate in (0.3, 1, 3):
        distortion, bits = measure(rate)
        assert bits < most
        assert distortion + rate * unit * bits < unit + rate * unit * most
