"""The forms in which :mod:`gg.graph` can write a decoder: what exporters differ in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict

from .decoder import ModelError

#: The input and output names of most exporters; ``{}`` is the layer.
DEFAULT_NAMES = {
    "ids": "input_ids",
    "mask": "attention_mask",
    "position_ids": "position_ids",
    "past_key": "past_key_values.{}.key",
    "past_value": "past_key_values.{}.value",
    "present_key": "present.{}.key",
    "present_value": "present.{}.value",
    "past": "past_{}",
    "present": "present_{}",
    "logits": "logits",
}


@dataclass(frozen=True)
class GraphStyle:
    """How a graph spells a decoder.

    dtype      element type of weights, activations, caches and logits
    attention  "standard" (Attention, opset 23+), "gqa" (com.microsoft
               GroupQueryAttention), "mha" (its MultiHeadAttention over copied
               key heads), "decomposed", or "joined" (the same with batch and
               heads as one dim)
    norm       "standard" (RMSNormalization 23+, LayerNormalization 17+),
               "simplified" (ONNX Runtime's SimplifiedLayerNormalization) or
               "decomposed"
    rotary     "standard" (RotaryEmbedding, opset 23+), "table" (cos and sin
               gathered from constants), "computed" (cos and sin of positions),
               or "fused" (inside GroupQueryAttention)
    past       "separate" (key and value of each layer), "stacked" (one tensor
               [2, B, H, P, D] a layer) or "none" (logits only)
    linear     "matmul", "gemm" (over [B·S, K], weight transposed by the node)
               or "transpose" (MatMul of a Transpose node)
    named      whether the dims of inputs have names
    single     whether the graph takes one token in each call
    """

    opset: int = 24
    dtype: str = "f32"
    attention: str = "standard"
    norm: str = "standard"
    rotary: str = "standard"
    past: str = "separate"
    linear: str = "matmul"
    mask: bool = True
    position_ids: bool = True
    packed_qkv: bool = False
    ids: str = "int64"
    external: bool = True
    named: bool = True
    single: bool = False
    names: Dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        newest = "standard" in (self.attention, self.rotary)
        if newest and self.opset < 23:
            raise ModelError(f"expected opset 23 or newer but got {self.opset}")
        if self.rotary == "fused" and self.attention != "gqa":
            raise ModelError("expected attention gqa with rotary fused but got " + self.attention)
        if self.attention == "gqa" and self.past != "separate":
            raise ModelError("expected past separate with attention gqa but got " + self.past)
        if self.single and self.past == "none":
            raise ModelError("expected a past in a graph of one token but got none")
        if self.attention == "gqa" and not self.mask:
            raise ModelError("expected an attention_mask with attention gqa")

    def name(self, key: str, layer: int = 0) -> str:
        """The graph's name for an input or output."""
        return self.names.get(key, DEFAULT_NAMES[key]).format(layer)
