"""Decoders of a fixed number of tokens generate, for as long as they are proven
to be causal: against ONNX Runtime, which pads them, and the graph of any number."""

import numpy as np
import onnx
import pytest
from fixed_length import FixedLengthDecoder, write_fixed
from gg.graph import GraphStyle, write_onnx
from gg.models import tiny_gpt2, tiny_llama
from gg_tools import Artifact, check, check_error, run_tool

_DECOMPOSED = dict(past="none", attention="decomposed", norm="decomposed", rotary="computed")
_BARE = dict(mask=False, position_ids=False)

#: Llama-like with 4 heads of 12, GPT-2-like with 5 of 8: lengths that are theirs, too.
CASES = {
    "llama17": (tiny_llama, GraphStyle(opset=17, **_DECOMPOSED), 1, 16),
    "llama17-batch": (tiny_llama, GraphStyle(opset=17, **_DECOMPOSED), 2, 16),
    "llama18-bare-long": (tiny_llama, GraphStyle(opset=18, **_BARE, **_DECOMPOSED), 1, 300),
    "llama18-table": (tiny_llama, GraphStyle(opset=18, **{**_DECOMPOSED, "rotary": "table"}), 1, 12),
    "llama24": (tiny_llama, GraphStyle(past="none"), 1, 16),
    "llama24-heads": (tiny_llama, GraphStyle(past="none", **_BARE), 1, 4),
    "llama20-f16": (tiny_llama, GraphStyle(opset=20, dtype="f16", **_BARE, **_DECOMPOSED), 1, 16),
    "llama18-window": (lambda: tiny_llama(window=4),
                       GraphStyle(opset=18, **_BARE, **_DECOMPOSED), 1, 16),
    "llama18-alibi": (lambda: tiny_llama(alibi=True, kv_heads=4),
                      GraphStyle(opset=18, **_BARE, **_DECOMPOSED), 1, 16),
    "gpt2-13-gemm": (tiny_gpt2, GraphStyle(opset=13, packed_qkv=True, linear="gemm", mask=False,
                                           **_DECOMPOSED), 1, 16),
    "gpt2-13-gemm-batch": (tiny_gpt2, GraphStyle(opset=13, packed_qkv=True, linear="gemm",
                                                 **_DECOMPOSED), 3, 8),
    "gpt2-17-bare": (tiny_gpt2, GraphStyle(opset=17, **_BARE, **_DECOMPOSED), 2, 40),
    "gpt2-23": (tiny_gpt2, GraphStyle(opset=23, past="none"), 1, 16),
}


def written(folder, name):
    """The paths of the case's graph of any number of tokens, and of its own."""
    decoder, style, batch, length = CASES[name]
    loose, fixed = folder / "loose.onnx", folder / "fixed.onnx"
    write_onnx(decoder(), loose, style)
    write_fixed(loose, fixed, batch, length, fold=style.dtype == "f32")
    return loose, fixed


@pytest.mark.parametrize("name", sorted(CASES))
def test_logits(name, tmp_path, artifacts):
    """Of as many tokens, of fewer, and of one."""
    _, style, batch, length = CASES[name]
    loose, fixed = written(tmp_path, name)
    reference = FixedLengthDecoder(fixed)
    tolerance = 0.06 if style.dtype == "f16" else 1e-3
    options = ("--batch", batch, "--weights", "f32")
    artifact = artifacts(fixed, *options)
    other = artifacts(loose, "--context", length, *options)
    ids = np.random.default_rng(8).integers(0, 89, (batch, length))
    for count in (1, length // 2, length - 1, length):
        expected = reference.logits(ids[:, :count])
        actual = artifact.logits(ids[:, :count], tmp_path)
        assert np.abs(actual - expected).max() <= tolerance
        assert np.abs(actual - other.logits(ids[:, :count], tmp_path)).max() <= tolerance / 10
        assert expected.std() > 0.1


@pytest.mark.parametrize("name", ["llama17", "gpt2-23"])
def test_tokens_up_to_the_length(name, tmp_path, artifacts):
    """Greedy tokens until the length is reached, and what is said then."""
    loose, fixed = written(tmp_path, name)
    artifact, reference = artifacts(fixed, "--weights", "f32"), FixedLengthDecoder(fixed)
    tokens = [5, 17, 2]
    while len(tokens) < 16:
        last = np.sort(reference.logits(np.array([tokens]), padding=7)[0, -1])
        assert last[-1] - last[-2] > 2e-3, "expected tokens that rounding does not change"
        tokens.append(int(reference.logits(np.array([tokens]), padding=7)[0, -1].argmax()))
    assert artifact.generate(tokens[:3], 13) == tokens[3:]
    error = run_tool("gg-run", artifact.path, "--tokens", ",".join(map(str, tokens)), "-n", 3)
    check_error(error, "capacity of 16 tokens")
    longer = run_tool("gg-compile", fixed, "-o", tmp_path / "longer.gg", "--context", 17)
    check_error(longer, "expected a context of at most 16")


@pytest.mark.parametrize("batch", [1, 3])
def test_any_batch(batch, tmp_path, artifacts):
    """Only the number of tokens is fixed."""
    loose, fixed = written(tmp_path, "gpt2-13-gemm-batch")
    model = onnx.load(loose)
    for value in [*model.graph.input, *model.graph.output]:
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_param == "sequence":
                dim.dim_value = 8
    onnx.save(model, loose)
    artifact = artifacts(loose, "--batch", batch, "--weights", "f32")
    ids = np.random.default_rng(10).integers(0, 89, (3, 8))
    expected = FixedLengthDecoder(fixed).logits(ids)[:batch]
    for count in (3, 8):
        actual = artifact.logits(ids[:batch, :count], tmp_path)
        assert np.abs(actual - expected[:, :count]).max() <= 1e-3


def test_remark(tmp_path):
    _, fixed = written(tmp_path, "llama24")
    result = run_tool("gg-compile", fixed, "-o", tmp_path / "out.gg")
    check(result)
    assert "a cache is derived from a graph that takes exactly 16 tokens" in result.stderr


def test_tokens_that_see_later_ones(tmp_path):
    """No generation, but what the graph computes of its own number of tokens."""
    _, fixed = written(tmp_path, "llama24")
    model = onnx.load(fixed)
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.name == "is_causal":
                attribute.i = 0
    onnx.save(model, fixed)
    result = run_tool("gg-compile", fixed, "-o", tmp_path / "out.gg", "--weights", "f32")
    check(result)
    assert "stays tensors in, tensors out: it takes exactly 16 tokens" in result.stderr
    assert "tokens see later ones" in result.stderr
    refused = run_tool("gg-run", tmp_path / "out.gg", "--tokens", "1,2,3")
    check_error(refused, "is no decoder")
    ids = np.random.default_rng(9).integers(0, 97, (1, 16))
    inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids),
              "position_ids": np.arange(16)[None]}
    actual = Artifact(tmp_path / "out.gg").tensors(inputs, ["logits"], tmp_path)["logits"]
    assert np.abs(actual - FixedLengthDecoder(fixed).logits(ids)).max() <= 1e-3
