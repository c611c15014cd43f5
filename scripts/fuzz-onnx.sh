#!/usr/bin/env bash
# Fuzzes the ONNX importer under ASan and UBSan.
#
#   scripts/fuzz-onnx.sh [seconds]      default: 600
#
# Seeds are the graphs and node tests of shared/ (GG_SHARED_DATA names another
# place), if there are any. Inputs that fail stay in build-fuzz/.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-600}

cmake --preset fuzz >/dev/null
cmake --build build-fuzz --target gg-fuzz-onnx-reader

seeds=build-fuzz/seeds
corpus=build-fuzz/corpus
rm -rf "$seeds"
mkdir -p "$seeds" "$corpus"
for root in "${GG_SHARED_DATA:-shared}" ../shared; do
  [ -d "$root/onnx-node" ] || continue
  find "$root/onnx-node" "$root/data/onnx" -name '*.onnx' -o -name '*.pb' | while read -r file; do
    cp "$file" "$seeds/$(sha256sum <"$file" | cut -c1-16)"
  done
  break
done
echo "seeds: $(ls "$seeds" | wc -l)"
build-fuzz/bin/gg-fuzz-onnx-reader "$corpus" "$seeds" -artifact_prefix=build-fuzz/ \
  -max_total_time="$seconds" -max_len=2000000 -timeout=30 -rss_limit_mb=4096 -print_final_stats=1
