"""Files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
from typing import Iterator, TextIO


@contextlib.contextmanager
def written_aside(path: "str | os.PathLike[str]") -> Iterator[TextIO]:
    """A text file to write to; ``path`` is replaced by it at the end, unless
    there was an exception."""
    aside = f"{os.fspath(path)}.{os.getpid()}.tmp"
    try:
        with open(aside, "x", encoding="utf-8", newline="\n") as file:
            yield file
        os.replace(aside, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(aside)
        raise
