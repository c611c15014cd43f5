#!/usr/bin/env bash
# From nothing to text: installs and builds gg, obtains a language model,
# compiles it to RF8 and lets it speak.
#
#   scripts/demo.sh [PROMPT]
set -euo pipefail
cd "$(dirname "$0")/.."

prompt=${1:-Why is the sky blue? Answer in two sentences.}
out=build/demo
step() { printf '\n== %s\n' "$1"; }
megabytes() { du -sbL "$1" | awk '{printf "%.0f MB", $1 / 1e6}'; }

step "build"
mkdir -p build
scripts/build.sh >build/demo.log 2>&1 || { tail -n 30 build/demo.log >&2; exit 1; }
scripts/python-env.sh demo
ls build/bin

step "get SmolLM2-135M-Instruct"
scripts/get-smollm2.sh "$out"
gguf=$(echo "$out"/*.gguf)
echo "$gguf: $(megabytes "$gguf")"

step "export to ONNX"
export PYTHONPATH=python
python=build/venv/bin/python
[ -e "$out/onnx/tokenizer.json" ] || $python -m gg.export "$gguf" "$out/onnx" --context 2048
echo "$out/onnx: $(megabytes "$out/onnx/model.onnx.data") of fp32 weights"

step "compile to RF8"
SECONDS=0
build/bin/gg-compile "$out/onnx/model.onnx" -o "$out/smollm2.gg" --weights rf8 --calibrate none --context 2048
echo "compiled in $SECONDS s; $out/smollm2.gg: $(megabytes "$out/smollm2.gg")"

step "generate"
$python -u -m gg.text "$out/smollm2.gg" "$prompt" --chat -n 96 \
  --tokenizer "$out/onnx/tokenizer.json" 2>&1
