"""PY012: `VIRTUAL_ENV` and `CONDA_PREFIX` are both set, to different prefixes."""

from collections.abc import Iterator

from envdoctor.api import Evidence, Finding, Manual, NotApplicable, Path, Patient, Rule, Severity, check, paths

PY012 = Rule("PY012", "two-environments-active", Severity.WARNING, guide=("rec-5", "repro-2"), varies=(Severity.INFO,))


@check(PY012)
def two_environments_active(path: Path, patient: Patient) -> Iterator[Finding]:
    if len(path.active) < 2:
        raise NotApplicable("no two environments are active")
    inner, outer = path.active
    if paths.same(inner.real_prefix, outer.real_prefix):
        return
    made_of_it = paths.same(patient.prefix, inner.prefix) and any(
        paths.same(patient.base_prefix, folder) for folder in (outer.prefix, outer.real_prefix)
    )
    mild = outer.base or made_of_it
    what = "conda's base" if outer.base else "the conda environment"
    yield Finding(
        PY012,
        outer.variable,
        tuple(Evidence(item.variable, item.prefix) for item in (inner, outer)),
        f"{what} and a virtual environment are active at once",
        "Which of the two a command belongs to is a matter of the order of PATH.",
        own_severity=Severity.INFO if mild else None,
        remedies=() if mild else (Manual("leave one of them: `deactivate`, or `conda deactivate`"),),
        nothing_to_do="the innermost one is in use." if mild else "",
    )
