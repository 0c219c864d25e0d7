"""Files that the user names: whatever they turn out to be must not hold or flood the doctor."""

import os
from collections.abc import Iterator
from typing import BinaryIO

from envdoctor.engine.selection import UsageError

MOST_BYTES = 64 << 20  # recordings of large environments have 2 or 3 MB


def content(path: str) -> bytes:
    """What a file that was named holds. A pipe (``<(…)``) is read to its end, one that nobody writes to is empty,
    and one without end is refused. Raises `OSError`, `UsageError`."""
    with opened(path) as file:
        return bounded(file, path)


def opened(path: str) -> BinaryIO:
    """A file that was named, for reading; opening a pipe does not wait for its writer. Raises `OSError`."""
    fd = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if hasattr(os, "O_NONBLOCK"):  # it was for opening only
        os.set_blocking(fd, True)
    return open(fd, "rb")


def pieces(file: BinaryIO, most: int = MOST_BYTES) -> Iterator[bytes]:
    """What is left in ``file``, piece by piece, up to ``most`` bytes."""
    while most > 0 and (data := file.read(min(most, 1 << 18))):
        most -= len(data)
        yield data


def ends(file: BinaryIO) -> list[bytes]:
    """The beginning and the end of ``file``, which may be of any size; all of it up to 64 MB."""
    begin = list(pieces(file))
    if sum(map(len, begin)) < MOST_BYTES or not file.seekable():
        return begin
    file.seek(max(file.tell(), file.seek(0, os.SEEK_END) - (MOST_BYTES >> 3)))
    return [*begin, *pieces(file, MOST_BYTES >> 3)]


def bounded(file: BinaryIO, name: str) -> bytes:
    """All that is left in ``file``. Raises `UsageError` naming it where that is more than any file of ours."""
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise UsageError(f"{name}: more than {MOST_BYTES >> 20} MB; envdoctor writes no such file")
    return data
