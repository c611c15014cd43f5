"""What an artifact promises: deterministic bytes, results independent of the
number of threads, several CPU levels, checks of its content, statistics."""

import json

import numpy as np
import pytest
from gg.graph import GraphStyle, write_onnx
from gg.models import tiny_llama
from gg.reference import Reference
from gg_tools import check, check_error, compile_model, cpu_levels, run_tool, tree_bytes

PROMPT = np.array([[5, 17, 2, 40, 33, 8, 61, 12, 3]])


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "model.onnx"
    write_onnx(tiny_llama(), path)
    return path


@pytest.mark.parametrize("weights", ["f32", "bf16", "rf8"])
def test_bytes_repeat(weights, model, tmp_path):
    """Compiled twice, into folders of different names."""
    trees = [tree_bytes(compile_model(model, tmp_path / name, "--weights", weights,
                                      "--context", 32).path) for name in ("a.gg", "b.gg")]
    assert trees[0].keys() == trees[1].keys() and trees[0]
    for name, content in trees[0].items():
        assert content == trees[1][name], name


def test_threads_do_not_change_results(model, artifacts, tmp_path):
    artifact = artifacts(model, "--weights", "rf8", "--context", 32)
    one, two, three = (artifact.logits(PROMPT, tmp_path, "--threads", n) for n in (1, 2, 3))
    assert np.array_equal(one, two) and np.array_equal(one, three)


@pytest.mark.parametrize("weights", ["f32", "rf8"])
def test_cpu_levels(weights, model, tmp_path):
    """Each level alone is right, and all together load."""
    levels = cpu_levels()
    results = {}
    for level in levels:
        artifact = compile_model(model, tmp_path / f"{level}.gg", "--cpu", level, "--weights",
                                 weights, "--context", 32)
        results[level] = artifact.logits(PROMPT, tmp_path)
        assert level.split("+")[0] in artifact.run("--info")
    first = results[levels[0]]
    for level, logits in results.items():
        assert np.abs(logits - first).max() <= 1e-3, level
    if weights == "f32":
        assert np.abs(first - Reference(tiny_llama()).logits(PROMPT)).max() <= 1e-3
    together = compile_model(model, tmp_path / "all.gg", "--cpu", ",".join(levels), "--weights",
                             weights, "--context", 32)
    assert np.array_equal(together.logits(PROMPT, tmp_path), results[levels[-1]])


def test_info_and_verify(model, artifacts):
    artifact = artifacts(model, "--weights", "rf8", "--context", 32)
    info = artifact.run("--info")
    assert "rf8" in info.lower() or "e4r3" in info
    artifact.run("--verify")


def test_stats(model, artifacts, tmp_path):
    artifact = artifacts(model, "--weights", "f32", "--context", 32)
    artifact.run("--tokens", "1,2,3", "-n", 8, "--stats", tmp_path / "stats.json")
    stats = json.loads((tmp_path / "stats.json").read_text())
    for key in ("load_ms", "first_token_ms", "prefill_tokens_per_s", "decode_tokens_per_s",
                "peak_rss_bytes", "threads"):
        assert stats[key] > 0, key


def test_sampling_repeats_with_its_seed(model, artifacts):
    artifact = artifacts(model, "--weights", "f32", "--context", 64)
    options = ("--temperature", 1.5, "--top-k", 20, "--top-p", 0.95, "--seed")
    first = artifact.generate([1, 2], 16, *options, 7)
    assert first == artifact.generate([1, 2], 16, *options, 7) and len(first) == 16
    assert any(artifact.generate([1, 2], 16, *options, seed) != first for seed in (8, 9))
    assert artifact.generate([1, 2], 16, "--temperature", 1, "--top-k", 1) == \
        artifact.generate([1, 2], 16)


def test_stop(model, artifacts):
    artifact = artifacts(model, "--weights", "f32", "--context", 64)
    tokens = artifact.generate([1, 2], 16)
    stopped = artifact.generate([1, 2], 16, "--stop", tokens[5])
    assert stopped in (tokens[:tokens.index(tokens[5])], tokens[:tokens.index(tokens[5]) + 1])


def test_capacity_is_an_error(model, artifacts):
    """As many tokens as the cache holds, and a clear error past them."""
    artifact = artifacts(model, "--weights", "f32", "--context", 16)
    assert len(artifact.generate([1, 2, 3], 13)) == 13
    check_error(run_tool("gg-run", artifact.path, "--tokens", ",".join(["1"] * 17), "-n", 1),
                "16")
    check_error(run_tool("gg-run", artifact.path, "--tokens", "1,2,3", "-n", 40), "16")


def test_emit_stages(model, tmp_path):
    """Each stage prints something that names it."""
    for stage, word in (("onnx", "onnx."), ("linalg", "linalg."), ("rf8", "rf8."),
                        ("llvm", "llvm")):
        out = tmp_path / f"{stage}.mlir"
        check(run_tool("gg-compile", model, "-o", out, "--emit", stage, "--weights", "rf8",
                       "--context", 32))
        assert word in out.read_text(errors="replace"), stage


def test_check_reports_operators(model):
    report = check(run_tool("gg-compile", model, "--check"))
    for operator in ("Attention", "RMSNormalization", "MatMul"):
        assert operator in report


@pytest.mark.parametrize("name", ["gg-compile", "gg-run", "gg-opt", "gg-translate"])
def test_help_and_version(name):
    assert "sage" in check(run_tool(name, "--help")) + "Usage"
    assert check(run_tool(name, "--version")).strip()


def test_no_past_without_causal_mixing_is_said(tmp_path):
    """A decoder without past in its graph: gg derives the cache or says that
    it recomputes; either way the tokens are right."""
    decoder = tiny_llama()
    style = GraphStyle(past="none", mask=False, position_ids=False)
    write_onnx(decoder, tmp_path / "model.onnx", style)
    artifact = compile_model(tmp_path / "model.onnx", tmp_path / "m.gg", "--context", 32,
                             "--weights", "f32")
    tokens, _ = Reference(decoder).greedy([4, 5, 6], 10)
    assert artifact.generate([4, 5, 6], 10) == tokens
