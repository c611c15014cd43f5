"""gg-deepshape against numpy and scipy in float64."""

import ml_dtypes
import numpy as np
import pytest
from prior_modules import resources, run
from test_fit import draw, entropy

stats = pytest.importorskip("scipy.stats")


def assert_order(before, after):
    order = np.argsort(before.ravel(), kind="stable")
    assert (np.diff(after.ravel()[order].astype(np.float64)) >= 0).all()


@pytest.mark.parametrize("type", ["float32", "float16", "bfloat16"])
@pytest.mark.parametrize("options", ["lambda=1", "lambda=1000", "mode=authors"])
def test_order(type, options, tmp_path):
    """What was larger is no smaller."""
    rng = np.random.default_rng(1)
    outliers = draw(1.8, (160, 96), 1)
    outliers[rng.random(outliers.shape) < 1e-3] *= 40
    sparse = draw(0.9, (160, 96), 2) * (rng.random((160, 96)) < 0.3)
    tensors = {"0.5": draw(0.5, (160, 96)), "outliers": outliers, "sparse": sparse,
               "uniform": rng.uniform(-1, 1, (160, 96))}
    tensors = {k: v.astype(getattr(ml_dtypes, type, type)) for k, v in tensors.items()}
    text, report = run(tensors, tmp_path, "gg-deepshape", options)
    for name, after in resources(text, tensors).items():
        assert_order(tensors[name], after)
        error = ((tensors[name].astype(np.float64) - after.astype(np.float64)) ** 2).mean()
        assert np.isclose(report[name]["mean_squared_error"], error, rtol=1e-9)


@pytest.mark.parametrize("shape", [0.5, 1.0, 1.5, 2.0])
def test_authors(shape, tmp_path):
    """Rounded, equalised onto the reshaped distribution, rounded."""
    weights = draw(shape, (1024, 1024), scale=0.02, mean=0.0)
    text, report = run({"w": weights}, tmp_path, "gg-deepshape", "mode=authors")
    after = resources(text, {"w": weights})["w"].astype(np.float64)
    assert (after * 8192 == np.rint(after * 8192)).all()

    levels, place, counts = np.unique(np.rint(weights.astype(np.float64) * 8192),
                                      return_inverse=True, return_counts=True)
    common = np.flatnonzero(counts > 1000)
    bulk = np.arange(common[0], common[-1] + 1)
    fit = stats.gennorm.fit(weights.astype(np.float64).ravel()[::16])
    middle = (np.cumsum(counts) - counts / 2) / counts.sum()
    target = levels.copy()
    target[bulk] = np.clip(
        stats.gennorm.ppf(middle[bulk], 0.8 * fit[0], fit[1], 0.6 * fit[2]) * 8192,
        levels[bulk[0]] - 1, levels[bulk[-1]] + 1)
    # Beyond 256 levels share a bin of the histogram, and the fit here is that
    # of some of the weights.
    off = np.abs(after.ravel() * 8192 - target[place.ravel()])
    assert off.mean() < 1 and off.max() < 12
    outliers = np.ones(levels.size, bool)
    outliers[bulk] = False
    kept = outliers[place.ravel()]
    moved = (after.ravel() * 8192)[kept] != levels[place.ravel()][kept]
    assert moved.mean() < 0.05 if kept.any() else True

    before, now = report["w"]["rate_before"]["uniform"], report["w"]["rate_after"]["uniform"]
    assert np.isclose(before, entropy(counts), atol=1e-3)
    assert np.isclose(now, entropy(np.unique(after, return_counts=True)[1]), atol=1e-3)


@pytest.mark.parametrize("shape", [0.5, 1.0, 2.0])
def test_rate_and_distortion(shape, tmp_path):
    """The choice is as good as any strength that is tried here, for weights that
    go to the quantiles of scipy's distribution."""
    weights = draw(shape, (256, 200), mean=0.0)
    for price in (1, 300):
        text, report = run({"w": weights}, tmp_path, "gg-deepshape", f"lambda={price}")
        after = resources(text, {"w": weights})["w"].astype(np.float64).ravel()
        report, exact = report["w"], weights.astype(np.float64).ravel()
        step, before = report["step"], report["shape_before"]
        bit = price * np.log(2) / 6 * step ** 2

        def cost(moved):
            levels = np.unique(np.rint(moved / step), return_counts=True)[1]
            return ((moved - exact) ** 2).mean() + bit * entropy(levels)

        fit = stats.gennorm.fit(exact)
        assert np.isclose(before, fit[0], atol=1e-3)
        rank = np.empty(exact.size)
        rank[np.argsort(exact, kind="stable")] = np.arange(exact.size) + 0.5
        target = stats.gennorm.ppf(rank / exact.size, 0.8 * fit[0], fit[1], 0.6 * fit[2])
        # A rate jumps where levels do.
        slack = bit * 2e-3
        assert cost(after) <= cost(exact) + slack
        for strength in (0.003, 0.01, 0.03, 0.1, 0.3, 0.6, 1):
            assert cost(after) <= cost(exact + strength * (target - exact)) + slack, strength


def test_threads(tmp_path):
    tensors = {"a": draw(0.9, (300, 500)), "b": draw(1.7, (700, 100))}
    first = run(tensors, tmp_path, "gg-deepshape", "lambda=100")
    assert run(tensors, tmp_path, "gg-deepshape", "lambda=100",
               "--mlir-disable-threading") == first
