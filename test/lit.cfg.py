"""lit: the textual tests, each beside the room of lib/ that it tests."""

import os
import subprocess

import lit.formats

config.name = "gg"
config.test_format = lit.formats.ShTest(True)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs", "Unit", "Integration", "Benchmark", "Python", "Package"]
config.test_source_root = os.path.join(config.gg_source, "test")
config.test_exec_root = os.path.join(config.gg_build, "test")

config.environment["PATH"] = os.pathsep.join(
    [os.path.join(config.gg_build, "bin"), config.llvm_tools, os.environ["PATH"]]
)
config.environment["FILECHECK_OPTS"] = "-enable-var-scope"
config.substitutions.append(("%llvm_lib", os.path.join(config.llvm_tools, "..", "lib")))
config.substitutions.append(("%gg_lib", os.path.join(config.gg_build, "lib")))

# Tests that make their models say "REQUIRES: onnx"; the package is in the
# environment that scripts/python-env.sh makes.
python = os.path.join(config.gg_build, "venv", "bin", "python")
if not os.path.exists(python):
    python = config.python
config.substitutions.append(("%python", python))
if subprocess.run([python, "-c", "import onnx"], stderr=subprocess.DEVNULL).returncode == 0:
    config.available_features.add("onnx")

# Tests that execute AVX-512 code say "REQUIRES: avx512" and so on.
if os.path.exists("/proc/cpuinfo"):
    with open("/proc/cpuinfo") as f:
        flags = next((l for l in f if l.startswith("flags")), "").split()
    names = {"avx2": "avx2", "avx512f": "avx512", "avx512_bf16": "avx512bf16"}
    for flag, feature in names.items():
        if flag in flags:
            config.available_features.add(feature)
