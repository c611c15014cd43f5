"""Reader of GGUF files of the Llama family (needs the ``gguf`` package)."""

from __future__ import annotations

import os
from typing import Any, Dict, Optional

import numpy as np

from .decoder import Decoder, DecoderConfig, ModelError, half_split, tensor_shapes

#: Architectures whose graph is the Llama one, and whether llama.cpp stores
#: their query and key rows permuted for interleaved rotary pairs.
_ARCHITECTURES = {"llama": True, "mistral": True, "smollm": True, "qwen2": False}

#: Metadata that changes the computation in a way this package does not write.
_REFUSED = ("attention.sliding_window", "expert_count", "attention.clamp_kqv",
            "attention.scale", "logit_scale", "embedding_scale", "residual_scale")

_LAYER_TENSORS = {
    "norm1": "attn_norm.weight", "norm2": "ffn_norm.weight",
    "q": "attn_q.weight", "k": "attn_k.weight", "v": "attn_v.weight", "o": "attn_output.weight",
    "q_bias": "attn_q.bias", "k_bias": "attn_k.bias", "v_bias": "attn_v.bias",
    "gate": "ffn_gate.weight", "up": "ffn_up.weight", "down": "ffn_down.weight",
}
_MODEL_TENSORS = {"embed": "token_embd.weight", "norm": "output_norm.weight",
                  "head": "output.weight", "rotary_factors": "rope_freqs.weight"}


class GGUFModel:
    """An open GGUF file: metadata by key, tensors dequantized to float32.

    The file stays mapped; :meth:`tensor` dequantizes one tensor at a time.
    """

    def __init__(self, path: "str | os.PathLike[str]") -> None:
        try:
            import gguf
        except ImportError as error:
            raise ModelError("reading GGUF needs the package gguf: pip install gguf") from error
        self.path = os.fspath(path)
        self._gguf = gguf
        try:
            reader = gguf.GGUFReader(self.path)
        except (ValueError, OSError, IndexError) as error:
            raise ModelError(f"{self.path}: not a readable GGUF file: {error}") from error
        self._fields = reader.fields
        self._tensors = {tensor.name: tensor for tensor in reader.tensors}

    def get(self, key: str, default: Any = None) -> Any:
        """The metadata value ``key``, or ``default`` where the file lacks it."""
        field = self._fields.get(key)
        return default if field is None else field.contents()

    def tensor(self, name: str) -> np.ndarray:
        """The tensor ``name`` as float32, in row-major shape."""
        if name not in self._tensors:
            raise ModelError(f"{self.path}: expected a tensor {name} but there is none")
        tensor = self._tensors[name]
        try:
            values = self._gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        except NotImplementedError as error:
            raise ModelError(f"{self.path}: tensor {name} has the type "
                             f"{tensor.tensor_type.name}, which the gguf package cannot "
                             "dequantize") from error
        return values.reshape(tuple(reversed([int(d) for d in tensor.shape])))

    def has(self, name: str) -> bool:
        """Whether the file has a tensor of that name."""
        return name in self._tensors


def read_config(model: GGUFModel) -> DecoderConfig:
    """The sizes of the decoder in ``model``.

    Raises :class:`ModelError`, naming the key, for architectures other than
    those of the Llama family and for variations this package does not write.
    """
    architecture = model.get("general.architecture")
    if architecture not in _ARCHITECTURES:
        known = ", ".join(sorted(_ARCHITECTURES))
        raise ModelError(f"{model.path}: expected architecture {known} but got {architecture}")

    def get(key: str, default: Any = None, required: bool = False) -> Any:
        value = model.get(f"{architecture}.{key}", default)
        if value is None and required:
            raise ModelError(f"{model.path}: expected metadata {architecture}.{key}")
        return value

    for key in _REFUSED:
        if get(key):
            raise ModelError(f"{model.path}: {architecture}.{key} = {get(key)} is not supported")
    scaling = get("rope.scaling.type", "none")
    if scaling not in ("none", ""):
        raise ModelError(f"{model.path}: rotary scaling {scaling} is not supported")

    hidden = get("embedding_length", required=True)
    heads = get("attention.head_count", required=True)
    kv_heads = get("attention.head_count_kv", heads)
    if not isinstance(heads, int) or not isinstance(kv_heads, int):
        raise ModelError(f"{model.path}: head counts that differ by layer are not supported")
    head_size = get("attention.key_length", hidden // heads)
    if get("attention.value_length", head_size) != head_size:
        raise ModelError(f"{model.path}: expected value heads of size {head_size} but got "
                         f"{get('attention.value_length')}")
    factors = None
    if model.has(_MODEL_TENSORS["rotary_factors"]):
        factors = tuple(float(f) for f in model.tensor(_MODEL_TENSORS["rotary_factors"]))
    embedding = model.tensor(_MODEL_TENSORS["embed"])
    return DecoderConfig(
        vocab_size=embedding.shape[0], hidden_size=hidden,
        layers=get("block_count", required=True), heads=heads, kv_heads=kv_heads,
        head_size=head_size, intermediate_size=get("feed_forward_length", required=True),
        context=get("context_length", 2048),
        norm_epsilon=float(str(np.float32(get("attention.layer_norm_rms_epsilon",
                                              required=True)))),
        rotary_theta=float(get("rope.freq_base", 10000.0)),
        rotary_dims=get("rope.dimension_count", head_size), rotary_factors=factors,
        qkv_bias=model.has("blk.0.attn_q.bias"),
        tied_head=not model.has(_MODEL_TENSORS["head"]))


def read_gguf(model: "GGUFModel | str | os.PathLike[str]") -> Decoder:
    """The decoder in a GGUF file, rotary pairs reordered to half-split.

    Raises :class:`ModelError` for a file that is not of the Llama family or
    that holds tensors the graph would not use (so that none is dropped).
    """
    if not isinstance(model, GGUFModel):
        model = GGUFModel(model)
    config = read_config(model)
    known: Dict[str, str] = {}
    for name in tensor_shapes(config):
        layer, _, part = name.rpartition(".")
        known[name] = (f"blk.{layer.split('.')[1]}.{_LAYER_TENSORS[part]}" if layer
                       else _MODEL_TENSORS[name])
    unused = set(model._tensors) - set(known.values()) - {_MODEL_TENSORS["rotary_factors"]}
    if unused:
        raise ModelError(f"{model.path}: tensors without a place in the graph: "
                         + ", ".join(sorted(unused)[:8]))
    permuted = _ARCHITECTURES[model.get("general.architecture")]

    def load(name: str) -> np.ndarray:
        values = model.tensor(known[name])
        part = name.rpartition(".")[2]
        heads: Optional[int] = {"q": config.heads, "q_bias": config.heads,
                                "k": config.kv_heads, "k_bias": config.kv_heads}.get(part)
        return half_split(values, heads, config.rotated) if permuted and heads else values

    return Decoder(config, load)
