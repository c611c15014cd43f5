#!/usr/bin/env python3
"""Prints how many tests of a ctest log were skipped, over all its suites."""

import re
import sys

with open(sys.argv[1], errors="replace") as file:
    log = file.read()
pytest = sum(int(n) for n in re.findall(r"^=+ .*?(\d+) skipped.* =+$", log, re.M))
lit = sum(int(n) for n in re.findall(r"^ +(?:Unsupported|Skipped) *: *(\d+)", log, re.M))
ctest = len(re.findall(r"^Test (?:Skipped|Not Run)", log, re.M))
without_data = len(re.findall(r"^SKIPPED .*no shared data", log, re.M))
print(f"skipped: {pytest + lit + ctest} "
      f"(pytest {pytest}, lit {lit}, whole suites {ctest}; {without_data} reasons: no shared data)")
