"""run-pytest.py BUILD ARGUMENTS…: pytest as a CTest entry.

Runs in BUILD/venv where scripts/python-env.sh made it, else in the calling
Python. Exits 77 (skipped, for CTest) where the packages it needs are missing
and 0 where every test was deselected or skipped.
"""

import importlib.util
import os
import subprocess
import sys

build, arguments = os.path.abspath(sys.argv[1]), sys.argv[2:]
venv = os.path.join(build, "venv", "bin", "python")
if os.path.exists(venv) and os.path.realpath(sys.prefix) != os.path.realpath(
        os.path.join(build, "venv")):
    os.execv(venv, [venv] + sys.argv)

needed = ("gguf", "ml_dtypes", "numpy", "onnx", "onnxruntime", "pytest", "rich",
          "scipy", "tokenizers")
missing = [name for name in needed if importlib.util.find_spec(name) is None]
if missing:
    print("skipped: python lacks", ", ".join(missing), "(scripts/python-env.sh test installs them)")
    sys.exit(77)
run_bin = os.environ.get("GG_RUN_BIN")
if run_bin and not os.path.exists(os.path.join(run_bin, "gg-run")):
    print("skipped: no gg-run in", run_bin, "(scripts/build-aarch64.sh builds one)")
    sys.exit(77)
root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
environment = dict(os.environ, GG_BIN=os.path.join(build, "bin"),
                   GG_LIB=os.path.join(build, "lib"), OMP_NUM_THREADS="2",
                   PYTHONDONTWRITEBYTECODE="1",
                   PYTHONPATH=os.path.join(root, "python"))
command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-ra"]
sys.exit(subprocess.run(command + arguments, cwd=root, env=environment).returncode)
