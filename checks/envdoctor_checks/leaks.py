"""Do packages from elsewhere leak into the patient, or out of it into the system?"""

import re
from collections.abc import Iterator

from envdoctor.api import (
    Distribution,
    Entry,
    Environment,
    Evidence,
    Finding,
    Install,
    Installation,
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

PY003 = Rule("PY003", "packages-in-system-python", Severity.WARNING, guide=("rec-7", "rec-8"))
PY006 = Rule("PY006", "pythonpath-leak", Severity.WARNING, guide=("pkg-2",), varies=(Severity.INFO,))
PY007 = Rule("PY007", "user-site-leak", Severity.WARNING, guide=("rec-8",), varies=(Severity.INFO,))
SYSTEM = ("debian", "fedora", "alpine", "arch", "os-package", "xcode")
HOSTED = ("colab", "kaggle", "databricks", "jupyterhub")  # the image is the environment
PIP_LIKE = ("pip", "uv")
_VERSION = re.compile(r"[/\\](?:python|pypy)(\d+\.\d+)t?[/\\](?:site|dist)-packages")


@check(PY003)
def packages_in_system_python(
    patient: Patient, packages: Packages, installation: Installation, interpreter: Interpreter
) -> Iterator[Finding]:
    """Distributions that pip put where the system's Python sees them.

    In a container the image is the environment, and only what lies in the user's home is told.
    """
    if not patient.origin or patient.origin[0].kind not in SYSTEM:
        raise NotApplicable("not the system's Python")
    if any(overlay in HOSTED for overlay in patient.overlays):
        raise NotApplicable(f"in {', '.join(patient.overlays)} the image is the environment")
    foreign, unknown = [], []
    for item in packages.distributions:
        if item.installer not in PIP_LIKE:
            continue
        answer = installation.owned.get(item.path)
        at_home = item.location == interpreter.user_site
        if isinstance(answer, Missing):
            unknown.append(answer.reason)
        elif answer is None and (
            at_home or ("container" not in patient.overlays and _inside(item, patient, interpreter))
        ):
            foreign.append(item)
    if foreign:
        yield _system_finding(foreign, patient, installation)
    if unknown:
        raise UnknownFact(unknown[0])


def _inside(item: Distribution, patient: Patient, interpreter: Interpreter) -> bool:
    """Below the prefix of the system's Python, or where it installs for all users."""
    roots = [
        patient.prefix or "/usr",
        *(interpreter.paths[key] for key in ("purelib", "platlib") if key in interpreter.paths),
    ]
    return any(item.location == root or item.location.startswith(f"{root}/") for root in roots)


def _system_finding(foreign: list[Distribution], patient: Patient, installation: Installation) -> Finding:
    names = ", ".join(item.name for item in foreign[:5]) + (f" and {len(foreign) - 5} more" if len(foreign) > 5 else "")
    rows = [Evidence(f"{item.name} {item.version}", item.location) for item in foreign[:10]]
    rows += [Evidence("owner", line) for line in patient.origin[0].evidence[:1]]
    if installation.externally_managed:
        rows.append(Evidence("PEP 668", installation.externally_managed))
    wanted = tuple(f"{item.name}=={item.version}" if isinstance(item.version, str) else item.name for item in foreign)
    return Finding(
        PY003,
        names,
        tuple(rows),
        f"pip has put {names} beside the system's own packages",
        "Programs of the operating system use this Python, too: they now import these versions in place of the ones "
        "they were tested with, and the package manager knows nothing of them.",
        remedies=(Install(wanted, title="install them for your work, where the system's Python is left alone"),),
    )


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
    found = _VERSION.search(entry.path + "/")
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
