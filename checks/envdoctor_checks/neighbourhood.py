"""Do ``python`` and ``pip`` mean the environment that the user believes to be in?"""

from collections.abc import Iterator

from envdoctor.api import (
    Active,
    Command,
    Confidence,
    Evidence,
    Finding,
    Install,
    Interpreter,
    Manual,
    Move,
    NotApplicable,
    Packages,
    Path,
    Patient,
    Remedy,
    Rule,
    Run,
    Severity,
    UnsetEnv,
    check,
    known,
)

PY004 = Rule("PY004", "pip-serves-another-python", Severity.WARNING, guide=("pkg-2",), varies=(Severity.INFO,))
PY005 = Rule("PY005", "environment-shadowed", Severity.WARNING, guide=("pkg-2", "repro-2"))
PY012 = Rule("PY012", "two-environments-active", Severity.WARNING, guide=("rec-5", "repro-2"), varies=(Severity.INFO,))
PY014 = Rule("PY014", "module-shadowed-here", Severity.WARNING, confidence=Confidence.LIKELY)
NAMES = ("python", "python3")  # both are in every environment that venv, virtualenv, uv or conda makes
WITHOUT_PIP = ("uv-venv", "pixi", "uv-tool")  # made without pip on purpose


def _way(command: Command) -> Evidence:
    """Where a command on PATH leads."""
    prefix = command.prefix if isinstance(command.prefix, str) else "?"
    how = f" ({', '.join(command.via)})" if command.via else ""
    return Evidence(command.name, f"{command.path} is of {prefix}{how}")


@check(PY004)
def pip_serves_another_python(path: Path, patient: Patient, packages: Packages) -> Iterator[Finding]:
    """Judged where the patient is active, or is the Python on PATH: else its pip is nobody's business."""
    if path.pip is None:
        raise NotApplicable("no pip on PATH")
    python = path.python
    active = any(item.real_prefix == path.patient_real for item in path.active)
    if not active and (python is None or python.real_prefix != path.patient_real):
        raise NotApplicable("this Python is neither active nor the one on PATH")
    serves = known(path.pip.real_prefix)
    called = python.real_prefix if python is not None and isinstance(python.real_prefix, str) else path.patient_real
    if serves == called == path.patient_real:
        return
    has_pip = any(
        item.key == "pip" and item.location.startswith((f"{patient.prefix}/", f"{path.patient_real}/"))
        for item in packages.distributions
    )
    kind = patient.origin[0].kind if patient.origin else ""
    by_design = not has_pip and kind in WITHOUT_PIP
    wanted = patient.prefix if serves != path.patient_real else called
    rows = [
        _way(path.pip),
        *([_way(python)] if python is not None else []),
        Evidence("environment", str(patient.prefix)),
    ]
    executable = patient.executable or "python"
    remedies: tuple[Remedy, ...] = (
        Run(
            "call pip by way of the Python it should serve: python -m pip", (executable, "-m", "pip", "list"), safe=True
        ),
    )
    if by_design:
        remedies = (Manual("install with the tool that made this environment: `uv pip install`, `uv add`, `pixi add`"),)
    elif not has_pip and kind == "conda-env":
        remedies = (Install(("pip",), title="give this environment a pip of its own, then call it as python -m pip"),)
    elif not has_pip:
        remedies = (
            Run(
                "give this environment a pip of its own, then call it as python -m pip",
                (executable, "-m", "ensurepip"),
                safe=True,
                undo=f"{executable} -m pip uninstall pip",
            ),
        )
    yield Finding(
        PY004,
        "pip",
        tuple(rows),
        f"pip installs into {path.pip.prefix}, not into {wanted}",
        "A pip serves the one Python it belongs to: what it installs can't be imported by another.",
        severity=Severity.INFO if by_design else None,
        remedies=remedies,
    )


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
    first = next((item for item in commands if known(item.real_prefix) != innermost.real_prefix), None)
    if first is None or (first.name == "python" and innermost.python == "python3"):
        return
    gone = "" if innermost.exists else " (gone)"
    yield Finding(
        PY005,
        innermost.variable,
        (Evidence(innermost.variable, f"{innermost.prefix}{gone}"), _way(first)),
        f"{first.name} is not the active environment's, but that of {first.prefix}",
        f"{innermost.variable} says that an environment is active; another folder stands before it on PATH, "
        "and so another Python answers.",
        remedies=_again(innermost),
    )


def _again(active: Active) -> tuple[Manual | UnsetEnv, ...]:
    if not active.exists:
        return (UnsetEnv((active.variable,)),)
    how = (
        f"source {active.prefix}/bin/activate"
        if active.variable == "VIRTUAL_ENV"
        else f"conda activate {active.prefix}"
    )
    return (Manual(f"activate it again (`{how}`), after whatever else changes PATH in the shell's start-up files"),)


@check(PY012)
def two_environments_active(path: Path, patient: Patient) -> Iterator[Finding]:
    if len(path.active) < 2:
        raise NotApplicable("no two environments are active")
    inner, outer = path.active
    if inner.real_prefix == outer.real_prefix:
        return
    made_of_it = patient.prefix == inner.prefix and patient.base_prefix in (outer.prefix, outer.real_prefix)
    mild = outer.base or made_of_it
    what = "conda's base" if outer.base else "the conda environment"
    yield Finding(
        PY012,
        outer.variable,
        tuple(Evidence(item.variable, item.prefix) for item in (inner, outer)),
        f"{what} and a virtual environment are active at once",
        "Which of the two a command belongs to is a matter of the order of PATH.",
        severity=Severity.INFO if mild else None,
        remedies=() if mild else (Manual("leave one of them: `deactivate`, or `conda deactivate`"),),
        nothing_to_do="the innermost one is in use." if mild else "",
    )


@check(PY014)
def module_shadowed_here(path: Path, interpreter: Interpreter) -> Iterator[Finding]:
    """Files in the working directory with the name of a module that scientific programs import."""
    if interpreter.flags.get("safe_path"):
        raise NotApplicable("PYTHONSAFEPATH keeps the working directory off sys.path")
    for name in path.here:
        module = name.removesuffix(".py")
        yield Finding(
            PY014,
            name,
            (Evidence("file", f"{path.working_directory}/{name}"),),
            f"{name} in the working directory is imported in place of the module {module}",
            f"`import {module}`, in NumPy and its neighbours too, finds this file first in a Python started here.",
            remedies=(
                Move(
                    f"{path.working_directory}/{name}",
                    f"{path.working_directory}/my_{name}",
                    title=f"rename {name}",
                    reason=f"files that import it as {module} on purpose have to follow",
                ),
            ),
        )
