"""Joins a decoder with and one without past, as optimum's merged decoders are:
one If on `use_cache_branch`, whose branches capture the outer weights."""

from __future__ import annotations

from typing import Dict

import onnx
from onnx import TensorProto, helper


def merge(with_past: onnx.ModelProto, without_past: onnx.ModelProto) -> onnx.ModelProto:
    """The merged model; equal weights of the two are stored once."""
    weights: Dict[tuple, str] = {}

    def branch(model: onnx.ModelProto, tag: str) -> onnx.GraphProto:
        kept = {value.name: value.name for value in model.graph.input}
        for tensor in model.graph.initializer:
            key = (tuple(tensor.dims), tensor.data_type, tensor.raw_data)
            kept[tensor.name] = weights.setdefault(key, f"{tensor.name}_{len(weights)}")
        graph = onnx.GraphProto(name=tag)
        for node in model.graph.node:
            copy = graph.node.add()
            copy.CopyFrom(node)
            for names in (copy.input, copy.output):
                names[:] = [n and kept.get(n, f"{tag}/{n}") for n in names]
        for output in model.graph.output:
            graph.output.add().CopyFrom(output)
            graph.output[-1].name = f"{tag}/{output.name}"
        return graph

    node = helper.make_node("If", ["use_cache_branch"],
                            [output.name for output in with_past.graph.output],
                            then_branch=branch(with_past, "past"),
                            else_branch=branch(without_past, "no_past"))
    flag = helper.make_tensor_value_info("use_cache_branch", TensorProto.BOOL, [1])
    graph = helper.make_graph([node], "merged", [*with_past.graph.input, flag],
                              with_past.graph.output)
    for (dims, element, raw), name in weights.items():
        graph.initializer.append(helper.make_tensor(name, element, dims, raw, raw=True))
    return helper.make_model(graph, opset_imports=with_past.opset_import, ir_version=9)
