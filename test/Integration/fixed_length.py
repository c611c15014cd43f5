"""Graphs of a fixed number of tokens, as exporters write them that trace a call."""

from __future__ import annotations

import os

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper


def write_fixed(source: "str | os.PathLike[str]", target: "str | os.PathLike[str]", batch: int,
                length: int, fold: bool = True) -> None:
    """Writes the decoder without past at ``source`` for exactly ``[batch, length]`` tokens.

    With ``fold``, ONNX Runtime computes all that does not depend on the inputs
    any more (positions, masks, lists of dims), and every Reshape then names all
    of its dims. Graphs of fp16 it would also rewrite for its fp32 kernels.
    """
    model = onnx.load(os.fspath(source))
    sizes = {"batch": batch, "sequence": length}
    for value in [*model.graph.input, *model.graph.output]:
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_param:
                dim.dim_value = sizes[dim.dim_param]
    onnx.save(model, target)
    if not fold:
        return
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = os.fspath(target)
    options.log_severity_level = 3
    onnxruntime.InferenceSession(os.fspath(target), options, providers=["CPUExecutionProvider"])
    model = onnx.shape_inference.infer_shapes(onnx.load(os.fspath(target)), data_prop=True)
    _name_dims(model.graph)
    onnx.save(model, target)


def _name_dims(graph: onnx.GraphProto) -> None:
    values = {v.name: v.type.tensor_type.shape for v in [*graph.value_info, *graph.output]}
    for node in graph.node:
        shape = values.get(node.output[0])
        if node.op_type != "Reshape" or shape is None:
            continue
        dims = [dim.dim_value for dim in shape.dim]
        assert all(dims), f"{node.name}: expected the shape of a reshape to be known"
        node.input[1] = node.output[0] + "/dims"
        graph.initializer.append(numpy_helper.from_array(np.array(dims), node.input[1]))


class FixedLengthDecoder:
    """Such a graph in ONNX Runtime; fewer tokens are padded at their end."""

    def __init__(self, path: "str | os.PathLike[str]") -> None:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(os.fspath(path), options,
                                                    providers=["CPUExecutionProvider"])
        self.shape = tuple(self.session.get_inputs()[0].shape)

    def logits(self, ids: np.ndarray, padding: int = 0) -> np.ndarray:
        """Logits ``[batch, count, vocab]`` of ids ``[batch, count]``."""
        padded = np.full(self.shape, padding)
        padded[:, :ids.shape[1]] = ids
        feeds = {}
        for value in self.session.get_inputs():
            if "mask" in value.name:
                feeds[value.name] = np.ones(self.shape, np.int64)
            elif "position" in value.name:
                feeds[value.name] = np.broadcast_to(np.arange(self.shape[1]), self.shape)
            else:
                feeds[value.name] = padded
        return self.session.run(["logits"], feeds)[0][:, :ids.shape[1]].astype(np.float32)
