"""fit_weights.py BUILD MODEL.onnx… [--least 64] [--skip '(cos|sin)_cache']: fits
of every float tensor of models but tables, by gg (on all cores) and by
scipy.stats.gennorm.fit (on one). Prints, for each tensor and over all of them,
how much likelier gg's fit is per weight, by scipy's own density, and how much
less CPU time, of all threads together, it takes. Fails where one is less likely
by more than 1e-6.

Build the measured program first: ninja -C BUILD fit_weights"""

import argparse
import itertools
import os
import re
import subprocess
import sys
import tempfile
import time
import warnings

import numpy as np
import onnx
from onnx import external_data_helper, numpy_helper
from scipy import stats

def tensors(path):
    """Names and float tensors of a model, one at a time."""
    model = onnx.load(path, load_external_data=False)
    for tensor in model.graph.initializer:
        if tensor.data_type in (onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16):
            if external_data_helper.uses_external_data(tensor):
                external_data_helper.load_external_data_for_tensor(tensor, os.path.dirname(path))
            yield tensor.name, numpy_helper.to_array(tensor)
            tensor.ClearField("raw_data")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build")
    parser.add_argument("models", nargs="+")
    parser.add_argument("--least", type=int, default=64, help="weights of the smallest tensor")
    parser.add_argument("--skip", default="(cos|sin)_cache",
                        help="a regular expression for the names of what is no weight")
    parser.add_argument("--part", default="0/1", help="I/N: every N-th tensor, from the I-th on")
    options = parser.parse_args()
    first, every = map(int, options.part.split("/"))
    warnings.simplefilter("ignore")
    program = os.path.join(options.build, "bin", "fit_weights")
    worst, ours, theirs, count = np.inf, 0.0, 0.0, 0
    with tempfile.TemporaryDirectory() as folder:
        for model in options.models:
            for name, value in itertools.islice(tensors(model), first, None, every):
                if (value.size < options.least or value.min() == value.max() or
                        re.search(options.skip, name)):
                    continue
                path = os.path.join(folder, "weights.f32")
                np.ascontiguousarray(value, np.float32).tofile(path)
                output = subprocess.run([program, path], check=True, stdout=subprocess.PIPE,
                                        text=True).stdout
                shape, scale, mean, _, seconds = map(float, output.split())
                weights = value.astype(np.float64).ravel()
                start = time.process_time()
                fit = stats.gennorm.fit(weights)
                scipy_seconds = time.process_time() - start
                gain = (stats.gennorm.logpdf(weights, shape, mean, scale).mean() -
                        stats.gennorm.logpdf(weights, *fit).mean())
                print(f"{name}: {value.size} weights, shape {shape:.4f} (scipy {fit[0]:.4f}), "
                      f"likelihood {gain:+.1e}, {seconds * 1e3:.2f} ms, "
                      f"{scipy_seconds / seconds:.0f} times less", flush=True)
                worst, count = min(worst, gain), count + 1
                ours, theirs = ours + seconds, theirs + scipy_seconds
    print(f"{count} tensors: likelihood at least {worst:+.1e}, {ours:.3f} s and {theirs:.1f} s, "
          f"{theirs / ours:.0f} times less CPU time")
    return worst < -1e-6


if __name__ == "__main__":
    sys.exit(main())
