"""Every shared graph imports, or what hinders is said; operators that the importer expands."""

import glob
import os
import re

import numpy as np
import onnx
from gg_tools import run_tool
from onnx import helper
from shared_data import shared

_SAID = re.compile(r"error: (operator '\S+' of operator set \d+: not supported; used by \d+ nodes?:"
                   r"|input '\S+': (sequence|optional) types are not supported"
                   r"|node .*: external data '\S+': No such file or directory)")


def _import(paths, capsys):
    imported = 0
    for path in paths:
        result = run_tool("gg-translate", "--import-onnx", path, "-o", os.devnull)
        if result.returncode == 0:
            imported += 1
            continue
        errors = [line for line in result.stderr.splitlines() if "error:" in line]
        assert result.returncode == 1 and errors, f"{path}: {result.stderr[-2000:]}"
        assert all(_SAID.search(line) for line in errors), f"{path}: {errors}"
    with capsys.disabled():
        print(f"\nimported: {imported} of {len(paths)}, the others say what hinders")
    return imported


def test_graphs(capsys):
    paths = sorted(glob.glob(os.path.join(shared("data/onnx"), "*", "*.onnx")))
    # One folder lacks its external data.
    assert _import(paths, capsys) == len(paths) - 1


def test_nodes(capsys):
    paths = sorted(glob.glob(os.path.join(shared("onnx-node"), "*", "model.onnx")))
    assert _import(paths, capsys) >= 540


def test_einsum(tmp_path, artifacts):
    """Products, sums and orders of dims against numpy."""
    shapes = {"a": [2, 3, 4, 8], "b": [2, 5, 4, 8], "m": [4, 8], "n": [8, 3], "v": [4]}
    equations = {"bqhd,bkhd->bhqk": "ab", "ij,jk->ik": "mn", "ij,jk": "mn", "i,jk->kji": "vm",
                 "i,i->": "vv", "bqhd,hd->bq": "am", "bqhd->dh": "a", "ij,kj->ki": "mm",
                 "ij,kl->": "mn", "ij,i->ij": "mv"}
    nodes = [helper.make_node("Einsum", list(names), [f"y{i}"], equation=equation)
             for i, (equation, names) in enumerate(equations.items())]
    inputs = [helper.make_tensor_value_info(name, 1, shape) for name, shape in shapes.items()]
    outputs = [helper.make_tensor_value_info(f"y{i}", 1, None) for i in range(len(nodes))]
    model = helper.make_model(helper.make_graph(nodes, "g", inputs, outputs),
                              opset_imports=[helper.make_opsetid("", 17)])
    onnx.save(model, tmp_path / "model.onnx")
    rng = np.random.default_rng(0)
    values = {name: rng.standard_normal(shape).astype(np.float32)
              for name, shape in shapes.items()}
    results = artifacts(tmp_path / "model.onnx").tensors(
        values, [f"y{i}" for i in range(len(nodes))], tmp_path)
    for i, (equation, names) in enumerate(equations.items()):
        expected = np.einsum(equation, *(values[name].astype(np.float64) for name in names))
        assert results[f"y{i}"].shape == expected.shape, equation
        assert np.allclose(results[f"y{i}"], expected, rtol=1e-4, atol=1e-5), equation
