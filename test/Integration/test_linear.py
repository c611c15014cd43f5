"""Linear layers of shapes that fit no tile, against float64."""

import itertools

import numpy as np
import pytest
from gg.onnx_builder import GraphBuilder
from gg_tools import compile_model, cpu_levels
from onnx import TensorProto
from rf8_reference import nearest

SIZES = (1, 3, 17, 63, 172, 576, 1537)


def linear_model(path, shapes, seed=0):
    """One graph with a MatMul for each (N, K); returns its matrices ``[K, N]``."""
    rng = np.random.default_rng(seed)
    builder, matrices = GraphBuilder(path, 21), {}
    for n, k in shapes:
        matrix = (rng.standard_normal((k, n)) / np.sqrt(k)).astype(np.float32)
        x = builder.input(f"x{n}_{k}", TensorProto.FLOAT, ["rows", k])
        y = builder.node("MatMul", [x, builder.weight(f"w{n}_{k}", matrix)], f"m{n}_{k}")
        builder.output(y, f"y{n}_{k}", TensorProto.FLOAT, ["rows", n])
        matrices[n, k] = matrix
    builder.save()
    return matrices


@pytest.mark.parametrize("cpu", ["x86-64-v3", "x86-64-v4", "x86-64-v4+avx512bf16"])
@pytest.mark.parametrize("weights", ["f32", "rf8"])
def test_shapes(cpu, weights, tmp_path):
    """All pairs of sizes in one graph, with 1, 2 and 9 rows, and 67."""
    if cpu not in cpu_levels():
        pytest.skip(f"this CPU is no {cpu}")
    shapes = list(itertools.product(SIZES, SIZES))
    matrices = linear_model(tmp_path / "model.onnx", shapes)
    artifact = compile_model(tmp_path / "model.onnx", tmp_path / "m.gg", "--cpu", cpu,
                             "--weights", weights)
    rng = np.random.default_rng(1)
    for rows in (1, 2, 9, 67):
        inputs = {f"x{n}_{k}": rng.standard_normal((rows, k)).astype(np.float32)
                  for n, k in shapes}
        names = [f"y{n}_{k}" for n, k in shapes]
        folder = tmp_path / str(rows)
        folder.mkdir()
        outputs = artifact.tensors(inputs, names, folder)
        for n, k in shapes:
            matrix = matrices[n, k] if weights == "f32" else nearest(matrices[n, k].T).T
            expected = inputs[f"x{n}_{k}"].astype(np.float64) @ matrix.astype(np.float64)
            scale = np.abs(inputs[f"x{n}_{k}"]) @ np.abs(matrix)
            error = np.abs(outputs[f"y{n}_{k}"] - expected)
            assert (error <= 2e-5 * scale + 1e-7).all(), (n, k, rows, error.max())
