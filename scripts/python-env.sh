#!/usr/bin/env bash
# Makes build/venv with the pinned packages of scripts/requirements-FILE.txt.
#
#   scripts/python-env.sh demo|test
set -euo pipefail
cd "$(dirname "$0")/.."

requirements=scripts/requirements-$1.txt
done_mark=build/venv/.$1-$(sha256sum <scripts/requirements-test.txt | cut -c1-8)$(sha256sum <"$requirements" | cut -c1-8)
if [ ! -e "$done_mark" ]; then
  mkdir -p build
  [ -x build/venv/bin/python ] || python3 -m venv build/venv
  build/venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$requirements"
  touch "$done_mark"
fi
