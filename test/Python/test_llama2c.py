"""llama2.c checkpoints: written here, and the real ones where shared data is."""

import struct

import numpy as np
import pytest
from gg.decoder import ModelError, tensor_shapes
from gg.llama2c import read_llama2c, read_llama2c_vocabulary
from gg.models import tiny_llama
from gg.reference import Reference
from gg.tokenizer import sentencepiece_bpe
from shared_data import shared
from test_gguf import interleave


def write_llama2c(path, decoder):
    c = decoder.config
    vocab = c.vocab_size if c.tied_head else -c.vocab_size
    parts = [decoder.tensor("embed")]
    for name in ("norm1", "q", "k", "v", "o", "norm2", "gate", "down", "up"):
        for i in range(c.layers):
            values = decoder.tensor(f"layers.{i}.{name}")
            heads = {"q": c.heads, "k": c.kv_heads}.get(name)
            parts.append(interleave(values, heads) if heads else values)
    parts += [decoder.tensor("norm"), np.zeros((2, c.context, c.head_size // 2), np.float32)]
    if not c.tied_head:
        parts.append(decoder.tensor("head"))
    with open(path, "wb") as file:
        file.write(struct.pack("<7i", c.hidden_size, c.intermediate_size, c.layers, c.heads,
                               c.kv_heads, vocab, c.context))
        for part in parts:
            file.write(part.astype("<f4").tobytes())


@pytest.mark.parametrize("tied", [True, False])
def test_round_trip(tmp_path, tied):
    decoder = tiny_llama(tied_head=tied)
    write_llama2c(tmp_path / "m.bin", decoder)
    loaded = read_llama2c(tmp_path / "m.bin")
    assert loaded.config == decoder.config
    for name in tensor_shapes(decoder.config):
        assert np.array_equal(loaded.tensor(name), decoder.tensor(name)), name


def test_bad_files(tmp_path):
    write_llama2c(tmp_path / "m.bin", tiny_llama())
    data = (tmp_path / "m.bin").read_bytes()
    (tmp_path / "cut.bin").write_bytes(data[:8000])
    with pytest.raises(ModelError, match="expected at least .* weights but got"):
        read_llama2c(tmp_path / "cut.bin")
    (tmp_path / "short.bin").write_bytes(data[:9])
    with pytest.raises(ModelError, match="header of 28 bytes but got 9"):
        read_llama2c(tmp_path / "short.bin")
    (tmp_path / "zero.bin").write_bytes(bytes(64))
    with pytest.raises(ModelError, match="no llama2.c checkpoint"):
        read_llama2c(tmp_path / "zero.bin")


def test_reference_matches_golden_logits():
    """The float64 reference against logits of an independent implementation."""
    golden = np.load(shared("data/onnx/stories260K-mobius/golden.npz"))
    reference = Reference(read_llama2c(shared("data/models/stories260K/stories260K.bin")))
    assert np.abs(reference.logits(golden["input_ids"]) - golden["logits"]).max() < 1e-4
    tokens, _ = reference.greedy([1], 16)
    greedy = golden["greedy_ids"].tolist()
    assert tokens == greedy[1:17] if greedy[0] == 1 else tokens == greedy[:16]


def test_reference_perplexity():
    rows = np.load(shared("data/tokens/tinystories_tok512_eval.npy"))
    reference = Reference(read_llama2c(shared("data/models/stories260K/stories260K.bin")))
    perplexity, count = reference.perplexity(rows)
    assert abs(perplexity - 3.37183) < 1e-5 and count == 9857


def test_tokenizer_matches_token_files():
    """Text → ids through the converted vocabulary equals the stored ids."""
    pieces, scores = read_llama2c_vocabulary(shared("data/models/stories260K/tok512.bin"), 512)
    vocabulary = [piece.decode("utf-8", "replace") for piece in pieces]
    vocabulary[:3] = ["<unk>", "<s>", "</s>"]
    vocabulary[3:259] = [f"<0x{i:02X}>" for i in range(256)]
    tokenizer = sentencepiece_bpe([v.replace(" ", "▁") for v in vocabulary], scores)
    rows = np.load(shared("data/tokens/tinystories_tok512_eval.npy"))
    text = tokenizer.decode([int(i) for i in rows[0] if i > 0][1:])
    ids = tokenizer.encode(text).ids
    assert text.strip() and ids[:200] == rows[0][1:201].tolist()
