"""Functions on tensors that the distribution's mlir-opt, with gg's plugin, compiles
to a library that the test itself calls with numpy arrays."""

from __future__ import annotations

import ctypes
import os
import platform
from typing import List, Sequence

import numpy as np
from machine import BIN
from native_code import LLVM_BIN, make_library, run_filter

_PLUGIN = os.path.join(os.environ.get("GG_LIB", os.path.join(BIN, "..", "lib")), "libgg-plugin.so")

_TO_LLVM = ["convert-gg-training-to-linalg",
            "one-shot-bufferize{bufferize-function-boundaries "
            "function-boundary-type-conversion=identity-layout-map}",
            "convert-linalg-to-loops", "func.func(llvm-request-c-wrappers)",
            "convert-scf-to-cf", "expand-strided-metadata", "lower-affine",
            "arith-expand{include-bf16=true}",  # an old libgcc cannot round to bf16
            "finalize-memref-to-llvm", "convert-math-to-llvm", "convert-arith-to-llvm",
            "convert-index-to-llvm", "convert-func-to-llvm", "convert-cf-to-llvm",
            "reconcile-unrealized-casts"]
_CPU = {"x86_64": "x86-64", "aarch64": "generic"}

_FLOATS = {np.dtype(np.float32): ctypes.c_float, np.dtype(np.float64): ctypes.c_double}


class Tensor:
    """The type of an argument or result that is a tensor."""

    def __init__(self, dtype, *shape: int) -> None:
        self.dtype, self.shape = np.dtype(dtype), shape

        class Descriptor(ctypes.Structure):
            _fields_ = [("allocated", ctypes.c_void_p), ("aligned", ctypes.c_void_p),
                        ("offset", ctypes.c_int64), ("sizes", ctypes.c_int64 * len(shape)),
                        ("strides", ctypes.c_int64 * len(shape))][:5 if shape else 3]

        self.ctype = Descriptor

    def pass_in(self, array, kept: List):
        """A pointer to a descriptor of a copy, which the callee may write to."""
        array = np.array(array, self.dtype, order="C")
        assert array.shape == self.shape, (array.shape, self.shape)
        descriptor = self.ctype(array.ctypes.data, array.ctypes.data, 0)
        for i, size in enumerate(self.shape):
            descriptor.sizes[i] = size
            descriptor.strides[i] = array.strides[i] // array.itemsize
        kept += [array, descriptor]
        return ctypes.byref(descriptor)

    def pass_out(self, descriptor) -> np.ndarray:
        """A copy; the callee's buffer is never freed, as it may be anyone's."""
        count = int(np.prod(self.shape))
        raw = ctypes.string_at(descriptor.aligned + descriptor.offset * self.dtype.itemsize,
                               count * self.dtype.itemsize)
        return np.frombuffer(raw, self.dtype).reshape(self.shape)


class Scalar:
    """The type of an argument or result that is a float."""

    def __init__(self, dtype) -> None:
        self.ctype = _FLOATS[np.dtype(dtype)]

    def pass_in(self, value, kept: List):
        return self.ctype(value)

    def pass_out(self, value) -> float:
        return value


class Module:
    """The functions of ``text`` after ``passes``, pass names of a pipeline."""

    def __init__(self, folder, text: str, *passes: str) -> None:
        pipeline = ",".join([*passes, *_TO_LLVM])
        lowered = run_filter([f"{LLVM_BIN}/mlir-opt", f"--load-dialect-plugin={_PLUGIN}",
                              f"--load-pass-plugin={_PLUGIN}",
                              f"--pass-pipeline=builtin.module({pipeline})"], text.encode())
        self._library = ctypes.CDLL(make_library(folder, lowered, _CPU[platform.machine()]))

    def call(self, name: str, arguments: Sequence, arrays: Sequence, results: Sequence):
        """The results, given the types of arguments and results."""

        class Results(ctypes.Structure):
            _fields_ = [(f"r{i}", kind.ctype) for i, kind in enumerate(results)]

        assert len(arguments) == len(arrays)
        out, kept = Results(), []
        passed = [kind.pass_in(array, kept) for kind, array in zip(arguments, arrays)]
        getattr(self._library, f"_mlir_ciface_{name}")(ctypes.byref(out), *passed)
        return [kind.pass_out(getattr(out, f"r{i}")) for i, kind in enumerate(results)]
