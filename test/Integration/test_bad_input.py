"""Bad input through the tools: one clear error, exit code 1, nothing written."""

import os
import shutil

import numpy as np
import onnx
import pytest
from gg.graph import write_onnx
from gg.models import tiny_llama
from gg_tools import check_error, compile_model, run_tool
from onnx import TensorProto, helper


@pytest.fixture()
def model(tmp_path):
    write_onnx(tiny_llama(layers=1), tmp_path / "model.onnx")
    return tmp_path / "model.onnx"


@pytest.fixture(scope="module")
def artifact(tmp_path_factory):
    folder = tmp_path_factory.mktemp("good")
    write_onnx(tiny_llama(layers=1), folder / "model.onnx")
    return compile_model(folder / "model.onnx", folder / "m.gg", "--context", 32, "--weights",
                         "rf8", "--rounding", "nearest").path


def refused(path, pattern="", *options):
    """gg-compile must refuse ``path`` and leave nothing behind."""
    folder = os.path.dirname(path)
    before = sorted(os.listdir(folder))
    message = check_error(run_tool("gg-compile", path, "-o", os.path.join(folder, "out.gg"),
                                   *options), pattern)
    assert sorted(os.listdir(folder)) == before, "something half-written was left"
    return message


@pytest.mark.parametrize("length", [0, 1, 2, 100, 1000, 5000])
def test_truncated_protobuf(length, model):
    data = model.read_bytes()
    model.write_bytes(data[:min(length, len(data) - 1)])
    refused(model)


def test_flipped_bits_never_crash(model, tmp_path):
    """Each flipped bit compiles or is refused; no other exit code."""
    data, rng = bytearray(model.read_bytes()), np.random.default_rng(0)
    for _ in range(60):
        at, bit = int(rng.integers(len(data))), 1 << int(rng.integers(8))
        data[at] ^= bit
        model.write_bytes(bytes(data))
        result = run_tool("gg-compile", model, "-o", tmp_path / "out.gg", "--context", 32)
        assert result.returncode in (0, 1), (at, bit, result.returncode, result.stderr[-2000:])
        if result.returncode == 1:
            assert result.stderr.strip() and not (tmp_path / "out.gg").exists()
        shutil.rmtree(tmp_path / "out.gg", ignore_errors=True)
        data[at] ^= bit


def test_missing_model(tmp_path):
    refused(tmp_path / "none.onnx", "none.onnx")


def test_external_data_missing_and_short(model, tmp_path):
    data = tmp_path / "model.onnx.data"
    content = data.read_bytes()
    data.write_bytes(content[:-64])
    refused(model, "model.onnx.data")
    data.unlink()
    refused(model, "model.onnx.data")


@pytest.mark.parametrize("location", ["../model.onnx.data", "/etc/passwd", "a/../../x", ""])
def test_external_data_location(location, model):
    graph = onnx.load(model, load_external_data=False)
    entry = next(e for t in graph.graph.initializer for e in t.external_data
                 if e.key == "location")
    entry.value = location
    onnx.save(graph, model)
    refused(model)


@pytest.mark.parametrize("key,value", [("offset", "-1"), ("offset", "99999999999999999999"),
                                       ("offset", "1x"), ("length", "-8"), ("length", "12")])
def test_external_data_bounds(key, value, model):
    graph = onnx.load(model, load_external_data=False)
    entry = next(e for t in graph.graph.initializer for e in t.external_data if e.key == key)
    entry.value = value
    onnx.save(graph, model)
    refused(model)


def small_model(path, nodes, initializers=(), inputs=None, opsets=((("", 21)),)):
    x = inputs or [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 3])]
    graph = helper.make_graph(nodes, "g", x,
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
                              list(initializers))
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid(*o) for o in opsets]),
              path)
    return path


def test_unsupported_operators_are_listed_at_once(tmp_path):
    nodes = [helper.make_node("FooNorm", ["x"], ["a"], name="first", domain="acme"),
             helper.make_node("LSTM", ["a", "x", "x"], ["b"], name="second", hidden_size=3),
             helper.make_node("BarMix", ["b"], ["y"], name="third", domain="acme")]
    path = small_model(tmp_path / "m.onnx", nodes, opsets=(("", 21), ("acme", 1)))
    message = refused(path)
    for word in ("FooNorm", "LSTM", "BarMix", "first", "second", "third"):
        assert word in message


def test_import_only_operators_are_not_called_supported(tmp_path):
    nodes = [helper.make_node("MatMulNBits", ["x", "w", "s"], ["y"], name="blocks",
                              domain="com.microsoft", K=32, N=32, bits=4, block_size=32)]
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 32])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 32])],
        [helper.make_tensor("w", TensorProto.UINT8, [32, 1, 16], np.zeros(512, int)),
         helper.make_tensor("s", TensorProto.FLOAT, [32], np.ones(32))])
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets), tmp_path / "m.onnx")
    refused(tmp_path / "m.onnx", "node .blocks.: .*op is not supported")
    result = run_tool("gg-compile", "--check", tmp_path / "m.onnx")
    assert result.returncode == 1 and "MatMulNBits (version 1), 1 nodes: not supported" in result.stdout


def test_unsupported_forms_are_listed_at_once(tmp_path):
    """What the operator tables know, but no conversion: every node, and why."""
    nodes = [helper.make_node("Dropout", ["x", "", "train"], ["a"], "first_drop"),
             helper.make_node("Neg", ["a"], ["b"], "neg"),
             helper.make_node("Dropout", ["b", "", "train"], ["c"], "second_drop"),
             helper.make_node("Cast", ["c"], ["y"], "scales", to=TensorProto.FLOAT8E8M0)]
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2])],
        [helper.make_tensor_value_info("c", TensorProto.FLOAT, [2])],
        [helper.make_tensor("train", TensorProto.BOOL, [], [True])])
    graph.node.append(helper.make_node("CastLike", ["y", "x"], ["z"], "back"))
    graph.output.append(helper.make_tensor_value_info("z", TensorProto.FLOAT, [2]))
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 24)]),
              tmp_path / "m.onnx")
    message = refused(tmp_path / "m.onnx")
    for name, reason in (("first_drop", "training mode"), ("second_drop", "training mode"),
                         ("scales", "from 'f32' to 'f8E8M0FNU'"),
                         ("back", "from 'f8E8M0FNU' to 'f32'")):
        assert f"node '{name}': " in message and f"op is not supported: {reason}" in message
    assert message.count("error:") == 4 and "legalize" not in message, message


def test_wrong_shapes_types_and_wiring(tmp_path):
    def weight(*dims):
        return helper.make_tensor("w", TensorProto.FLOAT, dims, np.zeros(dims).ravel())

    cases = {
        "shapes": ([helper.make_node("MatMul", ["x", "w"], ["y"], name="mm")], [weight(4, 5)]),
        "types": ([helper.make_node("Add", ["x", "w"], ["y"], name="add")],
                  [helper.make_tensor("w", TensorProto.INT64, [1], [1])]),
        "undefined": ([helper.make_node("Add", ["x", "nowhere"], ["y"], name="add")], []),
        "cycle": ([helper.make_node("Add", ["x", "b"], ["a"], name="one"),
                   helper.make_node("Add", ["x", "a"], ["b"], name="two"),
                   helper.make_node("Add", ["a", "b"], ["y"], name="three")], []),
        "arity": ([helper.make_node("Add", ["x"], ["y"], name="add")], []),
        "attribute": ([helper.make_node("Transpose", ["x"], ["y"], name="t", perm=[0, 7])], []),
        "axis": ([helper.make_node("Softmax", ["x"], ["y"], name="s", axis=9)], []),
    }
    for name, (nodes, initializers) in cases.items():
        refused(small_model(tmp_path / "m.onnx", nodes, initializers))
    # A tensor whose bytes are fewer than its shape says.
    short = weight(4, 5)
    short.ClearField("float_data")
    short.raw_data = b"\0" * 12
    refused(small_model(tmp_path / "m.onnx",
                        [helper.make_node("MatMul", ["x", "w"], ["y"], name="mm")], [short]))


def test_future_opset(tmp_path):
    path = small_model(tmp_path / "m.onnx", [helper.make_node("Relu", ["x"], ["y"], name="r")],
                       opsets=(("", 99),))
    refused(path, "99")


def test_bad_options(model):
    for options in (("--weights", "int3"), ("--cpu", "pentium9000"), ("--context", "0"),
                    ("--context", "-4"), ("--batch", "0"), ("--scale", "group:0"),
                    ("--emit", "poem"), ("--no-such-option",)):
        refused(model, "", *options)


def test_nan_weight_names_its_tensor(tmp_path):
    decoder = tiny_llama(layers=1)
    load = decoder._load

    def poisoned(name):
        values = np.array(load(name))
        if name == "layers.0.gate":
            values[3, 4] = np.nan
        return values

    decoder._load = poisoned
    write_onnx(decoder, tmp_path / "model.onnx")
    refused(tmp_path / "model.onnx", r"layers\.0\.gate", "--weights", "rf8",
            "--rounding", "nearest")


# -- artifacts -----------------------------------------------------------------


def copy(artifact, tmp_path):
    return shutil.copytree(artifact, tmp_path / "copy.gg")


def flip(path, at):
    data = bytearray(path.read_bytes())
    data[at] ^= 0x10
    path.write_bytes(bytes(data))


def code_files(folder):
    return [folder / name for name in os.listdir(folder) if name.startswith("code.")]


def run_refused(folder, pattern="", *options):
    words = options or ("--tokens", "1,2", "-n", "2")
    return check_error(run_tool("gg-run", folder, *words), pattern)


@pytest.mark.parametrize("at", [0, 2, 4, 8, 20, 40])
def test_corrupt_header(at, artifact, tmp_path):
    folder = copy(artifact, tmp_path)
    flip(folder / "weights.ggw", at)
    run_refused(folder)


def test_corrupt_code(artifact, tmp_path):
    folder = copy(artifact, tmp_path)
    code = code_files(folder)[0]
    flip(code, code.stat().st_size // 2)
    run_refused(folder, "checksum")


def test_corrupt_payload_is_found_by_verify(artifact, tmp_path):
    folder = copy(artifact, tmp_path)
    flip(folder / "weights.ggw", (folder / "weights.ggw").stat().st_size - 5)
    run_refused(folder, "", "--verify")


def test_truncated_and_missing_files(artifact, tmp_path):
    folder = copy(artifact, tmp_path)
    weights = folder / "weights.ggw"
    content = weights.read_bytes()
    for length in (0, 3, 64, 4096, len(content) - 1):
        weights.write_bytes(content[:length])
        run_refused(folder)
    weights.write_bytes(content)
    for code in code_files(folder):
        code.unlink()
    run_refused(folder)
    run_refused(tmp_path / "nothing.gg", "nothing.gg")


def test_foreign_artifact(artifact, tmp_path):
    folder = copy(artifact, tmp_path)
    (folder / "weights.ggw").write_bytes(b"PK\3\4" + b"x" * 8192)
    run_refused(folder)


def test_newer_major_version(artifact, tmp_path):
    """The major version follows the magic; a newer one is refused by number."""
    folder = copy(artifact, tmp_path)
    data = bytearray((folder / "weights.ggw").read_bytes())
    data[4] += 1
    (folder / "weights.ggw").write_bytes(bytes(data))
    run_refused(folder, "version")


def test_cpu_without_the_features(model, tmp_path):
    """Code for a CPU that this one is not."""
    artifact = compile_model(model, tmp_path / "m.gg", "--cpu", "x86-64-v4+amx-tile+amx-fp16",
                             "--context", 32)
    if "amx_fp16" in open("/proc/cpuinfo").read():
        pytest.skip("this CPU has every feature the test asks for")
    run_refused(artifact.path, "amx")


def test_token_ids_out_of_range(artifact):
    run_refused(artifact, "97", "--tokens", "1,97", "-n", "1")
    run_refused(artifact, "", "--tokens=-3", "-n", "1")
    run_refused(artifact, "", "--tokens", "1,two", "-n", "1")
    run_refused(artifact, "", "--tokens", "", "-n", "1")


def test_bad_npy(artifact, tmp_path):
    def ids(array):
        np.save(tmp_path / "ids.npy", array)
        run_refused(artifact, "", "--tokens-file", tmp_path / "ids.npy", "--logits",
                    tmp_path / "out.npy")
        assert not (tmp_path / "out.npy").exists()

    ids(np.zeros((1, 3), np.float32))
    ids(np.zeros(3, np.int64))
    ids(np.full((1, 3), 97))
    ids(np.full((1, 3), -1))
    (tmp_path / "ids.npy").write_bytes(b"\x93NUMPY\x01\x00\xff\xff{")
    run_refused(artifact, "", "--tokens-file", tmp_path / "ids.npy", "--logits",
                tmp_path / "out.npy")


def test_tensor_inputs_are_checked(tmp_path):
    path = small_model(tmp_path / "m.onnx", [helper.make_node("Relu", ["x"], ["y"], name="r")])
    folder = compile_model(path, tmp_path / "m.gg").path
    np.save(tmp_path / "good.npy", np.zeros((2, 3), np.float32))
    np.save(tmp_path / "shape.npy", np.zeros((3, 2), np.float32))
    np.save(tmp_path / "type.npy", np.zeros((2, 3), np.int32))
    for words in ((f"x={tmp_path}/shape.npy",), (f"x={tmp_path}/type.npy",),
                  (f"z={tmp_path}/good.npy",), (f"x={tmp_path}/absent.npy",), ("x",)):
        run_refused(folder, "", "--input", *words, "--output-dir", tmp_path)
    run_refused(folder, "x", "--output-dir", tmp_path)


def test_run_time_index_out_of_range(tmp_path):
    """A check that only the run can make: an index past the end of its axis."""
    i = helper.make_tensor_value_info("i", TensorProto.INT64, ["n"])
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["m", 3])
    path = small_model(tmp_path / "m.onnx",
                       [helper.make_node("Gather", ["x", "i"], ["y"], name="pick")],
                       inputs=[x, i])
    folder = compile_model(path, tmp_path / "m.gg").path
    np.save(tmp_path / "x.npy", np.zeros((4, 3), np.float32))
    np.save(tmp_path / "i.npy", np.array([0, 4]))
    run_refused(folder, "pick", "--input", f"x={tmp_path}/x.npy", "--input",
                f"i={tmp_path}/i.npy", "--output-dir", tmp_path)
