"""rf8_linear.py BUILD [--target avx512bf16 --cpu znver4] [--blocks 2]: how fast
the kernels of rf8.linear are, by kind of weight: a row from DRAM and from
cache, and many rows. Two threads, each with half the outputs, as gg-distribute
splits them. Prints the machine's bandwidth and peak, measured by kernels that
read and multiply only, and the share of them that each kernel reaches: medians
of calls during which all threads work."""

import argparse
import ctypes
import itertools
import mmap
import os
import platform
import statistics
import subprocess
import tempfile
import threading
import time

PIPELINE = """-buffer-hoisting -buffer-loop-hoisting
-promote-buffers-to-stack=max-alloc-size-in-bytes=4194304
-canonicalize -cse -scf-parallel-for-to-nested-fors -canonicalize -cse
-convert-vector-to-scf -convert-scf-to-cf -expand-strided-metadata -lower-affine
-convert-vector-to-llvm=enable-x86vector=true -convert-ub-to-llvm
-finalize-memref-to-llvm -convert-arith-to-llvm -convert-index-to-llvm
-convert-func-to-llvm=use-bare-ptr-memref-call-conv=1 -convert-cf-to-llvm
-reconcile-unrealized-casts""".split()
KINDS = {"!rf8.e4r3": (4, 1), "bf16": (2, 2), "f16": (2, 2), "f32": (1, 4)}


def pipe(command, text):
    return subprocess.run(command, input=text, stdout=subprocess.PIPE, check=True).stdout


def kernel(options, rows, outputs, steps, kind, copies):
    """Runs through ``copies`` weights."""
    per_block, size = KINDS[kind]
    width = 16 * options.blocks
    dims = [-(-outputs // width), -(-steps // per_block), options.blocks, 64 // size]
    strides = [dims[1] * dims[2] * dims[3], dims[2] * dims[3], dims[3], 1]
    shape = "x".join(map(str, dims))
    one = f"memref<{shape}x{kind}, strided<{strides}, offset: ?>>"
    clause = f"scales(%s : memref<{dims[0] * width}xf32>)" if "rf8" in kind else ""
    types = [f"memref<{rows}x{steps}xf32>", f"memref<{copies}x{shape}x{kind}>",
             f"memref<{dims[0] * width}xf32>", f"memref<{rows}x{outputs}xf32>"]
    arguments = ", ".join(f"%{name}: {type}" for name, type in zip("xwso", types))
    return f"""
// A function of its own frees the buffers of its loops.
func.func private @linear({arguments}, %i: index) attributes {{no_inline}} {{
  %v = memref.subview %w[%i, 0, 0, 0, 0] [1, {", ".join(map(str, dims))}] [1, 1, 1, 1, 1]
      : {types[1]} to {one}
  rf8.linear ins(%x, %v : {types[0]}, {one}) {clause} outs(%o : {types[3]})
  return
}}
func.func @kernel({arguments}) {{
  %first = arith.constant 0 : index
  %step = arith.constant 1 : index
  %last = arith.constant {copies} : index
  scf.for %i = %first to %last step %step {{
    func.call @linear(%x, %w, %s, %o, %i) : ({", ".join(types)}, index) -> ()
  }}
  return
}}"""


def loop(count, registers, source, type, body):
    """A function that carries ``registers`` %s0, %s1 … of ``type`` through
    ``count`` iterations of ``body``, which gives each its next value %n0 …"""
    element = type[:-1].split("x")[-1]
    lanes = int(type[len("vector<"):].split("x")[0])
    each = range(registers)
    stores = "".join(f"""
  %i{i} = arith.constant {i} : index
  vector.store %r#{i}, %o[%i{i}, %c0] : memref<{registers}x{lanes}x{element}>, {type}"""
                     for i in each)
    return f"""
func.func @kernel(%x: {source}, %w: memref<1xi8>, %t: memref<1xi8>,
                  %o: memref<{registers}x{lanes}x{element}>) {{
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %last = arith.constant {count} : index
  %z = arith.constant dense<0{"" if element == "i32" else ".0"}> : {type}
  %r:{registers} = scf.for %i = %c0 to %last step %c1
      iter_args({", ".join(f"%s{i} = %z" for i in each)}) -> ({", ".join([type] * registers)}) {{
{body}
    scf.yield {", ".join(f"%n{i}" for i in each)} : {", ".join([type] * registers)}
  }}{stores}
  return
}}"""


def read_kernel(size):
    """Reads ``size`` bytes and nothing else."""
    source, type = f"memref<{size // 512}x128xi32>", "vector<16xi32>"
    return loop(size // 512, 8, source, type, "\n".join(f"""
    %k{i} = arith.constant {16 * i} : index
    %v{i} = vector.load %x[%i, %k{i}] : {source}, {type}
    %n{i} = arith.xori %s{i}, %v{i} : {type}""" for i in range(8)))


def peak_kernel(count, dot, lanes):
    """Multiplies and adds in registers, ``count`` times 12 instructions."""
    type = f"vector<{lanes}xf32>"
    factor, source = (("vector<32xbf16>", "memref<32xbf16>") if dot else
                      (type, f"memref<{lanes}xf32>"))
    load = f"    %a = vector.load %x[%c0] : {source}, {factor}\n"
    return loop(count, 12, source, type, load + "\n".join(
        f"    %n{i} = x86vector.avx512.dot %s{i}, %a, %a : {factor} -> {type}" if dot else
        f"    %n{i} = vector.fma %a, %a, %s{i} : {type}" for i in range(12)))


def compile_kernel(options, folder, text, name):
    target = (f"target={options.target} exact={'true' if options.exact else 'false'} "
              f"prefetch={options.prefetch}")
    lowered = pipe([f"{options.build}/bin/gg-opt", f"-convert-rf8-to-vector={target}"]
                   + PIPELINE, text.encode())
    llvm = pipe([f"{options.llvm}/mlir-translate", "--mlir-to-llvmir"], lowered)
    llvm = pipe([f"{options.llvm}/opt", "-O3", f"-mcpu={options.cpu}",
                 f"-mtriple={platform.machine()}-linux-gnu"], llvm)
    path = os.path.join(options.keep or folder, name)
    # As gg-compile does: LLVM would stop at 256 bits on some CPUs.
    code = [f"{options.llvm}/llc", "-O3", f"-mcpu={options.cpu}", "-mattr=-prefer-256-bit"]
    if options.keep:
        pipe(code + ["-o", path + ".s"], llvm)
    pipe(code + ["-filetype=obj", "-relocation-model=pic", "-o", path + ".o"], llvm)
    pipe([f"{options.llvm}/ld.lld", "-shared", "-o", path + ".so", path + ".o"], b"")
    return ctypes.CDLL(path + ".so").kernel


HUGE = 2 << 20


def memory(size, byte):
    """Huge pages full of a byte; what keeps them, and their address."""
    pages = mmap.mmap(-1, (size // HUGE + 2) * HUGE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    pages.madvise(mmap.MADV_HUGEPAGE)
    start = ctypes.addressof(ctypes.c_char.from_buffer(pages))
    address = (start + HUGE - 1) & ~(HUGE - 1)
    ctypes.memset(address, byte, size)
    return pages, address


def measure(kernels, seconds, threads, statistic=statistics.median):
    """Seconds of a call of each of ``kernels``, functions with the sizes of their
    buffers: ``statistic`` of calls in turn, each started by all threads at once."""
    start = threading.Barrier(threads)
    warm_up, of_threads = [], []

    def work():
        keep, calls = [], []
        for function, sizes in kernels:
            # Codes and halves of moderate size, whatever the kind.
            buffers = [memory(size + 4096, byte)
                       for size, byte in zip(sizes, (0x3c, 0x38, 0x3c, 0))]
            keep.append(buffers)
            calls.append((function, [ctypes.c_void_p(address) for _, address in buffers]))

        def call(function, arguments):
            start.wait()
            before = time.perf_counter()
            function(*arguments)
            return time.perf_counter() - before

        warm_up.append(sum(call(*each) for each in calls))
        start.wait()
        rounds = max(3, int(seconds / max(warm_up)))
        times = [[call(*each) for each in calls] for _ in range(rounds)]
        of_threads.append([statistic(column) for column in zip(*times)])

    team = [threading.Thread(target=work) for _ in range(threads)]
    for thread in team:
        thread.start()
    for thread in team:
        thread.join()
    return [statistics.mean(each) for each in zip(*of_threads)]


def measure_peaks(options, folder):
    """Operations a second that the machine can do, in f32 and in bf16."""
    peaks = {}
    for dot in [False, True][:1 + (options.target == "avx512bf16")]:
        lanes = 16 if options.target.startswith("avx512") else 8
        text = peak_kernel(1000000, dot, lanes)
        took, = measure([(compile_kernel(options, folder, text, f"peak{dot}"), (64,) * 4)],
                        options.seconds, options.threads, min)
        peaks[dot] = 1000000 * 12 * lanes * (4 if dot else 2) * options.threads / took
        print(f"peak of {'bf16 dot products' if dot else 'f32 multiply-adds'}: "
              f"{peaks[dot] / 1e9:.0f} GFLOP/s")
    return peaks


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build")
    parser.add_argument("--llvm", default="/usr/lib/llvm-22/bin")
    parser.add_argument("--target", default="avx512bf16")
    parser.add_argument("--cpu", default="znver4")
    parser.add_argument("--exact", action="store_true", help="two terms also with many rows")
    parser.add_argument("--prefetch", type=int, default=0, help="bytes ahead; few rows only")
    parser.add_argument("--blocks", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--dram", type=int, default=160, help="MB of weights a thread reads")
    parser.add_argument("--rows", type=int, nargs="*", default=[1, 4, 64])
    parser.add_argument("--kinds", nargs="*", default=list(KINDS))
    parser.add_argument("--only", choices=["DRAM", "cache"], help="where weights come from")
    parser.add_argument("--keep", help="folder for the code")
    options = parser.parse_args()
    with open("/proc/cpuinfo") as file:
        print(next((l for l in file if "model name" in l), "").strip(),
              f"; {options.threads} threads; {options.target}, {options.blocks} blocks")
    with tempfile.TemporaryDirectory() as folder:
        peaks = measure_peaks(options, folder)
        size = options.dram << 20
        read = (compile_kernel(options, folder, read_kernel(size), "read"), (size, 64, 64, 64))
        print(f"{'weight':>10} {'rows':>4} {'outputs x steps':>16} {'from':>6} {'us':>8} "
              f"{'GB/s':>7} {'read':>7} {'share':>5} {'GFLOP/s':>8} {'share':>5}")
        for kind, rows in itertools.product(options.kinds, options.rows):
            # Each thread has half of the outputs.
            for outputs, steps, dram in ((768, 576, False), (768, 576, True), (288, 1536, False)):
                if dram and rows > 16 or options.only == ("cache" if dram else "DRAM"):
                    continue
                element = KINDS[kind][1]
                weight_bytes = outputs * steps * element
                copies = size // weight_bytes if dram else 1
                name = f"{kind[-4:]}-{rows}-{outputs}-{dram}"
                function = compile_kernel(
                    options, folder, kernel(options, rows, outputs, steps, kind, copies), name)
                sizes = (rows * steps * 4, weight_bytes * copies, outputs * 4, rows * outputs * 4)
                took = measure([(function, sizes)] + [read] * dram, options.seconds * (1 + dram),
                               options.threads)
                speed = options.threads * copies / took[0]  # products a second
                flops = 2 * rows * outputs * steps * speed
                memory_columns = " " * 13
                if dram:
                    bandwidth = size * options.threads / took[1]
                    memory_columns = (f"{bandwidth / 1e9:>7.1f} "
                                      f"{weight_bytes * speed / bandwidth:>5.0%}")
                peak = peaks.get(element < 4 and kind != "f16", peaks[False])
                print(f"{kind:>10} {rows:>4} {2 * outputs:>9} x {steps:<5}"
                      f"{'DRAM' if dram else 'cache':>6} {took[0] / copies * 1e6:>8.1f} "
                      f"{weight_bytes * speed / 1e9:>7.1f} {memory_columns} "
                      f"{flops / 1e9:>8.1f} {flops / peak:>5.0%}", flush=True)


if __name__ == "__main__":
    main()
