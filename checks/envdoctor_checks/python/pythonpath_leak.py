"""PY006: An entry of `PYTHONPATH` hides modules of the environment or of the standard library, is the site-packages of
another version of Python, or is gone.
"""

import re
from collections.abc import Iterator

from envdoctor.api import (
    Evidence,
    Finding,
    Interpreter,
    NotApplicable,
    Overlay,
    Path,
    Patient,
    Prefix,
    PythonPathEntry,
    Rule,
    Severity,
    UnsetEnv,
    Variables,
    check,
)
from envdoctor_checks.python._pythonpath import without

PY006 = Rule("PY006", "pythonpath-leak", Severity.WARNING, guide=("pkg-2",), varies=(Severity.INFO,))
_VERSION = r"[/\\](?:python|pypy)(\d+\.\d+)t?[/\\](?:site|dist)-packages"


@check(PY006)
def pythonpath_leak(
    environment: Variables, path: Path, patient: Patient, prefix: Prefix, interpreter: Interpreter
) -> Iterator[Finding]:
    home = environment.variables.get("PYTHONHOME")
    in_environment = prefix.configuration is not None or prefix.conda_meta
    if not path.pythonpath and not home:
        raise NotApplicable("PYTHONPATH and PYTHONHOME are not set")
    # Environment modules (Lmod, EasyBuild, Spack) work by PYTHONPATH: there it is meant.
    mild = Severity.INFO if Overlay.MODULES in patient.overlays else None
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
                own_severity=mild,
                remedies=(without(entry, path),),
            )
    if home and in_environment:
        yield Finding(
            PY006,
            "PYTHONHOME",
            (Evidence("PYTHONHOME", home), Evidence("environment", prefix.path)),
            "PYTHONHOME takes the standard library from elsewhere",
            "It overrides the prefix of every Python that is started: the environment's packages are not found.",
            own_severity=mild,
            remedies=(UnsetEnv(("PYTHONHOME",)),),
        )


def _fault(entry: PythonPathEntry, version: str) -> tuple[str, tuple[Evidence, ...]] | None:
    found = re.search(_VERSION, entry.path)
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
