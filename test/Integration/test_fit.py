"""gg-fit against scipy in float64."""

import json

import ml_dtypes
import numpy as np
import pytest
from gg.onnx_builder import GraphBuilder
from gg_tools import check, check_error, run_tool, tree_bytes
from onnx import TensorProto
from prior_modules import run
from rf8_reference import nearest

stats = pytest.importorskip("scipy.stats")

SHAPES = ["0.3", "0.5", "0.8", "1.0", "1.5", "2.0", "4.0", "10.0"]


def draw(shape, size, seed=0, scale=0.02, mean=0.001):
    rng = np.random.default_rng(seed)
    return stats.gennorm.rvs(shape, mean, scale, size, random_state=rng).astype(np.float32)


def distribution(fit):
    return stats.gennorm(fit["shape"], fit["mean"], fit["scale"])


def entropy(counts):
    p = np.asarray(counts, np.float64)
    p = p[p > 0] / p.sum()
    return -(p * np.log2(p)).sum()


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """Matrices of all shapes, and the report of them."""
    tensors = {shape: draw(float(shape), (192, 128), i) for i, shape in enumerate(SHAPES)}
    return tensors, run(tensors, tmp_path_factory.mktemp("fit"), "gg-fit")[1]


@pytest.mark.parametrize("shape", SHAPES)
def test_likelihood(drawn, shape):
    """No fit is less likely than scipy's by more than 1e-6 a weight, nor says
    another likelihood than scipy finds for it."""
    weights, report = drawn[0][shape].astype(np.float64).ravel(), drawn[1][shape]
    found = distribution(report["fit"]).logpdf(weights).mean()
    stated = report["goodness"]["generalized_gaussian"]["log_likelihood"]
    assert abs(stated - found) < 1e-7
    theirs = stats.gennorm(*stats.gennorm.fit(weights)).logpdf(weights).mean()
    assert stated >= theirs - 1e-6


@pytest.mark.parametrize("shape", SHAPES)
def test_moments(drawn, shape):
    weights, fit = drawn[0][shape].astype(np.float64), drawn[1][shape]["moment_fit"]
    assert np.isclose(fit["mean"], weights.mean(), rtol=1e-9)
    ours = distribution(fit)
    assert np.isclose(ours.std(), weights.std(), rtol=1e-9)
    assert np.isclose(ours.expect(lambda x: abs(x - fit["mean"]), limit=200, epsabs=1e-10)
                      if float(shape) >= 0.8 else abs(weights - weights.mean()).mean(),
                      abs(weights - weights.mean()).mean(), rtol=1e-4)


@pytest.mark.parametrize("shape", SHAPES)
def test_goodness(drawn, shape):
    weights, report = drawn[0][shape].astype(np.float64).ravel(), drawn[1][shape]
    models = {"generalized_gaussian": distribution(report["fit"]),
              "gaussian": stats.norm(weights.mean(), weights.std()),
              "laplace": stats.laplace(*stats.laplace.fit(weights))}
    step = report["uniform_step"]
    levels, counts = np.unique(np.rint(weights / step), return_counts=True)
    for name, model in models.items():
        said = report["goodness"][name]
        assert np.isclose(said["log_likelihood"], model.logpdf(weights).mean(), atol=1e-5), name
        # At the edges of bins only, each of which has a few of these weights.
        theirs = stats.kstest(weights, model.cdf).statistic
        assert theirs - 0.006 < said["kolmogorov_smirnov"] < theirs + 1e-4, name
        tails = np.minimum(model.cdf((levels + 0.5) * step), model.sf((levels - 0.5) * step))
        p = np.abs(np.where(levels * step > model.mean(),
                            model.sf((levels - 0.5) * step) - model.sf((levels + 0.5) * step),
                            model.cdf((levels + 0.5) * step) - model.cdf((levels - 0.5) * step)))
        if (p > 1e-250).all() and (tails > 0).all():
            excess = -(counts * np.log2(p)).sum() / counts.sum() - entropy(counts)
            assert np.isclose(said["excess_bits"], excess, atol=1e-5), name
    assert report["goodness"]["generalized_gaussian"]["excess_bits"] < 0.05
    assert np.isclose(report["entropy"], distribution(report["fit"]).entropy() / np.log(2),
                      atol=1e-6)


@pytest.mark.parametrize("shape", SHAPES)
def test_quantiles(drawn, shape):
    weights, report = np.sort(drawn[0][shape].ravel()).astype(np.float64), drawn[1][shape]
    count = weights.size
    p = 0.5 / count * np.exp(np.arange(25) * np.log(0.5 / (0.5 / count)) / 24)
    model = distribution(report["fit"])
    fit = np.concatenate([model.ppf(p), model.isf(p[-2::-1])])
    assert np.allclose(report["quantiles"]["fit"], fit, rtol=1e-6, atol=1e-12)
    # Between the weights of the ranks around it, as well as bins know them.
    rank = np.concatenate([p, 1 - p[-2::-1]]) * count
    low = weights[np.clip(np.floor(rank - 1e-6) - 1, 0, None).astype(int)]
    high = weights[np.clip(np.ceil(rank + 1e-6), None, count - 1).astype(int)]
    measured = np.array(report["quantiles"]["weights"])
    assert (measured >= low - abs(low) / 64 - 1e-12).all()
    assert (measured <= high + abs(high) / 64 + 1e-12).all()


def cell_entropy(model, values):
    """The entropy of values whose cells end halfway to their neighbours."""
    edges = np.concatenate([[-np.inf], (values[1:] + values[:-1]) / 2, [np.inf]])
    return entropy(np.diff(model.cdf(edges)))


@pytest.mark.parametrize("shape", SHAPES)
def test_rates(drawn, shape):
    """Measured ones against another quantizer, predicted ones against scipy."""
    weights, report = drawn[0][shape].astype(np.float64), drawn[1][shape]
    rates, model = report["rates"], distribution(report["fit"])
    scale = abs(weights).max(0) / 127
    codes = np.rint(weights / scale)
    assert np.isclose(rates["int8"]["bits"], entropy(np.unique(codes, return_counts=True)[1]),
                      atol=1e-3)
    error = ((weights - codes * scale) ** 2).mean()
    assert np.isclose(rates["int8"]["sqnr_db"], 10 * np.log10(weights.var() / error), atol=0.01)
    # A scale is an output's, and outputs are columns.
    found = nearest(drawn[0][shape].T).T.astype(np.float64)
    error = ((weights - found) ** 2).mean()
    assert np.isclose(rates["e4r3"]["sqnr_db"], 10 * np.log10(weights.var() / error), atol=1e-3)
    levels = np.unique(np.rint(weights / report["uniform_step"]), return_counts=True)[1]
    assert np.isclose(rates["uniform"]["bits"], entropy(levels), atol=1e-3)

    largest = model.isf(-np.expm1(-np.log(2) / 192) / 2)
    assert np.isclose(rates["int8"]["predicted_bits"],
                      cell_entropy(model, np.arange(-127, 128) * largest / 127), atol=1e-2)
    sums = {1, 17 / 16, 9 / 8, 5 / 4, 3 / 2, 7 / 4, 15 / 8}
    for name, significands in (("e4r3", sums), ("e4r3d", sums | {11 / 8})):
        positive = sorted(s * 2.0 ** e for s in significands for e in range(-13, 1))
        values = np.array([-v for v in positive[::-1]] + [0] + positive) * largest / 1.875
        assert np.isclose(rates[name]["predicted_bits"], cell_entropy(model, values), atol=1e-2)
        assert abs(rates[name]["predicted_bits"] - rates[name]["bits"]) < 0.06
    step = report["uniform_step"]
    reach = np.ceil(model.isf(1e-8) / step)
    assert np.isclose(rates["uniform"]["predicted_bits"],
                      cell_entropy(model, np.arange(-reach, reach + 1) * step), atol=1e-3)


@pytest.mark.parametrize("type", ["float16", "bfloat16"])
def test_types(type, tmp_path):
    weights = draw(1.5, (64, 48)).astype(getattr(ml_dtypes, type, type))
    report = run({"w": weights}, tmp_path, "gg-fit")[1]["w"]
    exact = weights.astype(np.float64).ravel()
    theirs = stats.gennorm(*stats.gennorm.fit(exact)).logpdf(exact).mean()
    assert report["goodness"]["generalized_gaussian"]["log_likelihood"] >= theirs - 1e-6
    assert np.isclose(report["mean"], exact.mean(), rtol=1e-9)


def test_channels(tmp_path):
    """Outputs, as columns, each have the fit of their own."""
    columns = [draw(shape, 600, i, scale=0.01 * (i + 1)) for i, shape in enumerate((0.7, 1, 2, 3))]
    report = run({"w": np.stack(columns, 1)}, tmp_path, "gg-fit", "per-channel")[1]["w"]
    for column, fit in zip(columns, report["channels"]):
        exact = column.astype(np.float64)
        theirs = stats.gennorm(*stats.gennorm.fit(exact)).logpdf(exact).mean()
        assert distribution(fit).logpdf(exact).mean() >= theirs - 1e-6


def test_threads(tmp_path):
    """The result does not depend on the number of threads, to the last bit."""
    tensors = {"a": draw(0.9, (300, 500)), "b": draw(1.7, (70000,))}
    first = run(tensors, tmp_path, "gg-fit", "per-channel")
    assert run(tensors, tmp_path, "gg-fit", "per-channel", "--mlir-disable-threading") == first


def test_compile_report(tmp_path):
    """gg-compile writes a report and the same artifact, or says why not."""
    builder = GraphBuilder(tmp_path / "model.onnx", 21)
    x = builder.input("x", TensorProto.FLOAT, ["rows", 48])
    weight = builder.weight("proj.weight", draw(1.5, (48, 32)))
    builder.output(builder.node("MatMul", [x, weight], "proj"), "y", TensorProto.FLOAT, ["rows", 32])
    builder.save()
    command = ["gg-compile", tmp_path / "model.onnx", "-o", tmp_path / "m.gg", "--weights", "rf8"]
    check(run_tool(*command))
    plain = tree_bytes(tmp_path / "m.gg")
    for name in ("r.json", "r.html"):
        check(run_tool(*command, "--report", tmp_path / name))
        assert tree_bytes(tmp_path / "m.gg") == plain
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert '"name":"proj.weight"' in text and '"shape":[48,32]' in text
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["tensors"][0]["fit"]
    check_error(run_tool(*command, "--report", "r.txt"),
                r"--report: expected FILE.html\|FILE.json but got 'r.txt'")
    check_error(run_tool("gg-compile", tmp_path / "model.onnx", "-o", tmp_path / "none.gg",
                         "--report", tmp_path / "none" / "r.json"),
                "cannot write a report: .*No such file or directory")
    assert not (tmp_path / "none.gg").exists()
