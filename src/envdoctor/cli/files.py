"""Files that the user names: whatever they turn out to be must not hold or flood the doctor."""

import os
from typing import BinaryIO

from envdoctor.engine.selection import UsageError

MOST_BYTES = 64 << 20  # recordings of large environments have 2 or 3 MB


def content(path: str) -> bytes:
    """What a file that was named holds. A pipe (``<(…)``) is read to its end, one that nobody writes to is empty,
    and one without end is refused. Raises `OSError`, `UsageError`."""
    fd = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if hasattr(os, "O_NONBLOCK"):  # it was for opening only
        os.set_blocking(fd, True)
    with open(fd, "rb") as file:
        return bounded(file, path)


def bounded(file: "BinaryIO", name: str) -> bytes:
    """All that is left in ``file``. Raises `UsageError` naming it where that is more than any file of ours."""
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise UsageError(f"{name}: more than {MOST_BYTES >> 20} MB; envdoctor writes no such file")
    return data
