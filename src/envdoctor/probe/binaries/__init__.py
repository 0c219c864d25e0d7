"""What compiled files say of themselves: read, never loaded."""

import os
import struct
from collections.abc import Callable
from typing import TypeVar

from envdoctor.facts.base import Missing
from envdoctor.probe.world import World

Links = TypeVar("Links")


def parsed(world: World, path: str, parse: Callable[[int], Links | None], what: str) -> Links | None | Missing:
    """What ``parse`` makes of the open file; `Missing` where it can't be read, or is damaged, ``what`` it is."""
    try:
        fd = os.open(world.real(path), os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        return world.refused(path, error)
    try:
        return parse(fd)
    except OSError as error:
        return world.refused(path, error)
    except (struct.error, ValueError, LookupError) as error:
        return Missing(f"{path}: damaged {what}: {error}")
    finally:
        os.close(fd)


def read_at(fd: int, length: int, offset: int) -> bytes:
    if hasattr(os, "pread"):
        return os.pread(fd, length, offset)
    os.lseek(fd, offset, os.SEEK_SET)
    return os.read(fd, length)
