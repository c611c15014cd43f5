"""The ONNX project's single-node tests through gg-compile and gg-run.

    python test/Integration/node_suite.py FOLDER [--p0] [--symbolic] [--filter TEXT]
                                          [--jobs N] [--verbose]

Every test is compiled and run on its recorded inputs; outputs must have the
exact shape and type and agree within rtol 1e-3, atol 1e-7. With --symbolic all
input dimensions are made unknown, and the model runs a second time at other
sizes, where ONNX's reference evaluator gives the expected values. Prints a
table by operator: passed, failed (wrong, crashed, or refused for another reason),
unsupported (gg-compile said of an operator that it is not supported); exits 1 if
any failed.
"""

from __future__ import annotations

import argparse
import collections
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile
from typing import Dict, List, NamedTuple, Optional, Tuple

import ml_dtypes
import numpy as np
import onnx
from onnx import numpy_helper

P0 = frozenset("""
    MatMul Gemm Add Sub Mul Div Pow Sqrt Reciprocal Neg Abs Gather Reshape Transpose Concat Slice
    Split Squeeze Unsqueeze Expand Identity Shape Size Constant ConstantOfShape Range Cast CastLike
    Softmax ReduceMean ReduceSum ReduceMax ReduceMin LayerNormalization Sigmoid Tanh Erf Gelu Sin
    Cos Where Equal Less LessOrEqual Greater GreaterOrEqual And Or Not Trilu IsNaN""".split())

RTOL, ATOL = 1e-3, 1e-7


class Outcome(NamedTuple):
    name: str
    operator: str
    p0: bool
    status: str  # passed, failed, unsupported
    message: str
    sizes: int  # at how many sizes it ran


class NodeTest:
    """One folder of the suite."""

    def __init__(self, folder: str) -> None:
        self.name = os.path.basename(folder)
        self.folder = folder
        self.model = onnx.load(os.path.join(folder, "model.onnx"))
        graph = self.model.graph
        operators = [node.op_type for node in graph.node]
        main = [op for op in operators if op not in P0] or operators
        self.operator = collections.Counter(main).most_common(1)[0][0]
        self.tensors = all(v.type.HasField("tensor_type")
                           for v in list(graph.input) + list(graph.output))
        self.p0 = self.tensors and set(operators) <= P0

    def values(self, kind: str) -> List[np.ndarray]:
        """The recorded inputs or outputs, in order."""
        values, folder = [], os.path.join(self.folder, "test_data_set_0")
        while os.path.exists(path := os.path.join(folder, f"{kind}_{len(values)}.pb")):
            with open(path, "rb") as file:
                values.append(numpy_helper.to_array(onnx.TensorProto.FromString(file.read())))
        return values

    def symbolic_model(self) -> onnx.ModelProto:
        """The model with every input dimension a symbol of its own."""
        model = onnx.ModelProto.FromString(self.model.SerializeToString())
        for i, value in enumerate(model.graph.input):
            for j, dim in enumerate(value.type.tensor_type.shape.dim):
                dim.dim_param = f"d{i}_{j}"
        for value in model.graph.output:
            rank = len(value.type.tensor_type.shape.dim)
            value.type.tensor_type.ClearField("shape")
            for j in range(rank):
                value.type.tensor_type.shape.dim.add().dim_param = f"r{value.name}_{j}"
        del model.graph.value_info[:]
        return model


def to_npy(array: np.ndarray) -> np.ndarray:
    """Floats that NumPy lacks travel as unsigned bits in .npy files, integers of
    fewer than 8 bits as bytes."""
    if array.dtype in (ml_dtypes.int2, ml_dtypes.int4):
        return array.astype(np.int8)
    if array.dtype in (ml_dtypes.uint2, ml_dtypes.uint4):
        return array.astype(np.uint8)
    if array.dtype == ml_dtypes.bfloat16 or array.dtype.itemsize == 1 and array.dtype.kind in "Vf":
        return array.view(f"u{array.dtype.itemsize}")
    return array


def difference(expected: np.ndarray, actual: np.ndarray) -> Optional[str]:
    """Why ``actual`` is not ``expected``, or None."""
    stored = to_npy(expected)
    if actual.dtype != stored.dtype or actual.shape != stored.shape:
        return (f"expected {stored.dtype}{list(stored.shape)} "
                f"but got {actual.dtype}{list(actual.shape)}")
    if expected.dtype.kind in "biu":
        return None if np.array_equal(expected, actual) else "values differ"
    wide, got = expected.astype(np.float64), actual.view(expected.dtype).astype(np.float64)
    if np.allclose(got, wide, rtol=RTOL, atol=ATOL, equal_nan=True):
        return None
    return f"values differ by up to {np.nanmax(np.abs(got - wide)):.3g}"


def resize(test: NodeTest, inputs: List[np.ndarray]) -> Optional[Tuple[List, List]]:
    """Inputs of other sizes and the outputs that the reference gives for them.

    Dimensions above 1 grow by one, equal ones alike; where the graph refuses
    that, 1-D integer inputs (shapes, axes) keep their size. None where the
    reference evaluator does not reproduce the recorded outputs or refuses all,
    and for sizes of a Split, which it does not check against the dimension. The
    lists of a Slice never grow: it takes more numbers than there are dimensions.
    Ranks stay as the model declares them.
    """
    from onnx.reference import ReferenceEvaluator
    if any(node.op_type == "Split" and len(node.input) > 1 for node in test.model.graph.node):
        return None
    names = [value.name for value in test.model.graph.input]

    def run(values: List[np.ndarray]) -> Optional[List[np.ndarray]]:
        try:
            with np.errstate(all="ignore"):
                results = ReferenceEvaluator(test.symbolic_model()).run(
                    None, dict(zip(names, values)))
            return [np.asarray(r) for r in results]
        except Exception:  # noqa: BLE001: the evaluator raises anything
            return None

    recorded = run(inputs)
    if recorded is None or any(difference(e, to_npy(a)) for e, a in
                               zip(test.values("output"), recorded)):
        return None

    def grow(value: np.ndarray, keep: bool) -> np.ndarray:
        if keep and value.ndim == 1 and value.dtype.kind in "iu":
            return value
        return np.resize(value, [d + 1 if d > 1 else d for d in value.shape])

    slices = any(node.op_type == "Slice" for node in test.model.graph.node)
    for keep in (True,) if slices else (False, True):
        grown = [grow(value, keep) for value in inputs]
        if all(a.shape == b.shape for a, b in zip(grown, inputs)):
            continue
        results = run(grown)
        if results is not None and all(a.ndim == b.ndim for a, b in zip(recorded, results)):
            return grown, results
    return None


def call(tool: str, *arguments: str) -> subprocess.CompletedProcess:
    """Runs a tool with one thread (tests run side by side)."""
    return subprocess.run([tool, *arguments], capture_output=True, text=True, errors="replace",
                          timeout=120)


def error_lines(text: str) -> List[str]:
    return [line for line in text.splitlines() if "error" in line]


def last_line(text: str) -> str:
    return (error_lines(text) or [text.strip()[-200:]])[0][:200]


def is_refusal(result: subprocess.CompletedProcess) -> bool:
    """Whether all that gg-compile complained of are operators without support, or
    forms or types of them. Anything else is an error of the compiler's."""
    errors = error_lines(result.stderr)
    return (result.returncode == 1 and bool(errors)
            and all(re.search(r"\b(operator|op) .*\bnot supported\b", line) for line in errors))


def run_test(folder: str, binaries: str, symbolic: bool, options: Tuple[str, ...]) -> Outcome:
    """Compiles and runs one test."""
    test = NodeTest(folder)

    def outcome(status: str, message: str = "", sizes: int = 0) -> Outcome:
        return Outcome(test.name, test.operator, test.p0, status, message, sizes)

    if not test.tensors:
        return outcome("unsupported", "sequence or optional types")
    inputs, outputs = test.values("input"), test.values("output")
    scratch = tempfile.mkdtemp(prefix="gg-node-")
    try:
        model, artifact = os.path.join(folder, "model.onnx"), os.path.join(scratch, "m.gg")
        if symbolic:
            model = os.path.join(scratch, "model.onnx")
            onnx.save(test.symbolic_model(), model)
        result = call(os.path.join(binaries, "gg-compile"), model, "-o", artifact, *options)
        if result.returncode:
            return outcome("unsupported" if is_refusal(result) else "failed",
                           f"gg-compile exit {result.returncode}: {last_line(result.stderr)}")
        cases = [(inputs, outputs)]
        if symbolic:
            cases += filter(None, [resize(test, inputs)])
        for case, (values, expected) in enumerate(cases):
            error = run_case(test, os.path.join(binaries, "gg-run"), artifact,
                             os.path.join(scratch, str(case)), values, expected)
            if error:
                return outcome("failed", error if case == 0 else "second size: " + error)
        return outcome("passed", sizes=len(cases))
    except subprocess.TimeoutExpired as error:
        return outcome("failed", f"{os.path.basename(error.cmd[0])} did not finish")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def run_case(test: NodeTest, runner: str, artifact: str, folder: str, inputs: List[np.ndarray],
             expected: List[np.ndarray]) -> Optional[str]:
    """Runs the artifact once; why it is wrong, or None."""
    os.makedirs(folder)
    words: List[str] = []
    for value, array in zip(test.model.graph.input, inputs):
        path = os.path.join(folder, f"in{len(words)}.npy")
        np.save(path, to_npy(array))
        words += ["--input", f"{value.name}={path}"]
    result = call(runner, artifact, *words, "--output-dir", folder, "--threads", "1")
    if result.returncode:
        return f"gg-run exit {result.returncode}: {last_line(result.stderr)}"
    for value, array in zip(test.model.graph.output, expected):
        path = os.path.join(folder, value.name.replace("/", "_") + ".npy")
        if not os.path.exists(path):
            return f"no output {value.name}"
        error = difference(array, np.load(path))
        if error:
            return f"{value.name}: {error}"
    return None


def run_suite(root: str, binaries: str, p0: bool = False, symbolic: bool = False,
              pattern: str = "", jobs: int = 2,
              options: Tuple[str, ...] = ()) -> List[Outcome]:
    """All outcomes, in the order of the folders' names."""
    folders = [os.path.join(root, name) for name in sorted(os.listdir(root))
               if re.search(pattern, name)]
    if p0:
        folders = [folder for folder in folders if NodeTest(folder).p0]
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(lambda f: run_test(f, binaries, symbolic, options), folders))


def table(outcomes: List[Outcome]) -> str:
    """Passed, failed and unsupported by operator."""
    rows: Dict[str, collections.Counter] = collections.defaultdict(collections.Counter)
    for outcome in outcomes:
        rows[outcome.operator][outcome.status] += 1
    lines = [f"{'operator':28}{'passed':>8}{'failed':>8}{'unsupported':>13}"]
    for operator in sorted(rows):
        row = rows[operator]
        lines.append(f"{operator:28}{row['passed']:8}{row['failed']:8}{row['unsupported']:13}")
    count = collections.Counter(outcome.status for outcome in outcomes)
    first = sum(outcome.p0 and outcome.status == "passed" for outcome in outcomes)
    lines.append(f"nodes: {count['passed']} passed, {count['failed']} failed, "
                 f"{count['unsupported']} unsupported of {len(outcomes)}; P0: {first} passed of "
                 f"{sum(outcome.p0 for outcome in outcomes)}; at two sizes: "
                 f"{sum(outcome.sizes > 1 for outcome in outcomes)}")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="the folder of the suite's tests")
    parser.add_argument("--p0", action="store_true", help="only tests of P0 operators")
    parser.add_argument("--symbolic", action="store_true", help="make input dimensions unknown")
    parser.add_argument("--filter", default="", help="only tests whose name matches")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="tests at a time")
    parser.add_argument("--verbose", action="store_true", help="also list what is unsupported")
    args = parser.parse_args()
    here = os.path.dirname(os.path.abspath(__file__))
    binaries = os.environ.get("GG_BIN", os.path.join(here, "..", "..", "build", "bin"))
    outcomes = run_suite(args.folder, binaries, args.p0, args.symbolic, args.filter, args.jobs)
    for outcome in outcomes:
        if outcome.status == "failed" or args.verbose and outcome.status == "unsupported":
            print(f"{outcome.status}: {outcome.name} ({outcome.operator}): {outcome.message}")
    print(table(outcomes))
    return int(any(outcome.status == "failed" for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
