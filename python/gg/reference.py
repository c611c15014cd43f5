"""An independent float64 forward pass of a :class:`gg.decoder.Decoder`.

Written from the definition of the models, in plain numpy, sharing nothing with
the ONNX writer but the tensors: it is what graphs and artifacts are compared
with. It keeps no cache, so it suits small models.
"""

from __future__ import annotations

from typing import List, Sequence, Tuple

import numpy as np

from .decoder import Decoder


def _rms_norm(x: np.ndarray, weight: np.ndarray, epsilon: float) -> np.ndarray:
    return x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + epsilon) * weight


def _layer_norm(x: np.ndarray, weight: np.ndarray, bias: np.ndarray, epsilon: float) -> np.ndarray:
    centred = x - x.mean(axis=-1, keepdims=True)
    return centred / np.sqrt(np.mean(centred**2, axis=-1, keepdims=True) + epsilon) * weight + bias


def _gelu(x: np.ndarray) -> np.ndarray:
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


class Reference:
    """The decoder with its tensors widened to float64 once."""

    def __init__(self, decoder: Decoder) -> None:
        self.config = decoder.config
        self._decoder = decoder
        self._cache = {}

    def _w(self, name: str) -> np.ndarray:
        if name not in self._cache:
            self._cache[name] = self._decoder.tensor(name).astype(np.float64)
        return self._cache[name]

    def _linear(self, x: np.ndarray, name: str) -> np.ndarray:
        y = x @ self._w(name).T
        return y + self._w(name + "_bias") if self._decoder.has(name + "_bias") else y

    def _norm(self, x: np.ndarray, name: str) -> np.ndarray:
        epsilon = self.config.norm_epsilon
        if self.config.kind == "gpt2":
            return _layer_norm(x, self._w(name), self._w(name + "_bias"), epsilon)
        return _rms_norm(x, self._w(name), epsilon)

    def _rotate(self, x: np.ndarray) -> np.ndarray:
        """Rotates ``[batch, sequence, heads, head_size]`` by its positions."""
        half = self.config.rotated // 2
        angle = np.outer(np.arange(x.shape[1]), self.config.inverse_frequencies())[:, None, :]
        a, b, rest = x[..., :half], x[..., half:2 * half], x[..., 2 * half:]
        cos, sin = np.cos(angle), np.sin(angle)
        return np.concatenate([a * cos - b * sin, b * cos + a * sin, rest], axis=-1)

    def _attention(self, x: np.ndarray, at: str) -> np.ndarray:
        c = self.config
        batch, length = x.shape[:2]

        def heads(name: str, count: int) -> np.ndarray:
            return self._linear(x, at + name).reshape(batch, length, count, c.head_size)

        q, k, v = heads("q", c.heads), heads("k", c.kv_heads), heads("v", c.kv_heads)
        if c.qk_norm:
            q, k = (_rms_norm(y, self._w(at + name), c.norm_epsilon)
                    for y, name in ((q, "q_norm"), (k, "k_norm")))
        if c.rotates:
            q, k = self._rotate(q), self._rotate(k)
        q = q.reshape(batch, length, c.kv_heads, c.heads // c.kv_heads, c.head_size)
        scores = np.einsum("bsgrd,btgd->bgrst", q, k) / np.sqrt(c.head_size)
        distance = np.subtract.outer(np.arange(length), np.arange(length))
        if c.softcap:
            scores = c.softcap * np.tanh(scores / c.softcap)
        if c.alibi:
            slopes = c.slopes.reshape(c.kv_heads, -1, 1, 1)
            scores = scores - slopes * distance
        hidden = (distance < 0) | (distance >= (c.window or length))
        scores = np.where(hidden, -np.inf, scores)
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        scores /= scores.sum(axis=-1, keepdims=True)
        y = np.einsum("bgrst,btgd->bsgrd", scores, v).reshape(batch, length, -1)
        return self._linear(y, at + "o")

    def _feed_forward(self, x: np.ndarray, at: str) -> np.ndarray:
        if self.config.kind == "gpt2":
            return self._linear(_gelu(self._linear(x, at + "fc")), at + "proj")
        gate = self._linear(x, at + "gate")
        return self._linear(gate / (1 + np.exp(-gate)) * self._linear(x, at + "up"), at + "down")

    def logits(self, ids: np.ndarray) -> np.ndarray:
        """Logits ``[batch, sequence, vocab]`` of token ids ``[batch, sequence]``."""
        x = self._w("embed")[ids]
        if self.config.kind == "gpt2":
            x = x + self._w("positions")[:ids.shape[1]]
        for i in range(self.config.layers):
            at = f"layers.{i}."
            x = x + self._attention(self._norm(x, at + "norm1"), at)
            x = x + self._feed_forward(self._norm(x, at + "norm2"), at)
        head = "embed" if self.config.tied_head else "head"
        return self._norm(x, "norm") @ self._w(head).T

    def greedy(self, prompt: Sequence[int], count: int) -> Tuple[List[int], float]:
        """The ``count`` tokens after ``prompt``, and the smallest gap between
        the best and the second logit met on the way."""
        ids, gap = list(prompt), np.inf
        for _ in range(count):
            last = self.logits(np.array([ids]))[0, -1]
            second, best = np.sort(last)[-2:] if last.size > 1 else (-np.inf, last[0])
            gap = min(gap, float(best - second))
            ids.append(int(last.argmax()))
        return ids[len(prompt):], gap

    def perplexity(self, rows: np.ndarray) -> Tuple[float, int]:
        """Perplexity and number of predicted tokens of ``rows`` ``[N, W]``
        (−1 pads the end of a row; a row's first token is not predicted)."""
        total, count = 0.0, 0
        for row in rows:
            row = row[row >= 0]
            if row.size < 2:
                continue
            logits = self.logits(row[None, :-1])[0]
            top = logits.max(axis=-1, keepdims=True)
            norm = np.log(np.exp(logits - top).sum(axis=-1)) + top[:, 0]
            total += float((norm - logits[np.arange(row.size - 1), row[1:]]).sum())
            count += row.size - 1
        return float(np.exp(total / count)), count
