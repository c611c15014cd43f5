#!/usr/bin/env bash
# Installs the runtimes that test/Benchmark/compare.py measures gg against into
# build/venv-peers, and makes their models of SmolLM2-135M in build/peers.
#
#   scripts/make-peers.sh [--avx2]
#
# --avx2 builds llama.cpp once more, in build/venv-peers-avx2, for a CPU without
# AVX-512. Run scripts/make-smollm2.sh first. llama.cpp is compiled: about eight
# minutes on two cores.
set -euo pipefail
cd "$(dirname "$0")/.."

models=${GG_SMOLLM2:-build/smollm2}
out=build/peers
mkdir -p "$out"

if [ ! -e build/venv-peers/.done ]; then
  python3 -m venv build/venv-peers
  build/venv-peers/bin/python -m pip install --quiet --disable-pip-version-check \
    -r scripts/requirements-peers.txt
  touch build/venv-peers/.done
fi

if [ "${1:-}" = --avx2 ] && [ ! -e build/venv-peers-avx2/.done ]; then
  python3 -m venv build/venv-peers-avx2
  # Without --no-cache-dir pip would take the build for this CPU.
  CMAKE_ARGS="-DGGML_NATIVE=OFF -DGGML_AVX2=ON -DGGML_FMA=ON -DGGML_F16C=ON -DGGML_BMI2=ON -DGGML_AVX512=OFF" \
    build/venv-peers-avx2/bin/python -m pip install --quiet --disable-pip-version-check \
    --no-cache-dir --no-binary llama-cpp-python \
    "$(grep ^llama-cpp-python scripts/requirements-peers.txt)"
  touch build/venv-peers-avx2/.done
fi

build/venv-peers/bin/python test/Benchmark/peer_models.py "$models" "$out"
