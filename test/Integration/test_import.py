"""Every shared graph imports, or what hinders is said."""

import glob
import os
import re

from gg_tools import run_tool
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
