"""Small decoders with random weights, for tests."""

from __future__ import annotations

import numpy as np

from .decoder import Decoder, DecoderConfig, tensor_shapes


def random_decoder(config: DecoderConfig, seed: int = 0, scale: float = 1.0) -> Decoder:
    """A decoder of the given sizes with reproducible random float32 weights.

    Matrices have a standard deviation of ``scale / sqrt(inputs)``, so that
    activations keep their size from layer to layer; norm weights lie around 1
    and biases around 0. The embedding is large enough to give distinct logits.
    """
    rng = np.random.default_rng(seed)
    tensors = {}
    for name, shape in tensor_shapes(config).items():
        values = rng.standard_normal(shape)
        if name.endswith("_bias"):
            values *= 0.1
        elif len(shape) == 1:
            values = 1 + 0.1 * values
        elif name == "positions":
            values *= 0.3
        elif name != "embed":
            values *= scale / np.sqrt(shape[1])
        tensors[name] = values.astype(np.float32)
    return Decoder(config, tensors.__getitem__)


def tiny_llama(**changes: object) -> Decoder:
    """A two-layer Llama-like decoder; keyword arguments replace its sizes."""
    sizes = dict(vocab_size=97, hidden_size=48, layers=2, heads=4, kv_heads=2, head_size=12,
                 intermediate_size=80, context=64)
    seed = int(changes.pop("seed", 1))
    return random_decoder(DecoderConfig(**{**sizes, **changes}), seed)


def tiny_gpt2(**changes: object) -> Decoder:
    """A two-layer GPT-2-like decoder; keyword arguments replace its sizes."""
    sizes = dict(vocab_size=89, hidden_size=40, layers=2, heads=5, kv_heads=5, head_size=8,
                 intermediate_size=96, context=64, kind="gpt2")
    seed = int(changes.pop("seed", 2))
    return random_decoder(DecoderConfig(**{**sizes, **changes}), seed)
