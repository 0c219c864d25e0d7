"""PKG005: Folders in site-packages whose names begin with `~`."""

from collections.abc import Iterator

from envdoctor.api import (
    DeleteFiles,
    Evidence,
    Finding,
    Interpreter,
    Manual,
    Packages,
    Remedy,
    Rule,
    Severity,
    check,
    paths,
)
from envdoctor_checks.packages._evidence import SHOWN, named

PKG005 = Rule("PKG005", "interrupted-install", Severity.WARNING, guide=("repro-1",))


@check(PKG005)
def interrupted_install(packages: Packages, interpreter: Interpreter) -> Iterator[Finding]:
    """pip renames what it replaces to ``~name`` and deletes it in the end (pip: utils/temp_dir.py)."""
    folders: dict[str, list[str]] = {}
    for path in packages.leftovers:
        folders.setdefault(paths.parent(path), []).append(path)
    for folder, leftovers in folders.items():
        names = ", ".join(paths.name(path) for path in leftovers[:SHOWN])
        remedy: Remedy = Manual(f"delete {' and '.join(leftovers)}")
        if interpreter.platform != "win32":
            remedy = DeleteFiles(tuple(leftovers), "delete the leftovers", "what is deleted is gone")
        yield Finding(
            PKG005,
            folder,
            (Evidence("folder", folder), *named("leftover", [paths.name(path) for path in leftovers])),
            f"an installation was interrupted and left {names} behind",
            "pip had moved the old files out of the way; what was to replace them may be incomplete. "
            "They also take space, and pip warns of an invalid distribution each time.",
            remedies=(remedy,),
        )
