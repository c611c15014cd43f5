"""Speed of an artifact against ONNX Runtime on a graph, measured from outside.

    python test/Benchmark/decode_vs_onnxruntime.py ARTIFACT.gg MODEL.onnx
        [--threads 2] [--runs 5] [--floor]

Both do the same work in fresh processes, taking turns: a prompt of 128 tokens,
then n greedy tokens. Decode time of a token is (wall of n=192 − wall of n=64)
÷ 128, so that load and prefill cancel; prefill time is (wall of a prompt of 128
and n=1) − (wall of a prompt of 1 and n=1). Medians of the runs are printed.
With --floor it exits 1 unless decode ≥ 1.5 × and prefill ≥ 0.4 × ONNX Runtime.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from typing import Callable, Dict, List, Tuple

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "Integration"))

PROMPT = 128
DECODE_FLOOR, PREFILL_FLOOR = 1.5, 0.4


def prompt(length: int) -> List[int]:
    return list(range(100, 100 + length))


def wall(command: List[str]) -> float:
    """Seconds that a command takes; it must succeed."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def child(model: str, threads: int, length: int, count: int) -> int:
    """The ONNX Runtime side: one process, one generation."""
    from onnxruntime_decoder import OnnxRuntimeDecoder
    OnnxRuntimeDecoder(model, threads).greedy(prompt(length), count - 1)
    return 0


def rates(run: Callable[[int, int], float]) -> Tuple[float, float]:
    """Decode and prefill rates (tokens/s) of ``run(prompt, count)`` in seconds."""
    short, long = run(PROMPT, 64), run(PROMPT, 192)
    decode = 128 / (long - short)
    prefill = (PROMPT - 1) / max(run(PROMPT, 1) - run(1, 1), 1e-9)
    return decode, prefill


def compare(artifact: str, model: str, threads: int = 2,
            runs: int = 5) -> Dict[str, Tuple[float, float]]:
    """Median (decode, prefill) tokens/s of gg and of ONNX Runtime."""
    binaries = os.environ.get("GG_BIN", os.path.join(HERE, "..", "..", "build", "bin"))

    def ours(length: int, count: int) -> float:
        return wall([os.path.join(binaries, "gg-run"), artifact, "--tokens",
                     ",".join(map(str, prompt(length))), "-n", str(count), "--threads",
                     str(threads)])

    def theirs(length: int, count: int) -> float:
        return wall([sys.executable, os.path.abspath(__file__), "--child", artifact, model,
                     "--threads", str(threads), "--length", str(length), "--count", str(count)])

    samples: Dict[str, List[Tuple[float, float]]] = {"gg": [], "onnxruntime": []}
    for _ in range(runs):
        samples["gg"].append(rates(ours))
        samples["onnxruntime"].append(rates(theirs))
    return {name: (statistics.median(d for d, _ in values),
                   statistics.median(p for _, p in values)) for name, values in samples.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("artifact")
    parser.add_argument("model")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--floor", action="store_true", help="fail below the floor")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--length", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--count", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        return child(args.model, args.threads, args.length, args.count)
    results = compare(args.artifact, args.model, args.threads, args.runs)
    for name, (decode, prefill) in results.items():
        print(f"{name:12} decode {decode:7.1f} tokens/s   prefill {prefill:7.1f} tokens/s")
    ratios = [a / b for a, b in zip(results["gg"], results["onnxruntime"])]
    print(f"ratio        decode {ratios[0]:7.2f}            prefill {ratios[1]:7.2f}")
    return int(args.floor and (ratios[0] < DECODE_FLOOR or ratios[1] < PREFILL_FLOOR))


if __name__ == "__main__":
    sys.exit(main())
