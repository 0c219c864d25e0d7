"""Real rehearsals: sick environments whose plan is carried out on overlays, of which nothing is left."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.efficacy import Case, Sick
from tests.rehearsals import (
    NEEDS_A_NAMESPACE,
    PATIENTS,
    PATIENTS_OF_CONDA,
    SMALL,
    command,
    of_conda,
    rehearsed,
    tried,
    untouched,
)
from tests.support.real_conda import Laboratory

pytestmark = [pytest.mark.real, pytest.mark.posix]


@pytest.fixture
def ill(tmp_path: Path) -> Sick:
    """An environment with a broken package, and caches of its own."""
    (tmp_path / "patient").mkdir()
    made = SMALL.build(tmp_path / "patient")
    made.environ["UV_CACHE_DIR"] = str(tmp_path / "patient" / "cache")
    return made


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """Where what is written goes; on a machine that lends no namespace, the test is skipped."""
    if subprocess.run(["unshare", "-Urm", "true"], capture_output=True, check=False).returncode:
        pytest.skip(f"{NEEDS_A_NAMESPACE}: unshare -Urm")
    (tmp_path / "room").mkdir()
    return tmp_path / "room"


def test_a_rehearsal_settles_the_finding_and_changes_nothing(ill: Sick, room: Path) -> None:
    with untouched(ill.cwd.parent, room):
        status, shown = rehearsed(ill, room)
    assert (status, shown["impossible"], shown["left"], shown["new"]) == (0, "", [], [])
    assert {item["code"] for item in shown["settled"]} == {SMALL.code}
    assert shown["bytes"] > 0 and shown["commands"][0]["status"] == 0


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGKILL, marks=pytest.mark.slow)])
def test_nothing_is_left_after_an_interrupt(number: signal.Signals, ill: Sick, room: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as index:  # one that takes a connection, and never answers
        index.settimeout(20)
        ill.environ |= {"UV_DEFAULT_INDEX": f"http://127.0.0.1:{index.getsockname()[1]}/simple", "TMPDIR": str(room)}
        with untouched(ill.cwd.parent, room):
            with subprocess.Popen(command(ill), env=ill.environ, cwd=ill.cwd, stderr=subprocess.PIPE) as process:
                with index.accept()[0]:
                    assert os.listdir(room) != []
                    process.send_signal(number)
                assert process.stderr is not None
                said = process.stderr.read().decode()
            while number is signal.SIGKILL and os.listdir(room):  # what runs in the namespace tidies up by itself
                time.sleep(0.05)
            assert process.returncode == (130 if number is signal.SIGINT else -number)
    assert said.endswith("interrupted\n") is (number is signal.SIGINT)


@pytest.mark.root
def test_nothing_is_left_of_a_full_disk_and_the_step_says_why(ill: Sick, room: Path) -> None:
    script = 'mount -t tmpfs -o size=400k,nr_inodes=400 tmpfs "$0" && "$@"; status=$?; ls -A "$0" >&2; exit $status'
    ill.environ["TMPDIR"] = str(room)
    with untouched(ill.cwd.parent, room):
        argv = ["unshare", "-m", "sh", "-c", script, str(room), *command(ill)]
        done = subprocess.run(argv, env=ill.environ, cwd=ill.cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "No space left on device" in done.stdout
    assert done.stderr.splitlines()[1:] == []  # what was on the disk afterwards


@pytest.mark.root
@pytest.mark.slow
def test_where_the_disk_can_t_keep_what_an_overlay_writes_memory_does(ill: Sick, room: Path) -> None:
    """As in a container, whose own disk is an overlay."""
    script = """
        mount -t tmpfs tmpfs "$0" && mkdir "$0/low" "$0/up" "$0/work" "$0/tmp" || exit
        mount -t overlay overlay -o "lowerdir=$0/low,upperdir=$0/up,workdir=$0/work" "$0/tmp" || exit
        TMPDIR="$0/tmp" "$@"
    """
    with untouched(ill.cwd.parent, room):
        status, shown = rehearsed(ill, room, "unshare", "-m", "sh", "-c", script, str(room))
    assert (status, shown["impossible"], shown["left"]) == (0, "", [])


def test_without_a_namespace_it_can_t_be_rehearsed(ill: Sick, room: Path) -> None:
    script = 'echo 0 >/proc/sys/user/max_mnt_namespaces; exec "$0" "$@"'
    with untouched(ill.cwd.parent, room):
        status, shown = rehearsed(ill, room, "unshare", "-Urm", "sh", "-c", script)
    assert status == 3
    assert shown["impossible"].startswith("no namespace of our own: ")
    assert shown["commands"] == []


def test_without_a_terminal_nobody_is_asked(ill: Sick, room: Path) -> None:
    argv = [word for word in command(ill) if word != "--yes"]
    with untouched(ill.cwd.parent, room):
        environ = ill.environ | {"TMPDIR": str(room)}
        done = subprocess.run(argv, env=environ, cwd=ill.cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--yes is the answer" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("case", PATIENTS, ids=lambda case: case.name)
def test_a_rehearsal_tells_what_the_fix_does(case: Case, tmp_path: Path) -> None:
    shown = tried(case, tmp_path)
    assert shown.rehearsal["impossible"] == ""
    assert shown.agrees and shown.settled, (shown.rehearsal, shown.outcome)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(PATIENTS_OF_CONDA)))
def test_a_rehearsal_tells_what_a_fix_by_conda_does(number: int, lab: Laboratory, tmp_path: Path) -> None:
    shown = tried(of_conda(PATIENTS_OF_CONDA[number], lab), tmp_path)
    assert shown.rehearsal["impossible"] == ""
    assert shown.agrees and shown.settled, (shown.rehearsal, shown.outcome)
