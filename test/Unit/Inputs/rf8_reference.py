"""An independent RF8 in exact arithmetic: what CodecTest.cpp compares with.

Prints, a line each:
  decode CODE VALID_E4R3 VALID_E4R3D BITS        the value's float32 bits
  encode FORMAT ROUNDING BITS CODE               FORMAT e4r3|e4r3d
  scale KIND BITS BITS                           largest weight, scale
Values are fractions, logarithms decimals of 60 digits; no floating point takes
part in a decision.
"""

import random
import struct
from decimal import Decimal, getcontext
from fractions import Fraction

getcontext().prec = 60

SIGNIFICANDS = [Fraction(n, 16) for n in (16, 17, 18, 20, 24, 28, 30, 22)]
LN2 = Decimal(2).ln()


def value_of_bits(bits):
    return Fraction(struct.unpack("<f", struct.pack("<I", bits))[0])


def bits_of_value(value):
    return struct.unpack("<I", struct.pack("<f", float(value)))[0]


def codes(format):
    """Code by value, valid ones only."""
    table = {Fraction(0): 0}
    for exponent in range(2, 16):
        for residual in range(8 if format == "e4r3d" else 7):
            value = SIGNIFICANDS[residual] * Fraction(2) ** (exponent - 15)
            code = exponent << 3 | residual
            table[value] = code
            table[-value] = code | 0x80
    return table


CODES = {format: codes(format) for format in ("e4r3", "e4r3d")}
MAGNITUDES = {f: sorted(v for v in t if v >= 0) for f, t in CODES.items()}


def nearest(value, format):
    ranked = MAGNITUDES[format]
    magnitude = abs(value)
    low, high = 0, len(ranked) - 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if ranked[middle] <= magnitude else (low, middle)
    down, up = magnitude - ranked[low], ranked[high] - magnitude
    rank = low if down < up or (down == up and low % 2 == 0) else high
    result = ranked[rank]
    return CODES[format][-result if value < 0 else result]


def log2_rounded(value):
    """round-half-even(float32(log2 value)), the float32 correctly rounded."""
    exact = (Decimal(value.numerator) / Decimal(value.denominator)).ln() / LN2
    if exact == exact.to_integral_value():
        return int(exact)
    bits = bits_of_value(Fraction(exact))
    near = [Decimal(value_of_bits(b).numerator) / Decimal(value_of_bits(b).denominator)
            for b in (bits - 1, bits, bits + 1)]
    best = min(near, key=lambda f: abs(f - exact))
    return round(Fraction(best))


def greedy(value):
    if value == 0:
        return 0
    magnitude = abs(value)
    first = log2_rounded(magnitude)
    result = Fraction(2) ** first
    rest = magnitude - result
    if rest:
        second = log2_rounded(abs(rest))
        if first - second <= 4:
            result += Fraction(2) ** second * (1 if rest > 0 else -1)
    return nearest(-result if value < 0 else result, "e4r3")


def samples():
    """Bits of finite floats: codes, ties, their neighbours, edges, random."""
    chosen = {0, 0x80000000, 1, 0x80000001, 0x7F7FFFFF, 0xFF7FFFFF}
    for format in CODES:
        ranked = MAGNITUDES[format]
        points = ranked + [(a + b) / 2 for a, b in zip(ranked, ranked[1:])]
        points += [Fraction(31, 16), Fraction(2), Fraction(1, 2**15)]
        for point in points:
            bits = bits_of_value(point)
            for near in range(max(bits - 2, 0), bits + 3):
                chosen |= {near, near | 0x80000000}
    for exponent in range(-24, 3):  # around the thresholds of log rounding
        root = bits_of_value(Fraction(2) ** exponent) + 0x3504F3
        chosen |= set(range(root - 12, root + 13))
    rng = random.Random(8)
    for _ in range(6000):
        chosen.add(bits_of_value(Fraction(rng.gauss(0, 0.4))))
        chosen.add(rng.getrandbits(32) & 0xBFFFFFFF)
    return sorted(chosen)


def main():
    for code in range(256):
        exponent, residual = code >> 3 & 15, code & 7
        valid = code == 0 or exponent >= 2
        value = SIGNIFICANDS[residual] * Fraction(2) ** (exponent - 15)
        value = Fraction(0) if code == 0 else -value if code & 0x80 else value
        print("decode", code, int(valid and (residual != 7 or code == 0)),
              int(valid), bits_of_value(value))
    for bits in samples():
        value = value_of_bits(bits)
        for format in CODES:
            print("encode", format, "nearest", bits, nearest(value, format))
        print("encode", "e4r3", "greedy", bits, greedy(value))
    for bits in samples():
        value = abs(value_of_bits(bits))
        power = Fraction(1)
        while value and value > Fraction(15, 8) * power:
            power *= 2
        while value and value <= Fraction(15, 8) * power / 2:
            power /= 2
        if not Fraction(2) ** -149 <= power <= Fraction(2) ** 127:
            continue
        print("scale", "power", bits & 0x7FFFFFFF, bits_of_value(power))


if __name__ == "__main__":
    main()
