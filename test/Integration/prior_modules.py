"""Modules of constant weights, and what gg-fit and gg-deepshape say of them."""

from __future__ import annotations

import json
import os
import re
import subprocess
from typing import Dict, Tuple

import numpy as np
from gg_tools import check, tool

_TYPES = {"float32": "f32", "float16": "f16", "bfloat16": "bf16"}


def module(tensors: Dict[str, np.ndarray]) -> str:
    """A function that multiplies by each matrix [steps, outputs]; other shapes it returns."""
    lines, resources = [], []
    for i, (name, value) in enumerate(tensors.items()):
        type = f"tensor<{'x'.join(map(str, value.shape))}x{_TYPES[value.dtype.name]}>"
        constant = f"%w = arith.constant dense_resource<w{i}> : {type} loc(\"{name}\")"
        resources.append(f"w{i}: \"0x04000000{value.tobytes().hex()}\"")
        if value.ndim != 2:
            lines.append(f"func.func @f{i}() -> {type} {{\n  {constant}\n"
                         f"  return %w : {type}\n}}")
            continue
        steps, outputs = value.shape
        element = _TYPES[value.dtype.name]
        x, y = f"tensor<1x{steps}x{element}>", f"tensor<1x{outputs}x{element}>"
        lines.append(f"func.func @f{i}(%x: {x}, %o: {y}) -> {y} {{\n  {constant}\n"
                     f"  %y = linalg.matmul ins(%x, %w : {x}, {type}) outs(%o : {y}) -> {y}\n"
                     f"  return %y : {y}\n}}")
    return "\n".join(lines) + ("\n{-#\n  dialect_resources: {\n    builtin: {\n      " +
                               ",\n      ".join(resources) + "\n    }\n  }\n#-}\n")


def run(tensors: Dict[str, np.ndarray], folder: os.PathLike, name: str, options: str = "",
        *flags: str) -> Tuple[str, Dict[str, dict]]:
    """What the pass makes of the module, as text, and its report by tensor."""
    source, report = os.path.join(folder, "m.mlir"), os.path.join(folder, "r.json")
    with open(source, "w", encoding="ascii") as file:
        file.write(module(tensors))
    text = check(subprocess.run(
        [tool("gg-opt"), source, f"--{name}=min-elements=2 report={report} {options}", *flags],
        capture_output=True, text=True, timeout=300))
    with open(report, encoding="utf-8") as file:
        return text, {t["name"]: t for t in json.load(file)["tensors"]}


def resources(text: str, tensors: Dict[str, np.ndarray]) -> Dict[str, np.ndarray]:
    """The constants of a module that one of ``module`` has become, in its order."""
    used = re.findall(r"arith.constant .*?dense_resource<(\w+)>", text)
    blobs = dict(re.findall(r"(\w+): \"0x\w{8}(\w*)\"", text))
    assert len(used) == len(tensors)
    return {name: np.frombuffer(bytes.fromhex(blobs[key]), value.dtype).reshape(value.shape)
            for key, (name, value) in zip(used, tensors.items())}
