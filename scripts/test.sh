#!/usr/bin/env bash
# Installs, builds and runs every test; exits non-zero if anything fails.
#
#   scripts/test.sh [ctest arguments…]      default: -LE slow
#
# Tests of shared models are skipped where shared/ is absent (GG_SHARED_DATA
# names another place); the last lines say how many were skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/build.sh
scripts/python-env.sh test

[ $# -gt 0 ] || set -- -LE slow
status=0
ctest --test-dir build --output-on-failure -j "$(nproc)" --no-tests=error "$@" || status=$?

# ctest keeps the output of tests that passed: show each suite's closing line.
log=build/Testing/Temporary/LastTest.log
grep -hE '^(=+ .*(passed|failed|skipped|error).* =+|nodes: .*)$' "$log" || true
python3 scripts/count-skipped.py "$log"
exit $status
