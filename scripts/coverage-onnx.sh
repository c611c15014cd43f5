#!/usr/bin/env bash
# Prints the line coverage of lib/Target/ONNX by its tests, and fails below
# the bound.
#
#   scripts/coverage-onnx.sh [percent]      default: 85
set -euo pipefail
cd "$(dirname "$0")/.."
bound=${1:-85}

llvm=$(llvm-config-22 --bindir)
build=build-coverage
cmake --preset coverage >/dev/null
cmake --build "$build" --target gg-translate ONNXReaderTest ONNXTensorTest ONNXImportTest
scripts/python-env.sh test
ln -sfn ../build/venv "$build/venv"

rm -rf "$build/profiles"
export LLVM_PROFILE_FILE=$PWD/$build/profiles/%4m.profraw
for test in ONNXReaderTest ONNXTensorTest ONNXImportTest; do
  "$build/test/Unit/$test" --gtest_brief=1
done
"$llvm/lit" -sv --filter-out roundtrip "$build/test/Target/ONNX"

"$llvm/llvm-profdata" merge -sparse "$build"/profiles/*.profraw -o "$build/onnx.profdata"
report() {
  "$llvm/llvm-cov" report "$build/bin/gg-translate" -object "$build/test/Unit/ONNXReaderTest" \
    -object "$build/test/Unit/ONNXTensorTest" -object "$build/test/Unit/ONNXImportTest" \
    -instr-profile="$build/onnx.profdata" lib/Target/ONNX
}
report
percent=$(report | awk '$1 == "TOTAL" {print $10 + 0}')
echo "line coverage of lib/Target/ONNX: $percent %"
awk -v got="$percent" -v bound="$bound" 'BEGIN {exit got < bound}'
