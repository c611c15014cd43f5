#!/usr/bin/env bash
# Installs what building, testing and running gg needs on Debian 12.
#
#   scripts/install-deps.sh [PACKAGES...]   as root, or as a user who may sudo
#
# PACKAGES are installed besides, for what few people build.
# Only what is missing is installed; with everything in place nothing is done.
set -euo pipefail

packages=(
  ca-certificates git make g++ cmake ninja-build
  libmlir-22-dev mlir-22-tools llvm-22-dev llvm-22-tools clang-22 clang-format-22
  liblld-22-dev lld-22 libomp-22-dev libclang-rt-22-dev
  libzstd-dev zlib1g-dev libgtest-dev
  python3 python3-venv
  "$@"
)

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
  [ "$status" = "install ok installed" ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi

run=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "install-deps.sh: ${missing[*]} must be installed: run this as root" >&2
    exit 1
  fi
  run=(sudo)
fi
# env: sudo drops the variable where it is set before it.
apt=("${run[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0)
echo "installing: ${missing[*]}"
"${apt[@]}" update
# dpkg reports every unpacked file; keep that for the case that it fails.
log=$(mktemp)
if ! "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >"$log" 2>&1; then
  tail -n 30 "$log" >&2
  exit 1
fi
rm -f "$log"
