"""A mount namespace of our own, in which folders are overlays and all else can only be read.

What is written there goes to a scratch folder. With the last process in the namespace all its mounts are gone.
https://docs.kernel.org/filesystems/overlayfs.html, man 2 unshare, man 2 mount_setattr. Standard library only.
"""

import ctypes
import os
import re
import shutil
from collections.abc import Iterable, Sequence

NEWNS, NEWUSER = 0x20000, 0x10000000  # linux/sched.h
BIND, REC, PRIVATE, DETACH = 0x1000, 0x4000, 0x40000, 2  # linux/mount.h, umount2
MOUNT_SETATTR, HERE, RECURSIVE, READ_ONLY = 442, -100, 0x8000, 1  # Linux 5.12
# What is no place for files: it is shown again as it is.
NO_FILES = frozenset((
    *("proc", "sysfs", "devtmpfs", "devpts", "cgroup", "cgroup2", "mqueue", "debugfs", "tracefs", "securityfs"),
    *("pstore", "bpf", "configfs", "fusectl", "hugetlbfs", "autofs", "rpc_pipefs", "nsfs", "binfmt_misc", "efivarfs"),
))  # fmt: skip


class Refused(Exception):
    """The system does not let us; the message says what."""


def _called(what: str, result: int) -> None:
    if result:
        raise Refused(f"{what}: {os.strerror(ctypes.get_errno())}")


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    words = [os.fsencode(word) for word in (source, target, kind)]
    result = _libc().mount(*words, ctypes.c_ulong(flags), os.fsencode(data) if data else None)
    _called(f"{kind or 'bind mount'} on {target}", result)


def _read_only(path: str, yes: bool, flags: int = 0) -> None:
    """Make the mount at ``path`` one that can only be read, or one that can be written."""
    wanted = (ctypes.c_uint64 * 4)(*((READ_ONLY, 0) if yes else (0, READ_ONLY)), 0, 0)
    numbers = map(ctypes.c_long, (MOUNT_SETATTR, HERE))
    rest = (ctypes.c_long(flags), ctypes.byref(wanted), ctypes.c_long(ctypes.sizeof(wanted)))
    _called(f"mount_setattr on {path}", _libc().syscall(*numbers, os.fsencode(path), *rest))


def enter() -> bool:
    """Go into a mount namespace of our own; whether a user namespace had to be made, too, in which we stay who we are."""
    libc, user, group = _libc(), os.geteuid(), os.getegid()
    alone = libc.unshare(NEWNS) == 0
    if not alone:
        _called("no namespace of our own", libc.unshare(NEWUSER | NEWNS))
        try:
            for name, text in (
                ("setgroups", "deny"),
                ("uid_map", f"{user} {user} 1"),
                ("gid_map", f"{group} {group} 1"),
            ):
                with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                    file.write(text)
        except OSError as error:
            raise Refused(f"a user namespace: {error.strerror}") from None
    _mount("none", "/", "", REC | PRIVATE)
    return not alone


def mounts(text: str) -> dict[str, str]:
    """What is mounted where (``/proc/self/mountinfo``, man 5 proc): path and type, of several at a place the last."""
    found = {}
    for line in text.splitlines():
        place, _, kind = line.partition(" - ")
        words = place.split()
        if len(words) > 4 and kind:
            found[re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), words[4])] = kind.split()[0]
    return found


def outermost(folders: Iterable[str]) -> list[str]:
    """Without those that lie in another one, and without the root."""
    kept: list[str] = []
    for folder in sorted(set(folders)):
        if folder != "/" and not any(folder == other or folder.startswith(f"{other}/") for other in kept):
            kept.append(folder)
    return kept


def places(folders: Sequence[str], mounted: dict[str, str]) -> list[str]:
    """The folders, and the mounts below them, each behind what it lies in."""
    found = list(folders)
    for folder in folders:
        found += [path for path in mounted if path.startswith(f"{folder}/")]
    return sorted(dict.fromkeys(found))


def lay(folders: Sequence[str], scratch: str, in_memory: bool) -> None:
    """Lay overlays over these folders, and let nothing else be written but ``scratch``.

    ``in_memory``: a file system in memory is mounted on ``scratch``. Raises `Refused`.
    """
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as file:
        mounted = mounts(file.read())
    targets = places(folders, mounted)
    writable = {path: os.access(path, os.W_OK) for path in targets}
    kept = {path for path in targets if not os.statvfs(path).f_flag & os.ST_RDONLY}
    options = ",userxattr" if enter() else ""
    if in_memory:
        _mount("tmpfs", scratch, "tmpfs", 0)
    else:
        _mount(scratch, scratch, "", BIND)
    os.chdir(scratch)  # paths in an overlay's options are relative: no comma of a folder's name is among them
    for name in ("low", "up", "work", "tmp"):
        os.mkdir(name)
    _try(options)
    laid = []
    for number, target in enumerate(targets):
        _hold(target, number)
    for number, target in enumerate(targets):
        if os.path.isdir(f"low/{number}") and mounted.get(target) not in NO_FILES:
            _overlay(number, target, options, writable[target])
            laid.append(target)
        else:
            _mount(f"low/{number}", target, "", BIND)
        _libc().umount2(os.fsencode(f"low/{number}"), DETACH)
    if os.path.isdir("/dev/shm") and scratch != "/dev/shm":  # noqa: S108
        _mount("tmpfs", "/dev/shm", "tmpfs", 0, "mode=1777")  # noqa: S108
    _read_only("/", True, RECURSIVE)
    for path in (scratch, "/dev/shm", *(target for target in laid if target in kept)):  # noqa: S108
        if os.path.isdir(path):
            _read_only(path, False)


def let_go(scratch: str) -> None:
    """Take a scratch folder on a disk away, whose parts are gone: it is a mount here, below one that can't be written."""
    os.chdir("/")
    _libc().umount2(os.fsencode(scratch), DETACH)
    above = os.path.dirname(scratch)
    while not os.path.ismount(above):
        above = os.path.dirname(above)
    try:
        _read_only(above, False)
        os.rmdir(scratch)
    except (Refused, OSError):
        return  # who has started us does it


def _hold(target: str, number: int) -> None:
    """Keep hold of what is mounted at ``target``: an overlay over a folder above would hide it."""
    if os.path.isdir(target):
        os.mkdir(f"low/{number}")
    else:
        with open(f"low/{number}", "wb"):
            pass
    _mount(target, f"low/{number}", "", BIND)


def _overlay(number: int, target: str, options: str, writable: bool) -> None:
    for folder in ("up", "work"):
        os.mkdir(f"{folder}/{number}")
    _mount(
        "overlay", target, "overlay", 0, f"lowerdir=low/{number},upperdir=up/{number},workdir=work/{number}{options}"
    )
    state = os.stat(f"low/{number}")
    if os.geteuid() == 0 and not options:
        os.chown(f"up/{number}", state.st_uid, state.st_gid)
    # The folder is ours now, whoever's it is: it must not become writable by that.
    os.chmod(f"up/{number}", state.st_mode & (0o7777 if writable else 0o7555))


def _try(options: str) -> None:
    """Raise `Refused` where an overlay can't hide the contents of a folder that is made again."""
    os.makedirs("low/try/folder/within")
    os.makedirs("try")
    os.mkdir("up/try")
    os.mkdir("work/try")
    _mount("overlay", "try", "overlay", 0, f"lowerdir=low/try,upperdir=up/try,workdir=work/try{options}")
    try:
        shutil.rmtree("try/folder")
        os.mkdir("try/folder")
        if os.listdir("try/folder"):
            raise Refused("overlayfs: a folder that is made again shows what was in it")
    except OSError as error:
        raise Refused(f"overlayfs: {error.strerror}") from None
    finally:
        _libc().umount2(b"try", DETACH)
    shutil.rmtree("low/try")
