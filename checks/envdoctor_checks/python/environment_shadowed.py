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

PY005 = Rule("PY005", "environment-shadowed", Severity.WARNING, guide=("pkg-2", "repro-2"))
NAMES = ("python", "python3")  # both are in every environment that venv, virtualenv, uv or conda makes


@check(PY005)
def environment_shadowed(path: Path) -> Iterator[Finding]:
    if not path.active:
        raise NotApplicable("no environment is active")
    innermost = path.active[0]
    if innermost.exists and innermost.python is None:
        raise NotApplicable("the active environment holds no Python")
    commands = [item for name in NAMES if (item := next((one for one in path.commands if one.name == name), None))]
    if not commands:
        raise NotApplicable("no Python on PATH")
    first = next((item for item in commands if not paths.same(known(item.real_prefix), innermost.real_prefix)), None)
    if first is None or (first.name == "python" and innermost.python == "python3"):
        return
    gone = "" if innermost.exists else " (gone)"
    yield Finding(
        PY005,
        innermost.variable,
        (Evidence(innermost.variable, f"{innermost.prefix}{gone}"), where_it_leads(first)),
        f"{first.name} is not the active environment's, but that of {first.prefix}",
        f"{innermost.variable} says that an environment is active; another folder stands before it on PATH, "
        "and so another Python answers.",
        remedies=_again(innermost),
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
