"""``envdoctor snapshot`` where a launcher starts it many times."""

import json
import subprocess
import sys
from pathlib import Path

from envdoctor.probe.machine import identity
from envdoctor.probe.world import World
from tests.support.patients import clean_environ


def snapshot(folder: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "envdoctor", "snapshot", "--python", sys.executable, *words]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env=clean_environ(**environ), check=False, timeout=60
    )


def test_a_recording_says_who_made_it_and_is_named_for_it(tmp_path: Path) -> None:
    done = snapshot(tmp_path, "-o", "run/{host}-{rank}.json", "--label", "red", SLURM_PROCID="3", SLURM_JOB_ID="9")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    (file,) = (tmp_path / "run").iterdir()
    assert file.name == f"{identity.host(World(home='/', cwd='/', environ={}))}-3.json"
    machine = json.loads(file.read_text(encoding="utf-8"))["facts"]["machine"]
    assert (machine["label"], machine["rank"], machine["job"]) == ("red", 3, "Slurm 9")


def test_the_second_of_a_machine_writes_nothing_where_the_first_writes_for_both(tmp_path: Path) -> None:
    done = snapshot(tmp_path, "-o", "run/{host}.json", SLURM_PROCID="3", SLURM_LOCALID="1")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_a_rank_that_nobody_knows_is_an_error_of_usage(tmp_path: Path) -> None:
    done = snapshot(tmp_path, "-o", "{rank}.json")
    assert done.returncode == 2
    assert done.stderr.startswith("envdoctor: -o {rank}.json: {rank}: no launcher says it here (known: Open MPI")
    assert list(tmp_path.iterdir()) == []
