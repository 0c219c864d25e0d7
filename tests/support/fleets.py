"""Fleets in a line: machines that differ in what is said, and recordings of them."""

from pathlib import Path
from typing import Any

import msgspec

from envdoctor.engine.checks import Check
from envdoctor.engine.findings import Finding
from envdoctor.engine.run import RegisteredCheck, run
from envdoctor.facts import Facts, Machine
from envdoctor.facts.document import dump, record
from envdoctor.facts.fleet import Absent, Fleet, Group, Member
from envdoctor.fleets.verdict import Many
from envdoctor.testing import blas, distribution, facts, openblas, packages

SECTIONS = ("python", "packages", "conda", "blas", "threads", "environment", "cpu", "gpu", "system", "limits")
EQUAL: dict[str, dict[str, str]] = {
    "python": {"version": "3.12.1", "implementation": "cpython"},
    "packages": {"numpy": "2.4.1", "distributed": "2026.1.0"},
}


def group(name: str, size: int, *, role: str = "", **changes: Any) -> Group:
    """``size`` machines that are as all others, less what is said: a section, or a field of the group."""
    sections = {section: dict(EQUAL.get(section, {})) for section in SECTIONS}
    for section in SECTIONS:
        if isinstance(changes.get(section), dict):
            sections[section] |= changes.pop(section)
    members = [Member(name=f"{name.lower()}{number}", machine=f"{name}{number}", role=role) for number in range(size)]
    values: dict[str, Any] = {"name": name, "members": members, "sections": sections, "usable": 4, "logical": 4}
    return Group(**(values | changes))


def job(*groups: Group, one_job: bool = True, missing: tuple[str, ...] = ()) -> Fleet:
    """Machines that work on one thing together."""
    absent = [Absent(name=name, why="no answer") for name in missing]
    return Fleet(groups=list(groups), one_job=one_job, missing=absent)


def found(check: Check, fleet: Fleet) -> list[Finding]:
    """What a rule for fleets finds; it must come to a verdict."""
    outcome = run(Many(fleet), RegisteredCheck(check))
    assert outcome.status in ("found", "passed"), outcome.reason
    return list(outcome.findings)


def severities(check: Check, fleet: Fleet) -> list[str]:
    return [finding.severity.value for finding in found(check, fleet)]


def machine(number: int, *, numpy: str = "2.4.1", threads: int = 4, size: int = 1000, **changes: Any) -> Facts:
    """One of ``size`` ranks of a job, equal to the others but for what is said."""
    made = facts(
        packages=packages(distribution("numpy", numpy), *changes.pop("more", ())),
        blas=blas(openblas(threads=threads)),
        machine=Machine(label=f"m{number}", rank=number, local_rank=0, ranks=size, job="Slurm 7"),
        **changes,
    )
    if threads != 4:
        variables = made.environment.variables | {"OMP_NUM_THREADS": str(threads)}  # type: ignore[union-attr]
        made = msgspec.structs.replace(made, environment=msgspec.structs.replace(made.environment, variables=variables))
    return made


def write(folder: Path, name: str, patient: Facts) -> Path:
    path = folder / f"{name}.json"
    path.write_text(dump(record(patient, "1.0")), encoding="ascii")
    return path
