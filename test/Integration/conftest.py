"""End-to-end tests: the package on the path, one folder of artifacts a run."""

import os
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "python"))


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory):
    """Compiles each (model, options) once: ``artifacts(model, *options)``."""
    from gg_tools import compile_model

    folder, known = tmp_path_factory.mktemp("artifacts"), {}

    def get(model, *options):
        key = (os.fspath(model),) + tuple(map(str, options))
        if key not in known:
            known[key] = compile_model(model, folder / f"{len(known)}.gg", *options)
        return known[key]

    return get
