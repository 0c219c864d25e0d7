"""``envdoctor fleet``: many recordings in, one verdict out."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import jsonschema
import msgspec
import pytest

from envdoctor.cli import app
from envdoctor.cli.head_start import HeadStart
from envdoctor.facts import Machine, Worker
from envdoctor.facts import schema as schemas
from envdoctor.fleets.formats import FORMATS
from envdoctor.probe.choose import Surroundings
from tests.support.fleets import machine, write
from tests.support.patients import clean_environ

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def doctor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*argv: str | Path) -> tuple[int, str, str]:
        around = Surroundings()
        around.cwd, around.home = str(tmp_path), str(tmp_path / "home")
        around.environ = clean_environ(HOME=around.home)
        status = app.run(["fleet", *map(str, argv)], HeadStart([], around))
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


@pytest.fixture(scope="session")
def thousand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1,000 recordings of one job; three machines are odd, and one recording is cut off."""
    folder = tmp_path_factory.mktemp("fleet") / "run"
    folder.mkdir()
    usual = write(folder, "usual", machine(0)).read_text(encoding="ascii")
    for number in range(1000):
        text = usual.replace('"label": "m0", "rank": 0', f'"label": "m{number}", "rank": {number}')
        (folder / f"node{number:04}.json").write_text(text, encoding="ascii")
    (folder / "usual.json").unlink()
    write(folder, "node0013", machine(13, numpy="1.26.4"))
    write(folder, "node0400", machine(400, threads=8))
    old = machine(777)
    text = usual.replace(json.dumps(old.patient.version), '"3.11.9"').replace(
        '"label": "m0", "rank": 0', '"label": "m777", "rank": 777'
    )
    (folder / "node0777.json").write_text(text, encoding="ascii")
    return folder


def test_of_a_thousand_machines_the_three_odd_ones_are_named_on_one_screen(doctor: Run, thousand: Path) -> None:
    status, out, _ = doctor(thousand)
    lines = out.splitlines()
    assert status == 1
    assert len(lines) <= 40 and max(map(len, lines)) <= 110
    assert lines[0] == "1000 machines · 4 groups · one job (Slurm 7)"
    assert lines[1].startswith("  997  A  node0000 … node0999  Python 3.12.1 · NumPy 2.4.1")
    for odd in ("node0013", "node0400", "node0777"):
        assert sum(odd in line for line in lines[1:5]) == 1, odd
    assert any(line.startswith("error FLT002  packages differ: numpy 2.4.1 on 999 machines") for line in lines)
    assert lines[-1].startswith("1000 machines in 4 groups: ") or lines[-2].startswith("1000 machines in 4 groups: ")


def test_json_names_groups_findings_and_members(doctor: Run, thousand: Path) -> None:
    document = json.loads(doctor(thousand, "--format", "json")[1])
    assert document.keys() == schemas.fleet()["properties"].keys()
    jsonschema.validate(document, schemas.fleet())
    assert [group["size"] for group in document["groups"]] == [997, 1, 1, 1]
    assert document["groups"][1]["differs"] == {"packages": ["numpy 2.4.1 → 1.26.4"]}
    by_code = {finding["code"]: finding["members"] for finding in document["findings"]}
    assert by_code["FLT002"] == ["node0013"] and by_code["FLT004"] == by_code["THR001"] == ["node0400"]


def test_a_thousand_equal_machines_are_one_line(doctor: Run, tmp_path: Path) -> None:
    usual = write(tmp_path, "usual", machine(0, size=50)).read_text(encoding="ascii")
    (tmp_path / "usual.json").unlink()
    for number in range(50):
        text = usual.replace('"label": "m0", "rank": 0', f'"label": "m{number}", "rank": {number}')
        (tmp_path / f"node{number}.json").write_text(text, encoding="ascii")
    assert doctor(tmp_path) == (0, "50 machines, all equal. Healthy: nothing to do.\n", "")
    assert doctor(tmp_path, "--format", "nhc")[1] == "OK envdoctor: 50 machines, all equal. Healthy: nothing to do.\n"


def test_what_is_true_of_every_machine_is_told_once(doctor: Run, tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path, f"n{number}", machine(number, threads=8, size=3))
    _, out, _ = doctor(tmp_path, "--format", "concise")
    assert out.count("THR001") == 1 and out.startswith("all 3: THR001 warning ")


def test_a_broken_recording_and_one_that_is_not_there_are_named(doctor: Run, tmp_path: Path) -> None:
    write(tmp_path, "n0", machine(0))
    (tmp_path / "n1.json").write_text('{"facts": {', encoding="ascii")
    status, out, _ = doctor("--one-job", tmp_path / "n0.json", tmp_path / "n1.json", tmp_path / "n2.json")
    assert status == 1
    assert "  ?  n1: not JSON" in out and "  ?  n2: No such file or directory" in out
    assert doctor("--one-job", "--ignore", "FLT008", tmp_path / "n0.json", tmp_path / "n1.json")[0] == 0


def test_a_class_of_laptops_has_kinds_and_no_odd_ones(doctor: Run, tmp_path: Path) -> None:
    for number, numpy in enumerate(["2.4.1", "2.4.1", "1.26.4"]):
        patient = machine(number, numpy=numpy)
        text = write(tmp_path, f"n{number}", patient).read_text(encoding="ascii").replace('"Slurm 7"', "null")
        (tmp_path / f"n{number}.json").write_text(text.replace('"ranks": 1000', '"ranks": null'), encoding="ascii")
    status, out, _ = doctor(tmp_path)
    assert status == 0 and "not one job" in out and "--one-job" in out and "error" not in out
    assert doctor("--one-job", tmp_path)[0] == 1


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_names_the_odd_machine(doctor: Run, tmp_path: Path, name: str) -> None:
    for number in range(3):
        write(tmp_path, f"n{number}", machine(number, numpy="1.26.4" if number == 1 else "2.4.1", size=3))
    status, out, err = doctor(tmp_path, "--format", name, "-o", f"{name}={tmp_path / 'file.txt'}")
    assert (status, err) == (1, "")
    assert "n1" in out and "numpy" in out.lower()
    assert "n1" in (tmp_path / "file.txt").read_text(encoding="utf-8")
    if name == "nhc":
        assert out.count("\n") == 1 and out.startswith("ERROR envdoctor: FLT002 ")
    if name == "junit":
        ET.fromstring(out)
    if name == "html":
        assert '<td class="differs">numpy 2.4.1 → 1.26.4</td>' in out


def test_every_format_can_say_that_nothing_is_known(doctor: Run, tmp_path: Path) -> None:
    (tmp_path / "n1.json").write_text("", encoding="ascii")
    for name in FORMATS:
        status, out, err = doctor(tmp_path, "--format", name)
        assert (status, err) == (3, "") and out, name
    assert doctor(tmp_path)[1].splitlines()[-1] == "Inconclusive: nothing is known of 1 machine."


def test_wrong_usage_names_the_way_out(doctor: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert doctor()[0] == doctor(tmp_path / "empty")[0] == doctor(tmp_path / "nothing.json")[0] == 2
    assert "no recording in it" in doctor(tmp_path / "empty")[2]
    assert "no such file or folder" in doctor(tmp_path / "nothing.json")[2]


def test_what_a_recording_says_moves_no_cursor_and_leaves_no_markup(doctor: Run, tmp_path: Path) -> None:
    for number in range(2):
        numpy = "2.4.1" if number else "1.0\x1b[2J<b>"
        write(tmp_path, f"n{number}", machine(number, numpy=numpy, size=2))
    for name in FORMATS:
        out = doctor(tmp_path, "--format", name)[1]
        assert "\x1b" not in out
        assert name != "html" or "<b>" not in out


def test_a_projects_configuration_may_name_a_rule_for_fleets(
    doctor: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "envdoctor.toml").write_text('ignore = ["FLT002"]\n', encoding="ascii")
    for number in range(2):
        write(tmp_path, f"n{number}", machine(number, numpy="1.26.4" if number else "2.4.1", size=2))
    assert doctor(tmp_path, "--format", "concise") == (0, "", "")
    around = Surroundings()
    around.cwd, around.home, around.environ = (
        str(tmp_path),
        str(tmp_path / "home"),
        clean_environ(HOME=str(tmp_path / "home")),
    )
    assert app.run(["check", "--facts", str(tmp_path / "n0.json")], HeadStart([], around)) == 0
    assert app.run(["check", "--facts", str(tmp_path / "n0.json"), "--ignore", "FLT999"], HeadStart([], around)) == 2
    assert "no rule is called 'FLT999'" in capsys.readouterr().err


def test_a_cure_is_written_for_the_shell_of_the_machine_that_it_is_for(doctor: Run, tmp_path: Path) -> None:
    recordings = Path(__file__).parents[1] / "recordings"
    for name in ("linux-wheels", "windows-dll-gone"):
        (tmp_path / f"{name}.json").write_bytes((recordings / f"{name}.json").read_bytes())
    alone = app_output(doctor, tmp_path / "windows-dll-gone.json")
    both = app_output(doctor, tmp_path)
    fixes = [line for line in alone if line.startswith("    fix: ")]
    assert fixes and set(fixes) <= set(both)


def app_output(doctor: Run, path: Path) -> list[str]:
    return doctor(path, "--select", "BLA,PKG", "-v")[1].splitlines()


@pytest.mark.parametrize("name", ["text", "markdown", "html"])
def test_the_exact_setting_for_a_crowded_cluster_is_shown(doctor: Run, tmp_path: Path, name: str) -> None:
    for number in range(4):
        who = Machine(label="m", role="worker", job="Dask tcp://h:8786", worker=Worker(threads=1))
        write(tmp_path, f"w{number}", msgspec.structs.replace(machine(number), machine=who))
    out = doctor(tmp_path, "--format", name)[1].replace("\\", "")
    assert "FLT009" in out and "distributed.nanny.pre-spawn-environ: {OMP_NUM_THREADS: 1}" in out
