"""Artifacts in this process, through the runtime's C API (libggrt).

    model = Model("model.gg")
    session = model.session(threads=2)
    logits = session.prefill([[1, 403, 289]])      # [batch, vocab] float32
    logits = session.step([int(logits[0].argmax())])

The library is found in ``$GG_LIB``, build/lib of the repository this package
lies in, beside an installed package, or by the system's loader.
"""

from __future__ import annotations

import ctypes
import os
from typing import Dict, List, Optional, Sequence

import ml_dtypes
import numpy as np

_MAX_RANK = 8
_DTYPES = {1: np.float32, 2: np.float16, 3: ml_dtypes.bfloat16, 4: np.float64, 5: np.bool_,
           6: np.int8, 7: np.int16, 8: np.int32, 9: np.int64, 10: np.uint8, 11: np.uint16,
           12: np.uint32, 13: np.uint64}
_TYPES = {np.dtype(dtype): number for number, dtype in _DTYPES.items()}
_KINDS = ("tensors", "decoder", "recompute decoder")


class GGError(Exception):
    """What the runtime said; ``status`` is the gg_status of the C API."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class _ModelInfo(ctypes.Structure):
    _fields_ = [("kind", ctypes.c_int)] + [
        (name, ctypes.c_int64) for name in ("capacity", "chunk", "batch", "vocabulary", "inputs",
                                            "outputs", "weight_bytes")] + [
        (name, ctypes.c_char_p) for name in ("name", "weights_type", "code_level")]


class _ValueInfo(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("type", ctypes.c_int), ("rank", ctypes.c_int32),
                ("dims", ctypes.c_int64 * _MAX_RANK), ("dim_names", ctypes.c_char_p * _MAX_RANK)]


class _Tensor(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("type", ctypes.c_int), ("rank", ctypes.c_int32),
                ("dims", ctypes.c_int64 * _MAX_RANK), ("data", ctypes.c_void_p)]


_library: Optional[ctypes.CDLL] = None


def load_library() -> ctypes.CDLL:
    """The runtime, loaded once; OSError where there is none."""
    global _library
    if _library is not None:
        return _library
    built = os.path.join(os.path.dirname(__file__), "..", "..", "build", "lib")
    places = [os.path.join(folder, "libggrt.so") for folder in (os.environ.get("GG_LIB"), built)
              if folder]
    path = next((place for place in places if os.path.exists(place)), "libggrt.so")
    library = ctypes.CDLL(path)
    pointer, integer, size = ctypes.c_void_p, ctypes.c_int64, ctypes.c_size_t
    signatures = {
        "gg_last_error": (ctypes.c_char_p, []),
        "gg_model_load": (ctypes.c_int, [ctypes.c_char_p, pointer]),
        "gg_model_free": (None, [pointer]),
        "gg_model_get_info": (None, [pointer, pointer]),
        "gg_model_get_output": (ctypes.c_int, [pointer, integer, pointer]),
        "gg_session_create": (ctypes.c_int, [pointer, ctypes.c_int, pointer]),
        "gg_session_free": (None, [pointer]),
        "gg_prefill": (ctypes.c_int, [pointer, pointer, integer, pointer]),
        "gg_score": (ctypes.c_int, [pointer, pointer, integer, pointer, pointer]),
        "gg_step": (ctypes.c_int, [pointer, pointer]),
        "gg_logits": (pointer, [pointer, integer]),
        "gg_position": (integer, [pointer, integer]),
        "gg_rewind": (ctypes.c_int, [pointer, integer, integer]),
        "gg_reset": (None, [pointer]),
        "gg_state_bytes": (size, [pointer]),
        "gg_save": (ctypes.c_int, [pointer, pointer, size]),
        "gg_restore": (ctypes.c_int, [pointer, pointer, size]),
        "gg_call_model": (ctypes.c_int, [pointer, pointer, integer]),
        "gg_get_output": (ctypes.c_int, [pointer, integer, pointer]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    _library = library
    return library


def _check(status: int) -> None:
    if status:
        raise GGError(status, load_library().gg_last_error().decode(errors="replace"))


class Model:
    """A loaded artifact; sessions share its mapped weights."""

    def __init__(self, path: "str | os.PathLike[str]") -> None:
        self._handle = ctypes.c_void_p()
        library = load_library()
        _check(library.gg_model_load(os.fsencode(path), ctypes.byref(self._handle)))
        info = _ModelInfo()
        library.gg_model_get_info(self._handle, ctypes.byref(info))
        self.kind = _KINDS[info.kind]
        self.capacity, self.chunk, self.batch = info.capacity, info.chunk, info.batch
        self.vocabulary, self.outputs = info.vocabulary, info.outputs
        self.weight_bytes = info.weight_bytes
        self.weights_type = (info.weights_type or b"").decode()
        self.code_level = (info.code_level or b"").decode()

    def session(self, threads: int = 0) -> "Session":
        """A session of ``threads`` threads (0: as many as there are cores)."""
        return Session(self, threads)

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            load_library().gg_model_free(self._handle)


class Session:
    """One state of a model: its caches, and threads of its own.

    Token arguments are one sequence for each row of the batch; rows may differ
    in length. Every method raises :class:`GGError` with the runtime's
    message where it fails.
    """

    def __init__(self, model: Model, threads: int) -> None:
        self.model = model
        self._handle = ctypes.c_void_p()
        _check(load_library().gg_session_create(model._handle, threads,
                                                ctypes.byref(self._handle)))

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            load_library().gg_session_free(self._handle)

    def _rows(self, rows: Sequence[Sequence[int]]):
        if len(rows) != self.model.batch:
            raise ValueError(f"expected {self.model.batch} rows but got {len(rows)}")
        counts = np.array([len(row) for row in rows], np.int64)
        tokens = np.zeros((len(rows), max(1, int(counts.max(initial=0)))), np.int64)
        for target, row in zip(tokens, rows):
            target[:len(row)] = row
        return tokens, counts

    def logits(self) -> np.ndarray:
        """``[batch, vocab]`` float32 after each row's last token; NaN for a row
        that has none."""
        result = np.full((self.model.batch, self.model.vocabulary), np.nan, np.float32)
        for row in range(self.model.batch):
            at = load_library().gg_logits(self._handle, row)
            if at:
                size = self.model.vocabulary
                result[row] = np.ctypeslib.as_array((ctypes.c_float * size).from_address(at))
        return result

    def prefill(self, rows: Sequence[Sequence[int]]) -> np.ndarray:
        """Appends tokens to the rows; returns :meth:`logits`."""
        tokens, counts = self._rows(rows)
        _check(load_library().gg_prefill(self._handle, tokens.ctypes.data, tokens.shape[1],
                                         counts.ctypes.data))
        return self.logits()

    def score(self, rows: Sequence[Sequence[int]]) -> List[np.ndarray]:
        """Appends tokens; returns the logits ``[length, vocab]`` of every row."""
        tokens, counts = self._rows(rows)
        logits = np.empty(tokens.shape + (self.model.vocabulary,), np.float32)
        _check(load_library().gg_score(self._handle, tokens.ctypes.data, tokens.shape[1],
                                       counts.ctypes.data, logits.ctypes.data))
        return [row[:count] for row, count in zip(logits, counts)]

    def step(self, tokens: Sequence[int]) -> np.ndarray:
        """Appends one token a row (−1 leaves a row alone); returns :meth:`logits`."""
        values = np.ascontiguousarray(tokens, np.int64)
        if values.shape != (self.model.batch,):
            raise ValueError(f"expected {self.model.batch} tokens but got {values.shape}")
        _check(load_library().gg_step(self._handle, values.ctypes.data))
        return self.logits()

    def positions(self) -> List[int]:
        """How many tokens each row holds."""
        return [load_library().gg_position(self._handle, row) for row in range(self.model.batch)]

    def rewind(self, row: int, position: int) -> None:
        """Forgets the tokens of ``row`` from ``position`` on."""
        _check(load_library().gg_rewind(self._handle, row, position))

    def reset(self) -> None:
        """Empties all rows."""
        load_library().gg_reset(self._handle)

    def save(self) -> bytes:
        """The state: tokens as the model remembers them, and logits."""
        state = ctypes.create_string_buffer(load_library().gg_state_bytes(self._handle))
        _check(load_library().gg_save(self._handle, state, len(state)))
        return state.raw

    def restore(self, state: bytes) -> None:
        """Makes this session what it was when ``state`` was saved."""
        _check(load_library().gg_restore(self._handle, state, len(state)))

    def call(self, inputs: Dict[str, np.ndarray]) -> Dict[str, np.ndarray]:
        """Runs a model that is no decoder: arrays by input name in, copies of
        the outputs by name out."""
        arrays = [np.asarray(value, order="C") for value in inputs.values()]
        tensors = (_Tensor * len(arrays))()
        for tensor, name, array in zip(tensors, inputs, arrays):
            tensor.name, tensor.type, tensor.rank = name.encode(), _TYPES[array.dtype], array.ndim
            tensor.dims[:array.ndim] = array.shape
            tensor.data = array.ctypes.data
        _check(load_library().gg_call_model(self._handle, tensors, len(arrays)))
        results = {}
        for i in range(self.model.outputs):
            tensor = _Tensor()
            _check(load_library().gg_get_output(self._handle, i, ctypes.byref(tensor)))
            shape, dtype = tuple(tensor.dims[:tensor.rank]), np.dtype(_DTYPES[tensor.type])
            size = int(np.prod(shape)) * dtype.itemsize
            data = ctypes.string_at(tensor.data, size) if size else b""
            results[tensor.name.decode()] = np.frombuffer(data, dtype).reshape(shape).copy()
        return results
