"""Perplexity of real checkpoints, fp32 and RF8, within the bounds measured
with an independent implementation."""

import numpy as np
import pytest
from gg.graph import write_onnx
from gg.llama2c import read_llama2c
from shared_data import shared

STORIES = ("data/models/stories260K/stories260K.bin", "data/tokens/tinystories_tok512_eval.npy")
BABY = ("data/models/babyllama-tok105/model5000.bin", "data/tokens/tinystories_tok105_eval.npy")
STORIES_FP32 = 3.37183


@pytest.fixture(scope="session")
def graphs(tmp_path_factory):
    """The llama2.c checkpoints as standard opset-24 graphs, written once."""
    known = {}

    def get(checkpoint):
        if checkpoint not in known:
            known[checkpoint] = tmp_path_factory.mktemp("graph") / "model.onnx"
            write_onnx(read_llama2c(shared(checkpoint)), known[checkpoint])
        return known[checkpoint]

    return get


@pytest.mark.parametrize("options,change,bound", [
    ((), 0.0, 0.0005 / STORIES_FP32),
    (("--weights", "rf8", "--rounding", "nearest"), 0.0163, 0.0005),
    (("--weights", "rf8", "--rounding", "nearest", "--rf8", "e4r3d"), 0.0099, 0.0005),
    (("--weights", "rf8", "--rounding", "greedy", "--scale", "tensor-pow2"), 0.0253, 0.0005),
], ids=["fp32", "rf8-nearest", "rf8-dense", "rf8-greedy-pow2"])
def test_stories(options, change, bound, graphs, artifacts):
    checkpoint, rows = STORIES
    weights = options or ("--weights", "f32")
    measured = artifacts(graphs(checkpoint), *weights).perplexity(shared(rows))
    assert measured.tokens == 9857
    assert abs(measured.perplexity / STORIES_FP32 - 1 - change) <= bound
    assert np.isclose(np.log(measured.perplexity), measured.nll, atol=1e-3)


def test_babyllama(graphs, artifacts):
    checkpoint, rows = BABY
    measured = artifacts(graphs(checkpoint), "--weights", "f32").perplexity(shared(rows))
    assert measured.tokens == 10200 and abs(measured.perplexity - 1.7887) <= 0.0003


def test_exporter_graph(artifacts):
    """The same perplexity through the graph of an exporter of the field."""
    path = shared("data/onnx/stories260K-optimum/model.onnx")
    measured = artifacts(path, "--weights", "f32").perplexity(shared(STORIES[1]))
    assert abs(measured.perplexity - 3.3718) <= 0.0005
