"""gg-bench and gg-run --profile: what they count, against a count from the
model's shapes. Nothing here depends on how fast anything is."""

import json
import re

import numpy as np
import pytest
from gg.graph import write_onnx
from gg.models import tiny_llama
from gg_tools import check, check_error, run_tool

# Multiples of 64: packed weights have no padding.
SIZES = dict(vocab_size=192, hidden_size=64, layers=3, heads=4, kv_heads=4, head_size=16,
             intermediate_size=128, context=256)
CHUNK = 128
# Outputs and steps of every linear layer; the head works on one token a call.
LAYER = [(64, 64)] * 4 + [(128, 64)] * 2 + [(64, 128)]
HEAD = (192, 64)
PRODUCTS = 3 * sum(np.prod(shape) for shape in LAYER)
OUTPUTS = 3 * sum(n for n, _ in LAYER)
HEAD_PRODUCTS = np.prod(HEAD)
SLOT = 3 * 2 * 4 * 16  # numbers that a token adds to the caches


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("bench") / "model.onnx"
    write_onnx(tiny_llama(**SIZES), path)
    return path


def linear_bytes(weights):
    """Weights and, of RF8, a scale for each output."""
    if weights == "rf8":
        return PRODUCTS + HEAD_PRODUCTS + 4 * (OUTPUTS + HEAD[0])
    return {"f32": 4, "bf16": 2}[weights] * (PRODUCTS + HEAD_PRODUCTS)


@pytest.mark.parametrize("weights,kv", [("f32", "f32"), ("bf16", "f32"), ("rf8", "bf16")])
def test_bench_counts(weights, kv, model, artifacts, tmp_path):
    artifact = artifacts(model, "--weights", weights, "--rounding", "nearest", "--kv", kv,
                         "--context", 256, "--batch", 2)
    out = tmp_path / "bench.json"
    text = check(run_tool("gg-bench", artifact.path, "--prefill", "64,128,300", "--context",
                          "64,200,1000", "--steps", 4, "--runs", 1, "--threads", 2, "--quiet",
                          "--json", out))
    found = json.loads(out.read_text())
    assert found["artifact"]["capacity"] == 256 and found["artifact"]["batch"] == 2
    assert found["artifact"]["chunk"] == CHUNK
    machine = found["machine"]
    assert machine["threads"] == 2 and machine["cpu"]
    assert machine["bandwidth_gb_per_s"] == max(machine[f"{name}_gb_per_s"] for name in
                                                ("read", "dot_f32", "dot_i8"))
    assert machine["fma_f32_gflop_per_s"] > 0
    assert 0 < found["start_up"]["load_ms"] <= found["start_up"]["first_token_ms"]
    assert found["memory"]["tokens"] == 200
    assert found["memory"]["peak_rss_bytes"] > found["artifact"]["weight_bytes"]

    # What exceeds the capacity is left out; one row and both.
    assert [(s["tokens"], s["rows"]) for s in found["prefill"]] == [
        (64, 1), (128, 1), (64, 2), (128, 2)]
    assert [(s["context"], s["rows"]) for s in found["decode"]] == [
        (64, 1), (200, 1), (64, 2), (200, 2)]
    for speed in found["prefill"]:
        # The entries compute all rows of the batch; linears skip what is not filled.
        chunks = speed["tokens"] / CHUNK
        assert speed["linear_flops"] == 2 * 2 * chunks * (CHUNK * PRODUCTS + HEAD_PRODUCTS)
        assert 0 < speed["share_of_limit"] < 1.5
        rate = speed["tokens"] * speed["rows"] / speed["milliseconds"] * 1e3
        assert speed["tokens_per_s"] == pytest.approx(rate, rel=0.01)
    element = {"f32": 4, "bf16": 2}[kv]
    short, long = found["decode"][2:]
    assert long["bytes"] - short["bytes"] == 2 * SLOT * element * (200 - 64)
    rest = short["bytes"] - linear_bytes(weights) - 2 * SLOT * element * 64.5
    # Norms, a row of the embedding and of the rotary tables.
    assert 7 * 64 * 4 <= rest <= 0.1 * short["bytes"]
    assert re.search(r"^decode +200 +2 ", text, re.M)


def test_machine_alone(tmp_path):
    text = check(run_tool("gg-bench", "--threads=1", "--quiet", "--json", tmp_path / "m.json"))
    assert "GB/s" in text and "GFLOP/s" in text
    assert set(json.loads((tmp_path / "m.json").read_text())) == {"machine"}


@pytest.mark.parametrize("words,pattern", [
    (["no.gg"], "no.gg"), (["a.gg", "b.gg"], "one artifact"), (["--wat", "1"], "unknown option"),
    (["--context", "0"], "--context: expected a number"), (["--runs"], "expected a value"),
    (["--prefill=1,x"], "--prefill")])
def test_bench_refuses(words, pattern):
    assert check_error(run_tool("gg-bench", *words), pattern).splitlines()[-1].startswith(
        "gg-bench: error: ")


def test_bench_refuses_rows(model, artifacts):
    artifact = artifacts(model, "--weights", "f32", "--context", 64)
    check_error(run_tool("gg-bench", artifact.path, "--batch", "2"), "at most 1 rows")


@pytest.mark.parametrize("weights", ["f32", "rf8"])
def test_profile(weights, model, artifacts, tmp_path):
    artifact = artifacts(model, "--weights", weights, "--rounding", "nearest", "--context", 256)
    prompt = ",".join(map(str, range(64)))
    words = [artifact.path, "--tokens", prompt, "-n", 9]
    plain = check(run_tool("gg-run", *words))
    out = tmp_path / "profile.json"
    result = run_tool("gg-run", *words, f"--profile={out}")
    assert check(result) == plain
    assert re.search(r"^step +linear .*% .*layers", result.stderr, re.M)
    found = json.loads(out.read_text())
    steps = [k for k in found["kernels"] if k["entry"] == "step"]
    linear = [k for k in steps if k["kind"] == "linear"]
    assert all(k["calls"] == 8 for k in steps)
    assert linear and sum(k["linear_flops"] for k in steps) == 8 * 2 * (PRODUCTS + HEAD_PRODUCTS)
    caches = sum(4 * SLOT * held for held in range(65, 73))
    rest = sum(k["bytes"] for k in steps) - 8 * linear_bytes(weights) - caches
    # Norms, a row of the embedding and of the rotary tables.
    assert 8 * 7 * 64 * 4 <= rest <= 0.1 * caches + 0.1 * 8 * linear_bytes(weights)
    assert all(k["milliseconds"] >= 0 and k["calls"] == 1 for k in found["kernels"]
               if k["entry"] == "prefill")


def test_profile_chart(model, artifacts, tmp_path):
    artifact = artifacts(model, "--weights", "f32", "--context", 64)
    out = tmp_path / "profile.html"
    check(run_tool("gg-run", artifact.path, "--tokens", "1,2", "-n", 2, f"--profile={out}"))
    page = out.read_text()
    assert page.startswith("<!DOCTYPE html>") and "http" not in page
    assert page.count("<tr>") > 5 and page.count("class=limit") == page.count("<tr>") - 1
    check_error(run_tool("gg-run", artifact.path, "--tokens", "1", "--profile=x.txt"), "x.txt")
