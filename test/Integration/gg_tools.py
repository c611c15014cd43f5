"""gg-compile and gg-run as the tests call them."""

from __future__ import annotations

import os
import re
import subprocess
from typing import Dict, List, NamedTuple, Optional, Sequence

import numpy as np
import pytest
from machine import BIN, IS_FOREIGN, LAUNCHER, RUN_BIN, TRIPLE, cpu_levels

_RUN_TOOLS = ("gg-run", "gg-bench")  # run where artifacts do


def tool(name: str) -> str:
    """The path of a tool in ``$GG_BIN`` or build/bin; the test fails where it is absent."""
    path = os.path.join(RUN_BIN if name in _RUN_TOOLS else BIN, name)
    if not os.access(path, os.X_OK):
        pytest.fail(f"{name} is not built: expected it at {path}")
    return path


def _for_target(name: str, words: List[str]) -> List[str]:
    """What gg-compile must be told where artifacts run on another machine."""
    if name != "gg-compile" or not IS_FOREIGN or "--target" in words:
        return []
    return ["--target", TRIPLE] + ([] if "--cpu" in words else ["--cpu", cpu_levels()[-1]])


def run_tool(name: str, *arguments: object, timeout: float = 600,
             environment: Optional[Dict[str, str]] = None) -> subprocess.CompletedProcess:
    """Runs a tool and returns what it said; never raises for its exit code."""
    words = [os.fspath(a) if isinstance(a, os.PathLike) else str(a) for a in arguments]
    command = (LAUNCHER if name in _RUN_TOOLS else []) + [tool(name)]
    return subprocess.run(command + words + _for_target(name, words), capture_output=True,
                          text=True, timeout=timeout, errors="replace",
                          env={**os.environ, **(environment or {})})


def check(result: subprocess.CompletedProcess) -> str:
    """The standard output of a tool that must have succeeded."""
    assert result.returncode == 0, (f"{' '.join(result.args)}\nexit code {result.returncode}\n"
                                    f"{result.stdout[-2000:]}\n{result.stderr[-4000:]}")
    return result.stdout


def check_error(result: subprocess.CompletedProcess, pattern: str = "") -> str:
    """The message of a tool that must have failed: exit code 1 and one error,
    not a crash, matching ``pattern``."""
    assert result.returncode == 1, (f"{' '.join(result.args)}\nexpected exit code 1 but got "
                                    f"{result.returncode}\n{result.stderr[-3000:]}")
    assert result.stderr.strip(), "expected a message on standard error"
    assert "Stack dump" not in result.stderr and "Assertion" not in result.stderr, result.stderr
    assert re.search(pattern, result.stderr, re.S), f"expected /{pattern}/ but got {result.stderr}"
    return result.stderr


class Perplexity(NamedTuple):
    perplexity: float
    nll: float
    tokens: int


class Artifact:
    """A compiled model on disk."""

    def __init__(self, path: "str | os.PathLike[str]") -> None:
        self.path = os.fspath(path)

    def run(self, *arguments: object, timeout: float = 600) -> str:
        """The standard output of gg-run on this artifact."""
        return check(run_tool("gg-run", self.path, *arguments, timeout=timeout))

    def logits(self, ids: np.ndarray, folder: "str | os.PathLike[str]",
               *arguments: object) -> np.ndarray:
        """Logits ``[B, S, V]`` float32 of ids ``[B, S]`` from empty caches."""
        source, target = os.path.join(folder, "ids.npy"), os.path.join(folder, "logits.npy")
        np.save(source, np.asarray(ids, np.int64))
        self.run("--tokens-file", source, "--logits", target, *arguments)
        result = np.load(target)
        assert result.dtype == np.float32 and result.shape[:2] == np.shape(ids)
        return result

    def generate(self, prompt: Sequence[int], count: int, *arguments: object) -> List[int]:
        """The token ids that gg-run prints after ``prompt``."""
        text = self.run("--tokens", ",".join(map(str, prompt)), "-n", count, *arguments)
        return [int(word) for word in re.findall(r"-?\d+", text)]

    def perplexity(self, rows: "str | os.PathLike[str]", *arguments: object,
                   timeout: float = 3000) -> Perplexity:
        """What ``gg-run --perplexity`` prints for a file of token rows."""
        text = self.run("--perplexity", rows, *arguments, timeout=timeout)

        def number(pattern: str) -> float:
            found = re.search(pattern + r"[^0-9\n]*([0-9.]+(?:e[-+]?\d+)?)", text, re.I)
            assert found, f"expected {pattern} in: {text}"
            return float(found.group(1))

        return Perplexity(number("perplexity"), number("negative log-likelihood"),
                          int(number("tokens")))

    def tensors(self, inputs: Dict[str, np.ndarray], names: Sequence[str],
                folder: "str | os.PathLike[str]", *arguments: object) -> Dict[str, np.ndarray]:
        """Runs a model that is no decoder: outputs by name."""
        words: List[object] = []
        for i, (name, value) in enumerate(inputs.items()):
            path = os.path.join(folder, f"input_{i}.npy")
            np.save(path, value)
            words += ["--input", f"{name}={path}"]
        out = os.path.join(folder, "out")
        os.makedirs(out, exist_ok=True)
        self.run(*words, "--output-dir", out, *arguments)
        return {name: np.load(os.path.join(out, name.replace("/", "_") + ".npy"))
                for name in names}


def compile_model(model: "str | os.PathLike[str]", out: "str | os.PathLike[str]",
                  *arguments: object, timeout: float = 600) -> Artifact:
    """Compiles ``model``; the test fails with gg-compile's message if it fails."""
    check(run_tool("gg-compile", model, "-o", out, *arguments, timeout=timeout))
    return Artifact(out)


def tree_bytes(folder: "str | os.PathLike[str]") -> Dict[str, bytes]:
    """Every file below ``folder`` by relative path."""
    result = {}
    for at, _, files in os.walk(folder):
        for name in files:
            path = os.path.join(at, name)
            with open(path, "rb") as file:
                result[os.path.relpath(path, folder)] = file.read()
    return result
