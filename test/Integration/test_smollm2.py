"""SmolLM2-135M through four exporters: quality, agreement, speed, compile cost.

Run scripts/make-smollm2.sh first; ``ctest -L slow`` then runs this suite.
"""

import os
import sys

import numpy as np
import pytest
from gg.gguf_model import read_gguf
from gg.reference import Reference
from gg_tools import Artifact, tool
from shared_data import shared

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "test", "Benchmark"))
FOLDER = os.environ.get("GG_SMOLLM2", os.path.join(ROOT, "build", "smollm2"))
GRAPHS = ["genai", "mobius", "optimum", "dynamo", "gg"]
PROMPTS = ["The capital of France is", "Once upon a time, in a village by the sea,",
           "def fibonacci(n):\n"]


def graph(name):
    path = os.path.join(FOLDER, name, "model.onnx")
    if not os.path.exists(path):
        pytest.skip(f"no {path}: run scripts/make-smollm2.sh")
    return path


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """Artifacts by (graph, weights), each with what compiling it cost."""
    from measure import measure
    folder, known = tmp_path_factory.mktemp("smollm2"), {}

    def get(name, weights):
        if (name, weights) not in known:
            out = str(folder / f"{name}-{weights}.gg")
            cost = measure([tool("gg-compile"), graph(name), "-o", out, "--weights", weights,
                            "--rounding", "nearest", "--context", "1024"])
            assert cost.exit_code == 0
            known[name, weights] = Artifact(out), cost
        return known[name, weights]

    return get


@pytest.mark.parametrize("name", GRAPHS)
def test_perplexity(name, compiled):
    artifact, _ = compiled(name, "f32")
    measured = artifact.perplexity(shared("data/tokens/smollm2_wikitext2_test.npy"))
    assert abs(measured.perplexity - 32.60) <= 0.01


@pytest.fixture(scope="module")
def reference():
    files = os.path.join(FOLDER, "gguf")
    if not os.path.isdir(files):
        pytest.skip(f"no {files}: run scripts/make-smollm2.sh")
    return Reference(read_gguf(os.path.join(files, os.listdir(files)[0])))


@pytest.mark.parametrize("prompt", PROMPTS)
def test_greedy_tokens(prompt, compiled, reference):
    """The same 64 tokens from every graph, each the best one of the float64
    reference given those before it."""
    from tokenizers import Tokenizer
    graph("gg")
    ids = Tokenizer.from_file(os.path.join(FOLDER, "gg", "tokenizer.json")).encode(prompt).ids
    results = {name: compiled(name, "f32")[0].generate(ids, 64) for name in GRAPHS}
    tokens = results[GRAPHS[0]]
    assert len(tokens) == 64
    for name, other in results.items():
        assert other == tokens, name
    logits = reference.logits(np.array([ids + tokens]))[0]
    assert logits[len(ids) - 1:-1].argmax(-1).tolist() == tokens


@pytest.mark.parametrize("weights", ["f32", "rf8"])
def test_compile_cost(weights, compiled):
    _, cost = compiled("genai", weights)
    print(f"compile {weights}: {cost.seconds:.1f} s, RssAnon {cost.rss_anon_mb:.0f} MB")
    assert cost.seconds <= 60 and cost.rss_anon_mb <= 400


def test_speed_floor(compiled):
    """Far below what docs/Performance.md shows: what is slower is broken."""
    from compare import System, compare
    artifact, _ = compiled("genai", "rf8")
    samples = compare({"gg": System("gg", artifact.path, sys.executable),
                       "onnxruntime": System("onnxruntime", graph("genai"), sys.executable)},
                      threads=2, runs=5)
    print(samples)
    decode, prefill = (np.median(samples["gg"][rate]) / np.median(samples["onnxruntime"][rate])
                       for rate in ("decode", "prefill"))
    assert decode >= 1.5 and prefill >= 0.4
