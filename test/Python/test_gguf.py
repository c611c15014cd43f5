"""GGUF files written here from random decoders, read back and exported."""

import json
from dataclasses import replace

import gguf
import numpy as np
import pytest
from gg.decoder import ModelError, tensor_shapes
from gg.export import export, main
from gg.gguf_model import _LAYER_TENSORS, _MODEL_TENSORS, read_gguf
from gg.models import tiny_llama
from gg.reference import Reference
from onnxruntime_decoder import OnnxRuntimeDecoder

PROMPT = np.array([[5, 17, 2, 40, 33, 8, 61]])


def interleave(matrix, heads):
    """llama.cpp's conversion of Hugging Face's query and key rows."""
    return (matrix.reshape(heads, 2, matrix.shape[0] // heads // 2, *matrix.shape[1:])
            .swapaxes(1, 2).reshape(matrix.shape))


def write_gguf(path, decoder, architecture="llama", quantization=None, extra=None, drop=()):
    """A GGUF file of ``decoder`` as llama.cpp's converter would write it."""
    c, a = decoder.config, architecture
    writer = gguf.GGUFWriter(path, a)
    writer.add_block_count(c.layers)
    writer.add_context_length(c.context)
    writer.add_embedding_length(c.hidden_size)
    writer.add_feed_forward_length(c.intermediate_size)
    writer.add_head_count(c.heads)
    writer.add_head_count_kv(c.kv_heads)
    writer.add_key_length(c.head_size)
    writer.add_value_length(c.head_size)
    writer.add_rope_freq_base(c.rotary_theta)
    writer.add_rope_dimension_count(c.rotated)
    writer.add_layer_norm_rms_eps(c.norm_epsilon)
    for key, value in (extra or {}).items():
        writer.add_key_value(key, value, gguf.GGUFValueType.get_type(value))
    for name in tensor_shapes(c):
        if name in drop:
            continue
        values = decoder.tensor(name)
        layer, _, part = name.rpartition(".")
        stored = f"blk.{layer.split('.')[1]}.{_LAYER_TENSORS[part]}" if layer \
            else _MODEL_TENSORS[name]
        if a == "llama" and part.split("_")[0] in ("q", "k"):
            values = interleave(values, c.heads if part[0] == "q" else c.kv_heads)
        if quantization is not None and values.ndim == 2:
            values = gguf.quants.quantize(values, quantization)
            writer.add_tensor(stored, values, raw_dtype=quantization)
        else:
            writer.add_tensor(stored, values)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    letters = sorted({chr(c) for c in range(33, 127)} | {"Ġ"})
    writer.add_token_list((letters + ["<end>", "ab"])[-c.vocab_size:])
    writer.add_token_types([1] * 95 + [3, 1])
    writer.add_token_merges(["a b"])
    writer.add_eos_token_id(95)
    writer.add_add_bos_token(False)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


@pytest.mark.parametrize("architecture,changes", [
    ("llama", {}), ("llama", dict(tied_head=False)), ("qwen2", dict(qkv_bias=True)),
    ("llama", dict(qkv_bias=True, heads=6, kv_heads=3, head_size=10))])
def test_round_trip(tmp_path, architecture, changes):
    decoder = tiny_llama(**changes)
    write_gguf(tmp_path / "m.gguf", decoder, architecture)
    loaded = read_gguf(tmp_path / "m.gguf")
    assert loaded.config == replace(decoder.config, rotary_dims=decoder.config.head_size)
    for name in tensor_shapes(decoder.config):
        assert np.array_equal(loaded.tensor(name), decoder.tensor(name)), name


def test_export_runs_in_onnxruntime(tmp_path):
    decoder = tiny_llama()
    write_gguf(tmp_path / "m.gguf", decoder)
    graph = export(tmp_path / "m.gguf", tmp_path / "out", context=32)
    session = OnnxRuntimeDecoder(graph)
    expected = Reference(decoder).logits(PROMPT)
    assert np.abs(session.run(PROMPT) - expected).max() < 2e-4


def test_quantized_tensors_are_dequantized(tmp_path):
    decoder = tiny_llama(hidden_size=64, head_size=16, intermediate_size=96)
    write_gguf(tmp_path / "m.gguf", decoder, quantization=gguf.GGMLQuantizationType.Q8_0)
    loaded = read_gguf(tmp_path / "m.gguf")
    error = np.abs(loaded.tensor("layers.1.gate") - decoder.tensor("layers.1.gate"))
    assert 0 < error.max() < 0.01


def test_tokenizer_and_settings(tmp_path):
    tokenizers = pytest.importorskip("tokenizers")
    write_gguf(tmp_path / "m.gguf", tiny_llama())
    export(tmp_path / "m.gguf", tmp_path / "out")
    tokenizer = tokenizers.Tokenizer.from_file(str(tmp_path / "out" / "tokenizer.json"))
    ids = tokenizer.encode("ab a<end>").ids
    assert ids[0] == 96 and ids[-1] == 95 and tokenizer.decode(ids[:-1]) == "ab a"
    settings = json.loads((tmp_path / "out" / "gg_text.json").read_text())
    assert settings == {"add_bos": False, "bos": None, "stop": [95], "chatml": False}


def test_refusals(tmp_path, capsys):
    """What cannot be written faithfully is named, and the exit code is 1."""
    decoder = tiny_llama()
    cases = {
        "architecture": (dict(architecture="gemma"), "expected architecture .* but got gemma"),
        "scaling": (dict(extra={"llama.rope.scaling.type": "yarn"}), "scaling yarn"),
        "window": (dict(extra={"llama.attention.sliding_window": 16}), "sliding_window = 16"),
        "missing": (dict(drop=("layers.1.gate",)), "expected a tensor blk.1.ffn_gate.weight"),
    }
    for name, (options, message) in cases.items():
        path = tmp_path / f"{name}.gguf"
        write_gguf(path, decoder, **options)
        with pytest.raises(ModelError, match=message):
            export(path, tmp_path / name)
        assert main([str(path), str(tmp_path / name)]) == 1
        assert capsys.readouterr().err.startswith("gg-export: ")
    (tmp_path / "cut.gguf").write_bytes((tmp_path / "scaling.gguf").read_bytes()[:900])
    assert main([str(tmp_path / "cut.gguf"), str(tmp_path / "cut")]) == 1


def test_unused_tensors_are_refused(tmp_path):
    """A tensor the graph would drop must not be dropped silently."""
    decoder = tiny_llama(qkv_bias=True)
    write_gguf(tmp_path / "m.gguf", decoder, drop=("layers.0.q_bias",))
    with pytest.raises(ModelError, match="without a place in the graph: blk.0.attn_k.bias"):
        read_gguf(tmp_path / "m.gguf")
