"""Graphs of real exporters: golden logits, or agreement with ONNX Runtime."""

import os

import numpy as np
import pytest
from gg.runtime import Model
from machine import IS_FOREIGN
from onnxruntime_decoder import OnnxRuntimeDecoder
from shared_data import shared

FP32 = ["stories260K-dynamo18", "stories260K-dynamo24", "stories260K-optimum",
        "stories260K-genai-fp32", "stories260K-mobius", "stories260K-mobius-static"]
FP16 = ["babyllama105-genai-fp16"]
WITHOUT_GOLDEN = {"tiny-random-gpt2-fp32": 1e-3, "tiny-random-gpt2-fp16": 0.06,
                  "tiny-random-llama-fp16": 0.06, "tiny-gqa-fp16": 0.06}
TOLERANCE = {**{name: 1e-3 for name in FP32}, **{name: 0.06 for name in FP16}}


def graph(folder):
    for name in ("model.onnx", "past.onnx"):
        path = os.path.join(shared("data/onnx/" + folder), name)
        if os.path.exists(path):
            return path
    raise FileNotFoundError(folder)


def golden(folder):
    return np.load(shared(f"data/onnx/{folder}/golden.npz"))


def assert_close(actual, expected, tolerance):
    """Within tolerance everywhere, same top-1 where the gap exceeds it."""
    assert np.abs(actual - expected).max() <= tolerance
    ordered = np.sort(expected, axis=-1)
    clear = ordered[..., -1] - ordered[..., -2] > tolerance
    assert np.array_equal(actual.argmax(-1)[clear], expected.argmax(-1)[clear])


@pytest.mark.parametrize("folder", FP32 + FP16)
def test_prompt_at_once(folder, artifacts, tmp_path):
    data = golden(folder)
    for row in range(len(data["input_ids"])):
        logits = artifacts(graph(folder)).logits(data["input_ids"][row:row + 1], tmp_path)
        assert_close(logits, data["logits"][row:row + 1], TOLERANCE[folder])


@pytest.mark.parametrize("folder", FP32 + FP16)
def test_batch_rows(folder, artifacts, tmp_path):
    data = golden(folder)
    logits = artifacts(graph(folder), "--batch", 2).logits(data["input_ids"], tmp_path)
    assert_close(logits, data["logits"], TOLERANCE[folder])


@pytest.mark.parametrize("folder", FP32 + FP16)
def test_greedy_token_by_token(folder, artifacts):
    """The greedy continuation of token 1 goes through the step entry; it is
    equal to the golden one as far as the golden one is clear of ties."""
    expected = golden(folder)["greedy_ids"].tolist()
    tokens = artifacts(graph(folder)).generate([1], 64)
    wanted = expected[1:] if expected[0] == 1 else expected[:64]
    assert tokens == wanted


@pytest.mark.parametrize("folder", FP32 + FP16)
def test_token_by_token_logits(folder, artifacts):
    """Every position through the step entry, both rows of the batch at once."""
    if IS_FOREIGN:
        pytest.skip("artifacts do not run in this process")
    data = golden(folder)
    session = Model(artifacts(graph(folder), "--batch", 2).path).session(2)
    steps = [session.step(column) for column in data["input_ids"].T]
    assert_close(np.stack(steps, axis=1), data["logits"], TOLERANCE[folder])


@pytest.mark.parametrize("folder", sorted(WITHOUT_GOLDEN))
def test_against_onnxruntime(folder, artifacts, tmp_path):
    path = graph(folder)
    session = OnnxRuntimeDecoder(path)
    vocab = session.session.get_outputs()[0].shape[-1]
    ids = np.random.default_rng(5).integers(0, vocab, (1, 12))
    artifact = artifacts(path, "--context", 64)
    assert_close(artifact.logits(ids, tmp_path), session.run(ids), WITHOUT_GOLDEN[folder])


def test_static_scatter_graph(artifacts, tmp_path):
    """A graph over fixed caches: its own recorded prefill logits."""
    path = shared("data/onnx/static-scatter-opset24/model.onnx")
    data = np.load(shared("data/onnx/static-scatter-opset24/golden_io.npz"))
    logits = artifacts(path).logits(data["prefill_in.input_ids"], tmp_path)
    assert_close(logits, data["prefill_out.logits"], 1e-3)
