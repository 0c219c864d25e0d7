"""Do packages from elsewhere leak into the patient, or out of it into the system?"""

import re
from collections.abc import Iterator

from envdoctor.api import (
    Distribution,
    Entry,
    Environment,
    Evidence,
    Finding,
    Interpreter,
    Manual,
    Missing,
    NotApplicable,
    Packages,
    Path,
    Patient,
    Prefix,
    Remedy,
    Rule,
    SetEnv,
    Severity,
    UnknownFact,
    UnsetEnv,
    check,
    known,
)

PY006 = Rule("PY006", "pythonpath-leak", Severity.WARNING, guide=("pkg-2",), varies=(Severity.INFO,))
PY007 = Rule("PY007", "user-site-leak", Severity.WARNING, guide=("rec-8",), varies=(Severity.INFO,))
_VERSION = r"[/\\](?:python|pypy)(\d+\.\d+)t?[/\\](?:site|dist)-packages"


@check(PY006)
def pythonpath_leak(
    environment: Environment, path: Path, patient: Patient, prefix: Prefix, interpreter: Interpreter
) -> Iterator[Finding]:
    home = environment.variables.get("PYTHONHOME")
    in_environment = prefix.configuration is not None or prefix.conda_meta
    if not path.pythonpath and not home:
        raise NotApplicable("PYTHONPATH and PYTHONHOME are not set")
    # Environment modules (Lmod, EasyBuild, Spack) work by PYTHONPATH: there it is meant.
    mild = Severity.INFO if "modules" in patient.overlays else None
    for entry in path.pythonpath:
        fault = _fault(entry, interpreter.python_version)
        if fault:
            title, evidence = fault
            yield Finding(
                PY006,
                f"PYTHONPATH entry {entry.path}",
                (Evidence("PYTHONPATH", environment.variables.get("PYTHONPATH", "")), *evidence),
                title,
                "What PYTHONPATH names comes before the packages of every Python that is started, whichever it is.",
                severity=mild,
                remedies=(_without(entry, path),),
            )
    if home and in_environment:
        yield Finding(
            PY006,
            "PYTHONHOME",
            (Evidence("PYTHONHOME", home), Evidence("environment", prefix.path)),
            "PYTHONHOME takes the standard library from elsewhere",
            "It overrides the prefix of every Python that is started: the environment's packages are not found.",
            severity=mild,
            remedies=(UnsetEnv(("PYTHONHOME",)),),
        )


def _fault(entry: Entry, version: str) -> tuple[str, tuple[Evidence, ...]] | None:
    found = re.search(_VERSION, entry.path + "/")
    if not entry.exists:
        return f"PYTHONPATH names a folder that is gone: {entry.path}", ()
    if found and found[1] != version:
        evidence = (Evidence("entry", entry.path), Evidence("this Python", version))
        return f"PYTHONPATH brings the packages of Python {found[1]} into Python {version}", evidence
    if entry.hides:
        rows = tuple(
            Evidence(f"{entry.path}: {name}", f"hides that of {where}") for name, where in list(entry.hides.items())[:5]
        )
        names = ", ".join(list(entry.hides)[:3]) + (" …" if len(entry.hides) > 3 else "")
        return f"PYTHONPATH hides {names} of the environment", rows
    return None


def off_pythonpath(folder: str, path: Path | Missing | None) -> tuple[Remedy, ...]:
    """What takes ``folder`` off ``sys.path``, where PYTHONPATH put it there: no installation gets past it."""
    entries = path.pythonpath if isinstance(path, Path) else []
    return tuple(_without(entry, path) for entry in entries if isinstance(path, Path) and _same(entry.path, folder))


def _same(entry: str, folder: str) -> bool:
    return entry.rstrip("/\\") == folder.rstrip("/\\")


def _without(entry: Entry, path: Path) -> Remedy:
    rest = [item.path for item in path.pythonpath if item.path != entry.path]
    if not rest:
        return UnsetEnv(("PYTHONPATH",))
    separator = ";" if any("\\" in item for item in rest) else ":"
    return SetEnv({"PYTHONPATH": separator.join(rest)}, title=f"take {entry.path} out of PYTHONPATH")


@check(PY007)
def user_site_leak(packages: Packages, interpreter: Interpreter, prefix: Prefix) -> Iterator[Finding]:
    """In a conda environment the user's copy comes first; in a venv with system packages the environment's does."""
    if prefix.configuration is None and not prefix.conda_meta:
        raise NotApplicable("not an environment")
    if not known_flag(interpreter):
        raise NotApplicable("the user's site-packages is switched off here")
    inside = (f"{prefix.path}/", f"{interpreter.prefix}/")
    order: dict[str, list[Distribution]] = {}
    for item in packages.distributions:
        order.setdefault(item.key, []).append(item)
    pairs = []
    for items in order.values():
        user = next((item for item in items if item.location == interpreter.user_site), None)
        own = next((item for item in items if item.location.startswith(inside)), None)
        if user is not None and own is not None:
            pairs.append((user, own, items.index(user) < items.index(own)))
    if not pairs:
        return
    wins = any(first for _, _, first in pairs)
    names = ", ".join(user.name for user, _, _ in pairs[:5])
    rows = [
        Evidence(user.name, f"{user.version} in {user.location}, {own.version} in the environment")
        for user, own, _ in pairs[:10]
    ]
    yield Finding(
        PY007,
        names,
        tuple(rows),
        f"{names} of the user's site-packages {'hides' if wins else 'lies behind'} the environment's",
        "The user's site-packages is shared by all environments of this Python version that let it in.",
        severity=None if wins else Severity.INFO,
        remedies=(
            SetEnv({"PYTHONNOUSERSITE": "1"}),
            Manual(f"or remove {names} from {interpreter.user_site}, where nothing else needs it"),
        ),
    )


def known_flag(interpreter: Interpreter) -> bool:
    """True where the user's site-packages is on the path."""
    enabled = interpreter.user_site_enabled
    if enabled is None:
        raise UnknownFact("whether the user's site-packages is on is not known")
    return bool(known(enabled))
