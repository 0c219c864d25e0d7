"""PY004: The first `pip` on PATH belongs to another prefix than the first `python` (or `python3`), or than the
environment that is active.
"""

from collections.abc import Iterator

from envdoctor.api import (
    WITHOUT_PIP,
    CallPip,
    Evidence,
    Finding,
    GivePip,
    Install,
    Manual,
    NotApplicable,
    OriginKind,
    Packages,
    Path,
    Patient,
    Remedy,
    Rule,
    Severity,
    check,
    first_kind,
    known,
    paths,
)
from envdoctor_checks.python._commands import where_it_leads

PY004 = Rule("PY004", "pip-serves-another-python", Severity.WARNING, guide=("pkg-2",), varies=(Severity.INFO,))


@check(PY004)
def pip_serves_another_python(path: Path, patient: Patient, packages: Packages) -> Iterator[Finding]:
    """Judged where the patient is active, or is the Python on PATH: else its pip is nobody's business."""
    if path.pip is None:
        raise NotApplicable("no pip on PATH")
    python = path.python
    active = any(paths.same(item.real_prefix, path.patient_real) for item in path.active)
    if not active and (python is None or python.real_prefix != path.patient_real):
        raise NotApplicable("this Python is neither active nor the one on PATH")
    serves = known(path.pip.real_prefix)
    called = python.real_prefix if python is not None and isinstance(python.real_prefix, str) else path.patient_real
    if serves == called == path.patient_real:
        return
    has_pip = any(
        item.key == "pip"
        and any(paths.inside(item.location, folder) for folder in (patient.prefix or "", path.patient_real))
        for item in packages.distributions
    )
    kind = first_kind(patient)
    by_design = not has_pip and kind in WITHOUT_PIP
    wanted = patient.prefix if serves != path.patient_real else called
    rows = [
        where_it_leads(path.pip),
        *([where_it_leads(python)] if python is not None else []),
        Evidence("environment", str(patient.prefix)),
    ]
    remedies: tuple[Remedy, ...] = (CallPip(),)
    if by_design:
        remedies = (Manual("install with the tool that made this environment: `uv pip install`, `uv add`, `pixi add`"),)
    elif not has_pip and kind is OriginKind.CONDA_ENV:
        remedies = (Install(("pip",), title="give this environment a pip of its own, then call it as python -m pip"),)
    elif not has_pip:
        remedies = (GivePip(),)
    yield Finding(
        PY004,
        "pip",
        tuple(rows),
        f"pip installs into {path.pip.prefix}, not into {wanted}",
        "A pip serves the one Python it belongs to: what it installs can't be imported by another.",
        own_severity=Severity.INFO if by_design else None,
        remedies=remedies,
    )
