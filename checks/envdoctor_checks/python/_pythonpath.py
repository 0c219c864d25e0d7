"""What PYTHONPATH brings, and how it leaves."""

from envdoctor.api import Missing, Path, PythonPathEntry, Remedy, SetEnv, UnsetEnv, paths


def off_pythonpath(folder: str, path: Path | Missing | None) -> tuple[Remedy, ...]:
    """What takes ``folder`` off ``sys.path``, where PYTHONPATH put it there: no installation gets past it."""
    entries = path.pythonpath if isinstance(path, Path) else []
    return tuple(without(entry, path) for entry in entries if isinstance(path, Path) and _same(entry.path, folder))


def _same(entry: str, folder: str) -> bool:
    return paths.same(entry, folder)


def without(entry: PythonPathEntry, path: Path) -> Remedy:
    rest = [item.path for item in path.pythonpath if item.path != entry.path]
    if not rest:
        return UnsetEnv(("PYTHONPATH",))
    separator = ";" if any("\\" in item for item in rest) else ":"
    return SetEnv({"PYTHONPATH": separator.join(rest)}, title=f"take {entry.path} out of PYTHONPATH")
