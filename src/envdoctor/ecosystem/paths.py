"""Paths as the patient's system reads them, whatever the doctor's own is: text alone, no disk is asked.

An absolute path tells whose it is: Windows' begins with a drive or with two separators, all others with one slash.
A relative one is of the system of the folder it is joined to; alone, it is Windows' where only backslashes separate.
Windows compares without case and takes both separators
(https://learn.microsoft.com/en-us/dotnet/standard/io/file-path-formats); elsewhere case and every byte count.

Imported at the very start, as `envdoctor.probe.choose` is: nothing else may be imported here.
"""


def windows(path: str) -> bool:
    """Whether the path is one of Windows'."""
    if path[1:2] == ":":
        return path[:1].isalpha()
    return path.startswith(("\\\\", "//?/")) or ("\\" in path and "/" not in path)


def absolute(path: str) -> bool:
    """Whether the path begins at a root: ``/``, a drive's ``C:\\``, a share's ``\\\\server\\share``."""
    if windows(path):
        return path.startswith(("\\\\", "//")) or (path[1:2] == ":" and path[2:3] in ("\\", "/"))
    return path.startswith("/")


def separator(path: str) -> str:
    """What separates the path's names."""
    return "\\" if windows(path) else "/"


def without_end(path: str) -> str:
    """The path without the separators that end it; a root stays one."""
    bare = path.rstrip(_ends(path))
    if windows(path):
        return bare + "\\" if len(bare) == 2 and bare[1] == ":" and len(path) > 2 else bare
    return bare or path[:1]


def parts(path: str) -> list[str]:
    """The names a path is made of; a drive is the first, a POSIX root is none."""
    if windows(path):
        path = path.replace("\\", "/")
    return [part for part in path.split("/") if part not in ("", ".")]


def name(path: str) -> str:
    """The last name of a path."""
    return (parts(path) or [""])[-1]


def parent(path: str) -> str:
    """The folder that a path lies in; a root is its own, a bare name's is empty."""
    stripped = without_end(path)
    at = max(stripped.rfind("/"), stripped.rfind("\\")) if windows(path) else stripped.rfind("/")
    if at < 0:
        return path if stripped[1:2] == ":" and windows(path) else ""
    return without_end(stripped[: at + 1])


def join(folder: str, *names: str) -> str:
    """The path of what lies below ``folder``, with the separators of its system; an absolute name stands for itself."""
    path = folder
    for item in names:
        if not item:
            continue
        if absolute(item):
            path = item
            continue
        if windows(path):
            item = item.replace("/", "\\")
        path = f"{path}{'' if not path or path[-1] in _ends(path) else separator(path)}{item}"
    return path


def key(path: str) -> str:
    """The same text for all spellings of one path, without what ends it: for comparisons, never to be shown."""
    path = without_end(path)
    if not windows(path):
        return path
    path = path.replace("/", "\\").lower()
    return path[4:] if path.startswith("\\\\?\\") and path[5:6] == ":" else path


def same(one: object, other: object) -> bool:
    """Whether both are spellings of one path; an empty one is no path, nor is what is not known."""
    return isinstance(one, str) and isinstance(other, str) and bool(one) and key(one) == key(other)


def inside(path: str, folder: str | None) -> bool:
    """Whether ``path`` lies below ``folder``, and is not the folder itself; nothing lies below an empty one."""
    if not folder:
        return False
    above, below = key(folder), key(path)
    end = separator(folder)
    return below != above and below.startswith(above if above.endswith(end) else above + end)


def within(path: str, folder: str | None) -> bool:
    """Whether ``path`` is ``folder`` or lies below it."""
    return same(path, folder) or inside(path, folder)


def relative(path: str, folder: str | None) -> str:
    """What follows ``folder`` in the path of something below it, as it is written; empty for all else."""
    if not folder or not inside(path, folder):
        return ""
    if windows(path) and path.startswith(("\\\\?\\", "//?/")) and not folder.startswith(("\\\\?\\", "//?/")):
        path = path[4:]
    return path[len(without_end(folder)) :].lstrip("/\\" if windows(path) else "/")


def program(path: str) -> str:
    """The name that a program is called by: Windows' ``.exe``, ``.bat`` and ``.cmd`` are no part of it."""
    last = name(path)
    if last.lower().endswith((".exe", ".bat", ".cmd", ".com")):
        return last[:-4]
    return last


def scripts(prefix: str, on_windows: bool | None = None) -> str:
    """The folder of an environment's programs; of a relative prefix only the caller knows whose it is."""
    if windows(prefix) if on_windows is None else on_windows:
        return f"{prefix}{'' if prefix[-1:] in ('/', chr(92)) else chr(92)}Scripts"
    return join(prefix, "bin")


def script(prefix: str, command: str, on_windows: bool | None = None) -> str:
    """A program of the environment's."""
    folder = scripts(prefix, on_windows)
    return join(folder, f"{command}.exe" if windows(folder) else command)


def python(prefix: str, on_windows: bool | None = None) -> str:
    """The Python of a virtual environment."""
    return script(prefix, "python", on_windows)


def installed_python(prefix: str) -> str:
    """The Python of an installation, or of a conda prefix: on Windows it lies in the prefix itself."""
    return join(prefix, "python.exe" if windows(prefix) else "bin/python")


def _ends(path: str) -> str:
    return "\\/" if windows(path) else "/"
