"""What an artifact promises: deterministic bytes, results independent of the
number of threads, several CPU levels, checks of its content, statistics."""

import json
import re

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from gg.graph import GraphStyle, write_onnx
from gg.models import tiny_llama
from gg.reference import Reference
from gg_tools import check, check_error, compile_model, run_tool, tree_bytes
from machine import cpu_levels

# Code for more than any machine has; never the one that runs.
MORE = "x86-64-v4+avx512bf16+amx-tile+amx-fp16"
PROMPT = np.array([[5, 17, 2, 40, 33, 8, 61, 12, 3]])


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "model.onnx"
    write_onnx(tiny_llama(), path)
    return path


@pytest.mark.parametrize("weights", ["f32", "bf16", "rf8"])
def test_bytes_repeat(weights, model, tmp_path):
    """Compiled twice, into folders of different names."""
    trees = [tree_bytes(compile_model(model, tmp_path / name, "--weights", weights, "--rounding",
                                      "nearest", "--context", 32).path)
             for name in ("a.gg", "b.gg")]
    assert trees[0].keys() == trees[1].keys() and trees[0]
    for name, content in trees[0].items():
        assert content == trees[1][name], name


def test_threads_do_not_change_results(model, artifacts, tmp_path):
    artifact = artifacts(model, "--weights", "rf8", "--rounding", "nearest", "--context", 32)
    one, two, three = (artifact.logits(PROMPT, tmp_path, "--threads", n) for n in (1, 2, 3))
    assert np.array_equal(one, two) and np.array_equal(one, three)


@pytest.mark.parametrize("weights", ["f32", "rf8"])
def test_cpu_levels(weights, model, tmp_path):
    """Each level alone is right, and all together load. Activations are exact:
    only some levels would round them."""
    levels = cpu_levels()
    results = {}
    for level in levels:
        artifact = compile_model(model, tmp_path / f"{level}.gg", "--cpu", level, "--weights",
                                 weights, "--rounding", "nearest", "--context", 32,
                                 "--activations", "exact")
        results[level] = artifact.logits(PROMPT, tmp_path)
        assert level.split("+")[0] in artifact.run("--info")
    first = results[levels[0]]
    for level, logits in results.items():
        assert np.abs(logits - first).max() <= 1e-3, level
    if weights == "f32":
        assert np.abs(first - Reference(tiny_llama()).logits(PROMPT)).max() <= 1e-3
    together = compile_model(model, tmp_path / "all.gg", "--cpu", ",".join(levels), "--weights",
                             weights, "--rounding", "nearest", "--context", 32,
                             "--activations", "exact")
    assert np.array_equal(together.logits(PROMPT, tmp_path), results[levels[-1]])


def test_the_best_code_runs(model, tmp_path):
    """Of several levels the last that this machine has is loaded, and only it:
    damage to the others goes unnoticed."""
    levels = cpu_levels()
    artifact = compile_model(model, tmp_path / "all.gg", "--cpu", ",".join(levels + [MORE]),
                             "--context", 32)
    files = [f"code.{level}.so" for level in levels + [MORE]]
    assert {name for name in tree_bytes(artifact.path) if name.endswith(".so")} == set(files)
    expected = artifact.logits(PROMPT, tmp_path)
    for name in files:
        path = tmp_path / "all.gg" / name
        path.write_bytes(path.read_bytes()[:-1] + b"?")
        if name == f"code.{levels[-1]}.so":
            check_error(run_tool("gg-run", artifact.path, "--tokens", "1", "-n", "1"),
                        re.escape(name))
            return
        assert np.array_equal(artifact.logits(PROMPT, tmp_path), expected), name


@pytest.mark.parametrize("level", ["x86-64", "x86-64-v2", "x86-64-v3"])
def test_half_precision_on_old_cpus(level, tmp_path):
    """f16, and roundings, where the CPU has no instructions for them."""
    if level not in cpu_levels():
        pytest.skip(f"this CPU is no {level}")
    nodes = [helper.make_node(op, ["x"], [op]) for op in ("Floor", "Ceil", "Round", "Neg")]
    nodes.append(helper.make_node("Mul", ["x", "w"], ["Mul"]))
    nodes.append(helper.make_node("Cast", ["x"], ["Cast"], to=TensorProto.FLOAT))
    outputs = [helper.make_tensor_value_info(
        node.output[0], TensorProto.FLOAT if node.op_type == "Cast" else TensorProto.FLOAT16,
        [1001]) for node in nodes]
    rng = np.random.default_rng(5)
    with np.errstate(over="ignore"):
        x = (rng.standard_normal(1001) * np.exp2(rng.integers(-26, 16, 1001))).astype(np.float16)
    x[:6] = 0.5, -0.5, 2.5, -0.0, np.inf, 65504
    w = rng.standard_normal(1001).astype(np.float16)
    onnx.save(helper.make_model(
        helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT16,
                                                                     [1001])],
                          outputs, [numpy_helper.from_array(w, "w")]),
        opset_imports=[helper.make_opsetid("", 22)]), tmp_path / "half.onnx")
    artifact = compile_model(tmp_path / "half.onnx", tmp_path / "m.gg", "--cpu", level)
    got = artifact.tensors({"x": x}, [node.output[0] for node in nodes], tmp_path)
    with np.errstate(over="ignore"):
        product = (x.astype(np.float64) * w).astype(np.float16)
    for name, want in {"Floor": np.floor(x), "Ceil": np.ceil(x), "Round": np.rint(x), "Neg": -x,
                       "Mul": product, "Cast": x.astype(np.float32)}.items():
        assert got[name].dtype == want.dtype and got[name].tobytes() == want.tobytes(), name


def test_info_and_verify(model, artifacts):
    artifact = artifacts(model, "--weights", "rf8", "--rounding", "nearest", "--context", 32)
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
                       "--rounding", "nearest", "--context", 32))
        assert word in out.read_text(errors="replace"), stage


def test_check_reports_operators(model):
    report = check(run_tool("gg-compile", model, "--check"))
    for operator in ("Attention", "RMSNormalization", "MatMul"):
        assert operator in report


@pytest.mark.parametrize("name", ["gg-bench", "gg-compile", "gg-run", "gg-opt", "gg-translate"])
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
