"""Reads a statistics file as gg/Weights/Statistics.h describes it."""

import struct
from typing import Dict, NamedTuple, Optional

import numpy as np


class Input(NamedTuple):
    samples: int
    moments: np.ndarray  # [size, size]
    drift: Optional[np.ndarray]


class _Fields:
    def __init__(self, data: bytes, offset: int, end: int) -> None:
        self.data, self.offset, self.end = data, offset, end

    def take(self, layout: str):
        values = struct.unpack_from("<" + layout, self.data, self.offset)
        self.offset += struct.calcsize("<" + layout)
        return values if len(values) > 1 else values[0]

    def text(self) -> str:
        length = self.take("I")
        self.offset += length
        return self.data[self.offset - length:self.offset].decode()


def read_statistics(path) -> Dict[str, Input]:
    """The inputs by the names of the weights that they are multiplied by."""
    with open(path, "rb") as file:
        data = file.read()
    magic, major, _, size, offset, length = struct.unpack_from("<4sHHQQQ", data)
    assert magic == b"GGS\0" and major == 1 and size == len(data)
    fields, result = _Fields(data, offset, offset + length), {}
    for _ in range(fields.take("I")):
        n, samples, moments_at, _, drift_at, _ = fields.take("qQQQQQ")
        lower = np.frombuffer(data, np.float32, n * (n + 1) // 2, moments_at)
        moments = np.zeros((n, n), np.float32)
        moments[np.tril_indices(n)] = lower
        moments += np.tril(moments, -1).T
        drift = np.frombuffer(data, np.float32, n * n, drift_at).reshape(n, n) if drift_at else None
        for _ in range(fields.take("I")):
            result[fields.text()] = Input(samples, moments, drift)
    return result
