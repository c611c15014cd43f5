"""A small builder of ONNX graphs whose weights stream to an external file."""

from __future__ import annotations

import os
from typing import List, Optional, Sequence, Union

import ml_dtypes
import numpy as np
import onnx
from onnx import TensorProto, helper

#: The names this package gives to element types.
ELEMENT_TYPES = {
    "f32": (TensorProto.FLOAT, np.dtype(np.float32)),
    "f16": (TensorProto.FLOAT16, np.dtype(np.float16)),
    "bf16": (TensorProto.BFLOAT16, np.dtype(ml_dtypes.bfloat16)),
}

_ALIGNMENT = 4096  # of a tensor in the external file, so that it can be mapped
_EXTERNAL_BYTES = 1024

Dims = Sequence[Union[int, str]]


class GraphBuilder:
    """Collects nodes, constants, inputs and outputs; :meth:`save` writes them.

    Every value is named after the node that makes it. Constants above 1 KiB go
    to ``<model>.data`` as soon as they are added, if ``external``.
    """

    def __init__(self, path: "str | os.PathLike[str]", opset: int, external: bool = True) -> None:
        self.path = os.fspath(path)
        self.opset = opset
        self.domains = {"": opset}
        self._nodes: List[onnx.NodeProto] = []
        self._inputs: List[onnx.ValueInfoProto] = []
        self._outputs: List[onnx.ValueInfoProto] = []
        self._initializers: List[onnx.TensorProto] = []
        self._constants: dict = {}
        self._names: dict = {}
        os.makedirs(os.path.dirname(self.path) or ".", exist_ok=True)
        self._data = open(self.path + ".data", "wb") if external else None

    def _unique(self, name: str) -> str:
        count = self._names.get(name, 0)
        self._names[name] = count + 1
        return f"{name}_{count}" if count else name

    def input(self, name: str, element: int, dims: Dims) -> str:
        """Adds a graph input and returns its name."""
        self._inputs.append(helper.make_tensor_value_info(name, element, list(dims)))
        return name

    def output(self, value: str, name: str, element: int, dims: Dims) -> None:
        """Makes ``value`` the graph output ``name``."""
        self._nodes.append(helper.make_node("Identity", [value], [name], name=self._unique(name)))
        self._outputs.append(helper.make_tensor_value_info(name, element, list(dims)))

    def node(self, op: str, inputs: Sequence[Optional[str]], name: str, outputs: int = 1,
             domain: str = "", **attributes: object) -> "str | List[str]":
        """Adds a node. ``None`` among ``inputs`` is an absent optional input.

        Returns the name of its output, or the list of them where ``outputs``
        is more than one.
        """
        if domain:
            self.domains[domain] = 1
        name = self._unique(name)
        values = [name] if outputs == 1 else [f"{name}.{i}" for i in range(outputs)]
        operands = [value or "" for value in inputs]
        while operands and not operands[-1]:
            operands.pop()
        attributes = {key: value for key, value in attributes.items() if value is not None}
        self._nodes.append(helper.make_node(op, operands, values, name=name, domain=domain,
                                            **attributes))
        return values[0] if outputs == 1 else values

    def ints(self, values: "int | Sequence[int]") -> str:
        """An int64 constant, a scalar or a list; equal ones are shared."""
        key = values if isinstance(values, int) else tuple(values)
        if key not in self._constants:
            text = "_".join(str(v) for v in ([key] if isinstance(key, int) else key))
            kind = "int" if isinstance(key, int) else "ints"
            self._constants[key] = self.weight(f"{kind}_{text}".replace("-", "m"),
                                               np.asarray(values, np.int64))
        return self._constants[key]

    def weight(self, name: str, array: np.ndarray) -> str:
        """Adds an initializer with the element type of ``array``."""
        name = self._unique(name)
        array = np.asarray(array, order="C")
        tensor = TensorProto(name=name, dims=array.shape)
        tensor.data_type = helper.np_dtype_to_tensor_dtype(array.dtype)
        if self._data is None or array.nbytes <= _EXTERNAL_BYTES:
            tensor.raw_data = array.tobytes()
        else:
            self._data.write(b"\0" * (-self._data.tell() % _ALIGNMENT))
            tensor.data_location = TensorProto.EXTERNAL
            entries = {"location": os.path.basename(self.path) + ".data",
                       "offset": self._data.tell(), "length": array.nbytes}
            for key, value in entries.items():
                tensor.external_data.add(key=key, value=str(value))
            self._data.write(array.view(np.uint8).data)
        self._initializers.append(tensor)
        return name

    def save(self, producer: str = "gg") -> None:
        """Writes the model; with external data the file beside it is complete."""
        graph = helper.make_graph(self._nodes, "main", self._inputs, self._outputs,
                                  self._initializers)
        opsets = [helper.make_opsetid(domain, version) for domain, version in self.domains.items()]
        model = helper.make_model(graph, producer_name=producer, opset_imports=opsets)
        model.ir_version = 7 if self.opset < 15 else 8 if self.opset < 21 else 11
        if self._data is not None:
            self._data.close()
        with open(self.path, "wb") as file:
            file.write(model.SerializeToString(deterministic=True))
