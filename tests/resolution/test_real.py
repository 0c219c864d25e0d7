"""Real pip and real uv are asked what would change, and change nothing."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.efficacy import Sick, sick
from tests.rehearsals import SMALL, prints

pytestmark = [pytest.mark.real, pytest.mark.posix]


def asked(ill: Sick) -> dict[str, Any]:
    """The report of `check --resolve`, which has to leave the patient as it was."""
    before = prints(ill.cwd.parent)
    argv = [
        sys.executable,
        "-I",
        "-m",
        "envdoctor",
        "check",
        "--python",
        str(ill.python),
        "--resolve",
        "--format",
        "json",
    ]
    done = subprocess.run(argv, env=ill.environ, cwd=ill.cwd, capture_output=True, text=True, check=False)
    assert prints(ill.cwd.parent) == before
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_uv_is_asked_and_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "patient").mkdir()
    ill = SMALL.build(tmp_path / "patient")
    report = asked(ill)
    (command,) = report["resolution"]["commands"]
    assert command["state"] == "resolved" and command["asked"][1:4] == ["pip", "install", "--dry-run"]
    (change,) = command["changes"]
    assert change["before"] == change["after"] != "" and command["judged"] and command["left"] == command["new"] == []


@pytest.mark.slow  # 8 s: pip makes an environment, is filled, and asked three times
@pytest.mark.parametrize(
    "needs, state, words",
    [("six<1.17,>=1.16", "resolved", ""), ("six>=4711", "refused", "six>=4711"), ("docopt>=0.6", "source", "docopt")],
)
def test_pip_tells_what_agrees_what_does_not_and_what_would_be_built(
    tmp_path: Path, needs: str, state: str, words: str
) -> None:
    (tmp_path / "patient").mkdir()
    patient, ill = sick(tmp_path / "patient", "venv")
    folder = patient.site / "needy-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: needy\nVersion: 1.0\nRequires-Dist: {needs}\n")
    (folder / "RECORD").write_text("needy-1.0.dist-info/METADATA,,\nneedy-1.0.dist-info/RECORD,,\n")
    (command,) = asked(ill)["resolution"]["commands"]
    assert command["state"] == state and words in command["words"]
    if state == "resolved":
        assert [(it["name"], it["before"], it["after"]) for it in command["changes"]] == [("six", "", "1.16.0")]
