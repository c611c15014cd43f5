"""RF8 in numpy: an independent reading of docs/Spec.md."""

import numpy as np

SIGNIFICANDS = np.array([1, 17 / 16, 9 / 8, 5 / 4, 3 / 2, 7 / 4, 15 / 8])
MAGNITUDES = np.concatenate(
    [[0.0], (2.0 ** (np.arange(2, 16) - 15)[:, None] * SIGNIFICANDS).ravel()])


def nearest(matrix):
    """The weights ``[outputs, inputs]``, float32, that e4r3 keeps with a scale for
    each output: the nearest value to the f32 quotient, a tie to the even rank."""
    scale = (np.abs(matrix).max(axis=1, keepdims=True) / np.float32(1.875)).astype(np.float32)
    scale[scale == 0] = 1
    size = (np.abs(matrix) / scale).astype(np.float64)
    above = np.clip(np.searchsorted(MAGNITUDES, size), 1, len(MAGNITUDES) - 1)
    low, high = MAGNITUDES[above - 1], MAGNITUDES[above]
    up = (size - low > high - size) | ((size - low == high - size) & (above % 2 == 0))
    return (np.sign(matrix) * np.where(up, high, low) * scale).astype(np.float32)
