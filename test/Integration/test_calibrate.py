"""Calibration: what a statistics file says of a model's inputs, against float64,
and what rounding by it brings."""

import numpy as np
import pytest
from gg.graph import write_onnx
from gg.llama2c import read_llama2c
from gg.onnx_builder import GraphBuilder
from gg.reference import Reference
from gg_tools import check, check_error, compile_model, run_tool, tree_bytes
from onnx import TensorProto
from shared_data import shared
from statistics_file import read_statistics
from styles import tiny_llama

CONTEXT = 24


class Recorder(Reference):
    """Sums x xᵀ of the inputs of every linear layer, by the layer's name; without
    the head, which is so small here that it is no resource and has no name."""

    def __init__(self, decoder):
        super().__init__(decoder)
        self.moments = {}

    def _record(self, x, name):
        x = x.reshape(-1, x.shape[-1])
        self.moments[name] = self.moments.get(name, 0) + x.T @ x

    def _linear(self, x, name):
        self._record(x, name)
        return super()._linear(x, name)


@pytest.fixture()
def model(tmp_path):
    write_onnx(tiny_llama(), tmp_path / "model.onnx")
    return tmp_path / "model.onnx"


@pytest.fixture()
def tokens(tmp_path):
    """Rows of unequal length."""
    rows = np.random.default_rng(1).integers(0, 97, (5, CONTEXT))
    rows[1, 7:] = -1
    rows[4, 1:] = -1
    np.save(tmp_path / "tokens.npy", rows)
    return tmp_path / "tokens.npy"


def calibrated(model, out, *options):
    return compile_model(model, out, "--weights", "rf8", "--context", CONTEXT, *options)


def test_moments(model, tokens, tmp_path):
    """Each layer's inputs: the first one's exactly, later ones after rounding."""
    calibrated(model, tmp_path / "m.gg", "--calibrate", tokens, "--statistics",
               tmp_path / "seen.ggs")
    found = read_statistics(tmp_path / "seen.ggs")
    recorder = Recorder(tiny_llama())
    rows = np.load(tokens)
    for row in rows:
        recorder.logits(row[row >= 0][None])
    matched = set()
    for name, moments in recorder.moments.items():
        keys = [key for key in found if key.startswith(name + ".")]
        assert keys, (name, list(found))
        matched.update(keys)
        statistics = found[keys[0]]
        assert statistics.samples == (rows >= 0).sum()
        is_first = name in ("layers.0.q", "layers.0.k", "layers.0.v")
        assert (statistics.drift is None) == is_first
        error = np.linalg.norm(statistics.moments - moments) / np.linalg.norm(moments)
        assert error <= (1e-5 if is_first else 0.1), (name, error)
        if statistics.drift is None:
            continue
        # sum (y - x) xᵀ + sum x xᵀ = sum y xᵀ, whose difference from sum y yᵀ is
        # of first order, and half of that of sum x xᵀ.
        mixed = statistics.drift + statistics.moments
        mixed = (mixed + mixed.T) / 2
        other = np.linalg.norm(mixed - moments) / np.linalg.norm(moments)
        assert 0 < other < error, (name, other, error)
    assert matched == set(found)


def test_repeats_and_reuses(model, tokens, tmp_path):
    """The same bytes each time, from kept statistics too."""
    options = ["--calibrate", tokens, "--statistics", tmp_path / "seen.ggs"]
    first = tree_bytes(calibrated(model, tmp_path / "a.gg", *options).path)
    seen = (tmp_path / "seen.ggs").read_bytes()
    second = tree_bytes(calibrated(model, tmp_path / "b.gg", *options).path)
    assert (tmp_path / "seen.ggs").read_bytes() == seen
    np.save(tokens, np.zeros((1, 2), np.int64))  # not read again
    result = run_tool("gg-compile", model, "-o", tmp_path / "c.gg", "--weights", "rf8",
                      "--context", CONTEXT, "--statistics", tmp_path / "seen.ggs")
    check(result)
    assert "calibrating" not in result.stderr
    third = tree_bytes(tmp_path / "c.gg")
    for name in ("weights.ggw", "manifest.json"):
        assert first[name] == second[name] == third[name], name


def test_other_targets(model, tokens, tmp_path):
    """A model is calibrated here, whatever it is compiled for."""
    out = tmp_path / "m.gg"
    check(run_tool("gg-compile", model, "-o", out, "--weights", "rf8", "--context", CONTEXT,
                   "--calibrate", tokens, "--target", "aarch64-linux-gnu", "--cpu", "generic"))


@pytest.mark.parametrize("change,message", [
    (lambda rows: rows + 60, r"token id \d+ is out of range: expected 0 to 96"),
    (lambda rows: rows.astype(np.float32), "expected int64 token ids"),
    (lambda rows: rows[0], "expected int64 token ids"),
    (lambda rows: np.full_like(rows, -1), "expected tokens but got none"),
    (lambda rows: np.zeros((1, 4096), np.int64), "context"),
])
def test_bad_tokens(change, message, model, tokens, tmp_path):
    rows = np.load(tokens)
    np.save(tokens, change(np.where(rows < 0, 0, rows)))
    result = run_tool("gg-compile", model, "-o", tmp_path / "m.gg", "--weights", "rf8",
                      "--calibrate", tokens, "--statistics", tmp_path / "seen.ggs")
    check_error(result, message)
    assert not (tmp_path / "m.gg").exists() and not (tmp_path / "seen.ggs").exists()


def test_bad_files(model, tokens, tmp_path):
    def refused(pattern, *options):
        check_error(run_tool("gg-compile", model, "-o", tmp_path / "m.gg", "--weights", "rf8",
                             "--context", CONTEXT, *options), pattern)
    refused("none.npy", "--calibrate", tmp_path / "none.npy")
    refused("no-such-folder", "--calibrate", tokens, "--statistics",
            tmp_path / "no-such-folder" / "seen.ggs")
    (tmp_path / "seen.ggs").write_bytes(b"nothing of the kind")
    refused("seen.ggs", "--statistics", tmp_path / "seen.ggs")


def test_no_decoder(tmp_path):
    """Where there are no tokens, scales are searched for by the weights alone."""
    builder = GraphBuilder(tmp_path / "model.onnx", 21)
    matrix = np.random.default_rng(0).standard_normal((40, 24)).astype(np.float32)
    x = builder.input("x", TensorProto.FLOAT, ["rows", 40])
    builder.output(builder.node("MatMul", [x, builder.weight("w", matrix)], "product"), "y",
                   TensorProto.FLOAT, ["rows", 24])
    builder.save()
    errors = []
    for options in ([], ["--calibrate", "none"], ["--rounding", "nearest"]):
        out = tmp_path / f"{len(errors)}.gg"
        result = run_tool("gg-compile", tmp_path / "model.onnx", "-o", out, "--weights", "rf8",
                          *options)
        check(result)
        assert ("not calibrated" in result.stderr) == (not options)
        check(run_tool("gg-run", out, "--info"))
        errors.append(tree_bytes(out)["weights.ggw"])
    assert errors[0] == errors[1] != errors[2]


STORIES = "data/models/stories260K/stories260K.bin"


@pytest.mark.parametrize("calibrate,change", [("none", 0.016), ("self", 0.007), ("text", 0.007)])
def test_stories(calibrate, change, artifacts, tmp_path_factory):
    """What calibration must bring back of the 1.63 % that nearest rounding loses."""
    if calibrate == "text":
        calibrate = shared("data/tokens/tinystories_tok512_calib.npy")
    path = tmp_path_factory.getbasetemp() / "stories.onnx"
    if not path.exists():
        write_onnx(read_llama2c(shared(STORIES)), path)
    measured = artifacts(path, "--weights", "rf8", "--calibrate", calibrate).perplexity(
        shared("data/tokens/tinystories_tok512_eval.npy"))
    assert measured.perplexity / 3.37183 - 1 <= change
