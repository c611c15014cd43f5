"""The machine whose code is tested: this one, or another that an emulator plays.

``$GG_TARGET`` is the other one's triple, ``$GG_LAUNCHER`` the command before each
program made for it, ``$GG_RUN_BIN`` the folder of those programs.
"""

from __future__ import annotations

import os
import platform
import shlex
from typing import List, NamedTuple, Set

IS_FOREIGN = "GG_TARGET" in os.environ
TRIPLE = os.environ.get("GG_TARGET", f"{platform.machine()}-linux-gnu")
LAUNCHER = shlex.split(os.environ.get("GG_LAUNCHER", "")) if IS_FOREIGN else []
BIN = os.environ.get("GG_BIN",
                     os.path.join(os.path.dirname(__file__), "..", "..", "build", "bin"))
RUN_BIN = os.environ["GG_RUN_BIN"] if IS_FOREIGN else BIN


class CPU(NamedTuple):
    #: what /proc/cpuinfo says of one that runs its code
    feature: str
    #: the target that kernels are written for
    kernels: str


#: CPUs that code is made for
CPUS = {"x86-64": CPU("sse2", "generic"), "x86-64-v3": CPU("avx2", "avx2"),
        "x86-64-v4": CPU("avx512bw", "avx512"), "generic": CPU("asimd", "neon")}


def cpu_flags() -> Set[str]:
    """What /proc/cpuinfo says of the CPU."""
    if IS_FOREIGN:  # what every one has
        return {"asimd"} if TRIPLE.startswith("aarch64") else {"sse2"}
    try:
        with open("/proc/cpuinfo") as file:
            return set(next((line for line in file if line.startswith(("flags", "Features"))),
                            "").split())
    except OSError:
        return set()


def cpu_levels() -> List[str]:
    """The CPUs to compile artifacts for that this machine can run, in their order."""
    flags = cpu_flags()
    if "asimd" in flags:
        return ["generic"]
    levels = []
    if "sse2" in flags:
        levels.append("x86-64")
    if {"cx16", "lahf_lm", "popcnt", "sse4_2", "ssse3"} <= flags:
        levels.append("x86-64-v2")
    if {"avx2", "fma", "f16c", "bmi2"} <= flags:
        levels.append("x86-64-v3")
        if {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"} <= flags:
            levels.append("x86-64-v4")
            if "avx512_bf16" in flags:
                levels.append("x86-64-v4+avx512bf16")
    return levels
