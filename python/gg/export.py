"""``python -m gg.export MODEL OUT_DIR``: a checkpoint as a standard ONNX graph.

MODEL is a GGUF file of the Llama family or a llama2.c checkpoint (``.bin``).
OUT_DIR gets model.onnx (opset 24: Attention, RotaryEmbedding,
RMSNormalization, Swish), model.onnx.data, and for GGUF tokenizer.json and
gg_text.json (begin and end of text, for ``python -m gg.text``).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import replace
from typing import List, Optional

from .decoder import Decoder, ModelError
from .gguf_model import GGUFModel, read_gguf
from .graph import GraphStyle, write_onnx
from .llama2c import read_llama2c
from .tokenizer import tokenizer_from_gguf


def read_checkpoint(path: "str | os.PathLike[str]") -> Decoder:
    """The decoder in a GGUF file or a llama2.c checkpoint, told by its content."""
    with open(path, "rb") as file:
        magic = file.read(4)
    return read_gguf(path) if magic == b"GGUF" else read_llama2c(path)


def export_tokenizer(model: GGUFModel, folder: "str | os.PathLike[str]") -> None:
    """Writes tokenizer.json and gg_text.json of a GGUF file into ``folder``."""
    tokenizer_from_gguf(model).save(os.path.join(folder, "tokenizer.json"))
    template = model.get("tokenizer.chat_template", "")
    settings = {
        "add_bos": bool(model.get("tokenizer.ggml.add_bos_token", True)),
        "bos": model.get("tokenizer.ggml.bos_token_id"),
        "stop": [i for i in (model.get("tokenizer.ggml.eos_token_id"),) if i is not None],
        "chatml": "<|im_start|>" in template,
    }
    with open(os.path.join(folder, "gg_text.json"), "w") as file:
        json.dump(settings, file, indent=1)
        file.write("\n")


def export(path: "str | os.PathLike[str]", folder: "str | os.PathLike[str]",
           style: Optional[GraphStyle] = None, context: Optional[int] = None) -> str:
    """Writes the checkpoint ``path`` into ``folder``; returns the graph's path.

    ``context`` limits the length of the rotary tables (positions). Raises
    :class:`ModelError` for what cannot be written faithfully.
    """
    decoder = read_checkpoint(path)
    if context is not None and context < decoder.config.context:
        decoder.config = replace(decoder.config, context=context)
    os.makedirs(folder, exist_ok=True)
    graph = os.path.join(folder, "model.onnx")
    write_onnx(decoder, graph, style or GraphStyle())
    with open(path, "rb") as file:
        if file.read(4) == b"GGUF":
            export_tokenizer(GGUFModel(path), folder)
    return graph


def main(arguments: Optional[List[str]] = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="gg-export", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="a GGUF file or a llama2.c checkpoint")
    parser.add_argument("folder", help="where model.onnx goes")
    parser.add_argument("--dtype", choices=["f32", "f16", "bf16"], default="f32",
                        help="element type of the whole graph (default f32)")
    parser.add_argument("--context", type=int,
                        help="largest position of the rotary tables (default: the model's)")
    args = parser.parse_args(arguments)
    try:
        graph = export(args.model, args.folder, GraphStyle(dtype=args.dtype), args.context)
    except (ModelError, OSError) as error:
        print(f"gg-export: {error}", file=sys.stderr)
        return 1
    size = sum(os.path.getsize(p) for p in (graph, graph + ".data"))
    print(f"{graph}: {size / 1e6:.1f} MB with its weights")
    return 0


if __name__ == "__main__":
    sys.exit(main())
