"""Does a rehearsal tell what the plan does? Sick patients: the plan rehearsed, and then the fix carried out for real.

``python -m tests.rehearsals`` does it for all of them and writes ``docs/rehearsals.md``.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.efficacy import CASES, Case, Outcome, Sick, sick, treat
from tests.efficacy_conda import CONDA_CASES, CondaCase
from tests.support.patients import run, write
from tests.support.real_conda import Laboratory

DOCUMENT = Path(__file__).parent.parent / "docs" / "rehearsals.md"
UV = [sys.executable, "-m", "uv"]


def with_an_editable_package(tmp: Path) -> Sick:
    """An editable install whose one requirement is gone."""
    patient, ill = sick(tmp, "uv-venv")
    source = tmp / "source"
    write(
        source / "pyproject.toml",
        '[project]\nname = "made-up"\nversion = "1"\ndependencies = ["idna>=3"]\n'
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n',
    )
    write(source / "made_up" / "__init__.py", "import idna\n")
    uv = [*UV, "pip"]
    run([*uv, "install", "--quiet", "--python", str(patient.prefix), "--editable", str(source)])
    run([*uv, "uninstall", "--quiet", "--python", str(patient.prefix), "idna"])
    return ill


EDITABLE = Case("PKG001", "an editable package's requirement is gone", "uv venv", with_an_editable_package)
CHOSEN = (
    "PKG001 a requirement is missing (uv project)",
    "PKG001 a requirement is missing (Poetry project)",
    "PKG001 a requirement is missing (pipx)",
    "BLA007 NumPy's OpenBLAS is gone (venv)",
    "BLA010 the OpenMP error is silenced (uv venv)",
    "PY008 the base is gone (venv)",
    "PY011 it was moved (venv)",
)
CHOSEN_OF_CONDA = (
    "CON008 a file of a noarch package is gone (conda 24.7.1)",
    "CON007 pip's in place of conda's (rattler)",
    "CON016 the history is not UTF-8 (conda 24.7.1)",
)
PATIENTS = [EDITABLE, *(case for case in CASES if case.name in CHOSEN)]
PATIENTS_OF_CONDA = [case for case in CONDA_CASES if case.name in CHOSEN_OF_CONDA]
SMALL = next(case for case in CASES if case.name == "PKG004 files are gone (uv venv)")
NEEDS_A_NAMESPACE = "no mount namespace of our own is to be had here"


def prints(*folders: Path) -> dict[str, tuple[object, ...]]:
    """Everything below the folders: mode, size, time of change, and what it holds."""
    found: dict[str, tuple[object, ...]] = {}
    for folder in folders:
        for place, inner, files in os.walk(folder):
            for name in (*inner, *files):
                path = os.path.join(place, name)
                state = os.lstat(path)
                holds = os.readlink(path) if os.path.islink(path) else ""
                if os.path.isfile(path) and not holds:
                    holds = hashlib.sha256(Path(path).read_bytes()).hexdigest()
                found[path] = (state.st_mode, state.st_size, state.st_mtime_ns, holds)
    return found


def command(ill: Sick, *args: str) -> list[str]:
    words = [sys.executable, "-I", "-m", "envdoctor", "check", "--python", str(ill.python), "--rehearse", "--yes"]
    return [*words, "--format", "json", *args]


def rehearsed(ill: Sick, room: Path, *before: str) -> tuple[int, dict[str, Any]]:
    """The status and the rehearsal in the JSON; what the steps write goes to ``room``, or where it can't be seen."""
    environ = ill.environ | {"TMPDIR": str(room)}
    argv = [*before, *command(ill)]
    done = subprocess.run(argv, env=environ, cwd=ill.cwd, capture_output=True, text=True, check=False)
    document = json.loads(done.stdout or "{}")
    assert "rehearsal" in document, (done.stdout[-500:], done.stderr)
    assert document["summary"]["exit_code"] == done.returncode
    return done.returncode, document["rehearsal"]


@contextmanager
def untouched(folder: Path, room: Path) -> Iterator[None]:
    """What is done within changes nothing below the folder, and leaves nothing in the ``room``."""
    before = prints(folder)
    yield
    assert os.listdir(room) == []
    after = prints(folder)
    changed = [path for path in {**before, **after} if before.get(path) != after.get(path)]
    assert changed == [], changed


@dataclass
class Shown:
    """What a rehearsal of a case said, and what carrying out the case's fix for real came to afterwards."""

    case: Case
    status: int
    rehearsal: dict[str, Any]
    outcome: Outcome

    @property
    def settled(self) -> bool:
        return self.case.code in {item["code"] for item in self.rehearsal["settled"]} and not self.rehearsal["new"]

    @property
    def agrees(self) -> bool:
        return self.settled == self.outcome.cured


def tried(case: Case, folder: Path) -> Shown:
    """Rehearse, with everything below ``folder`` untouched and nothing left behind; then do it for real."""
    patient, room = folder / "patient", folder / "room"
    patient.mkdir()
    room.mkdir()
    ill = case.build(patient)
    ill.environ |= {"UV_CACHE_DIR": str(patient / "cache"), "PIP_CACHE_DIR": str(patient / "pip-cache")}
    with untouched(patient, room):
        status, rehearsal = rehearsed(ill, room)
    return Shown(case, status, rehearsal, treat(case, ill))


def of_conda(case: CondaCase, lab: Laboratory) -> Case:
    return Case(case.code, case.fault, case.case.made_by, lambda folder: case.build(lab, case.maker, folder))


def document(rows: Sequence[Shown]) -> str:
    lines = [
        "# Rehearsals",
        "",
        "`envdoctor check --rehearse` carries the plan out in a mount namespace, with overlays over the environment, the",
        "project, HOME and the tools' caches; all else can only be read there. Each row is a sick environment: the plan was",
        "rehearsed, nothing was changed by that (every file was compared by its hash, mode and time) and nothing was left",
        "behind; then the fix was carried out for real. The rehearsal is right where it says of the finding what came of it.",
        "",
        f"Right: {sum(row.agrees for row in rows)} of {len(rows)}. Made by `python -m tests.rehearsals`.",
        "",
        "| rule | fault | environment | the rehearsal said | for real | right |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        said = row.rehearsal
        both = len(said["settled"]) + len(said["left"])
        words = said["impossible"] or (
            f"settles {len(said['settled'])} of {both}, "
            f"{'brings ' + str(len(said['new'])) if said['new'] else 'breaks nothing'};"
            f" {said['seconds']:.0f} s, {said['bytes'] / 1e6:.1f} MB"
        )
        words = re.sub(rf"{re.escape(tempfile.gettempdir())}/\S+", "…", words)
        real = "cured" if row.outcome.cured else "not cured"
        case = row.case
        lines.append(
            f"| {case.code} | {case.fault} | {case.made_by} | {words} | {real} | {'yes' if row.agrees else '**no**'} |"
        )
    return "\n".join(lines) + "\n"


def main() -> int:
    """Try all patients and write the table; 1 where a rehearsal was wrong."""
    from tests.support.real_conda import bring_up

    rows: list[Shown] = []

    def one(case: Case) -> None:
        with tempfile.TemporaryDirectory(prefix="rehearsal-") as folder:
            rows.append(tried(case, Path(folder)))
        print(f"{case.name}: {rows[-1].status} {rows[-1].rehearsal} {rows[-1].outcome}", flush=True)

    for case in PATIENTS:
        one(case)
    with tempfile.TemporaryDirectory(prefix="lab-") as folder, bring_up(Path(folder, "ca.pem")) as lab:
        for item in PATIENTS_OF_CONDA:
            one(of_conda(item, lab))
    DOCUMENT.write_text(document(rows), encoding="utf-8")
    return int(not all(row.agrees for row in rows))


if __name__ == "__main__":
    sys.exit(main())
