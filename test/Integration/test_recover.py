"""What onnx-recover makes of a graph: the ops it must find, and the same
results, executed by ONNX's reference or ONNX Runtime. Needs gg-opt only."""

import collections
import re

import numpy as np
import onnx
import onnxruntime
import pytest
from gg.graph import GraphStyle, write_onnx
from gg.models import tiny_llama
from gg.reference import Reference
from gg_tools import check, run_tool
from merged import merge
from onnx.reference import ReferenceEvaluator
from onnx_from_mlir import to_onnx
from styles import STYLES, decoder_for

PIPELINE = ("builtin.module(func.func(onnx-inline-branches,gg-name-dims),onnx-fold-constants,"
            "func.func(onnx-infer-shapes),onnx-fold-constants,"
            "func.func(onnx-recover,onnx-infer-shapes))")
PROMPT = np.array([[5, 17, 2, 40, 33], [1, 1, 70, 9, 22]])
#: What nothing may be left of.
PARTS = ("Softmax", "Sigmoid", "Erf", "ReduceMean", "Neg", "IsNaN", "If")


def recovered(path, folder) -> str:
    """The module after recovery, in the generic form."""
    imported = folder / "imported.mlir"
    check(run_tool("gg-translate", "--import-onnx", path, "-o", imported))
    return check(run_tool("gg-opt", imported, f"--pass-pipeline={PIPELINE}",
                          "--mlir-print-op-generic"))


def count_ops(text):
    return collections.Counter(re.findall(r'"onnx\.([\w.]+)"\(', text))


def execute(model, feeds):
    """The first output, by ONNX Runtime or, where that refuses, the reference."""
    try:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        session = onnxruntime.InferenceSession(model.SerializeToString(), options,
                                               providers=["CPUExecutionProvider"])
        return session.run(None, feeds)[0]
    except Exception:  # pylint: disable=broad-except  (its errors share no base)
        return ReferenceEvaluator(model).run(None, feeds)[0]


def feeds_for(model, ids):
    """The whole prompt over empty caches."""
    feeds = {}
    for value in model.graph.input:
        type_ = value.type.tensor_type
        dtype = onnx.helper.tensor_dtype_to_np_dtype(type_.elem_type)
        dims = [d.dim_value for d in type_.shape.dim]
        if len(dims) > 2:
            dims[-4], dims[-2] = len(ids), 0
            feeds[value.name] = np.zeros(dims, dtype)
        elif re.search("mask|keep", value.name):
            feeds[value.name] = np.ones(ids.shape, dtype)
        elif re.search("position|where", value.name):
            feeds[value.name] = np.tile(np.arange(ids.shape[1], dtype=dtype), (len(ids), 1))
        elif value.name != "use_cache_branch":
            feeds[value.name] = ids.astype(dtype)
    return feeds


def check_graph(decoder, path, folder, tolerance):
    text = recovered(path, folder)
    counts = count_ops(text)
    assert counts["Attention"] == decoder.config.layers
    assert not [op for op in PARTS if counts[op]]
    assert not [op for op in counts if op.startswith("ms.")]
    model = to_onnx(text)
    logits = execute(model, feeds_for(model, PROMPT)).astype(np.float32)
    assert np.abs(logits - Reference(decoder).logits(PROMPT)).max() <= tolerance


# bf16: neither of the executors computes all of it. Graphs of one token take no prompt.
@pytest.mark.parametrize("name", sorted(n for n in STYLES if STYLES[n].dtype != "bf16"
                                        and not STYLES[n].single))
def test_styles(name, tmp_path):
    style, decoder = STYLES[name], decoder_for(name)
    write_onnx(decoder, tmp_path / "model.onnx", style)
    check_graph(decoder, tmp_path / "model.onnx", tmp_path,
                0.06 if style.dtype == "f16" else 1e-3)


def write_merged(decoder, folder):
    style = GraphStyle(opset=17, external=False, attention="decomposed", norm="decomposed",
                       rotary="computed")
    write_onnx(decoder, folder / "past.onnx", style)
    model = onnx.load(folder / "past.onnx")
    onnx.save(merge(model, model), folder / "merged.onnx")
    return folder / "merged.onnx"


def test_merged(tmp_path):
    """The branch that reads the caches serves an empty one."""
    decoder = tiny_llama()
    check_graph(decoder, write_merged(decoder, tmp_path), tmp_path, 1e-3)


def test_merged_compiles(tmp_path, artifacts):
    decoder = tiny_llama()
    artifact = artifacts(write_merged(decoder, tmp_path), "--context", 32, "--weights", "f32")
    expected = Reference(decoder).logits(PROMPT[:1])
    assert np.abs(artifact.logits(PROMPT[:1], tmp_path) - expected).max() <= 1e-3
