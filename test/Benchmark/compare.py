"""gg against other runtimes on SmolLM2-135M, timed from outside.

    python test/Benchmark/compare.py [--models build/smollm2] [--peers build/peers]
        [--systems gg-rf8,llama.cpp-q8_0,…] [--runs 1] [--long] [--json FILE] [--markdown FILE]

Run scripts/make-smollm2.sh and scripts/make-peers.sh first; a system that is
not there is left out, and named. In a run every system takes its turn, each
generation a process of its own (generate.py; gg decodes by gg-run):

    decode    128 / (wall of n = 192 - wall of n = 64), behind 128 tokens, or,
              with --long, behind 1,920, so that they are around 2,048
    prefill   8 * 128 / (wall of ten prompts - wall of two)
    memory    the peak RSS of the n = 192 process

so that start and load cancel. Every run starts with the bandwidth of the
machine's memory (gg-bench), which is not the same at all times where the
machine is shared. Medians over the runs are printed; samples that --json's FILE
holds already count as runs, so that a measurement may be made in pieces.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from typing import Callable, Dict, List, NamedTuple, Optional

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
Samples = Dict[str, Dict[str, List[float]]]


class System(NamedTuple):
    """What to run: a loader of generate.py, its model, and a Python that has
    the packages."""
    loader: str
    model: str
    python: str


def tool(name: str) -> str:
    return os.path.join(os.environ.get("GG_BIN", os.path.join(ROOT, "build", "bin")), name)


def systems(models: str, peers: str, artifacts: Dict[str, str]) -> Dict[str, System]:
    """Everything that could be measured, whether it is there or not."""
    python = os.path.join(ROOT, "build", "venv-peers", "bin", "python")
    avx2 = os.path.join(ROOT, "build", "venv-peers-avx2", "bin", "python")
    result = {f"gg-{name}": System("gg", path, sys.executable)
              for name, path in artifacts.items()}
    for graph in ("genai", "mobius"):
        result[f"onnxruntime-f32-{graph}"] = System(
            "onnxruntime", os.path.join(models, graph, "model.onnx"), python)
    int8 = os.path.join(peers, "int8-128", "model.onnx")
    result["onnxruntime-int8"] = System("onnxruntime", int8, python)
    result["genai-f32"] = System("genai", os.path.join(models, "genai", "model.onnx"), python)
    result["genai-int8"] = System("genai", int8, python)
    for kind in ("q8_0", "bf16"):
        result[f"llama.cpp-{kind}"] = System("llama.cpp", os.path.join(peers, f"{kind}.gguf"),
                                             python)
    result["llama.cpp-q8_0-avx2"] = System("llama.cpp", os.path.join(peers, "q8_0.gguf"), avx2)
    result["openvino-int8"] = System(
        "openvino", os.path.join(peers, "openvino-int8", "model.xml"), python)
    return result


def compile_artifacts(models: str, folder: str) -> Dict[str, str]:
    """gg's artifacts by weights; the last one is for CPUs without AVX-512."""
    os.makedirs(folder, exist_ok=True)
    result = {}
    for name, options in (("f32", ["--weights", "f32"]), ("bf16", ["--weights", "bf16"]),
                          ("rf8", ["--weights", "rf8", "--rounding", "nearest"]),
                          ("rf8-avx2", ["--weights", "rf8", "--rounding", "nearest",
                                        "--cpu", "x86-64-v3"])):
        result[name] = os.path.join(folder, name + ".gg")
        if not os.path.exists(result[name]):
            subprocess.run([tool("gg-compile"), os.path.join(models, "genai", "model.onnx"), "-o",
                            result[name], "--context", "2304", "--quiet", *options], check=True)
    return result


class Process(NamedTuple):
    seconds: float
    peak_mb: float


def run(command: List[str], threads: int) -> Process:
    """A command that must succeed, its wall time and its peak RSS."""
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          env=environment) as process:
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{said.decode(errors='replace')[-2000:]}")
    return Process(seconds, usage.ru_maxrss / 1024)


def generate(system: System, threads: int, length: int, count: int, prefills: int = 1) -> Process:
    if system.loader == "gg" and prefills == 1:
        prompt = ",".join(map(str, range(100, 100 + length)))
        return run([tool("gg-run"), system.model, "--tokens", prompt, "-n", str(count),
                    "--threads", str(threads)], threads)
    return run([system.python, os.path.join(HERE, "generate.py"), system.loader, system.model,
                "--threads", str(threads), "--length", str(length), "--count", str(count),
                "--prefills", str(prefills)], threads)


def measure(system: System, threads: int, long: bool) -> Dict[str, float]:
    """One sample of each rate."""
    length = 1920 if long else 128
    short, full = (generate(system, threads, length, count) for count in (64, 192))
    decode = 128 / (full.seconds - short.seconds)
    if long:
        return {"decode_2048": decode}
    few, many = (generate(system, threads, 128, 1, prefills) for prefills in (2, 10))
    return {"decode": decode, "prefill": 8 * 128 / (many.seconds - few.seconds),
            "peak_rss_mb": full.peak_mb}


def compare(chosen: Dict[str, System], threads: int, runs: int, long: bool = False,
            samples: Optional[Samples] = None,
            progress: Callable[[str], None] = lambda text: None) -> Samples:
    """Adds ``runs`` samples of every system to ``samples``, by system and rate."""
    samples = samples if samples is not None else {}
    for _ in range(runs):
        for name, system in chosen.items():
            progress(f"{name}")
            for rate, value in measure(system, threads, long).items():
                samples.setdefault(name, {}).setdefault(rate, []).append(value)
    return samples


def machine(threads: int) -> Dict[str, object]:
    """The limits of the machine at this moment."""
    path = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"gg-machine-{os.getpid()}.json")
    try:
        run([tool("gg-bench"), "--threads", str(threads), "--quiet", "--json", path], threads)
        with open(path) as file:
            return json.load(file)["machine"]
    finally:
        if os.path.exists(path):
            os.remove(path)


def table(results: Dict[str, object]) -> str:
    """The medians as markdown."""
    last = results["machines"][-1]
    bandwidths = [m["bandwidth_gb_per_s"] for m in results["machines"]]
    columns = {"decode": "decode, tokens/s", "decode_2048": "decode at 2,048, tokens/s",
               "prefill": "prefill 128, tokens/s", "peak_rss_mb": "peak RSS, MB"}
    samples: Samples = results["samples"]
    columns = {key: title for key, title in columns.items()
               if any(key in rates for rates in samples.values())}
    lines = [f"{last['cpu']} ({' '.join(last['features'])}), {last['threads']} threads; "
             f"{min(bandwidths):.1f} to {max(bandwidths):.1f} GB/s, "
             f"f32 {last['fma_f32_gflop_per_s']:.0f} GFLOP/s, "
             f"bf16 {last['dot_bf16_gflop_per_s']:.0f} GFLOP/s", "",
             "| system | runs | " + " | ".join(columns.values()) + " |",
             "|---|---|" + "---|" * len(columns)]
    for name, rates in samples.items():
        cells = [f"{statistics.median(rates[key]):.0f}" if key in rates else "" for key in columns]
        runs = max(map(len, rates.values()))
        lines.append(f"| {name} | {runs} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    build = os.path.normpath(os.path.join(ROOT, "build"))
    parser.add_argument("--models", default=os.environ.get(
        "GG_SMOLLM2", os.path.join(build, "smollm2")))
    parser.add_argument("--peers", default=os.path.join(build, "peers"))
    parser.add_argument("--artifacts", default=os.path.join(build, "compare"),
                        help="where gg's artifacts are, or are compiled to")
    parser.add_argument("--systems", help="names, separated by commas; default: all")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--long", action="store_true", help="decode at 2,048 tokens, only")
    parser.add_argument("--json")
    parser.add_argument("--markdown")
    return parser.parse_args()


def main() -> int:
    args = parse()
    known = systems(args.models, args.peers, compile_artifacts(args.models, args.artifacts))
    names = args.systems.split(",") if args.systems else list(known)
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"expected some of {', '.join(known)} but got {', '.join(unknown)}", file=sys.stderr)
        return 1
    chosen = {}
    for name in names:
        if os.path.exists(known[name].model) and os.path.exists(known[name].python):
            chosen[name] = known[name]
        else:
            print(f"{name}: left out, it is not installed", file=sys.stderr)
    results: Dict[str, object] = {"machines": [], "samples": {}}
    if args.json and os.path.exists(args.json):
        with open(args.json) as file:
            results = json.load(file)
    for _ in range(args.runs):
        results["machines"].append(machine(args.threads))
        compare(chosen, args.threads, 1, args.long, results["samples"],
                lambda text: print(text, file=sys.stderr))
        if args.json:
            with open(args.json, "w") as file:
                json.dump(results, file, indent=1)
    text = table(results)
    print(text, end="")
    if args.markdown:
        with open(args.markdown, "w") as file:
            file.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
