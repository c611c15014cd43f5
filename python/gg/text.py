"""``python -m gg.text ARTIFACT PROMPT``: text in, text out, through gg-run.

The tokenizer is tokenizer.json beside the graph that ``gg.export`` wrote (or
``--tokenizer``); gg-run is found in ``$GG_BIN``, build/bin of the repository
this package lies in, or the PATH.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from typing import Dict, List, Optional, Tuple

from .decoder import ModelError
from .tokenizer import TextTokenizer

_CHATML = ("<|im_start|>system\n{system}<|im_end|>\n<|im_start|>user\n{prompt}<|im_end|>\n"
           "<|im_start|>assistant\n")


def find_tool(name: str) -> str:
    """The path of a gg tool; :class:`ModelError` where there is none."""
    built = os.path.join(os.path.dirname(__file__), "..", "..", "build", "bin")
    for folder in (os.environ.get("GG_BIN"), built):
        if folder and os.access(os.path.join(folder, name), os.X_OK):
            return os.path.join(folder, name)
    found = shutil.which(name)
    if not found:
        raise ModelError(f"{name} not found: build gg, or set GG_BIN to the folder of its tools")
    return found


class TextModel:
    """An artifact with its tokenizer."""

    def __init__(self, artifact: "str | os.PathLike[str]",
                 tokenizer: "str | os.PathLike[str]") -> None:
        self.artifact = os.fspath(artifact)
        self.tokenizer = TextTokenizer(tokenizer)

    def encode(self, prompt: str, chat: bool = False,
               system: str = "You are a helpful AI assistant.") -> List[int]:
        """Token ids of ``prompt``, as one ChatML turn where ``chat``."""
        if chat and not self.tokenizer.settings["chatml"]:
            raise ModelError("the model's chat template is not ChatML; leave out --chat")
        if chat:
            prompt = _CHATML.format(system=system, prompt=prompt)
        return self.tokenizer.encode(prompt)

    def generate(self, ids: List[int], count: int,
                 options: Optional[List[str]] = None) -> Tuple[str, Dict[str, float]]:
        """The text of up to ``count`` tokens after ``ids``, and gg-run's statistics.

        ``options`` are passed to gg-run as they are. Raises
        :class:`ModelError` with gg-run's message where it fails.
        """
        with tempfile.TemporaryDirectory() as folder:
            stats = os.path.join(folder, "stats.json")
            command = [find_tool("gg-run"), self.artifact, "--tokens", ",".join(map(str, ids)),
                       "-n", str(count), "--stats", stats]
            stops = self.tokenizer.settings["stop"]
            if stops:
                command += ["--stop", ",".join(map(str, stops))]
            result = subprocess.run(command + (options or []), capture_output=True, text=True)
            if result.returncode:
                raise ModelError(result.stderr.strip() or f"gg-run exited {result.returncode}")
            tokens = [int(word) for word in re.findall(r"\d+", result.stdout)]
            with open(stats) as file:
                return self.tokenizer.decode(tokens), json.load(file)


def main(arguments: Optional[List[str]] = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="gg-text", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Further options (--temperature, --seed, --threads …) go to gg-run.")
    parser.add_argument("artifact")
    parser.add_argument("prompt")
    parser.add_argument("--tokenizer", required=True, help="tokenizer.json")
    parser.add_argument("-n", type=int, default=64, help="tokens to generate at most (default 64)")
    parser.add_argument("--chat", action="store_true", help="put the prompt into a ChatML turn")
    args, options = parser.parse_known_args(arguments)
    try:
        model = TextModel(args.artifact, args.tokenizer)
        text, stats = model.generate(model.encode(args.prompt, args.chat), args.n, options)
    except (ModelError, OSError) as error:
        print(f"gg-text: {error}", file=sys.stderr)
        return 1
    print(text.strip() if args.chat else args.prompt + text)
    print(f"prefill {stats['prefill_tokens_per_s']:.1f} tokens/s, "
          f"decode {stats['decode_tokens_per_s']:.1f} tokens/s, "
          f"first token {stats['first_token_ms']:.0f} ms, "
          f"peak memory {stats['peak_rss_bytes'] / 1e6:.0f} MB", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
