"""PY014: A module or package in the working directory bears the name of a standard or an installed one."""

from collections.abc import Iterator

from envdoctor.api import (
    Confidence,
    Evidence,
    Finding,
    Interpreter,
    Move,
    NotApplicable,
    Path,
    Rule,
    Severity,
    check,
    paths,
)

PY014 = Rule("PY014", "module-shadowed-here", Severity.WARNING, confidence=Confidence.LIKELY)


@check(PY014)
def module_shadowed_here(path: Path, interpreter: Interpreter) -> Iterator[Finding]:
    """What lies in the working directory and hides a module."""
    if interpreter.flags.get("safe_path"):
        raise NotApplicable("PYTHONSAFEPATH keeps the working directory off sys.path")
    for name in path.here:
        module = name.partition(".")[0]
        what = "file" if "." in name else "folder"
        yield Finding(
            PY014,
            name,
            (Evidence(what, paths.join(path.working_directory, name)),),
            f"{name if '.' in name else f'the folder {name}'} in the working directory is imported in place of the module {module}",
            f"`import {module}`, in NumPy and its neighbours too, finds this {what} first in a Python started here.",
            remedies=(
                Move(
                    paths.join(path.working_directory, name),
                    paths.join(path.working_directory, f"my_{name}"),
                    title=f"rename {name}",
                    reason=f"files that import it as {module} on purpose have to follow",
                ),
            ),
        )
