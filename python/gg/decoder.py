"""A decoder language model as plain data: its sizes and its tensors.

Readers (GGUF, llama2.c, the random generator) make a :class:`Decoder`; the
ONNX writer and the numpy reference read it. All of them agree on the names
and shapes of :func:`tensor_shapes`:

* a matrix is stored ``[outputs, inputs]``, as checkpoints store it;
* rotary embeddings are of the *half-split* kind (dimension ``i`` is rotated
  with ``i + rotary_dims / 2``), whatever the file had.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Dict, Optional, Tuple

import numpy as np


class ModelError(ValueError):
    """The file or the sizes given describe no model that gg can write."""


@dataclass(frozen=True)
class DecoderConfig:
    """The sizes of a decoder.

    ``kind`` is ``"llama"`` (RMS norms, rotary embeddings, gated SiLU) or
    ``"gpt2"`` (layer norms, learned positions, GELU, biases everywhere).
    ``context`` is the largest number of positions. ``rotary_factors`` divides
    the rotary frequencies, one number for each of ``rotary_dims / 2`` pairs.

    ``alibi`` adds a bias by distance to the scores instead of rotating heads;
    ``window`` is how many positions a token sees, its own included; scores are
    capped to ``softcap * tanh(score / softcap)`` where it is not 0; ``qk_norm``
    normalises each head of queries and keys.
    """

    vocab_size: int
    hidden_size: int
    layers: int
    heads: int
    kv_heads: int
    head_size: int
    intermediate_size: int
    context: int = 512
    kind: str = "llama"
    norm_epsilon: float = 1e-5
    rotary_theta: float = 10000.0
    rotary_dims: Optional[int] = None
    rotary_factors: Optional[Tuple[float, ...]] = None
    qkv_bias: bool = False
    tied_head: bool = True
    alibi: bool = False
    window: Optional[int] = None
    softcap: float = 0.0
    qk_norm: bool = False

    def __post_init__(self) -> None:
        if self.kind not in ("llama", "gpt2"):
            raise ModelError(f"expected kind llama or gpt2 but got {self.kind}")
        for name in ("vocab_size", "hidden_size", "layers", "heads", "kv_heads",
                     "head_size", "intermediate_size", "context"):
            if getattr(self, name) < 1:
                raise ModelError(f"expected {name} of at least 1 but got {getattr(self, name)}")
        if self.heads % self.kv_heads:
            raise ModelError("expected heads to be a multiple of kv_heads but got "
                             f"{self.heads} and {self.kv_heads}")
        dims = self.rotated
        if self.kind == "llama" and (dims % 2 or not 0 < dims <= self.head_size):
            raise ModelError(f"expected an even rotary size up to the head size {self.head_size} "
                             f"but got {dims}")
        if self.rotary_factors is not None and len(self.rotary_factors) != dims // 2:
            raise ModelError(f"expected {dims // 2} rotary factors but got "
                             f"{len(self.rotary_factors)}")

    @property
    def slopes(self) -> np.ndarray:
        """What a position of distance takes off a score, float64 ``[heads]``."""
        return 2.0 ** (-8.0 * np.arange(1, self.heads + 1) / self.heads)

    @property
    def rotates(self) -> bool:
        """Whether queries and keys are rotated by their positions."""
        return self.kind == "llama" and not self.alibi

    @property
    def rotated(self) -> int:
        """How many leading dimensions of a head are rotated."""
        return self.head_size if self.rotary_dims is None else self.rotary_dims

    def inverse_frequencies(self) -> np.ndarray:
        """Radians a position, float64 ``[rotated / 2]``."""
        dims = self.rotated
        frequencies = self.rotary_theta ** (-np.arange(0, dims, 2, dtype=np.float64) / dims)
        if self.rotary_factors is not None:
            frequencies = frequencies / np.asarray(self.rotary_factors, np.float64)
        return frequencies


def tensor_shapes(config: DecoderConfig) -> Dict[str, Tuple[int, ...]]:
    """The name and shape of every tensor of a decoder, in file order."""
    hidden, inner = config.hidden_size, config.intermediate_size
    q, kv = config.heads * config.head_size, config.kv_heads * config.head_size
    gpt2 = config.kind == "gpt2"
    shapes: Dict[str, Tuple[int, ...]] = {"embed": (config.vocab_size, hidden)}
    if gpt2:
        shapes["positions"] = (config.context, hidden)

    def norm(name: str) -> None:
        shapes[name] = (hidden,)
        if gpt2:
            shapes[name + "_bias"] = (hidden,)

    def linear(name: str, outputs: int, inputs: int, bias: bool) -> None:
        shapes[name] = (outputs, inputs)
        if bias:
            shapes[name + "_bias"] = (outputs,)

    for i in range(config.layers):
        at = f"layers.{i}."
        norm(at + "norm1")
        for name, outputs in (("q", q), ("k", kv), ("v", kv)):
            linear(at + name, outputs, hidden, gpt2 or config.qkv_bias)
        if config.qk_norm:
            shapes[at + "q_norm"] = shapes[at + "k_norm"] = (config.head_size,)
        linear(at + "o", hidden, q, gpt2)
        norm(at + "norm2")
        if gpt2:
            linear(at + "fc", inner, hidden, True)
            linear(at + "proj", hidden, inner, True)
        else:
            linear(at + "gate", inner, hidden, False)
            linear(at + "up", inner, hidden, False)
            linear(at + "down", hidden, inner, False)
    norm("norm")
    if not config.tied_head:
        shapes["head"] = (config.vocab_size, hidden)
    return shapes


class Decoder:
    """Sizes, and a function that loads one float32 tensor by name.

    Tensors are loaded when asked for and not kept, so that writing a large
    model needs the memory of its largest tensor only.
    """

    def __init__(self, config: DecoderConfig, load: Callable[[str], np.ndarray]) -> None:
        self.config = config
        self._load = load
        self._shapes = tensor_shapes(config)

    def tensor(self, name: str) -> np.ndarray:
        """The float32 tensor ``name``; :class:`ModelError` if its shape is wrong."""
        array = np.asarray(self._load(name), np.float32)
        if array.shape != self._shapes[name]:
            raise ModelError(f"tensor {name}: expected shape {self._shapes[name]} "
                             f"but got {array.shape}")
        return array

    def has(self, name: str) -> bool:
        """Whether the model has a tensor of that name."""
        return name in self._shapes

    def head(self) -> np.ndarray:
        """The output matrix ``[vocab_size, hidden_size]``, tied or not."""
        return self.tensor("embed" if self.config.tied_head else "head")


def half_split(matrix: np.ndarray, heads: int, rotated: int) -> np.ndarray:
    """Reorders the rows of a query or key matrix (or bias) from interleaved
    rotary pairs ``(2i, 2i+1)`` to half-split pairs ``(i, i + rotated/2)``.

    ``matrix`` is ``[heads * head_size, ...]``; rows past ``rotated`` in each
    head stay where they are.
    """
    rows = matrix.reshape(heads, -1, *matrix.shape[1:])
    order = np.concatenate([np.arange(0, rotated, 2), np.arange(1, rotated, 2),
                            np.arange(rotated, rows.shape[1])])
    return rows[:, order].reshape(matrix.shape)
