"""Reader of llama2.c's legacy checkpoints (``.bin``) and tokenizers."""

from __future__ import annotations

import os
import struct
from typing import Dict, List, Tuple

import numpy as np

from .decoder import Decoder, DecoderConfig, ModelError, half_split


def read_llama2c(path: "str | os.PathLike[str]") -> Decoder:
    """The decoder in a llama2.c checkpoint.

    The header is seven int32: hidden size, feed-forward size, layers, heads,
    key/value heads, vocabulary (negative where the head is a matrix of its
    own), context. float32 tensors follow. Raises :class:`ModelError` where the
    file is shorter than its header says.
    """
    with open(path, "rb") as file:
        header = file.read(28)
    if len(header) != 28:
        raise ModelError(f"{path}: expected a header of 28 bytes but got {len(header)}")
    hidden, inner, layers, heads, kv_heads, vocab, context = struct.unpack("<7i", header)
    if min(hidden, inner, layers, heads, kv_heads, abs(vocab), context) < 1 or hidden % heads:
        raise ModelError(f"{path}: the header's sizes are those of no llama2.c checkpoint")
    head_size = hidden // heads
    config = DecoderConfig(vocab_size=abs(vocab), hidden_size=hidden, layers=layers, heads=heads,
                           kv_heads=kv_heads, head_size=head_size, intermediate_size=inner,
                           context=context, tied_head=vocab > 0)
    weights = np.memmap(path, "<f4", "r", offset=28)
    tensors: Dict[str, np.ndarray] = {}
    at = 0

    def take(*shape: int) -> np.ndarray:
        nonlocal at
        size = int(np.prod(shape))
        if at + size > weights.size:
            raise ModelError(f"{path}: expected at least {at + size} weights "
                             f"but got {weights.size}")
        at += size
        return weights[at - size:at].reshape(shape)

    def take_layers(name: str, *shape: int) -> None:
        for i, part in enumerate(take(layers, *shape)):
            tensors[f"layers.{i}.{name}"] = part

    tensors["embed"] = take(abs(vocab), hidden)
    take_layers("norm1", hidden)
    take_layers("q", heads * head_size, hidden)
    take_layers("k", kv_heads * head_size, hidden)
    take_layers("v", kv_heads * head_size, hidden)
    take_layers("o", hidden, heads * head_size)
    take_layers("norm2", hidden)
    take_layers("gate", inner, hidden)
    take_layers("down", hidden, inner)
    take_layers("up", inner, hidden)
    tensors["norm"] = take(hidden)
    if vocab < 0:
        take(2, context, head_size // 2)  # tables of the rotary embedding, recomputed here
        tensors["head"] = take(-vocab, hidden)

    def load(name: str) -> np.ndarray:
        kind = name.rsplit(".", 1)[-1]
        if kind in ("q", "k"):
            return half_split(tensors[name], heads if kind == "q" else kv_heads, head_size)
        return tensors[name]

    return Decoder(config, load)


def read_llama2c_vocabulary(path: "str | os.PathLike[str]",
                            size: int) -> Tuple[List[bytes], List[float]]:
    """The pieces and scores of a llama2.c ``tokenizer.bin`` of ``size`` tokens."""
    data = open(path, "rb").read()
    at, pieces, scores = 4, [], []
    for _ in range(size):
        if at + 8 > len(data):
            raise ModelError(f"{path}: expected {size} tokens but got {len(pieces)}")
        score, length = struct.unpack_from("<fi", data, at)
        pieces.append(data[at + 8:at + 8 + length])
        scores.append(score)
        at += 8 + length
    return pieces, scores
