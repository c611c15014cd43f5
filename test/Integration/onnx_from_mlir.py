"""A function of the onnx dialect as an ONNX model, so that ONNX's own runtimes
can execute what a pass made of a graph.

Reads the generic form (``gg-opt --mlir-print-op-generic``) of a module with one
function of one block.
"""

from __future__ import annotations

import re
from typing import Dict, Iterator, List, Optional, Tuple

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

_TYPES = {"f32": TensorProto.FLOAT, "f16": TensorProto.FLOAT16, "bf16": TensorProto.BFLOAT16,
          "f64": TensorProto.DOUBLE, "i64": TensorProto.INT64, "i32": TensorProto.INT32,
          "i8": TensorProto.INT8, "i1": TensorProto.BOOL, "ui8": TensorProto.UINT8}
#: Attributes that opsets below the newest do not know, with their defaults.
_NEWER = {"left_window_size": "-1 : i64", "right_window_size": "-1 : i64", "round_mode": '"up"'}
_OP = re.compile(r'\s*(?:(%\w+)(?::(\d+))? = )?"onnx\.([\w.]+)"\((.*?)\)'
                 r'(?: <\{(.*)\}>)? : \(.*\) -> (.*)$')


def _split(text: str) -> List[str]:
    """The parts between commas that are not within brackets or quotes."""
    parts, depth, quoted, start = [], 0, False, 0
    for i, c in enumerate(text):
        quoted ^= c == '"'
        if quoted:
            continue
        depth += (c in "<[{(") - (c in ">]})" and text[i - 1] != "-")
        if c == "," and depth == 0:
            parts.append(text[start:i].strip())
            start = i + 1
    return parts + ([text[start:].strip()] if text[start:].strip() else [])


def _tensor_type(text: str) -> Tuple[int, Optional[List[Optional[int]]]]:
    body = re.fullmatch(r"tensor<(.*)>", text).group(1).split("x")
    shape = None if body[0] == "*" else [None if d == "?" else int(d) for d in body[:-1]]
    return _TYPES[body[-1]], shape


def _number(word: str, dtype: np.dtype) -> object:
    if word in ("true", "false"):
        return word == "true"
    if word.startswith("0x"):  # the bits of a float that has no decimal form
        return np.frombuffer(int(word, 16).to_bytes(dtype.itemsize, "little"), dtype)[0]
    return float(word) if re.search(r"[.en]", word) else int(word)


def _tensor(text: str, resources: Dict[str, bytes]) -> TensorProto:
    kind, body, type_text = re.fullmatch(r"dense(_resource)?<(.*)> : (tensor<.*>)", text).groups()
    element, shape = _tensor_type(type_text)
    dtype = helper.tensor_dtype_to_np_dtype(element)
    if kind:
        values = np.frombuffer(resources[body.strip('"')], dtype)
    elif body.startswith('"0x'):
        values = np.frombuffer(bytes.fromhex(body[3:-1]), dtype)
    else:
        words = [w for w in re.split(r"[\[\],\s]+", body) if w]
        values = np.array([_number(w, np.dtype(dtype)) for w in words]).astype(dtype)
    count = int(np.prod(shape))
    values = np.full(count, values[0]) if values.size == 1 else values
    return numpy_helper.from_array(values.reshape(shape).astype(dtype))


def _attribute(name: str, text: str, resources: Dict[str, bytes]) -> onnx.AttributeProto:
    if text.startswith("dense"):
        return helper.make_attribute(name, _tensor(text, resources))
    if text.startswith("array<i64"):
        return helper.make_attribute(name, [int(w) for w in re.findall(r"-?\d+", text[9:])],
                                     attr_type=onnx.AttributeProto.INTS)
    if text.startswith('"'):
        return helper.make_attribute(name, text[1:-1])
    if text in _TYPES:
        return helper.make_attribute(name, _TYPES[text])
    number, kind = re.fullmatch(r"(\S+) : (\w+)", text).groups()
    value = _number(number, np.dtype(np.float32))
    return helper.make_attribute(name, int(value) if kind == "i64" else float(value))


def _resources(text: str) -> Dict[str, bytes]:
    """The blobs behind the module; each begins with its alignment."""
    tail = text[text.rfind("{-#"):] if "{-#" in text else ""
    found = re.findall(r'("[^"]+"|[\w.$-]+): "0x([0-9A-Fa-f]+)"', tail)
    return {name.strip('"'): bytes.fromhex(blob)[4:] for name, blob in found}


def _operations(text: str) -> Iterator[Tuple[List[str], str, List[str], Dict[str, str], List[str]]]:
    """(results, op, operands, attributes, result types) of each line."""
    for match in filter(None, map(_OP.match, text.splitlines())):
        result, count, op, operands, attributes, types = match.groups()
        results = [f"{result}#{i}" for i in range(int(count))] if count else [result]
        pairs = dict(part.split(" = ", 1) for part in _split(attributes or ""))
        yield (results, op, _split(operands), pairs,
               _split(types[1:-1]) if types.startswith("(") else [types])


def _trim(names: List[str]) -> List[str]:
    while names and not names[-1]:
        names.pop()
    return names


def to_onnx(text: str, opset: int = 24) -> onnx.ModelProto:
    """The model that the printed module stands for."""
    resources = _resources(text)
    labels = re.findall(r'onnx\.name = "([^"]*)"', text)
    arguments = _split(re.search(r"\^bb0\((.*)\):", text).group(1))
    known: Dict[str, str] = {}
    inputs, outputs, nodes, constants = [], [], [], []
    for label, argument in zip(labels, arguments):
        value, type_text = argument.split(": ", 1)
        element, shape = _tensor_type(type_text)
        known[value] = label
        inputs.append(helper.make_tensor_value_info(
            label, element, [d or f"{label}_{i}" for i, d in enumerate(shape)]))
    for results, op, operands, attributes, types in _operations(text):
        if op == "None":
            known[results[0]] = ""
            continue
        if op == "Constant":
            constants.append(_tensor(attributes["value"], resources))
            constants[-1].name = known[results[0]] = results[0]
            continue
        known.update((r, "" if t == "none" else r) for r, t in zip(results, types))
        node = helper.make_node(op, _trim([known[o] for o in operands]),
                                _trim([known[r] for r in results]))
        for name, value in attributes.items():
            if value != _NEWER.get(name):
                opset = max(opset, 25) if name.endswith("window_size") else opset
                node.attribute.append(_attribute(name, value, resources))
        nodes.append(node)
    values, types = re.search(r'"func.return"\((.*?)\) : \((.*)\) -> \(\)', text).groups()
    for label, value, type_text in zip(labels[len(inputs):], _split(values), _split(types)):
        nodes.append(helper.make_node("Identity", [known[value]], [label]))
        outputs.append(helper.make_tensor_value_info(label, _tensor_type(type_text)[0], None))
    graph = helper.make_graph(nodes, "main", inputs, outputs, constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=11)
