"""The ONNX writer against the numpy reference, in ONNX Runtime and the checker."""

import numpy as np
import onnx
import pytest
from gg.decoder import DecoderConfig, ModelError, tensor_shapes
from gg.graph import GraphStyle, write_onnx
from gg.models import random_decoder, tiny_gpt2, tiny_llama
from gg.reference import Reference
from onnxruntime_decoder import OnnxRuntimeDecoder
from styles import STYLES, decoder_for

PROMPT = np.array([[5, 17, 2, 40, 33, 8, 61], [1, 1, 70, 9, 22, 3, 4]])


@pytest.mark.parametrize("name", sorted(STYLES))
def test_styles_match_reference(name, tmp_path):
    """Whole prompt at once, and token by token through the cache."""
    style = STYLES[name]
    decoder = decoder_for(name)
    path = tmp_path / "model.onnx"
    write_onnx(decoder, path, style)
    onnx.checker.check_model(str(path)) if style.norm != "simplified" else None
    expected = Reference(decoder).logits(PROMPT)
    try:
        session = OnnxRuntimeDecoder(path)
    except Exception as error:
        if style.dtype == "bf16":
            pytest.skip(f"ONNX Runtime has no bf16 kernels on CPU: {str(error)[:80]}")
        raise
    tolerance = {"f32": 2e-4, "f16": 0.06, "bf16": 0.35}[style.dtype]
    if not style.single:
        whole = session.run(PROMPT)
        assert np.abs(whole - expected).max() < tolerance
    if style.past == "none":
        return
    session.reset()
    steps = [session.run(PROMPT[:, i:i + 1]) for i in range(PROMPT.shape[1])]
    assert np.abs(np.concatenate(steps, axis=1) - expected).max() < tolerance


def test_reference_is_causal():
    reference = Reference(tiny_llama())
    whole = reference.logits(PROMPT)
    for length in (1, 4):
        assert np.allclose(reference.logits(PROMPT[:, :length]), whole[:, :length])


def test_reference_greedy_is_argmax():
    reference = Reference(tiny_gpt2())
    tokens, gap = reference.greedy([3, 4], 3)
    assert tokens[0] == reference.logits(np.array([[3, 4]]))[0, -1].argmax() and gap > 0


def test_rotary_preserves_length_and_relative_angle():
    """Scores of rotated vectors depend on the difference of positions alone."""
    reference = Reference(tiny_llama(heads=1, kv_heads=1, head_size=8))
    rng = np.random.default_rng(0)
    q, k = rng.standard_normal((2, 8))
    turned_q = reference._rotate(np.broadcast_to(q, (1, 9, 1, 8)))[0, :, 0]
    turned_k = reference._rotate(np.broadcast_to(k, (1, 9, 1, 8)))[0, :, 0]
    assert np.allclose(np.linalg.norm(turned_q, axis=1), np.linalg.norm(q))
    assert np.isclose(turned_q[7] @ turned_k[4], turned_q[3] @ turned_k[0])


def test_config_errors():
    for changes, message in (
            (dict(kv_heads=3), "multiple of kv_heads"),
            (dict(head_size=7), "even rotary size"),
            (dict(rotary_dims=24), "even rotary size"),
            (dict(layers=0), "layers of at least 1"),
            (dict(kind="rwkv"), "kind llama or gpt2"),
            (dict(rotary_factors=(1.0,)), "6 rotary factors")):
        with pytest.raises(ModelError, match=message):
            tiny_llama(**changes)
    for style, message in ((dict(opset=20), "opset 23"),
                           (dict(rotary="fused"), "attention gqa"),
                           (dict(past="none", single=True), "a past in a graph of one token"),
                           (dict(attention="gqa", mask=False), "attention_mask")):
        with pytest.raises(ModelError, match=message):
            GraphStyle(**style)


def test_unwritable_decoders(tmp_path):
    for decoder, message in ((tiny_llama(alibi=True), "decomposed or joined with alibi"),
                             (tiny_llama(window=4), "no window or softcap"),
                             (tiny_llama(softcap=2.0), "no window or softcap")):
        with pytest.raises(ModelError, match=message):
            write_onnx(decoder, tmp_path / "model.onnx")


def test_wrong_tensor_shape_is_an_error(tmp_path):
    config = DecoderConfig(vocab_size=5, hidden_size=4, layers=1, heads=1, kv_heads=1,
                           head_size=4, intermediate_size=8)
    decoder = random_decoder(config)
    decoder._load = lambda name: np.zeros((3, 3), np.float32)
    with pytest.raises(ModelError, match=r"tensor embed: expected shape \(5, 4\)"):
        write_onnx(decoder, tmp_path / "m.onnx")


def test_external_data_is_aligned_and_bytes_repeat(tmp_path):
    decoder = tiny_llama()
    for folder in "ab":
        write_onnx(decoder, tmp_path / folder / "model.onnx")
    model = onnx.load(tmp_path / "a" / "model.onnx", load_external_data=False)
    offsets = [int(e.value) for t in model.graph.initializer for e in t.external_data
               if e.key == "offset"]
    assert offsets and all(offset % 4096 == 0 for offset in offsets)
    for name in ("model.onnx", "model.onnx.data"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_tied_head_is_stored_once(tmp_path):
    write_onnx(tiny_llama(), tmp_path / "model.onnx")
    model = onnx.load(tmp_path / "model.onnx", load_external_data=False)
    big = [t.name for t in model.graph.initializer if list(t.dims) in ([97, 48], [48, 97])]
    assert big == ["embed"]
    assert "head" in tensor_shapes(tiny_llama(tied_head=False).config)
