"""What stands in the way of reading a file: imported where a reading has failed, which is rare."""

import errno
import os
import stat

from envdoctor.facts.base import Obstacle
from envdoctor.probe.world import World

GONE = (errno.ENOENT, errno.ENOTDIR)
FORBIDDEN = (errno.EACCES, errno.EPERM)


def obstacle(world: World, path: str, is_folder: bool = False, needed_by: tuple[str, ...] = ()) -> Obstacle | None:
    """Why ``path`` can't be read; ``None`` where it can. Named is the folder above that bars the way, if one does."""
    try:
        _try(world.real(path), is_folder)
    except (OSError, ValueError) as error:
        number = error.errno if isinstance(error, OSError) else None
        words = (error.strerror if isinstance(error, OSError) else None) or str(error)
    else:
        return None
    state = "gone" if number in GONE else "unreadable" if number in FORBIDDEN else "failing"
    where = _barred(world, path) if state == "unreadable" else path
    mode, owner, mine = _status(world.real(where))
    return Obstacle(path=where, state=state, reason=words, mode=mode, owner=owner, mine=mine, needed_by=list(needed_by))


def _try(real: str, is_folder: bool) -> None:
    found = os.stat(real)
    if stat.S_ISDIR(found.st_mode):
        os.listdir(real)
        os.stat(os.path.join(real, "."))
    elif is_folder:
        raise NotADirectoryError(errno.ENOTDIR, "no folder, but a file")
    elif stat.S_ISREG(found.st_mode):
        fd = os.open(real, os.O_RDONLY)
        try:
            os.read(fd, 1)
        finally:
            os.close(fd)
    elif not stat.S_ISCHR(found.st_mode):
        raise OSError(errno.EINVAL, "no file, but a pipe or a socket")


def _barred(world: World, path: str) -> str:
    """The uppermost folder on the way that may not be entered, or ``path`` itself."""
    parts = path.split("/")
    for end in range(2, len(parts)):
        folder = "/".join(parts[:end])
        if not os.access(world.real(folder), os.X_OK):
            return folder
    return path


def _status(real: str) -> tuple[str | None, str | None, bool]:
    """Mode, owner and whether that is this user."""
    try:
        found = os.lstat(real)
    except (OSError, ValueError):
        return None, None, False
    try:
        import pwd

        owner = pwd.getpwuid(found.st_uid).pw_name
    except (ImportError, KeyError):
        owner = str(found.st_uid)
    return stat.filemode(found.st_mode), owner, hasattr(os, "getuid") and found.st_uid == os.getuid()
