"""The small form of a weights file: a second reader of the format, written from
its description, gets the bytes that a packed artifact has."""

import json
import os
import shutil
import struct
import subprocess

import numpy as np
import pytest
import zstandard

from gg.graph import write_onnx
from gg.models import tiny_llama
from gg_tools import check_error, compile_model, run_tool, tree_bytes

CODES = ["zstd", "exp-golomb"]
FRAME = 1 << 20
ELEMENT = {"f32": 4, "i64": 8, "bf16": 2, "rf8.e4r3": 1, "bool": 1, "i32": 4}
PROMPT = np.array([[5, 17, 2, 40, 33, 8, 61, 12, 3]])


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "model.onnx"
    write_onnx(tiny_llama(), path)
    return path


def decode_exp_golomb(frame, size):
    """The frame's bits as a string: slow, and plain."""
    order, ranks = frame[0], frame[1] + 1
    values = frame[2:2 + ranks]
    bits = "".join(f"{byte:08b}" for byte in frame[2 + ranks:-8])
    result, at = bytearray(), 0
    while len(result) < size:
        zeros = bits.index("1", at) - at
        end = at + 2 * zeros + 1 + order
        result.append(values[int(bits[at:end], 2) - (1 << order)])
        at = end
    assert set(bits[at:]) <= {"0"} and len(bits) - at < 8
    return bytes(result)


def decode_frame(code, frame, size, width):
    if code == "raw":
        return frame
    if code == "zstd":
        planes = zstandard.ZstdDecompressor().decompress(frame, max_output_size=size)
    else:
        planes = decode_exp_golomb(frame, size)
    assert len(planes) == size
    whole = size // width * width
    elements = np.frombuffer(planes[:whole], np.uint8).reshape(width, -1).T
    return elements.tobytes() + planes[whole:]


def read_payload(folder):
    """The payload of an artifact of either form, and its manifest."""
    with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
        manifest = json.load(file)
    with open(os.path.join(folder, "weights.ggw"), "rb") as file:
        data = file.read()
    assert data[:4] == b"GGW\0" and struct.unpack_from("<H", data, 4) == (3,)
    offset, stored = struct.unpack_from("<2Q", data, 72)
    assert manifest["stored_bytes"] == stored and len(data) == offset + stored
    if manifest["store"] == "packed":
        return data[offset:], manifest
    payload = bytearray(manifest["resident_bytes"])
    for tensor in manifest["tensors"]:
        at, end = tensor["offset"], tensor["offset"] + tensor["bytes"]
        for frame in tensor["frames"]:
            size = min(FRAME, end - at)
            payload[at:at + size] = decode_frame(frame["code"], data[offset:offset + frame["bytes"]],
                                                 size, ELEMENT[tensor["type"]])
            offset, at = offset + frame["bytes"], at + size
        assert at == end
    assert offset == len(data)
    return bytes(payload), manifest


RF8 = ("--weights", "rf8", "--context", 32)


def small(code):
    return ("--store", "small", "--code", code)


@pytest.mark.parametrize("weights, code", [("f32", "zstd"), ("bf16", "zstd"), ("rf8", "zstd"),
                                           ("rf8", "exp-golomb")])
def test_expands_to_the_packed_bytes(weights, code, model, artifacts, tmp_path):
    options = ("--weights", weights, "--context", 32)
    packed, stored = artifacts(model, *options), artifacts(model, *options, *small(code))
    payload, manifest = read_payload(stored.path)
    expected, of_packed = read_payload(packed.path)
    assert payload == expected
    assert [tensor["checksum"] for tensor in manifest["tensors"]] == \
        [tensor["checksum"] for tensor in of_packed["tensors"]]
    assert code in {frame["code"] for tensor in manifest["tensors"] for frame in tensor["frames"]}
    assert np.array_equal(stored.logits(PROMPT, tmp_path), packed.logits(PROMPT, tmp_path))


@pytest.mark.parametrize("code", CODES)
def test_bytes_repeat(code, model, artifacts, tmp_path):
    again = compile_model(model, tmp_path / "again.gg", *RF8, *small(code))
    assert tree_bytes(artifacts(model, *RF8, *small(code)).path) == tree_bytes(again.path)


def test_says_its_sizes(model, artifacts):
    artifact = artifacts(model, *RF8, *small("zstd"))
    size = os.path.getsize(os.path.join(artifact.path, "weights.ggw"))
    manifest = read_payload(artifact.path)[1]
    weights = sum(tensor["bytes"] for tensor in manifest["tensors"]
                  if tensor["type"] == "rf8.e4r3")
    info = artifact.run("--info")
    assert f"stored small: {size} bytes, {size * 8 / weights:.3f} bits for each of {weights} " \
        "weights" in info
    assert f"resident: {manifest['resident_bytes']} bytes, expanded when loaded" in info
    assert "frames" in artifact.run("--verify")


@pytest.mark.parametrize("code", CODES)
def test_damage_is_found(code, model, artifacts, tmp_path):
    """A flipped bit anywhere, and a truncation, are errors and not crashes."""
    folder = shutil.copytree(artifacts(model, *RF8, *small(code)).path, tmp_path / "m.gg")
    path = folder / "weights.ggw"
    good = path.read_bytes()
    (offset,) = struct.unpack_from("<Q", good, 72)
    for at in [1, 9, 140, *np.linspace(offset, len(good) - 1, 6, dtype=int)]:
        path.write_bytes(good[:at] + bytes([good[at] ^ 1 << at % 8]) + good[at + 1:])
        for mode in (("--tokens", "1", "-n", "1"), ("--verify",)):
            check_error(run_tool("gg-run", folder, *mode), "weights.ggw: ")
    for size in (0, 50, offset, len(good) - 1):
        path.write_bytes(good[:size])
        check_error(run_tool("gg-run", folder, "--verify"), "weights.ggw: ")


WITHOUT_ZSTD = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>
void *dlopen(const char *name, int mode) {
  void *(*next)(const char *, int) = dlsym(RTLD_NEXT, "dlopen");
  return name && strstr(name, "libzstd") ? 0 : next(name, mode);
}
"""


def test_without_zstandard(model, artifacts, tmp_path):
    """On a machine that has no libzstd."""
    stub, source = tmp_path / "stub.so", tmp_path / "stub.c"
    source.write_text(WITHOUT_ZSTD)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", stub, source, "-ldl"], check=True)
    for mode in (("--tokens", "1", "-n", "1"), ("--verify",)):
        result = run_tool("gg-run", artifacts(model, *RF8, *small("zstd")).path, *mode,
                          environment={"LD_PRELOAD": str(stub)})
        check_error(result, "weights.ggw: needs libzstd.so.1, which this machine lacks: install it, "
                            "or compile the model with --store packed or --code exp-golomb")
    artifacts(model, *RF8, *small("exp-golomb")).run("--verify")
