"""MLIR functions compiled to a library that the test itself calls."""

from __future__ import annotations

import ctypes
import os
import subprocess
import tempfile
from typing import Sequence

import numpy as np
from gg_tools import tool
from machine import IS_FOREIGN, LAUNCHER, RUN_BIN, TRIPLE

LLVM_BIN = os.environ.get("GG_LLVM_BIN", "/usr/lib/llvm-22/bin")

_TO_LLVM = """-canonicalize -cse -convert-vector-to-scf
-convert-vector-to-llvm=enable-x86vector=true -convert-scf-to-cf
-expand-strided-metadata -lower-affine -convert-ub-to-llvm
-finalize-memref-to-llvm -convert-arith-to-llvm -convert-math-to-llvm
-convert-index-to-llvm -convert-func-to-llvm=use-bare-ptr-memref-call-conv=1
-convert-cf-to-llvm -reconcile-unrealized-casts""".split()


def run_filter(command: Sequence[str], text: bytes) -> bytes:
    """What a program that must succeed makes of ``text``."""
    result = subprocess.run(command, input=text, capture_output=True)
    assert result.returncode == 0, result.stderr.decode()
    return result.stdout


class Library:
    """Functions of bare pointers, in this process or where its machine is."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._loaded = None if IS_FOREIGN else ctypes.CDLL(path)

    def call(self, name: str, *arrays: np.ndarray) -> None:
        """Calls a function, which writes to the last of ``arrays`` only."""
        assert all(array.flags.c_contiguous for array in arrays)
        if self._loaded:
            getattr(self._loaded, name)(*(ctypes.c_void_p(a.ctypes.data) for a in arrays))
            return
        with tempfile.TemporaryDirectory() as folder:
            paths = [os.path.join(folder, str(i)) for i in range(len(arrays))]
            for path, array in zip(paths, arrays):
                with open(path, "wb") as file:
                    file.write(array.tobytes())
            run_filter([*LAUNCHER, os.path.join(RUN_BIN, "call-library"), self._path, name,
                        *paths], b"")
            with open(paths[-1], "rb") as file:
                arrays[-1][...] = np.frombuffer(file.read(),
                                                arrays[-1].dtype).reshape(arrays[-1].shape)


def make_library(folder, lowered: bytes, cpu: str, undefined: bool = True) -> str:
    """The path of a library of what is in the LLVM dialect, for ``cpu``, a name with
    features after ``+``. Without ``undefined`` it may not call any other library."""
    llvm = run_filter([f"{LLVM_BIN}/mlir-translate", "--mlir-to-llvmir"], lowered)
    objects, library = str(folder / f"{cpu}.o"), str(folder / f"{cpu}.so")
    name, *features = cpu.split("+")
    run_filter([f"{LLVM_BIN}/llc", "-O2", f"-mcpu={name}", *(f"-mattr=+{f}" for f in features),
                f"-mtriple={TRIPLE}",
                "-relocation-model=pic", "-filetype=obj", "-o", objects], llvm)
    defs = [] if undefined else ["-z", "defs"]
    # Its functions call each other, whatever else has their names: the C library has a "step".
    run_filter([f"{LLVM_BIN}/ld.lld", "-shared", "-Bsymbolic", *defs, "-o", library, objects], b"")
    return library


def compile_functions(folder, text: str, passes: Sequence[str], cpu: str,
                      undefined: bool = True) -> Library:
    """A library of the functions of ``text``, which ``passes`` bring to
    upstream's dialects. Static memrefs are bare pointers."""
    lowered = run_filter([tool("gg-opt"), *passes, *_TO_LLVM], text.encode())
    return Library(make_library(folder, lowered, cpu, undefined))
