#!/usr/bin/env bash
# Installs what is missing, configures and builds gg in build/ (Release).
# Arguments are passed to cmake's configure step.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install-deps.sh
[ -f build/build.ninja ] || cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release "$@"
cmake --build build
