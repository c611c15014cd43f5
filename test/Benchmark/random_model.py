"""Decoders of other models' shapes with random weights, as ONNX graphs.

    PYTHONPATH=python python test/Benchmark/random_model.py {gpt2-124m,odd,llama-1b} FOLDER
        [--seed 0] [--shape 1.4] [--context 1024]

FOLDER gets model.onnx and model.onnx.data (f32; llama-1b: 5 GB). The weights
follow a generalized Gaussian of the given shape (2: normal, 1: Laplace), as
those of trained models do. A tensor is drawn when it is written, from a seed of
its own, so that the memory needed is that of the largest one.
"""

from __future__ import annotations

import argparse
import os
import zlib
from dataclasses import replace
from math import gamma
from typing import Dict

import numpy as np
from gg.decoder import Decoder, DecoderConfig, tensor_shapes
from gg.graph import write_onnx

SHAPES: Dict[str, DecoderConfig] = {
    "gpt2-124m": DecoderConfig(vocab_size=50257, hidden_size=768, layers=12, heads=12, kv_heads=12,
                               head_size=64, intermediate_size=3072, kind="gpt2"),
    # Widths that are multiples of no vector, of a Llama otherwise.
    "odd": DecoderConfig(vocab_size=32003, hidden_size=600, layers=24, heads=10, kv_heads=5,
                         head_size=60, intermediate_size=1537),
    "llama-1b": DecoderConfig(vocab_size=128256, hidden_size=2048, layers=16, heads=32, kv_heads=8,
                              head_size=64, intermediate_size=8192, rotary_theta=500000.0),
}


def generalized_gaussian(rng: np.random.Generator, size: int, shape: float) -> np.ndarray:
    """Float32 values of mean 0 and variance 1: ``|x|**shape`` is gamma-distributed."""
    values = rng.standard_gamma(1 / shape, size, dtype=np.float32)
    np.power(values, 1 / shape, out=values)
    values *= (gamma(1 / shape) / gamma(3 / shape)) ** 0.5
    np.negative(values, out=values, where=rng.integers(0, 2, size, dtype=np.bool_))
    return values


def random_decoder(config: DecoderConfig, seed: int, shape: float) -> Decoder:
    """A decoder whose activations keep their size from layer to layer."""
    shapes = tensor_shapes(config)

    def load(name: str) -> np.ndarray:
        dims = shapes[name]
        rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
        values = generalized_gaussian(rng, int(np.prod(dims)), shape).reshape(dims)
        if len(dims) == 1:
            return 0.1 * values + (0 if name.endswith("_bias") else 1)
        values *= 0.02 if name in ("embed", "positions") else dims[1] ** -0.5
        return values

    return Decoder(config, load)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=sorted(SHAPES))
    parser.add_argument("folder")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--shape", type=float, default=1.4)
    parser.add_argument("--context", type=int, default=1024, help="positions that tables hold")
    args = parser.parse_args()
    config = replace(SHAPES[args.model], context=args.context)
    path = os.path.join(args.folder, "model.onnx")
    write_onnx(random_decoder(config, args.seed, args.shape), path)
    print(f"{path}: {os.path.getsize(path + '.data') / 1e6:.1f} MB of weights")


if __name__ == "__main__":
    main()
