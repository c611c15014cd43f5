"""Matrices through rf8-quantize, with and without statistics of inputs."""

import os
import re
import subprocess
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "Dialect", "RF8", "Transforms",
                                "Inputs"))
from statistics_file import statistics_file  # noqa: E402

# By residual code; the last is e4r3d's.
SIGNIFICANDS = [1, 17 / 16, 9 / 8, 5 / 4, 3 / 2, 7 / 4, 15 / 8, 11 / 8]


def decode(codes):
    """The values of codes, unscaled."""
    magnitude = np.array(SIGNIFICANDS)[codes & 7] * 2.0 ** ((codes >> 3 & 15) - 15.0)
    return np.where(codes == 0, 0, np.where(codes & 128, -magnitude, magnitude))


def entropy(codes):
    """Bits a code: the entropy of the magnitudes, and a bit for each sign."""
    shares = np.bincount(codes.ravel() & 127) / codes.size
    shares = shares[shares > 0]
    return -(shares * np.log2(shares)).sum() + np.mean(codes != 0)


def correlated(samples, size, seed):
    """Samples that rest on a few common causes, some values much larger than others."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((samples, size // 4)) @ rng.standard_normal((size // 4, size))
    x += 0.3 * rng.standard_normal(x.shape)
    x[:, ::7] *= 5
    return x


def write_statistics(path, named):
    """A statistics file of {weight: (x, y or None)}."""
    entries = []
    for name, (x, y) in named.items():
        samples, size = x.shape
        moments = (x.T @ x)[np.tril_indices(size)].astype("<f4").tobytes()
        drift = None if y is None else ((y - x).T @ x).astype("<f4").tobytes()
        entries.append(([name], size, samples, moments, drift))
    with open(path, "wb") as file:
        file.write(statistics_file(entries))


def quantize(gg_opt, matrix, steps_first=False, **options):
    """The weights [outputs, steps] that rf8-quantize keeps of those of the constant
    "w", and their codes."""
    outputs, steps = matrix.shape
    stored = np.ascontiguousarray(matrix.T if steps_first else matrix, "<f4")
    rows, columns = stored.shape
    use = f"%b = arith.constant dense_resource<w> : tensor<{rows}x{columns}xf32>"
    if not steps_first:
        use = f"""
  %w = arith.constant dense_resource<w> : tensor<{rows}x{columns}xf32>
  %t = tensor.empty() : tensor<{columns}x{rows}xf32>
  %b = linalg.transpose ins(%w : tensor<{rows}x{columns}xf32>)
      outs(%t : tensor<{columns}x{rows}xf32>) permutation = [1, 0]"""
    text = f"""
func.func @f(%x: tensor<4x{steps}xf32>, %o: tensor<4x{outputs}xf32>) -> tensor<4x{outputs}xf32> {{
  {use}
  %0 = linalg.matmul ins(%x, %b : tensor<4x{steps}xf32>, tensor<{steps}x{outputs}xf32>)
      outs(%o : tensor<4x{outputs}xf32>) -> tensor<4x{outputs}xf32>
  return %0 : tensor<4x{outputs}xf32>
}}
{{-# dialect_resources: {{ builtin: {{ w: "0x04000000{stored.tobytes().hex()}" }} }} #-}}"""
    words = " ".join(f"{name.replace('_', '-')}={value}" for name, value in options.items())
    result = subprocess.run([gg_opt, "-rf8-quantize=" + words], input=text, text=True,
                            stdout=subprocess.PIPE, check=True).stdout

    def resource(name, kind):
        digits = re.search(name + r': "0x40000000([0-9A-F]*)"', result).group(1)
        return np.frombuffer(bytes.fromhex(digits), kind)

    codes = resource("rf8_codes", np.uint8).reshape(rows, columns)
    codes = codes.T if steps_first else codes
    single = re.search(r"dense<(\S+)> : tensor<f32>", result)
    scales = np.array(float(single.group(1))) if single else resource("rf8_scales", "<f4")
    scales = scales.astype(np.float64)
    if scales.size > outputs:  # groups, as the matrix is stored
        scales = scales.reshape(-1, outputs).T if steps_first else scales.reshape(outputs, -1)
        scales = np.repeat(scales, -(-steps // scales.shape[1]), axis=1)[:, :steps]
    else:
        scales = scales.reshape(-1, 1)
    return decode(codes.astype(int)) * scales, codes
