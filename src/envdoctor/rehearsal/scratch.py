"""The folder that takes what a rehearsal writes; afterwards nothing of it is left."""

import os
import shutil
import tempfile
from collections.abc import Sequence

from msgspec import Struct

# Where a file system in memory may be mounted, seen by nobody but the rehearsal.
MOUNT_POINTS = ("/mnt", "/media", "/srv", "/dev/shm")  # noqa: S108
PARTS = ("up", "work", "tmp", "low", "try")


class Scratch(Struct, frozen=True):
    """``folder`` takes what is written, on a disk or ``in_memory``; ``free`` bytes are left there."""

    folder: str
    in_memory: bool
    free: int


def make(folders: Sequence[str]) -> Scratch | None:
    """A new folder outside of ``folders`` (an overlay can't keep what it writes in itself), else a place for memory."""
    for parent in (tempfile.gettempdir(), "/var/tmp"):  # noqa: S108
        real = os.path.realpath(parent)
        if not _within(real, folders) and os.access(real, os.W_OK):
            try:
                made = tempfile.mkdtemp(prefix="envdoctor-rehearsal-", dir=real)
            except OSError:
                continue
            return Scratch(made, False, shutil.disk_usage(made).free)
    return in_memory(folders)


def in_memory(folders: Sequence[str]) -> Scratch | None:
    """A place for memory: not every disk can take what an overlay writes (a container's own is an overlay)."""
    for place in MOUNT_POINTS:
        apart = not _within(place, folders) and not any(folder.startswith(f"{place}/") for folder in folders)
        if apart and os.path.isdir(place) and (place.startswith("/dev/") or not os.listdir(place)):
            return Scratch(place, True, os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return None


def _within(path: str, folders: Sequence[str]) -> bool:
    return any(f"{path}/".startswith(f"{folder}/") for folder in folders)


def remove(scratch: Scratch) -> None:
    """Remove what was made, mounted on or not."""
    if not scratch.in_memory:
        clear(scratch.folder)
        try:
            os.rmdir(scratch.folder)
        except OSError:
            return


def clear(folder: str) -> None:
    """Empty a scratch folder: of our own folders in it, and of nothing else.

    A folder of overlayfs' own, or one that a command has made so, lets nobody in until its mode is changed.
    """
    for name in PARTS:
        path = os.path.join(folder, name)
        if name == "low":  # what others own was mounted here: only what is empty is taken away
            _empty(path)
        elif os.path.isdir(path) and not os.path.islink(path):
            for place, folders, _ in os.walk(path):
                for inner in folders:
                    _open(os.path.join(place, inner))
            shutil.rmtree(path, ignore_errors=True)


def _open(path: str) -> None:
    try:
        if not os.path.islink(path):
            os.chmod(path, 0o700)
    except OSError:
        return


def _empty(path: str) -> None:
    try:
        for name in os.listdir(path):
            inner = os.path.join(path, name)
            if os.path.isdir(inner):
                os.rmdir(inner)
            elif not os.path.getsize(inner):
                os.unlink(inner)
        os.rmdir(path)
    except OSError:
        return
