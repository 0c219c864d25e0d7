"""The collector as one file: standard library only, old syntax, and a recording that envdoctor reads."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from envdoctor.facts import Interpreter, Machine, Missing, Packages
from envdoctor.facts.recording import load
from envdoctor.probe.alone import program
from tests.support.patients import Patient, clean_environ


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("alone") / "collect.py"
    path.write_text(program("1.0"), encoding="utf-8")
    return path


def run(python: str | Path, collector: Path, *words: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    command = [str(python), str(collector), *words]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        env=clean_environ(**environ),
        check=False,
        timeout=60,
        cwd=collector.parent,
    )


def test_its_syntax_is_old_and_it_imports_the_standard_library_alone() -> None:
    tree = ast.parse(program("1.0"), feature_version=(3, 6))
    imported = {
        name.name.partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
    }
    assert imported <= sys.stdlib_module_names


def test_a_recording_by_the_file_alone_is_read_and_says_what_it_does_not_know(collector: Path, tmp_path: Path) -> None:
    done = run(sys.executable, collector, "-o", str(tmp_path / "mine.json"), "--label", "seat 4", SLURM_PROCID="3")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    facts = load((tmp_path / "mine.json").read_bytes(), "mine.json")
    assert isinstance(facts.interpreter, Interpreter) and isinstance(facts.packages, Packages)
    assert facts.interpreter.version == ".".join(map(str, sys.version_info[:3]))
    assert "msgspec" in {item.key for item in facts.packages.distributions}
    assert isinstance(facts.machine, Machine) and (facts.machine.label, facts.machine.rank) == ("seat 4", 3)
    assert isinstance(facts.project, Missing) and isinstance(facts.gpu, Missing)


@pytest.mark.real
def test_it_records_an_environment_of_another_python_as_envdoctor_does(
    numpy_template: Patient, collector: Path
) -> None:
    facts = load(run(numpy_template.python, collector).stdout, "mine.json")
    command = [sys.executable, "-m", "envdoctor", "snapshot", "--python", str(numpy_template.python)]
    done = subprocess.run(command, capture_output=True, text=True, env=clean_environ(), check=True, timeout=60)
    whole = load(done.stdout, "theirs.json")

    def packages(which: object) -> set[tuple[str, object]]:
        assert isinstance(which, Packages)
        return {(item.key, item.version) for item in which.distributions}

    assert packages(facts.packages) == packages(whole.packages)
    assert facts.cpu.usable == whole.cpu.usable  # type: ignore[union-attr]
    ours = {(item.vendor, item.version, str(item.threads)) for item in facts.blas.libraries}  # type: ignore[union-attr]
    theirs = {(item.vendor, item.version, str(item.threads)) for item in whole.blas.libraries if item.loaded}  # type: ignore[union-attr]
    assert ours == theirs != set()
    assert json.loads(done.stdout)["facts"]["machine"]["label"] == facts.machine.label  # type: ignore[union-attr]


def test_it_leaves_names_and_secrets_out(collector: Path, tmp_path: Path) -> None:
    home = tmp_path / "home" / "grace_hopper"
    home.mkdir(parents=True)
    environ = {
        "HOME": str(home),
        "USER": "grace_hopper",
        "LD_LIBRARY_PATH": f"{home}/lib",
        "MY_TOKEN": "hunter2",
        "PIP_INDEX_URL": "https://grace:hunter2@example.org/simple",
    }
    out = run(sys.executable, collector, **environ).stdout
    assert "grace" not in out and "hunter2" not in out and json.loads(out)
    assert "grace_hopper" in run(sys.executable, collector, "--no-redact", **environ).stdout


def test_a_stray_module_beside_it_does_not_answer(tmp_path: Path) -> None:
    path = tmp_path / "collect.py"
    path.write_text(program("1.0"), encoding="utf-8")
    (tmp_path / "json.py").write_text("raise SystemExit(7)\n", encoding="ascii")
    assert run(sys.executable, path).returncode == 0
