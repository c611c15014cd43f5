"""make-models.py FOLDER: each NAME.txt in it, a model in ONNX's text syntax,
becomes NAME.onnx. Lines that begin with # are left out."""

import pathlib
import sys

import onnx

for text in pathlib.Path(sys.argv[1]).glob("*.txt"):
    lines = text.read_text().splitlines()
    model = "\n".join(line for line in lines if not line.startswith("#"))
    onnx.save(onnx.parser.parse_model(model), text.with_suffix(".onnx"))
