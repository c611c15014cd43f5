"""Runs a command and samples its anonymous memory.

    python test/Benchmark/measure.py [--max-rss-anon-mb N] [--max-seconds N] -- COMMAND…

Prints wall time, the largest RssAnon sampled in /proc/PID/status every 5 ms
(memory the program allocated; mapped files are not counted) and the peak RSS.
Exits with the command's code, or 1 where a limit is exceeded.
"""

from __future__ import annotations

import argparse
import re
import resource
import subprocess
import sys
import time
from typing import List, NamedTuple


class Measured(NamedTuple):
    exit_code: int
    seconds: float
    rss_anon_mb: float
    peak_rss_mb: float


def measure(command: List[str], interval: float = 0.005, **popen: object) -> Measured:
    """Runs ``command`` to its end."""
    start, largest = time.perf_counter(), 0
    process = subprocess.Popen(command, **popen)
    while process.poll() is None:
        try:
            with open(f"/proc/{process.pid}/status") as file:
                found = re.search(r"RssAnon:\s+(\d+) kB", file.read())
        except OSError:
            break
        largest = max(largest, int(found.group(1)) if found else 0)
        time.sleep(interval)
    code = process.wait()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return Measured(code, time.perf_counter() - start, largest / 1024, peak / 1024)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--max-rss-anon-mb", type=float, default=float("inf"))
    parser.add_argument("--max-seconds", type=float, default=float("inf"))
    parser.add_argument("command", nargs=argparse.REMAINDER)
    args = parser.parse_args()
    result = measure([word for i, word in enumerate(args.command) if i or word != "--"])
    print(f"{result.seconds:.2f} s, RssAnon {result.rss_anon_mb:.0f} MB, "
          f"peak RSS {result.peak_rss_mb:.0f} MB")
    if result.seconds > args.max_seconds or result.rss_anon_mb > args.max_rss_anon_mb:
        return 1
    return result.exit_code


if __name__ == "__main__":
    sys.exit(main())
