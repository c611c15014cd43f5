"""Decoders with random weights, written in every form that exporters use, end
to end: graph → artifact → logits and tokens. Needs no shared data."""

import ml_dtypes
import numpy as np
import onnx
import pytest
import rf8_reference
from gg.decoder import Decoder
from gg.graph import GraphStyle, write_onnx
from gg.models import tiny_gpt2, tiny_llama
from gg.reference import Reference
from onnx import TensorProto, helper
from styles import STYLES, decoder_for

PROMPT = np.array([[5, 17, 2, 40, 33, 8, 61, 12, 3], [1, 1, 70, 9, 22, 3, 4, 88, 0]])
TOLERANCE = {"f32": 1e-3, "f16": 0.06, "bf16": 0.35}


def written(folder, decoder, style=GraphStyle()):
    write_onnx(decoder, folder / "model.onnx", style)
    return folder / "model.onnx"


@pytest.mark.parametrize("name", sorted(STYLES))
def test_styles(name, tmp_path, artifacts):
    """Logits of a prompt, of a batch, and greedy tokens."""
    style, decoder = STYLES[name], decoder_for(name)
    path = written(tmp_path, decoder, style)
    reference, tolerance = Reference(decoder), TOLERANCE[style.dtype]
    expected = reference.logits(PROMPT)
    single = artifacts(path, "--context", 64, "--weights", "f32")
    for row in range(len(PROMPT)):
        actual = single.logits(PROMPT[row:row + 1], tmp_path)[0]
        assert np.abs(actual - expected[row]).max() <= tolerance
    batch = artifacts(path, "--context", 64, "--batch", 2, "--weights", "f32")
    assert np.abs(batch.logits(PROMPT, tmp_path) - expected).max() <= tolerance
    tokens, gap = reference.greedy(PROMPT[0].tolist(), 12)
    if gap > 2 * tolerance:
        assert single.generate(PROMPT[0], 12) == tokens


@pytest.mark.parametrize("changes", [
    dict(heads=1, kv_heads=1, head_size=8), dict(heads=8, kv_heads=1, head_size=8),
    dict(heads=6, kv_heads=2, head_size=18), dict(heads=5, kv_heads=5, head_size=32),
    dict(heads=2, kv_heads=1, head_size=128), dict(heads=4, kv_heads=4, head_size=64),
    dict(hidden_size=37, intermediate_size=53, vocab_size=101), dict(hidden_size=1),
    dict(hidden_size=63, intermediate_size=17, heads=3, kv_heads=3, head_size=10),
    dict(layers=1, vocab_size=100, rotary_theta=1e6), dict(qkv_bias=True, tied_head=False),
], ids=lambda changes: "-".join(f"{k}{v}" for k, v in changes.items()))
def test_sizes(changes, tmp_path, artifacts):
    """Head sizes, group ratios and widths that fit no tile."""
    decoder = tiny_llama(**changes)
    path = written(tmp_path, decoder)
    expected = Reference(decoder).logits(PROMPT)
    actual = artifacts(path, "--context", 32, "--batch", 2, "--weights",
                       "f32").logits(PROMPT, tmp_path)
    assert np.abs(actual - expected).max() <= 1e-3


def rounded(decoder, rounding):
    """The decoder with its matrices rounded."""
    def load(name):
        tensor = decoder.tensor(name)
        return rounding(tensor) if tensor.ndim == 2 else tensor

    return Decoder(decoder.config, load)


@pytest.mark.parametrize("weights,rounding", [
    ("bf16", lambda tensor: tensor.astype(ml_dtypes.bfloat16).astype(np.float32)),
    ("rf8", rf8_reference.nearest)], ids=["bf16", "rf8"])
def test_weight_types(weights, rounding, tmp_path, artifacts):
    """Smaller weights are the reference's with its matrices rounded."""
    decoder = tiny_llama()
    path = written(tmp_path, decoder)
    expected = Reference(rounded(decoder, rounding)).logits(PROMPT)
    assert np.abs(expected - Reference(decoder).logits(PROMPT)).max() > 0.01
    def error(activations):
        actual = artifacts(path, "--context", 32, "--batch", 2, "--weights", weights,
                           "--rounding", "nearest", "--activations",
                           activations).logits(PROMPT, tmp_path)
        return np.abs(actual - expected)
    assert error("exact").max() <= 1e-3
    # Activations of a few layers, each rounded by up to 2^-9 of its size.
    assert np.sqrt((error("rounded") ** 2).mean()) <= 2.0 ** -8 * expected.std()


def test_prompt_lengths_around_chunk_and_capacity(tmp_path, artifacts):
    """Prefill in chunks: lengths below, at and above the chunk size."""
    decoder = tiny_llama(context=160)
    artifact = artifacts(written(tmp_path, decoder), "--context", 140, "--weights", "f32")
    ids = np.random.default_rng(3).integers(0, 97, (1, 140))
    expected = Reference(decoder).logits(ids)
    for length in (1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 140):
        actual = artifact.logits(ids[:, :length], tmp_path)
        assert np.abs(actual - expected[:, :length]).max() <= 1e-3, length


def test_prefill_then_steps(tmp_path, artifacts):
    """Greedy tokens after prompts of several lengths, through both entries."""
    decoder = tiny_llama(context=160)
    artifact = artifacts(written(tmp_path, decoder), "--context", 140, "--weights", "f32")
    reference, ids = Reference(decoder), np.random.default_rng(4).integers(0, 97, 130).tolist()
    for length in (1, 9, 11, 24, 63, 64, 65, 100, 127, 128, 129):
        tokens, gap = reference.greedy(ids[:length], 8)
        if gap > 2e-3:
            assert artifact.generate(ids[:length], 8) == tokens


@pytest.mark.parametrize("length", ["sequence", PROMPT.shape[1]])
@pytest.mark.parametrize("name,element", [("attention_mask", TensorProto.FLOAT),
                                          ("visible", TensorProto.BOOL)])
def test_mask_of_queries_and_keys(name, element, length, tmp_path, artifacts):
    """A mask that callers would have to fill is that of causal attention; of any
    number of tokens, or of a fixed one."""
    decoder = tiny_llama()
    path = written(tmp_path, decoder, GraphStyle(past="none", mask=False, position_ids=False))
    model = onnx.load(path)
    model.graph.input.append(
        helper.make_tensor_value_info(name, element, ["batch", 1, "sequence", "sequence"]))
    for node in model.graph.node:
        if node.op_type == "Attention":
            del node.input[3:]
            node.input.append(name)
            next(a for a in node.attribute if a.name == "is_causal").i = 0
    for value in [*model.graph.input, *model.graph.output]:
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_param == "sequence" and length != "sequence":
                dim.dim_value = length
    onnx.save(model, path)
    artifact = artifacts(path, "--context", PROMPT.shape[1], "--batch", 2, "--weights", "f32")
    expected = Reference(decoder).logits(PROMPT)
    for count in (3, PROMPT.shape[1]):
        actual = artifact.logits(PROMPT[:, :count], tmp_path)
        assert np.abs(actual - expected[:, :count]).max() <= 1e-3


def test_bf16_cache(tmp_path, artifacts):
    decoder = tiny_llama()
    path = written(tmp_path, decoder)
    artifact = artifacts(path, "--context", 32, "--batch", 2, "--weights", "f32", "--kv", "bf16")
    error = np.abs(artifact.logits(PROMPT, tmp_path) - Reference(decoder).logits(PROMPT)).max()
    assert 1e-6 < error < 0.1


def test_gpt2_perplexity(tmp_path, artifacts):
    """Rows of unequal length, padded with −1."""
    decoder = tiny_gpt2()
    rows = np.random.default_rng(6).integers(0, 89, (5, 20))
    rows[1, 7:], rows[3, 1:], rows[4, 2:] = -1, -1, -1
    np.save(tmp_path / "rows.npy", rows)
    path = written(tmp_path, decoder)
    measured = artifacts(path, "--context", 64, "--weights", "f32").perplexity(
        tmp_path / "rows.npy")
    expected, count = Reference(decoder).perplexity(rows)
    assert measured.tokens == count and abs(measured.perplexity / expected - 1) < 1e-4
