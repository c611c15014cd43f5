#!/usr/bin/env bash
# Makes the graphs of the slow suite in build/smollm2: SmolLM2-135M-Instruct
# through four exporters (genai, mobius, optimum, dynamo) and gg's own.
# Needs PyTorch (installed into environments of its own), 8 GB of disk and
# about ten minutes; what is there already is kept.
set -euo pipefail
cd "$(dirname "$0")/.."

out=build/smollm2
helpers=test/Integration/smollm2
mkdir -p "$out"
export TQDM_DISABLE=1 TOKENIZERS_PARALLELISM=false HF_HUB_OFFLINE=1

environment() { # environment NAME REQUIREMENTS
  if [ ! -e "build/$1/.done" ]; then
    python3 -m venv "build/$1"
    "build/$1/bin/python" -m pip install --quiet --disable-pip-version-check -r "$2"
    touch "build/$1/.done"
  fi
}

make_graph() { # make_graph NAME COMMAND…: runs the command if NAME has no graph
  local name=$1
  shift
  if [ ! -e "$out/$name/.done" ]; then
    echo "making $out/$name"
    "$@" >"$out/$name.log" 2>&1 || { tail -n 20 "$out/$name.log" >&2; exit 1; }
    touch "$out/$name/.done"
  fi
}

scripts/python-env.sh demo
scripts/get-smollm2.sh "$out/gguf"
gguf=$(echo "$out"/gguf/*.gguf)
make_graph gg env PYTHONPATH=python build/venv/bin/python -m gg.export "$gguf" "$out/gg"

environment venv-exporters scripts/requirements-exporters.txt
python=build/venv-exporters/bin/python
make_graph hf "$python" "$helpers/gguf_to_hf.py" "$gguf" "$out/hf"
make_graph genai "$python" -m onnxruntime_genai.models.builder \
  -i "$out/hf" -o "$out/genai" -p fp32 -e cpu -c "$out/cache"
make_graph mobius build/venv-exporters/bin/mobius build --config "$out/hf" "$out/mobius"
make_graph dynamo "$python" "$helpers/export_dynamo.py" "$out/hf" "$out/dynamo" 18

environment venv-optimum scripts/requirements-optimum.txt
make_graph optimum build/venv-optimum/bin/optimum-cli export onnx \
  --model "$out/hf" --task text-generation-with-past "$out/optimum"
