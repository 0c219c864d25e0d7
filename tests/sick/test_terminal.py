"""Sick terminals and pipes, and packages whose names attack them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.patients import (
    TIMEOUT,
    Patient,
    add_distribution,
    assert_survived,
    assert_unrelated_fault_found,
    checkup,
    clean_environ,
    copy_patient,
    start,
)

pytestmark = pytest.mark.real


def command(patient: Patient, *args: str) -> list[str]:
    doctor = [sys.executable, "-m", "envdoctor", "check", "--python", str(patient.python)]
    return [*doctor, "--timeout", f"{TIMEOUT:g}", *args]


# --- names ---


@pytest.mark.parametrize("color", ["auto", "always"])
@pytest.mark.parametrize(
    ("name", "forbidden"),
    [
        ("evil\x1b]0;owned\x07\x1b[2J\x1b[31mred", ["\x1b]", "\x07", "\x1b[2J"]),
        ("evil\x9b2Jred", ["\x9b"]),
        ("evil\rred", ["\r"]),
        ("evil\u202ered\u2066", ["\u202e", "\u2066"]),
    ],
    ids=["escape", "c1", "carriage-return", "bidi"],
)
def test_control_characters_in_a_name_never_reach_the_terminal(
    bare_patient: Patient, name: str, forbidden: list[str], color: str
) -> None:
    add_distribution(bare_patient.site, "evil", written=name, requires=["made-up-dependency>=2"])
    code = "import importlib.metadata as m; print(ascii([d.metadata['Name'] for d in m.distributions()]))"
    assert ascii(name)[1:-1].split("\\r")[0] in start(bare_patient, code)[1]
    seen = checkup(bare_patient, "--color", color)
    assert_survived(seen, status=1, culprit="evil")
    assert seen.stdout.isascii()
    for characters in forbidden:
        assert characters not in seen.text
        assert characters not in seen.stderr
    assert len(seen.findings("PKG001")) == 2
    assert_unrelated_fault_found(seen)


@pytest.mark.parametrize("name", ["evil[red]", "[red]evil[/red]", "evil[/]", "[link=http://example.org]evil"])
def test_markup_in_a_name_is_printed_as_it_is(bare_patient: Patient, name: str) -> None:
    add_distribution(bare_patient.site, "evil", written=name, requires=["made-up-dependency>=2"])
    seen = checkup(bare_patient)
    assert_survived(seen, status=1, culprit=name)
    assert_unrelated_fault_found(seen)


# --- locales ---


@pytest.mark.parametrize(
    "locale",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "ascii:strict"},
        {"PYTHONIOENCODING": "latin-1:strict"},
    ],
    ids=["C", "C-uncoerced", "ascii", "latin-1"],
)
def test_a_poor_locale_costs_no_more_than_the_ornaments(
    bare_template: Patient, tmp_path: Path, locale: dict[str, str]
) -> None:
    patient = copy_patient(bare_template, tmp_path / "pätient-试")
    add_distribution(patient.site, "made-up-user", written="made-up-user-é试", requires=["made-up-dependency>=2"])
    seen = checkup(patient, environ=clean_environ(LANG=None, **locale))
    assert_survived(seen, status=1, culprit="made-up-user")
    assert_unrelated_fault_found(seen)
    prefix = seen.document["patient"]["prefix"]  # with an ASCII file system every byte is a surrogate
    assert prefix.encode("utf-8", "surrogateescape") == os.fsencode(patient.prefix)
    done = subprocess.run(
        command(patient), env=clean_environ(LANG=None, **locale), capture_output=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 1
    assert b"Traceback" not in done.stdout + done.stderr
    assert b"made-up-user" in done.stdout
    if locale != {"LC_ALL": "C"}:  # Python makes plain C a UTF-8 locale (PEP 538)
        done.stdout.decode(locale.get("PYTHONIOENCODING", "ascii:").partition(":")[0])


# --- pipes ---


@pytest.mark.parametrize("format_", ["text", "json"])
def test_a_reader_that_has_gone_away_is_no_failure(bare_patient: Patient, format_: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb") as stdout:
        done = subprocess.run(
            command(bare_patient, "--format", format_),
            stdout=stdout,
            stderr=subprocess.PIPE,
            env=clean_environ(),
            check=False,
        )
    assert done.stderr == b""
    assert done.returncode == 1


def test_head_may_leave_early(bare_patient: Patient) -> None:
    for number in range(2_000):  # more than a pipe holds
        add_distribution(bare_patient.site, f"made-up-{number}", requires=["made-up-dependency>=2"])
    script = '"$@" | head -1; echo "status ${PIPESTATUS[0]}"'
    done = subprocess.run(
        ["bash", "-c", script, "bash", *command(bare_patient, "--format", "concise")],
        capture_output=True,
        text=True,
        env=clean_environ(),
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.splitlines()[1:] == ["status 1"]


def test_a_closed_stdout_is_no_failure(bare_patient: Patient) -> None:
    done = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *command(bare_patient)], capture_output=True, env=clean_environ(), check=False
    )
    assert b"Traceback" not in done.stderr
    assert done.returncode == 1


def test_a_full_disk_is_told_in_a_line(bare_patient: Patient) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            command(bare_patient, "--format", "json"),
            stdout=full,
            stderr=subprocess.PIPE,
            env=clean_environ(),
            check=False,
        )
    assert b"Traceback" not in done.stderr
    assert b"No space left on device" in done.stderr
    assert done.returncode == 3


def test_output_without_a_reader_of_errors_is_whole(bare_patient: Patient) -> None:
    """stderr closed: nothing of what would go there may end up in the document."""
    done = subprocess.run(
        ["sh", "-c", '"$@" 2>&-', "sh", *command(bare_patient, "--format", "json")],
        capture_output=True,
        env=clean_environ(),
        check=False,
    )
    assert done.returncode == 1
    assert json.loads(done.stdout)["summary"]["exit_code"] == 1
