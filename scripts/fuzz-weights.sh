#!/usr/bin/env bash
# Fuzzes the reader of weights files, packed and small, under ASan and UBSan.
#
#   scripts/fuzz-weights.sh [seconds]      default: 600
#
# Seeds are artifacts of a tiny model, compiled by build/bin/gg-compile. Inputs
# that fail stay in build-fuzz/.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-600}

cmake --preset fuzz >/dev/null
cmake --build build-fuzz --target gg-fuzz-weights

seeds=build-fuzz/seeds-weights
corpus=build-fuzz/corpus-weights
rm -rf "$seeds"
mkdir -p "$seeds" "$corpus"
PYTHONPATH=python build/venv/bin/python -c "
from gg.graph import write_onnx
from gg.models import tiny_llama
write_onnx(tiny_llama(vocab_size=64, hidden_size=32, layers=1, heads=2, kv_heads=1, head_size=16,
                      intermediate_size=64), '$seeds/model.onnx')"
for weights in bf16 rf8; do
  for code in zstd exp-golomb; do
    build/bin/gg-compile "$seeds/model.onnx" -o "$seeds/model.gg" --quiet --context 32 \
      --weights "$weights" --rounding nearest --store small --code "$code"
    mv "$seeds/model.gg/weights.ggw" "$seeds/$weights-$code"
  done
done
rm -r "$seeds"/model.*
echo "seeds: $(ls "$seeds" | wc -l)"
build-fuzz/bin/gg-fuzz-weights "$corpus" "$seeds" -artifact_prefix=build-fuzz/ \
  -max_total_time="$seconds" -max_len=40000 -timeout=30 -rss_limit_mb=4096 -print_final_stats=1
