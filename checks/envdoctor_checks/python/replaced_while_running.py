"""PY017: A package was replaced on the disk while this process was running with the former one."""

from collections.abc import Iterator

from envdoctor.api import (
    Evidence,
    Finding,
    Manual,
    Missing,
    NotApplicable,
    Process,
    Rule,
    Severity,
    check,
    known,
    paths,
)

PY017 = Rule("PY017", "replaced-while-running", Severity.ERROR, varies=(Severity.WARNING,))
MOST = 6


@check(PY017)
def replaced_while_running(process: Process | Missing | None = None) -> Iterator[Finding]:
    """Known of the running process alone (`envdoctor.check()`): a command has no process to look at."""
    if process is None:
        raise NotApplicable("the patient is not the running process")
    found = known(process)
    if not found.replaced and not found.deleted:
        return
    rows = [
        Evidence(item.module, f"{item.loaded} is loaded, {item.installed or 'nothing'} is installed")
        for item in found.replaced[:MOST]
    ]
    if found.deleted:
        names = ", ".join(paths.name(path) for path in found.deleted[:MOST])
        more = len(found.deleted) - MOST
        rows.append(Evidence("loaded, and gone from the disk", names + (f" and {more} more" if more > 0 else "")))
    modules = ", ".join(item.module for item in found.replaced) or "compiled files of packages"
    program = "kernel" if found.notebook else "process"
    one = len(found.replaced) == 1
    yield Finding(
        PY017,
        modules,
        tuple(rows),
        f"{modules} {'was' if one else 'were'} replaced while this {program} was running",
        "What is loaded stays loaded; what is imported from now on comes from the new files. The halves do not fit: an import "
        "fails, or results are wrong.",
        own_severity=None if found.replaced else Severity.WARNING,
        remedies=(
            Manual(
                "restart the kernel (menu Kernel, Restart), and run the cells again from the top"
                if found.notebook
                else "end this Python and start it again"
            ),
        ),
    )
