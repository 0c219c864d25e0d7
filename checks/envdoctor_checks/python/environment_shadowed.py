"""PY005: `VIRTUAL_ENV` (else `CONDA_PREFIX`) says that an environment is active, and the first `python` or `python3`
on PATH belongs to another prefix.
"""

from collections.abc import Iterator

from envdoctor.api import (
    Active,
    Evidence,
    Finding,
    Manual,
    NotApplicable,
    Path,
    Rule,
    Severity,
    UnsetEnv,
    check,
    known,
    paths,
)
from envdoctor_checks.python._commands import where_it_leads

PY005 = Rule("PY005", "environment-shadowed", Severity.WARNING, guide=("pkg-2", "repro-2"), varies=(Severity.INFO,))
NAMES = ("python", "python3")  # both are in every environment that venv, virtualenv, uv or conda makes


@check(PY005)
def environment_shadowed(path: Path) -> Iterator[Finding]:
    if not path.active:
        raise NotApplicable("no environment is active")
    innermost = path.active[0]
    if innermost.exists and innermost.python is None:
        yield _without_python(innermost, path)
        return
    commands = [item for name in NAMES if (item := next((one for one in path.commands if one.name == name), None))]
    if not commands:
        raise NotApplicable("no Python on PATH")
    first = next((item for item in commands if not paths.same(known(item.real_prefix), innermost.real_prefix)), None)
    if first is None or (first.name == "python" and innermost.python == "python3"):
        return
    gone = "" if innermost.exists else " (gone)"
    title = f"{first.name} is not the active environment's, but that of {first.prefix}"
    if gone:
        title = f"the active environment {innermost.prefix} is gone: {first.name} is that of {first.prefix}"
    yield Finding(
        PY005,
        innermost.variable,
        (Evidence(innermost.variable, f"{innermost.prefix}{gone}"), where_it_leads(first)),
        title,
        f"{innermost.variable} says that an environment is active; "
        + ("there is none at that place, " if gone else "another folder stands before it on PATH, ")
        + "and so another Python answers.",
        remedies=_again(innermost),
    )


def _without_python(innermost: Active, path: Path) -> Finding:
    """An environment for R, say, is right so: a note, that nobody takes what was examined for it."""
    first = next((item for name in NAMES for item in path.commands if item.name == name), None)
    where = first.prefix if first else "another place"
    return Finding(
        PY005,
        innermost.variable,
        (
            Evidence(innermost.variable, f"{innermost.prefix} (no Python in it)"),
            *([where_it_leads(first)] if first else []),
        ),
        f"the active environment {innermost.prefix} holds no Python: another one was examined",
        f"Without a Python of its own, `python` and `pip` are those of {where}, and what pip installs goes there.",
        own_severity=Severity.INFO,
        remedies=(Manual("install Python into it, if you want to work with Python there"),),
    )


def _activation(prefix: str) -> str:
    if paths.windows(prefix):
        return paths.join(paths.scripts(prefix), "activate")
    return f"source {paths.join(paths.scripts(prefix), 'activate')}"


def _again(active: Active) -> tuple[Manual | UnsetEnv, ...]:
    if not active.exists:
        return (UnsetEnv((active.variable,)),)
    how = _activation(active.prefix) if active.variable == "VIRTUAL_ENV" else f"conda activate {active.prefix}"
    return (Manual(f"activate it again (`{how}`), after whatever else changes PATH in the shell's start-up files"),)
