#!/usr/bin/env bash
# Installs a cross compiler and an emulator, and builds the runtime, gg-run and
# gg-bench for aarch64 Linux in build-aarch64/. The test `aarch64` (slow) of
# build/ then runs what gg-compile makes for aarch64.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install-deps.sh g++-aarch64-linux-gnu qemu-user
cmake --preset aarch64
cmake --build build-aarch64
