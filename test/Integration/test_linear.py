"""Linear layers of shapes that fit no tile, against float64."""

import itertools
import os
import subprocess

import ml_dtypes
import numpy as np
import pytest
from gg.onnx_builder import GraphBuilder
from gg_tools import check, compile_model, run_tool
from machine import cpu_levels
from native_code import LLVM_BIN
from onnx import TensorProto
from rf8_reference import nearest

SIZES = (1, 3, 17, 63, 172, 576, 1537)


BF16_LEVEL = "x86-64-v4+avx512bf16"
SMALL = 256  # matrices of fewer elements are no packed weights, and never bf16
LEVELS = ["x86-64-v3", "x86-64-v4", BF16_LEVEL]
NEON = "generic"  # of aarch64


def linear_model(path, shapes, rows="rows", seed=0):
    """One graph with a MatMul for each (N, K); returns its matrices ``[K, N]``."""
    rng = np.random.default_rng(seed)
    builder, matrices = GraphBuilder(path, 21), {}
    for n, k in shapes:
        matrix = (rng.standard_normal((k, n)) / np.sqrt(k)).astype(np.float32)
        x = builder.input(f"x{n}_{k}", TensorProto.FLOAT, [rows, k])
        y = builder.node("MatMul", [x, builder.weight(f"w{n}_{k}", matrix)], f"m{n}_{k}")
        builder.output(y, f"y{n}_{k}", TensorProto.FLOAT, [rows, n])
        matrices[n, k] = matrix
    builder.save()
    return matrices


def stored(matrix, weights):
    """What a matrix ``[K, N]`` is stored as."""
    if weights == "rf8":
        return nearest(matrix.T).T.astype(np.float64)
    is_narrow = weights == "bf16" and matrix.size >= SMALL
    return matrix.astype(ml_dtypes.bfloat16 if is_narrow else np.float32).astype(np.float64)


def assert_products(artifact, matrices, weights, rows, folder, terms):
    """Products of random rows with all ``matrices``; activations are rounded to
    bf16 once (1 term), or twice (2), or are f32 (0)."""
    rng = np.random.default_rng(rows)
    inputs = {f"x{n}_{k}": rng.standard_normal((rows, k)).astype(np.float32) for n, k in matrices}
    folder.mkdir()
    outputs = artifact.tensors(inputs, [f"y{n}_{k}" for n, k in matrices], folder)
    for (n, k), matrix in matrices.items():
        x = inputs[f"x{n}_{k}"]
        if terms == 1 and matrix.size >= SMALL:
            x = x.astype(ml_dtypes.bfloat16)
        x, matrix = x.astype(np.float64), stored(matrix, weights)
        error = np.abs(outputs[f"y{n}_{k}"] - x @ matrix)
        # Sums of f32, of weights rounded once by their scale, and what the
        # second term leaves of an activation.
        relative = 2.0 ** -24 * (4 * np.sqrt(k * max(terms, 1)) + 4) + (terms == 2) * 2.0 ** -17
        assert (error <= relative * (np.abs(x) @ np.abs(matrix)) + 1e-30).all(), (n, k, rows)


@pytest.mark.parametrize("cpu", [*LEVELS, NEON])
@pytest.mark.parametrize("weights", ["f32", "bf16", "rf8"])
def test_shapes(cpu, weights, tmp_path):
    """All pairs of sizes in one graph, with 1, 2 and 9 rows, and 67."""
    if cpu not in cpu_levels():
        pytest.skip(f"this CPU is no {cpu}")
    matrices = linear_model(tmp_path / "model.onnx", itertools.product(SIZES, SIZES))
    artifact = compile_model(tmp_path / "model.onnx", tmp_path / "m.gg", "--cpu", cpu,
                             "--weights", weights, "--rounding", "nearest")
    for rows in (1, 2, 9, 67):
        assert_products(artifact, matrices, weights, rows, tmp_path / str(rows),
                        int(cpu == BF16_LEVEL and weights != "f32"))


@pytest.mark.parametrize("rows,options,terms", [
    (1, [], 2), (4, [], 2), (5, [], 1), (67, [], 1), (67, ["--activations", "exact"], 2)])
def test_terms(rows, options, terms, tmp_path):
    """Few rows are multiplied in two terms of bf16, many in as many as asked."""
    if BF16_LEVEL not in cpu_levels():
        pytest.skip("this CPU has no avx512bf16")
    matrices = linear_model(tmp_path / "model.onnx", itertools.product((17, 172), (63, 1537)), rows)
    artifact = compile_model(tmp_path / "model.onnx", tmp_path / "m.gg", "--cpu", BF16_LEVEL,
                             "--weights", "rf8", "--rounding", "nearest", *options)
    assert_products(artifact, matrices, "rf8", rows, tmp_path / "io", terms)


def test_levels_of_one_artifact(tmp_path):
    """Several levels share the packed weights; the best that runs is chosen."""
    if "x86-64-v3" not in cpu_levels():
        pytest.skip("this CPU is no x86-64-v3")
    matrices = linear_model(tmp_path / "model.onnx", itertools.product((17, 172), (63, 1537)))
    artifact = compile_model(tmp_path / "model.onnx", tmp_path / "m.gg", "--cpu", ",".join(LEVELS),
                             "--weights", "rf8", "--rounding", "nearest")
    assert_products(artifact, matrices, "rf8", 5, tmp_path / "io",
                    int(BF16_LEVEL in cpu_levels()))


@pytest.mark.parametrize("scale", ["channel", "group:8"])
@pytest.mark.parametrize("weights", ["f32", "bf16", "rf8"])
@pytest.mark.parametrize("dims", [["batch", "rows"], [2, 9], [1, 1]], ids=str)
def test_one_input(dims, weights, scale, tmp_path):
    """Linears of one input are joined; what reads them reads a part of each row:
    a product, heads in another order, an output, whatever sizes are known."""
    if scale != "channel" and weights != "rf8":
        pytest.skip("floats have no scales")
    k, widths = 43, {"gate": 37, "up": 37, "heads": 48, "plain": 20}
    rng = np.random.default_rng(1)
    builder = GraphBuilder(tmp_path / "model.onnx", 21)
    x = builder.input("x", TensorProto.FLOAT, [*dims, k])
    matrices, parts = {}, {}
    for name, n in widths.items():
        matrices[name] = rng.integers(-2, 3, (k, n)).astype(np.float32)
        weight = builder.weight("w_" + name, matrices[name])
        parts[name] = builder.node("MatMul", [x, weight], name)
    product = builder.node("Mul", [parts["gate"], parts["up"]], "product")
    heads = builder.node("Reshape", [parts["heads"], builder.ints([0, 0, 3, 16])], "split")
    turned = builder.node("Transpose", [heads], "turned", perm=[0, 2, 1, 3])
    flat = builder.node("Reshape", [parts["plain"], builder.ints([-1])], "flat")
    builder.output(product, "y_product", TensorProto.FLOAT, [*dims, 37])
    builder.output(turned, "y_heads", TensorProto.FLOAT, [dims[0], 3, dims[1], 16])
    builder.output(parts["plain"], "y_plain", TensorProto.FLOAT, [*dims, 20])
    builder.output(flat, "y_flat", TensorProto.FLOAT, ["all"])
    builder.save()

    artifact = compile_model(tmp_path / "model.onnx", tmp_path / "m.gg", "--weights", weights,
                             "--rounding", "nearest",
                             *(["--scale", scale] if weights == "rf8" else []))
    for shape in [dims] if dims[0] != "batch" else [(1, 1), (2, 3), (3, 67)]:
        # All sums are exact: small integers, of which RF8 has every one.
        x = rng.integers(-8, 9, (*shape, k)).astype(np.float32)
        y = {name: x.astype(np.float64) @ matrix for name, matrix in matrices.items()}
        folder = tmp_path / str(shape)
        folder.mkdir()
        out = artifact.tensors({"x": x}, ["y_product", "y_heads", "y_plain", "y_flat"], folder)
        wanted = {"y_product": y["gate"] * y["up"], "y_plain": y["plain"],
                  "y_heads": y["heads"].reshape(*shape, 3, 16).transpose(0, 2, 1, 3),
                  "y_flat": y["plain"].reshape(-1)}
        for name, value in wanted.items():
            error = np.abs(out[name] - value).max()
            # The scale of a channel, 2 / (15/8), is rounded.
            assert error <= (weights == "rf8") * 1e-6 * np.abs(value).max() + 0, name


def instructions(path, weights, cpu):
    """The mnemonics, with their register class, of the code of a model."""
    target = path.parent / f"{weights}-{cpu}.o"
    check(run_tool("gg-compile", path, "-o", target, "--emit", "obj", "--weights", weights,
                   "--rounding", "nearest", "--cpu", cpu, "--target", "x86_64-linux-gnu",
                   "--quiet"))
    text = subprocess.run([os.path.join(LLVM_BIN, "llvm-objdump"), "-d", target],
                          capture_output=True, text=True, check=True).stdout
    return {(line.split("\t")[-2].strip(), "zmm" in line) for line in text.splitlines()
            if line.count("\t") >= 2}


def test_instructions(tmp_path):
    """Each level has its way to decode and to multiply, whatever CPU runs this."""
    path = tmp_path / "model.onnx"
    linear_model(path, [(172, 576)], rows=64)
    v3, v4, bf16 = (instructions(path, "rf8", cpu) for cpu in LEVELS)
    assert ("vpshufb", False) in v3 and not any(zmm for _, zmm in v3)
    assert ("vpshufb", True) in v4 and ("vfmadd231ps", True) in v4
    assert ("vpshufb", True) in bf16 and ("vdpbf16ps", True) in bf16
    assert ("vdpbf16ps", True) not in v4
    assert ("vdpbf16ps", True) in instructions(path, "bf16", BF16_LEVEL)
    assert ("vdpbf16ps", True) not in instructions(path, "f32", BF16_LEVEL)
