"""rounding.py BUILD: bits and error of rf8-quantize on weights of a generalized
Gaussian, by rate, with and without statistics of its inputs, and what a
uniform step with an ideal coder does to the same weights, for comparison. The
error is that of the layer's outputs, as signal to noise in dB."""

import argparse
import os
import sys
import tempfile

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "Integration"))
from quantize import entropy, quantize, write_statistics  # noqa: E402

OUTPUTS, STEPS, SAMPLES = 512, 512, 8192
RATES = (0, 0.3, 1, 3)
STEP_SIZES = (1 / 6, 1 / 8, 1 / 12, 1 / 16)  # of the deviation


def generalized_gaussians(shape, seed):
    """Of deviation 1: a power of a gamma variate, with a random sign."""
    rng = np.random.default_rng(seed)
    values = rng.gamma(1 / shape, size=(OUTPUTS, STEPS)) ** (1 / shape)
    values *= rng.choice([-1, 1], size=values.shape)
    return (values / values.std()).astype(np.float32)


def inputs(seed):
    """Samples whose moments have eigenvalues that fall as 1/k."""
    rng = np.random.default_rng(seed)
    directions = np.linalg.qr(rng.standard_normal((STEPS, STEPS)))[0]
    return rng.standard_normal((SAMPLES, STEPS)) / np.arange(1, STEPS + 1) ** 0.5 @ directions


def uniform(matrix, step):
    """The nearest multiples of a step, and the entropy of their numbers."""
    numbers = np.rint(matrix / step).astype(int)
    shares = np.unique(numbers, return_counts=True)[1] / numbers.size
    return numbers * step, -(shares * np.log2(shares)).sum()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", help="the build directory")
    gg_opt = os.path.join(parser.parse_args().build, "bin", "gg-opt")
    x = inputs(1)

    def ratio(kept, matrix, moments):
        energy = lambda w: np.einsum("ij,ij->", w @ moments, w)  # noqa: E731
        return 10 * np.log10(energy(matrix.astype(np.float64)) / energy(kept - matrix))

    def show(name, bits, kept, matrix):
        print(f"  {name:36} {bits:5.2f} bits   {ratio(kept, matrix, np.eye(STEPS)):6.2f} dB, "
              f"with these inputs {ratio(kept, matrix, x.T @ x):6.2f} dB", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        stats = os.path.join(folder, "w.ggs")
        write_statistics(stats, {"w": (x, None)})
        for shape in (1.0, 2.0):
            print(f"shape {shape}")
            matrix = generalized_gaussians(shape, 2)
            for step in STEP_SIZES:
                kept, bits = uniform(matrix, step)
                show(f"uniform, step {step:.4f}", bits, kept, matrix)
            for format in ("e4r3", "e4r3d"):
                kept, codes = quantize(gg_opt, matrix, format=format)
                show(f"{format}, nearest", entropy(codes), kept, matrix)
                kept, codes = quantize(gg_opt, matrix, format=format, stats=stats)
                show(f"{format}, statistics", entropy(codes), kept, matrix)
                for known in ({}, {"stats": stats}):
                    for rate in RATES:
                        kept, codes = quantize(gg_opt, matrix, format=format, rate=rate,
                                               search_scales="true", **known)
                        name = f"{format}, search{', statistics' if known else ''}, rate {rate}"
                        show(name, entropy(codes), kept, matrix)


if __name__ == "__main__":
    main()
