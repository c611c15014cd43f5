#!/usr/bin/env bash
# Installs what is missing, configures and builds gg in build/: Release, with
# clang 22 unless CC and CXX say otherwise. Arguments go to cmake's configure step.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install-deps.sh
export CC=${CC:-clang-22} CXX=${CXX:-clang++-22}
[ -f build/build.ninja ] || cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release "$@"
cmake --build build
