"""gg-run --compare: what it prints of two artifacts, against numpy in float64."""

import json
import os
import pty
import re

import numpy as np
import pytest
from gg.decoder import Decoder
from gg.graph import GraphStyle, write_onnx
from gg.models import tiny_llama
from gg.reference import Reference
from gg_tools import check, check_error, run_tool, tool
from machine import LAUNCHER
from scipy import stats
from scipy.special import log_softmax

LABELS = {"perplexity": "perplexity", "change_percent": "change",
          "kl_divergence": "KL divergence", "top1_agreement_percent": "top-1 agreement"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("compare")


@pytest.fixture(scope="module")
def rows(folder):
    """Rows of unequal length, two of which predict nothing."""
    rows = np.random.default_rng(3).integers(0, 97, (9, 90))
    for row, length in enumerate((90, 70, 1, 64, 65, 2, 90, 0, 33)):
        rows[row, length:] = -1
    np.save(folder / "rows.npy", rows)
    return rows


@pytest.fixture(scope="module")
def decoders():
    """A model, and one that differs from it by some noise."""
    first, noise = (tiny_llama(seed=seed, context=128, tied_head=False) for seed in (1, 5))

    def load(name):
        return first.tensor(name) + np.float32(0.1) * noise.tensor(name)

    return [first, Decoder(first.config, load)]


@pytest.fixture(scope="module")
def compiled(folder, decoders, artifacts):
    """Artifacts of two models, of different batches; the second has no cache."""
    options = (("--batch", 3), ())
    styles = (GraphStyle(), GraphStyle(past="none"))
    result = []
    for i, decoder in enumerate(decoders):
        write_onnx(decoder, folder / f"{i}.onnx", styles[i])
        result.append(artifacts(folder / f"{i}.onnx", "--weights", "f32", "--context", 128,
                                *options[i]))
    return result


def interval(sums, counts):
    """Of the ratio of two sums over rows, by its linearization."""
    keep = counts > 0
    sums, counts = sums[keep], counts[keep]
    mean = sums.sum() / counts.sum()
    rest = (sums - mean * counts) / counts.mean()
    half = stats.t.ppf(0.975, len(rest) - 1) * stats.sem(rest)
    return np.array([mean, mean - half, mean + half])


def expected(rows, decoders):
    """By the names of the JSON file."""
    references = [Reference(decoder) for decoder in decoders]
    sums = {name: np.zeros(len(rows)) for name in ("mine", "others", "divergence", "agreement")}
    counts = np.zeros(len(rows))
    for i, row in enumerate(rows):
        row = row[row >= 0]
        if row.size < 2:
            continue
        p, q = (log_softmax(reference.logits(row[None, :-1])[0], axis=-1)
                for reference in references)
        at = np.arange(row.size - 1), row[1:]
        counts[i] = row.size - 1
        sums["mine"][i], sums["others"][i] = -p[at].sum(), -q[at].sum()
        sums["divergence"][i] = (np.exp(q) * (q - p)).sum()
        sums["agreement"][i] = (p.argmax(-1) == q.argmax(-1)).sum()
    return {
        "perplexity": np.exp(interval(sums["mine"], counts)),
        "negative_log_likelihood": interval(sums["mine"], counts),
        "against": {"perplexity": np.exp(interval(sums["others"], counts)),
                    "negative_log_likelihood": interval(sums["others"], counts)},
        "change_percent": 100 * np.expm1(interval(sums["mine"] - sums["others"], counts)),
        "kl_divergence": interval(sums["divergence"], counts),
        "top1_agreement_percent": np.clip(100 * interval(sums["agreement"], counts), 0, 100),
    }, int(counts.sum())


def compare(actual, wanted):
    for name, value in wanted.items():
        if isinstance(value, dict):
            compare(actual[name], value)
        else:
            got = [actual[name][key] for key in ("mean", "low", "high")]
            assert np.allclose(got, value, rtol=2e-4, atol=1e-5), (name, got, value)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_numbers(order, folder, rows, decoders, compiled):
    mine, other = (compiled[i] for i in order)
    out = folder / "result.json"
    text = mine.run("--compare", other.path, "--perplexity", folder / "rows.npy", "--json", out)
    wanted, tokens = expected(rows, [decoders[i] for i in order])
    with open(out) as file:
        actual = json.load(file)
    compare(actual, wanted)
    assert (actual["tokens"], actual["rows"]) == (tokens, 7)
    assert (actual["artifact"], actual["against"]["artifact"]) == (mine.path, other.path)
    for name, label in LABELS.items():
        line = re.search(rf"^{label} .*$", text, re.M).group()
        printed = [float(number) for number in re.findall(r"-?\d+\.\d+", line)]
        assert np.allclose(printed, list(actual[name].values()), atol=1e-6), line


def test_an_artifact_equals_itself(folder, rows, compiled):
    out = folder / "same.json"
    compiled[0].run("--compare", compiled[0].path, "--perplexity", folder / "rows.npy",
                    "--json", out)
    with open(out) as file:
        actual = json.load(file)
    for name, value in (("change_percent", 0), ("kl_divergence", 0),
                        ("top1_agreement_percent", 100)):
        assert actual[name] == {"mean": value, "low": value, "high": value}


def test_perplexity_alone_as_json(folder, rows, decoders, compiled):
    out = folder / "alone.json"
    measured = compiled[0].perplexity(folder / "rows.npy", "--json", out)
    wanted, _ = expected(rows, [decoders[0], decoders[0]])
    with open(out) as file:
        actual = json.load(file)
    compare(actual, {"perplexity": wanted["perplexity"]})
    assert abs(actual["perplexity"]["mean"] - measured.perplexity) < 1e-5
    assert "against" not in actual


def test_threads_do_not_change_results(folder, rows, compiled):
    texts = [compiled[0].run("--compare", compiled[1].path, "--perplexity", folder / "rows.npy",
                             "--threads", threads) for threads in (1, 3)]
    assert texts[0] == texts[1]


def test_other_vocabulary(folder, rows, compiled, artifacts):
    write_onnx(tiny_llama(vocab_size=100, context=128), folder / "wide.onnx")
    wide = artifacts(folder / "wide.onnx", "--weights", "f32", "--context", 128)
    check_error(run_tool("gg-run", compiled[0].path, "--compare", wide.path, "--perplexity",
                         folder / "rows.npy"), "expected a vocabulary of 97 as .* but got 100")


def test_other_is_too_short(folder, rows, compiled, artifacts):
    short = artifacts(folder / "0.onnx", "--weights", "f32", "--context", 40)
    message = check_error(run_tool("gg-run", compiled[0].path, "--compare", short.path,
                                   "--perplexity", folder / "rows.npy"),
                          "row 0 has 89 tokens but the artifact's capacity is 40")
    assert short.path in message


def test_progress_is_shown_on_terminals_only(folder, rows, decoders, artifacts):
    """On a terminal, of a run of a second; and gone at its end."""
    np.save(folder / "many.npy", np.tile(rows[:2], (400, 1)))
    words = [artifacts(folder / "0.onnx", "--weights", "f32", "--context", 128,
                       "--batch", 3).path, "--perplexity", folder / "many.npy"]
    assert not run_tool("gg-run", *words).stderr
    command = [*LAUNCHER, tool("gg-run"), *map(os.fspath, words)]
    told = []

    def read(terminal):
        told.append(os.read(terminal, 1024))
        return told[-1]

    status = pty.spawn(command, read)
    text = b"".join(told).decode()
    assert os.waitstatus_to_exitcode(status) == 0, text
    assert "tokens, " in text and " s left" in text
    assert text.index("\r\x1b[K") < text.index("perplexity")
