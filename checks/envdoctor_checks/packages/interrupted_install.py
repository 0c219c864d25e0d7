"""PKG005: Folders in site-packages whose names begin with `~`."""

from collections.abc import Iterator

from envdoctor.api import DeleteFiles, Evidence, Finding, Interpreter, Manual, Packages, Remedy, Rule, Severity, check
from envdoctor_checks.packages._evidence import SHOWN, named

PKG005 = Rule("PKG005", "interrupted-install", Severity.WARNING, guide=("repro-1",))


@check(PKG005)
def interrupted_install(packages: Packages, interpreter: Interpreter) -> Iterator[Finding]:
    """pip renames what it replaces to ``~name`` and deletes it in the end (pip: utils/temp_dir.py)."""
    folders: dict[str, list[str]] = {}
    for path in packages.leftovers:
        folders.setdefault(path.rpartition("/")[0], []).append(path)
    for folder, paths in folders.items():
        names = ", ".join(path.rpartition("/")[2] for path in paths[:SHOWN])
        remedy: Remedy = Manual(f"delete {' and '.join(paths)}")
        if interpreter.platform != "win32":
            remedy = DeleteFiles(tuple(paths), "delete the leftovers", "what is deleted is gone")
        yield Finding(
            PKG005,
            folder,
            (Evidence("folder", folder), *named("leftover", [path.rpartition("/")[2] for path in paths])),
            f"an installation was interrupted and left {names} behind",
            "pip had moved the old files out of the way; what was to replace them may be incomplete. "
            "They also take space, and pip warns of an invalid distribution each time.",
            remedies=(remedy,),
        )
