"""Cast between element types, 8-bit floats and integers of 2 and 4 bits among
them, against NumPy, ml_dtypes and Python integers."""

import ml_dtypes
import numpy as np
import onnx
import pytest
from gg_tools import check_error, compile_model, run_tool
from node_suite import to_npy
from onnx import TensorProto, helper

FLOATS = {
    "FLOAT": np.float32, "FLOAT16": np.float16, "DOUBLE": np.float64,
    "BFLOAT16": ml_dtypes.bfloat16,
}
FLOAT8 = {
    "FLOAT8E4M3FN": ml_dtypes.float8_e4m3fn, "FLOAT8E4M3FNUZ": ml_dtypes.float8_e4m3fnuz,
    "FLOAT8E5M2": ml_dtypes.float8_e5m2, "FLOAT8E5M2FNUZ": ml_dtypes.float8_e5m2fnuz,
}
#: Bits and whether there is a sign.
NARROW = {"INT4": (4, True), "UINT4": (4, False), "INT2": (2, True), "UINT2": (2, False)}
INTEGERS = {"INT8": (8, True), "UINT8": (8, False), "INT32": (32, True), "UINT32": (32, False),
            "INT64": (64, True), "UINT64": (64, False), "BOOL": (1, False)}
BITS = {**NARROW, **INTEGERS}
TYPES = [*FLOATS, *FLOAT8, *NARROW, *INTEGERS]


def is_float(name):
    return name in FLOATS or name in FLOAT8


def dtype_of(name):
    return np.dtype(FLOATS.get(name) or FLOAT8.get(name)
                    or helper.tensor_dtype_to_np_dtype(getattr(TensorProto, name)))


def stored_dtype(name):
    """What .npy files hold elements of the type as."""
    return to_npy(np.zeros(1, dtype_of(name))).dtype


def elements(name):
    """Elements of a type: every one that there is, up to 16 bits of it; else
    ties, limits and random numbers."""
    if name in FLOAT8:
        return np.arange(256, dtype=np.uint8).view(dtype_of(name))
    if name in ("FLOAT16", "BFLOAT16"):
        return np.arange(65536, dtype=np.uint16).view(dtype_of(name))
    rng = np.random.default_rng(3)
    if name in FLOATS:
        codes = np.concatenate([np.arange(256, dtype=np.uint8).view(t).astype(np.float64)
                                for t in FLOAT8.values()])
        codes = np.unique(codes[np.isfinite(codes)])
        ties = (codes[:-1] + codes[1:]) / 2
        values = np.concatenate([
            codes, ties, np.nextafter(ties, np.inf), np.nextafter(ties, -np.inf),
            np.nextafter(ties.astype(np.float32), np.float32(np.inf)),
            rng.standard_normal(500) * 10.0 ** rng.integers(-9, 9, 500),
            [0.0, -0.0, np.inf, -np.inf, np.nan, 448.0, 464.0, 465.0, 1e30, 5e-324]])
        with np.errstate(over="ignore"):
            return values.astype(dtype_of(name))
    bits, signed = BITS[name]
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    if bits <= 8:
        return np.arange(low, high + 1).astype(dtype_of(name))
    values = [low, high, low + 1, high - 1, 0, 1, 7, 8, 9, 15, 16, 17, 127, 128, 129, 255, 256,
              448, 463, 464, 465, 57344, 61439, 61440, 61441, *range(1000, 1300)]
    if signed:
        values += [-value for value in values[4:]]
    return np.array(values, dtype_of(name))


def wrap(value, bits, signed):
    """The integer with the same low bits."""
    value &= (1 << bits) - 1
    return value - (1 << bits) if signed and value >> (bits - 1) else value


def to_float8(wide, name, saturate):
    """The nearest numbers of an 8-bit type, a tie to the even code. (ml_dtypes rounds
    float64 twice.)"""
    dtype = dtype_of(name)
    numbers = np.arange(128, dtype=np.uint8).view(dtype).astype(np.float64)
    numbers = numbers[np.isfinite(numbers)]
    limits = np.append(numbers[:-1] + numbers[1:], 3 * numbers[-1] - numbers[-2]) / 2
    codes = np.searchsorted(limits, abs(wide), side="left")
    codes += (abs(wide) == np.append(limits, np.nan)[codes]) & (codes % 2 == 1)
    nan = int(np.array(np.nan, dtype).view(np.uint8))
    beyond = {True: len(numbers) - 1, False: 0x7c if name == "FLOAT8E5M2" else nan}[saturate]
    codes = np.where(codes >= len(numbers), beyond, codes)
    if name.endswith("UZ"):  # no negative zero
        codes = np.where((codes > 0) & np.signbit(wide), codes | 0x80, codes)
    else:
        codes |= np.where(np.signbit(wide), 0x80, 0)
    return np.where(np.isnan(wide), nan, codes).astype(np.uint8).view(dtype)


def expected_of(values, source, target, saturate):
    """The standard's result, and where it says one."""
    defined = np.ones(values.shape, bool)
    if target == "BOOL":
        return values.astype(np.float64) != 0, defined
    if is_float(target):
        wide = values.astype(np.float64)
        if target in FLOAT8:
            return to_float8(wide, target, saturate), defined
        with np.errstate(over="ignore"):
            return wide.astype(dtype_of(target)), defined
    bits, signed = BITS[target]
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    if is_float(source):
        wide = np.trunc(values.astype(np.float64))
        defined = (wide >= low) & (wide < high + 1)
        numbers = [int(x) if ok else 0 for x, ok in zip(wide, defined)]
    else:
        numbers = [wrap(int(x), bits, signed) for x in values]
    return np.array(numbers, stored_dtype(target)), defined


def cast_model(path, source, targets, like):
    """A graph with a Cast (or CastLike) of its input to each of the targets."""
    nodes, outputs, constants = [], [], []
    for target, saturate in targets:
        name, kind = f"{target}_{saturate}", getattr(TensorProto, target)
        options = {"saturate": int(saturate)} if target in FLOAT8 else {}
        if like:
            constants.append(helper.make_tensor(f"like_{name}", kind, [1], [1]))
            nodes.append(helper.make_node("CastLike", ["x", f"like_{name}"], [name], **options))
        else:
            nodes.append(helper.make_node("Cast", ["x"], [name], to=kind, **options))
        outputs.append(helper.make_tensor_value_info(name, kind, ["n"]))
    graph = helper.make_graph(
        nodes, "casts", [helper.make_tensor_value_info("x", getattr(TensorProto, source), ["n"])],
        outputs, constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 25)], ir_version=13),
              path)


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize("like", [False, True], ids=["Cast", "CastLike"])
@pytest.mark.parametrize("source", TYPES)
def test_casts(source, like, tmp_path):
    """From one type to all others, both saturating and not."""
    targets = [(target, saturate) for target in TYPES if target != source
               for saturate in ((True, False) if target in FLOAT8 else (True,))]
    cast_model(tmp_path / "m.onnx", source, targets, like)
    values = elements(source)
    artifact = compile_model(tmp_path / "m.onnx", tmp_path / "m.gg")
    outputs = artifact.tensors({"x": to_npy(values)}, [f"{t}_{s}" for t, s in targets], tmp_path)
    for target, saturate in targets:
        actual = outputs[f"{target}_{saturate}"]
        expected, defined = expected_of(values, source, target, saturate)
        assert actual.dtype == stored_dtype(target)
        if not is_float(target):
            wrong = defined & (actual != expected)
        else:
            actual = actual.view(dtype_of(target))
            nan = np.isnan(expected.astype(np.float64))
            unsigned = f"u{expected.dtype.itemsize}"
            wrong = np.where(nan, ~np.isnan(actual.astype(np.float64)),
                             actual.view(unsigned) != expected.view(unsigned))
        assert not wrong.any(), (target, saturate, values[wrong][:4], actual[wrong][:4],
                                 expected[wrong][:4])


@pytest.mark.parametrize("name", [*FLOAT8, *NARROW])
@pytest.mark.parametrize("count", [10, 5003])
def test_constants(name, count, tmp_path):
    """Small and large initializers, packed where the standard packs them, that
    ops move before they are cast."""
    kind, rng = getattr(TensorProto, name), np.random.default_rng(count)
    codes = elements(name)
    values = codes[rng.integers(0, len(codes), count)]
    if name in FLOAT8:
        values = np.where(np.isfinite(values.astype(np.float32)), values, codes[1])
    tensor = onnx.numpy_helper.from_array(values, "w")
    assert tensor.data_type == kind
    picks = rng.integers(0, count, 100)
    graph = helper.make_graph(
        [helper.make_node("Gather", ["w", "i"], ["picked"]),
         helper.make_node("Unsqueeze", ["picked", "axis"], ["row"]),
         helper.make_node("Concat", ["row", "row"], ["rows"], axis=0),
         helper.make_node("Transpose", ["rows"], ["columns"]),
         helper.make_node("Cast", ["columns"], ["y"], to=TensorProto.FLOAT)],
        "constants", [helper.make_tensor_value_info("i", TensorProto.INT64, [100])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [100, 2])],
        [tensor, helper.make_tensor("axis", TensorProto.INT64, [1], [0])])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 25)], ir_version=13),
              tmp_path / "m.onnx")
    artifact = compile_model(tmp_path / "m.onnx", tmp_path / "m.gg")
    actual = artifact.tensors({"i": picks}, ["y"], tmp_path)["y"]
    expected = values[picks].astype(np.float32)
    np.testing.assert_array_equal(actual, np.stack([expected, expected], axis=1))


@pytest.mark.parametrize("name, bad", [("INT4", 8), ("UINT4", 16), ("INT2", -3), ("UINT2", 4)])
def test_out_of_range(name, bad, tmp_path):
    """A byte that is no number of the type is refused."""
    cast_model(tmp_path / "m.onnx", name, [("FLOAT", True)], False)
    artifact = compile_model(tmp_path / "m.onnx", tmp_path / "m.gg")
    np.save(tmp_path / "x.npy", np.array([0, 1, bad], stored_dtype(name)))
    check_error(run_tool("gg-run", artifact.path, "--input", f"x={tmp_path / 'x.npy'}",
                         "--output-dir", tmp_path / "out"), f"from .* to .* but got {bad}")


def test_types_without_support(tmp_path):
    """Inputs and outputs of the standard's other small floats are refused by name."""
    cast_model(tmp_path / "m.onnx", "FLOAT", [("FLOAT4E2M1", True)], False)
    check_error(run_tool("gg-compile", tmp_path / "m.onnx", "-o", tmp_path / "m.gg"),
                "elements of type 'f4E2M1FN', as in 'FLOAT4E2M1_True', are not supported")
