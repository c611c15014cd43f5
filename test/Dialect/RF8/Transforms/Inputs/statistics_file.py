"""Writes statistics files (.ggs), from their description in
include/gg/Weights/Statistics.h alone.

statistics_file.py FILE NAME=SIZE...: inputs of SIZE uncorrelated values for the
weights named.
"""

import struct
import sys

_MASK = 2 ** 64 - 1
_PRIMES = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9,
           0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)


def xxh64(data):
    """XXH64 with seed 0."""
    p1, p2, p3, p4, p5 = _PRIMES

    def rotate(x, by):
        return (x << by | x >> (64 - by)) & _MASK

    def mix(lane, value):
        return rotate((lane + value * p2) & _MASK, 31) * p1 & _MASK

    at, total = 0, p5
    if len(data) >= 32:
        lanes = [(p1 + p2) & _MASK, p2, 0, -p1 & _MASK]
        for at in range(0, len(data) - 31, 32):
            lanes = [mix(a, b) for a, b in zip(lanes, struct.unpack_from("<4Q", data, at))]
        at += 32
        total = sum(rotate(a, by) for a, by in zip(lanes, (1, 7, 12, 18))) & _MASK
        for lane in lanes:
            total = ((total ^ mix(0, lane)) * p1 + p4) & _MASK
    total = (total + len(data)) & _MASK
    while len(data) - at >= 8:
        total = (rotate(total ^ mix(0, struct.unpack_from("<Q", data, at)[0]), 27) * p1 + p4) & _MASK
        at += 8
    if len(data) - at >= 4:
        word = struct.unpack_from("<I", data, at)[0]
        total = (rotate(total ^ word * p1 & _MASK, 23) * p2 + p3) & _MASK
        at += 4
    for byte in data[at:]:
        total = rotate(total ^ byte * p5 & _MASK, 11) * p1 & _MASK
    total = (total ^ total >> 33) * p2 & _MASK
    total = (total ^ total >> 29) * p3 & _MASK
    return total ^ total >> 32


def statistics_file(inputs):
    """The bytes of a file of (names, size, samples, moments, drift): the lower
    triangle by rows, and all rows or None, as bytes of f32."""
    body, table = bytearray(48), struct.pack("<I", len(inputs))

    def place(matrix):
        body.extend(bytes(-len(body) % 64) + matrix)
        return struct.pack("<QQ", len(body) - len(matrix), xxh64(matrix))

    for names, size, samples, moments, drift in inputs:
        table += struct.pack("<qQ", size, samples) + place(moments)
        table += place(drift) if drift else bytes(16)
        table += struct.pack("<I", len(names))
        for name in names:
            table += struct.pack("<I", len(name)) + name.encode()
    header = struct.pack("<4sHHQQQQ", b"GGS\0", 1, 0, len(body) + len(table), len(body),
                         len(table), xxh64(table))
    body[:48] = header + struct.pack("<Q", xxh64(header))
    return bytes(body) + table


if __name__ == "__main__":
    given = []
    for argument in sys.argv[2:]:
        name, size = argument.split("=")
        rows = [struct.pack(f"<{i + 1}f", *[0] * i, 1) for i in range(int(size))]
        given.append(([name], int(size), 1000, b"".join(rows), None))
    with open(sys.argv[1], "wb") as file:
        file.write(statistics_file(given))
