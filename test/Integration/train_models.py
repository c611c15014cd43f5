"""The train steps of training/*.mlir: their signatures, data, and what they compute,
in numpy's float64."""

from __future__ import annotations

import os
from typing import Dict, List

import numpy as np
from train_step import Scalar, Tensor

_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "training")
BATCHES = 8


class Model:
    """One of the files. Parameters and what else is carried from step to step are
    the first arguments, in the order of ``carried``."""

    file: str
    names: List[str]  # of the parameters, the first of ``carried``
    carried: List[int]  # the results that are the next step's first arguments
    loss: int  # the result that is the loss
    lr: float

    def text(self, dtype) -> str:
        """The file, in f32 or f64."""
        with open(os.path.join(_FOLDER, self.file), encoding="utf-8") as file:
            text = file.read()
        assert text.count("!float = f32\n") == 1
        return text.replace("!float = f32\n", f"!float = f{np.dtype(dtype).itemsize * 8}\n")

    def batch(self, step: int) -> List[np.ndarray]:
        return [array[step % BATCHES] for array in self.data]


class SoftmaxRegression(Model):
    file, names, carried, loss, lr = "softmax_regression.mlir", ["weight", "bias"], [0, 1, 2, 3], 4, 0.2

    def __init__(self) -> None:
        rng = np.random.default_rng(1)
        x = rng.standard_normal((BATCHES, 64, 20))
        # Half of the inputs say nothing, so that a penalty has something to remove.
        true = rng.standard_normal((20, 5)) * (np.arange(20) < 10)[:, None]
        labels = np.argmax(x @ true + rng.gumbel(size=(BATCHES, 64, 5)), axis=-1)
        self.data = [x, np.eye(5)[labels]]
        self.start = [rng.standard_normal((20, 5)) * 0.3, np.zeros(5), np.zeros((20, 5)),
                      np.zeros(5)]

    def signature(self, dtype):
        carried = [Tensor(dtype, 20, 5), Tensor(dtype, 5)] * 2
        batch = [Tensor(dtype, 64, 20), Tensor(dtype, 64, 5)]
        return [*carried, *batch, Tensor(dtype)], [*carried, Tensor(dtype)]

    def forward(self, params, x):
        scores = x @ params[0] + params[1]
        power = np.exp(scores - scores.max(axis=1, keepdims=True))
        return power / power.sum(axis=1, keepdims=True)

    def step(self, carried, batch):
        """The loss before the step, and what is carried on."""
        w, b, mw, mb = carried
        x, y = batch
        p = self.forward([w, b], x)
        loss = -np.sum(y * np.log(p)) / 64
        delta = (p - y) / 64
        mw, mb = 0.9 * mw + x.T @ delta, 0.9 * mb + delta.sum(axis=0)
        return loss, [w - self.lr * mw, b - self.lr * mb, mw, mb]


class TwoLayer(Model):
    file, names, carried, loss, lr = "two_layer.mlir", ["hidden.weight", "out.weight"], [1, 2], 0, 0.15

    def __init__(self) -> None:
        rng = np.random.default_rng(2)
        x = rng.standard_normal((BATCHES, 48, 12))
        x[..., 11] = 1
        self.data = [x, np.tanh(x[..., :3] * x[..., 3:6])]
        self.start = [rng.standard_normal((12, 32)) * 0.4, rng.standard_normal((32, 3)) * 0.2]

    def signature(self, dtype):
        params = [Tensor(dtype, 12, 32), Tensor(dtype, 32, 3)]
        batch = [Tensor(dtype, 48, 12), Tensor(dtype, 48, 3)]
        return [*params, *batch, Scalar(dtype)], [Scalar(dtype), *params]

    def step(self, carried, batch):
        w1, w2 = carried
        x, y = batch
        before = x @ w1
        hidden = np.maximum(before, 0)
        error = hidden @ w2 - y
        gradient = 2 * error / error.size
        back = (gradient @ w2.T) * (before > 0)
        return (np.mean(error ** 2),
                [w1 - self.lr * (x.T @ back), w2 - self.lr * (hidden.T @ gradient)])


MODELS: Dict[str, Model] = {"softmax": SoftmaxRegression(), "two_layer": TwoLayer()}
