"""The ONNX node suite: every P0 test passes, nothing is silently wrong."""

import os

from gg_tools import tool
from node_suite import run_suite, table
from shared_data import shared

#: How many of the tests must also pass with unknown input dimensions, and how
#: many of those at a second size.
SYMBOLIC_PASSED, SYMBOLIC_TWO_SIZES = 220, 200


def _report(capsys, outcomes):
    with capsys.disabled():
        print("\n" + table(outcomes))
    failed = [f"{o.name}: {o.message}" for o in outcomes if o.status == "failed"]
    return "\n".join(failed)


def test_all(capsys):
    binaries = os.path.dirname(tool("gg-compile"))
    outcomes = run_suite(shared("onnx-node"), binaries, jobs=os.cpu_count())
    failed = _report(capsys, outcomes)
    assert not failed, failed
    refused = [o.name for o in outcomes if o.p0 and o.status != "passed"]
    assert not refused, refused
    assert len(outcomes) == 621 and sum(o.p0 for o in outcomes) == 264


def test_symbolic(capsys):
    binaries = os.path.dirname(tool("gg-compile"))
    outcomes = run_suite(shared("onnx-node"), binaries, p0=True, symbolic=True,
                         jobs=os.cpu_count())
    failed = _report(capsys, outcomes)
    assert not failed, failed
    assert sum(o.status == "passed" for o in outcomes) >= SYMBOLIC_PASSED
    assert sum(o.sizes > 1 for o in outcomes) >= SYMBOLIC_TWO_SIZES
