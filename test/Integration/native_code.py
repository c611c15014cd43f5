"""MLIR functions compiled to a library that the test itself calls."""

from __future__ import annotations

import ctypes
import os
import subprocess
from typing import List, Sequence

from gg_tools import tool

LLVM_BIN = os.environ.get("GG_LLVM_BIN", "/usr/lib/llvm-22/bin")

_TO_LLVM = """-canonicalize -cse -convert-vector-to-scf
-convert-vector-to-llvm=enable-x86vector=true -convert-scf-to-cf
-expand-strided-metadata -lower-affine -convert-ub-to-llvm
-finalize-memref-to-llvm -convert-arith-to-llvm -convert-math-to-llvm
-convert-index-to-llvm -convert-func-to-llvm=use-bare-ptr-memref-call-conv=1
-convert-cf-to-llvm -reconcile-unrealized-casts""".split()


def cpu_flags() -> List[str]:
    """What /proc/cpuinfo says of the CPU."""
    try:
        with open("/proc/cpuinfo") as file:
            return next((line for line in file if line.startswith("flags")), "").split()
    except OSError:
        return []


def _run(command: Sequence[str], text: bytes) -> bytes:
    result = subprocess.run(command, input=text, capture_output=True)
    assert result.returncode == 0, result.stderr.decode()
    return result.stdout


def compile_functions(folder, text: str, passes: Sequence[str], cpu: str,
                      undefined: bool = True) -> ctypes.CDLL:
    """A library of the functions of ``text``, which ``passes`` bring to
    upstream's dialects, for ``cpu``, a name with features after ``+``. Static memrefs are bare pointers. Without
    ``undefined`` it may not call any other library."""
    lowered = _run([tool("gg-opt"), *passes, *_TO_LLVM], text.encode())
    llvm = _run([f"{LLVM_BIN}/mlir-translate", "--mlir-to-llvmir"], lowered)
    objects, library = str(folder / f"{cpu}.o"), str(folder / f"{cpu}.so")
    name, *features = cpu.split("+")
    _run([f"{LLVM_BIN}/llc", "-O2", f"-mcpu={name}", *(f"-mattr=+{f}" for f in features),
          "-mtriple=x86_64-linux-gnu",
          "-relocation-model=pic", "-filetype=obj", "-o", objects], llvm)
    defs = [] if undefined else ["-z", "defs"]
    _run([f"{LLVM_BIN}/ld.lld", "-shared", *defs, "-o", library, objects], b"")
    return ctypes.CDLL(library)
