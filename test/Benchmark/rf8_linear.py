"""rf8_linear.py BUILD [--target avx512 --cpu x86-64-v4] [--blocks 2]: how fast
the kernels of rf8.linear are, by kind of weight, matrix-vector from DRAM and
from cache, matrix-matrix at 64 rows. Two threads, each with half the outputs,
as gg-distribute splits them. Prints a table and the CPU."""

import argparse
import ctypes
import os
import platform
import subprocess
import tempfile
import threading
import time

PIPELINE = """-canonicalize -cse -convert-vector-to-llvm -convert-scf-to-cf
-expand-strided-metadata -lower-affine -convert-ub-to-llvm
-finalize-memref-to-llvm -convert-arith-to-llvm -convert-index-to-llvm
-convert-func-to-llvm=use-bare-ptr-memref-call-conv=1 -convert-cf-to-llvm
-reconcile-unrealized-casts""".split()
KINDS = {"!rf8.e4r3": (4, 1), "bf16": (2, 2), "f16": (2, 2), "f32": (1, 4)}


def pipe(command, text):
    return subprocess.run(command, input=text, stdout=subprocess.PIPE, check=True).stdout


def kernel(options, rows, outputs, steps, kind, copies):
    """Runs through `copies` weights, so that calling it costs nothing."""
    per_block, size = KINDS[kind]
    width = 16 * options.blocks
    dims = [-(-outputs // width), -(-steps // per_block), options.blocks, 64 // size]
    strides = [dims[1] * dims[2] * dims[3], dims[2] * dims[3], dims[3], 1]
    shape = "x".join(map(str, dims))
    one = f"memref<{shape}x{kind}, strided<{strides}, offset: ?>>"
    clause = f"scales(%s : memref<{dims[0] * width}xf32>)" if "rf8" in kind else ""
    return f"""
func.func @kernel(%x: memref<{rows}x{steps}xf32>, %w: memref<{copies}x{shape}x{kind}>,
                  %s: memref<{dims[0] * width}xf32>, %o: memref<{rows}x{outputs}xf32>) {{
  %first = arith.constant 0 : index
  %step = arith.constant 1 : index
  %last = arith.constant {copies} : index
  scf.for %i = %first to %last step %step {{
    %v = memref.subview %w[%i, 0, 0, 0, 0] [1, {", ".join(map(str, dims))}] [1, 1, 1, 1, 1]
        : memref<{copies}x{shape}x{kind}> to {one}
    rf8.linear ins(%x, %v : memref<{rows}x{steps}xf32>, {one}) {clause}
               outs(%o : memref<{rows}x{outputs}xf32>)
  }}
  return
}}"""


def compile_kernel(options, folder, text, name):
    lowered = pipe([f"{options.build}/bin/gg-opt",
                    f"-convert-rf8-to-vector=target={options.target}"] + PIPELINE,
                   text.encode())
    llvm = pipe([f"{options.llvm}/mlir-translate", "--mlir-to-llvmir"], lowered)
    llvm = pipe([f"{options.llvm}/opt", "-O3", f"-mcpu={options.cpu}",
                 f"-mtriple={platform.machine()}-linux-gnu"], llvm)
    path = os.path.join(options.keep or folder, name)
    if options.keep:
        pipe([f"{options.llvm}/llc", "-O3", f"-mcpu={options.cpu}", "-o", path + ".s"], llvm)
    pipe([f"{options.llvm}/llc", "-O3", f"-mcpu={options.cpu}", "-filetype=obj",
          "-relocation-model=pic", "-o", path + ".o"], llvm)
    pipe([f"{options.llvm}/ld.lld", "-shared", "-o", path + ".so", path + ".o"], b"")
    return ctypes.CDLL(path + ".so").kernel


def aligned(size):
    raw = ctypes.create_string_buffer(size + 4096)
    return raw, (ctypes.addressof(raw) + 4095) & ~4095


def measure(function, rows, outputs, steps, weight_bytes, copies, seconds, threads):
    """Seconds a call, the best of runs in which all threads call at once."""
    results = []
    start = threading.Barrier(threads)

    def work():
        x, xa = aligned(rows * steps * 4)
        w, wa = aligned(weight_bytes * copies + 4096)
        s, sa = aligned(outputs * 4 + 1024)
        o, oa = aligned(rows * outputs * 4)
        # Codes and halves of moderate size, whatever the kind.
        ctypes.memset(wa, 0x38, weight_bytes * copies)
        ctypes.memset(xa, 0x3c, rows * steps * 4)
        ctypes.memset(sa, 0x3c, outputs * 4)
        arguments = [ctypes.c_void_p(address) for address in (xa, wa, sa, oa)]
        best = float("inf")
        end = time.perf_counter() + seconds
        start.wait()
        while time.perf_counter() < end:
            before = time.perf_counter()
            function(*arguments)
            best = min(best, (time.perf_counter() - before) / copies)
        results.append(best)

    team = [threading.Thread(target=work) for _ in range(threads)]
    for thread in team:
        thread.start()
    for thread in team:
        thread.join()
    return max(results)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build")
    parser.add_argument("--llvm", default="/usr/lib/llvm-22/bin")
    parser.add_argument("--target", default="avx512")
    parser.add_argument("--cpu", default="x86-64-v4")
    parser.add_argument("--blocks", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--rows", type=int, nargs="*", default=[1, 4, 64])
    parser.add_argument("--kinds", nargs="*", default=list(KINDS))
    parser.add_argument("--keep", help="folder for the code")
    options = parser.parse_args()
    with open("/proc/cpuinfo") as file:
        print(next((l for l in file if "model name" in l), "").strip(),
              f"; {options.threads} threads; {options.target}, {options.blocks} blocks")
    print(f"{'weight':>10} {'rows':>4} {'outputs x steps':>16} {'from':>6} "
          f"{'us':>8} {'GB/s':>7} {'GFLOP/s':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for kind in options.kinds:
            for rows in options.rows:
                # Each thread has half of the outputs; DRAM: 64 MB a thread.
                for outputs, steps, dram in ((768, 576, False), (768, 576, True),
                                             (288, 1536, False)):
                    if dram and rows > 8:
                        continue
                    per_block, size = KINDS[kind]
                    weight_bytes = outputs * steps * size
                    copies = max(1, (64 << 20) // weight_bytes) if dram else 1
                    name = f"{kind[-4:]}-{rows}-{outputs}-{dram}"
                    function = compile_kernel(
                        options, folder, kernel(options, rows, outputs, steps, kind, copies), name)
                    took = measure(function, rows, outputs, steps, weight_bytes, copies,
                                   options.seconds, options.threads)
                    work = options.threads / took / 1e9
                    print(f"{kind:>10} {rows:>4} {2 * outputs:>9} x {steps:<5}"
                          f"{'DRAM' if dram else 'cache':>6} {took * 1e6:>8.1f} "
                          f"{weight_bytes * work:>7.1f} "
                          f"{2 * rows * outputs * steps * work:>8.1f}", flush=True)


if __name__ == "__main__":
    main()
