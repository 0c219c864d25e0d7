"""What stands in the way of reading a file: imported where a reading has failed, which is rare."""

import errno
import os
import stat

import msgspec

from envdoctor.ecosystem.names import normalise
from envdoctor.facts.base import Obstacle
from envdoctor.facts.packages import Packages
from envdoctor.probe.world import World, reason

GONE = (errno.ENOENT, errno.ENOTDIR)
FORBIDDEN = (errno.EACCES, errno.EPERM)
OURS = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN, errno.EINTR)  # envdoctor's own want: no fault of a file


def obstacle(world: World, path: str, is_folder: bool = False, needed_by: tuple[str, ...] = ()) -> Obstacle | None:
    """Why ``path`` can't be read; ``None`` where it can. Named is the folder above that bars the way, if one does."""
    try:
        _try(world.real(path), is_folder)
    except (OSError, ValueError) as error:
        return _obstacle(world, path, error, needed_by)
    return None


def with_unread(world: World, packages: Packages) -> Packages:
    """The packages with the compiled files that some reading has met and could not read; see `World.unread`."""
    known = {item.path for item in packages.obstacles}
    found, untold = [], {}
    for path, error in world.unread.items():
        one = _obstacle(world, path, error, _owners(packages, path))
        if one is None:
            untold[path] = reason(error, path)
        elif one.state != "gone" and one.path not in known:
            known.add(one.path)
            found.append(one)
    return msgspec.structs.replace(
        packages, obstacles=[*packages.obstacles, *found], unread_files=packages.unread_files | untold
    )


def _owners(packages: Packages, path: str) -> tuple[str, ...]:
    """The distribution that a file in an entry of ``sys.path`` belongs to, or the name of its folder there."""
    for location in dict.fromkeys(item.location for item in packages.distributions):
        if path.startswith(f"{location}/"):
            top = path[len(location) + 1 :].partition("/")[0].partition(".")[0]
            named = [item.name for item in packages.distributions if item.key == normalise(top)]
            return tuple(named[:1]) or (top,)
    return ()


def _obstacle(world: World, path: str, error: Exception, needed_by: tuple[str, ...]) -> Obstacle | None:
    """What ``error`` says of a file; ``None`` where it is of envdoctor's own want of descriptors or memory."""
    number = error.errno if isinstance(error, OSError) else None
    if number in OURS:
        return None
    words = (error.strerror if isinstance(error, OSError) else None) or str(error)
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
