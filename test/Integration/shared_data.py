"""Where the shared test data lies, if this machine has it."""

import os

import pytest

_ROOT = os.path.join(os.path.dirname(__file__), "..", "..")


def shared_root():
    """The folder that holds data/ and onnx-node/, or None.

    ``GG_SHARED_DATA`` names it (or its data/ folder); otherwise it is shared/
    in the repository or beside it.
    """
    named = os.environ.get("GG_SHARED_DATA")
    places = [named, os.path.join(named, "..")] if named else [
        os.path.join(_ROOT, "shared"), os.path.join(_ROOT, "..", "shared")]
    for place in places:
        if os.path.isdir(os.path.join(place, "data", "onnx")):
            return os.path.abspath(place)
    return None


def shared(path):
    """The absolute path of a shared file; skips the test where it is absent."""
    root = shared_root()
    if root is None or not os.path.exists(os.path.join(root, path)):
        pytest.skip(f"no shared data: {path}")
    return os.path.join(root, path)
