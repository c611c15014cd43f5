"""A decoder graph in ONNX Runtime, whatever its inputs are called."""

from __future__ import annotations

import os
import re
from typing import Dict, List, Optional

import numpy as np
import onnx
import onnxruntime

_TYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16,
          "tensor(int64)": np.int64, "tensor(int32)": np.int32}


class OnnxRuntimeDecoder:
    """Feeds a decoder with a growing cache.

    Inputs are told apart by rank and order: integers of rank 2 are ids, then
    attention_mask and position_ids by their names; tensors of rank 4 or 5 are
    caches, paired with the outputs after the logits in order.
    """

    def __init__(self, path: "str | os.PathLike[str]", threads: int = 1) -> None:
        self._path = os.fspath(path)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(self._path, options,
                                                    providers=["CPUExecutionProvider"])
        inputs = self.session.get_inputs()
        self._types = {i.name: _TYPES[i.type] for i in inputs}
        ranked = [i for i in inputs if len(i.shape) == 2]
        self._mask = next((i.name for i in ranked if re.search("mask|keep", i.name)), None)
        self._positions = next((i.name for i in ranked if re.search("position|where", i.name)),
                               None)
        self._ids = next(i.name for i in ranked if i.name not in (self._mask, self._positions))
        self._caches = [i for i in inputs if len(i.shape) > 2]
        self.outputs = [o.name for o in self.session.get_outputs()]
        self.reset()

    def reset(self) -> None:
        """Forgets what was fed."""
        self._state: Optional[List[onnxruntime.OrtValue]] = None
        self.length = 0

    def _empty(self, batch: int) -> List[onnxruntime.OrtValue]:
        values = []
        for cache in self._caches:
            dims = [d if isinstance(d, int) else None for d in cache.shape]
            at = len(dims) - 4
            fixed = dims[:at] + [batch, dims[at + 1], 0, dims[at + 3] or self._head_size()]
            values.append(onnxruntime.OrtValue.ortvalue_from_numpy(
                np.zeros(fixed, self._types[cache.name])))
        return values

    def _head_size(self) -> int:
        """Where the graph's caches name no head size: twice the width of the
        cos table that GroupQueryAttention reads."""
        graph = onnx.load(self._path, load_external_data=False).graph
        tables = {node.input[7] for node in graph.node
                  if node.op_type == "GroupQueryAttention" and len(node.input) > 7}
        widths = [2 * t.dims[1] for t in graph.initializer if t.name in tables]
        if not widths:
            raise ValueError(f"{self._path}: the caches have no fixed head size")
        return widths[0]

    def run(self, ids: np.ndarray) -> np.ndarray:
        """Logits ``[batch, sequence, vocab]`` (float32) of the next ``ids``."""
        batch, count = ids.shape
        if self._state is None:
            self._state = self._empty(batch)
        feeds: Dict[str, np.ndarray] = {self._ids: ids}
        if self._mask:
            feeds[self._mask] = np.ones((batch, self.length + count))
        if self._positions:
            positions = np.arange(self.length, self.length + count)
            feeds[self._positions] = np.broadcast_to(positions, ids.shape)
        values = {name: onnxruntime.OrtValue.ortvalue_from_numpy(
            np.ascontiguousarray(value.astype(self._types[name]))) for name, value in feeds.items()}
        values.update({c.name: s for c, s in zip(self._caches, self._state)})
        results = self.session.run_with_ort_values(self.outputs, values)
        self._state, self.length = results[1:], self.length + count
        return results[0].numpy().astype(np.float32)

    def greedy(self, prompt: List[int], count: int) -> List[int]:
        """The ``count`` tokens after ``prompt``."""
        self.reset()
        logits, tokens = self.run(np.array([prompt])), []
        for _ in range(count):
            tokens.append(int(logits[0, -1].argmax()))
            logits = self.run(np.array([[tokens[-1]]]))
        return tokens
