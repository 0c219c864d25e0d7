"""Of a hundred secrets none comes out: no credential in any output, no name of a person in what is meant to be passed on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from envdoctor.privacy.text import clean
from envdoctor.report.formats import FORMATS
from tests.hostile.secrets import HUB, NAME, OTHER, Planted, plant
from tests.support.patients import Patient

pytestmark = [pytest.mark.real, pytest.mark.posix]
REDACTED = tuple(name for name, row in FORMATS.items() if row.passed_on)


def envdoctor(planted: Planted, *words: str, text: str = "") -> str:
    """All that a command says."""
    done = subprocess.run(
        [sys.executable, "-m", "envdoctor", *words],
        cwd=planted.project, env=planted.environ, input=text, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 1, 3), done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def outputs(planted: Planted, patient: Patient, folder: Path) -> dict[str, str]:
    """Everything that can be had of the patient, by what it is."""
    folder.mkdir()
    who = ("--python", str(patient.prefix))
    written = [word for name in FORMATS for word in ("-o", f"{name}={folder / name}")]
    script, known = folder / "fix script", folder / "baseline"
    more = ("--fix-script", str(script), "--write-baseline", str(known), "--fix", "-vv")
    said = {"check": envdoctor(planted, "check", *who, *written, *more)}
    said |= {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())}
    said["snapshot"] = envdoctor(planted, "snapshot", *who)
    said["snapshot --no-redact"] = envdoctor(planted, "snapshot", "--no-redact", *who)
    recording = folder / "recording.json"
    recording.write_text(said["snapshot --no-redact"], encoding="utf-8")
    said["info"] = envdoctor(planted, "info", *who)
    said["info all"] = envdoctor(planted, "info", *who, "--all")
    said["info markdown"] = envdoctor(planted, "info", *who, "--format", "markdown")
    said["info json"] = envdoctor(planted, "info", *who, "--format", "json")
    text = "\n".join(planted.lines)
    again = ("--facts", str(recording))
    said["why"] = envdoctor(planted, "why", "-", "-v", *again, text=text)
    said["why json"] = envdoctor(planted, "why", "-", "--format", "json", *again, text=text)
    said["diff"] = envdoctor(planted, "diff", str(recording), sys.executable)
    said["fleet"] = envdoctor(planted, "fleet", str(recording), str(recording), "-v")
    said["fleet json"] = envdoctor(planted, "fleet", str(recording), str(recording), "--format", "json")
    said["paste"] = envdoctor(planted, "paste", *who, "--all", "--yes")
    said["paste text"] = envdoctor(planted, "paste", "-", *who, text=text)
    said["guide"] = envdoctor(planted, "guide", *who)
    return said


def test_no_line_that_holds_a_secret_gives_it_away(bare_patient: Patient, tmp_path: Path) -> None:
    planted = plant(bare_patient, tmp_path)
    leaked = {where for line in planted.lines for where in planted.seen_in(clean(line))}
    assert not leaked


def test_a_hundred_secrets_stay_where_they_are(bare_patient: Patient, tmp_path: Path) -> None:
    planted = plant(bare_patient, tmp_path)
    assert len(planted.where) >= 100
    said = outputs(planted, bare_patient, tmp_path / "out")
    leaked = [f"{where} in {name}" for name, text in said.items() for where in planted.seen_in(text)]
    assert not leaked, "\n".join(sorted(leaked))
    assert os.path.exists(bare_patient.site / "sitecustomize.py")
    assert NAME in said["text"], "the terminal shows paths"
    for name in (*REDACTED, "snapshot", "why json", "paste", "paste text", "info", "info markdown"):
        assert not [word for word in (NAME, OTHER, HUB) if word in said[name]], name
