"""What a perfect static coder would gain over Zstandard, on the RF8 codes of a packed artifact.

    python test/Benchmark/coder_gain.py ARTIFACT.gg

Codes are taken as they are, and coarser, as a quantizer that minds the rate makes them: small ones
become zero, or only some residuals are left. Zstandard packs frames of 1 MiB, with gg-compile's
settings for weights; the entropy is that of each tensor's codes alone.
"""

import argparse
import json
import pathlib
import struct
from typing import Callable, Dict, List

import numpy as np
import zstandard

FRAME = 1 << 20
PACK = zstandard.ZstdCompressor(compression_params=zstandard.ZstdCompressionParameters(
    window_log=20, hash_log=6, chain_log=6, search_log=1, min_match=7, target_length=0,
    strategy=zstandard.STRATEGY_FAST)).compress


def read_codes(folder: pathlib.Path) -> List[np.ndarray]:
    """The codes of every RF8 tensor."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    if manifest["store"] != "packed":
        raise SystemExit("expected an artifact compiled with --store packed")
    data = np.memmap(folder / "weights.ggw", np.uint8, "r")
    (payload,) = struct.unpack_from("<Q", data, 72)
    return [data[payload + tensor["offset"]:][:tensor["bytes"]] for tensor in manifest["tensors"]
            if tensor["type"].startswith("rf8.")]


def entropy(codes: np.ndarray) -> float:
    """Zero-order, in bits of all codes."""
    counts = np.bincount(codes, minlength=256)
    counts = counts[counts > 0]
    return float(-(counts * np.log2(counts / len(codes))).sum())


def packed(codes: np.ndarray) -> int:
    """Bits of Zstandard's frames."""
    return 8 * sum(len(PACK(codes[at:at + FRAME].tobytes())) for at in range(0, len(codes), FRAME))


def coarser(lowest: int, residuals: List[int]) -> Callable[[np.ndarray], np.ndarray]:
    """Makes codes below an exponent field zero, and residuals what the table says."""
    table = np.zeros(256, np.uint8)
    for code in range(256):
        if (code >> 3 & 15) >= lowest:
            table[code] = code & ~7 | residuals[code & 7]
    return lambda codes: table[codes]


ALL, HALF, TWO = [0, 1, 2, 3, 4, 5, 6, 7], [0, 0, 2, 2, 4, 4, 4, 4], [0, 0, 0, 4, 4, 4, 4, 4]
QUANTIZERS: Dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "as they are": coarser(2, ALL),
    "zero below 2^-6": coarser(9, ALL),
    "zero below 2^-4": coarser(11, ALL),
    "1, 9/8, 3/2": coarser(2, HALF),
    "1, 9/8, 3/2; zero below 2^-4": coarser(11, HALF),
    "1, 3/2": coarser(2, TWO),
    "1, 3/2; zero below 2^-4": coarser(11, TWO),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("artifact", type=pathlib.Path)
    tensors = read_codes(parser.parse_args().artifact)
    count = sum(map(len, tensors))
    print(f"{'codes':30} {'entropy':>8} {'zstd':>8} {'gain':>7}")
    for name, quantize in QUANTIZERS.items():
        least = sum(entropy(quantize(codes)) for codes in tensors) / count
        bits = sum(packed(quantize(codes)) for codes in tensors) / count
        print(f"{name:30} {least:8.4f} {bits:8.4f} {(bits - least) / bits:7.2%}", flush=True)


if __name__ == "__main__":
    main()
