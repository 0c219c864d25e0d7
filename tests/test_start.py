"""The head start: a glance at the command line that must agree with what click makes of it, or leave nothing behind."""

import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.cli.commands.check import command
from envdoctor.cli.head_start import HeadStart, _glance
from envdoctor.probe.choose import (
    Choice,
    PatientError,
    Surroundings,
    default,
    executable_of,
    is_tool_environment,
    named,
)
from tests.support.patients import clean_environ


def parsed(argv: list[str]) -> dict[str, object] | None:
    """What click makes of the words after ``check``; ``None`` for what it refuses or answers itself."""
    try:
        return command.make_context("check", list(argv)).params
    except (click.ClickException, click.exceptions.Exit):
        return None


@pytest.mark.parametrize(
    "line, wanted",
    [
        ("check", ""),
        ("check -v --format json", ""),
        ("check --python a", "a"),
        ("check --python=a -q", "a"),
        ("check --format=json --python a=b", "a=b"),
        ("info --python a", "a"),
        ("snapshot -o x.json", ""),
        ("check --python a --python b", None),
        ("check --facts x.json", None),
        ("check --facts=x.json", None),
        ("check --project p", None),
        ("check --help", None),
        ("list", None),
        ("explain BLA001", None),
        ("", None),
        ("--version", None),
    ],
)
def test_a_glance(line: str, wanted: str | None) -> None:
    assert _glance(shlex.split(line)) == wanted


WORDS = ["--python a", "--python=b", "--select BLA", "--ignore=THR", "--facts f", "--facts=f", "--format json", "-q"]
WORDS += ["-vv", "-o json=x", "--output text=y", "--project p", "--timeout 3", "--strict", "--fail-on=never"]


@given(st.lists(st.sampled_from(WORDS), max_size=5))
def test_the_glance_and_click_agree(groups: list[str]) -> None:
    argv = [word for group in groups for word in group.split()]
    params = parsed(argv)
    assert params is not None
    glance = _glance(["check", *argv])
    if glance is not None:
        assert params["facts_file"] is None
        assert params["project"] is None
        assert params["pythons"] == ((glance,) if glance else ())
    elif params["facts_file"] is None and params["project"] is None:
        pythons = params["pythons"]
        assert isinstance(pythons, tuple)
        assert len(pythons) > 1, "a head start that was thrown away"


# --- a glance that was wrong ---


@pytest.fixture
def sleeper(tmp_path: Path) -> Path:
    """A Python that sleeps for ever, having written its process's number to ``pid`` beside it."""
    python = tmp_path / "sleeper" / "bin" / "python"
    python.parent.mkdir(parents=True)
    pid = tmp_path / "pid"
    python.write_text(f"#!/bin/sh\necho $$ > {pid}.new; mv {pid}.new {pid}; exec sleep 60\n", encoding="ascii")
    python.chmod(0o755)
    return python


def pid_of(sleeper: Path) -> int:
    path = sleeper.parent.parent.parent / "pid"
    limit = time.monotonic() + 10
    while not path.exists():
        assert time.monotonic() < limit, "it was never started"
        time.sleep(0.01)
    return int(path.read_text(encoding="ascii"))


def assert_gone(pid: int) -> None:
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def around(cwd: Path, **environ: str) -> Surroundings:
    surroundings = Surroundings()
    surroundings.cwd, surroundings.home = str(cwd), str(cwd)
    surroundings.environ = {"PATH": os.environ["PATH"], **environ}
    return surroundings


def test_the_right_patient_is_handed_over_once(tmp_path: Path, sleeper: Path) -> None:
    head = HeadStart(["check", "--python", str(sleeper)], around(tmp_path))
    choice = named(str(sleeper), head.around)
    interview = head.take(choice, 3.0)
    assert interview is not None
    assert interview.timeout == 3.0  # type: ignore[attr-defined]
    assert head.take(choice, 3.0) is None
    pid = pid_of(sleeper)
    interview.close()  # type: ignore[attr-defined]
    assert_gone(pid)


def test_the_wrong_patient_is_ended(tmp_path: Path, sleeper: Path) -> None:
    head = HeadStart(["check", "--python", str(sleeper)], around(tmp_path))
    pid = pid_of(sleeper)
    assert head.take(Choice(sys.executable, sys.prefix, "another"), 3.0) is None
    assert_gone(pid)


def test_a_patient_that_is_not_there_is_left_for_later(tmp_path: Path) -> None:
    head = HeadStart(["check", "--python", "nowhere"], around(tmp_path))
    assert (head.choice, head.interrogation) == (None, None)


@pytest.mark.parametrize(
    "options",
    ["--frobnicate", "--select XYZ123", "--fail-on fatal", "--facts", "--format pdf", "-h", "extra", "-o json"],
)
def test_wrong_usage_leaves_no_patient_running(tmp_path: Path, sleeper: Path, options: str) -> None:
    argv = [sys.executable, "-m", "envdoctor", "check", "--python", str(sleeper), *options.split()]
    done = subprocess.run(argv, cwd=tmp_path, env=clean_environ(), capture_output=True, check=False)
    assert done.returncode == (0 if options == "-h" else 2)
    if (tmp_path / "pid").exists():
        assert_gone(pid_of(sleeper))


# --- who is examined ---


def make(prefix: Path, *files: str, python: bool = True) -> Path:
    for name in files:
        path = prefix / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    if python:
        (prefix / "bin").mkdir(parents=True, exist_ok=True)
        (prefix / "bin" / "python").symlink_to(sys.executable)
    return prefix


def tool(cwd: Path, **environ: str) -> Surroundings:
    """Surroundings of an envdoctor that was installed as a tool: its own environment is nobody's patient."""
    surroundings = around(cwd, **environ)
    own = make(cwd / "tool", "pyvenv.cfg", "uv-receipt.toml")
    surroundings.own_prefix, surroundings.own_base, surroundings.executable = str(own), "/usr", str(own / "bin/python")
    return surroundings


def test_the_order_in_which_a_patient_is_looked_for(tmp_path: Path) -> None:
    surroundings = tool(tmp_path)
    project = make(tmp_path / "fit" / ".venv", "pyvenv.cfg")
    surroundings.home, surroundings.cwd = str(tmp_path), str(tmp_path / "fit" / "src")
    active = make(tmp_path / "active", "pyvenv.cfg")
    conda = make(tmp_path / "conda", "conda-meta/history")
    base = make(tmp_path / "base", "conda-meta/history", "condabin/conda")
    path = make(tmp_path / "path")
    seen = []
    for environ in (
        {"VIRTUAL_ENV": str(active), "CONDA_PREFIX": str(conda)},
        {"CONDA_PREFIX": str(conda)},
        {"CONDA_PREFIX": str(base)},
    ):
        surroundings.environ = {"PATH": str(path / "bin"), **environ}
        seen.append(default(surroundings).prefix)
    surroundings.cwd = str(tmp_path)
    seen.append(default(surroundings).prefix)
    surroundings.environ = {"PATH": str(path / "bin")}
    seen.append(default(surroundings).prefix)
    assert seen == [str(prefix) for prefix in (active, conda, project, base, path)]
    surroundings.environ = {"PATH": "/nowhere"}
    with pytest.raises(PatientError, match="no Python found"):
        default(surroundings)


def test_an_environment_that_envdoctor_is_installed_in_comes_before_base(tmp_path: Path) -> None:
    surroundings = tool(tmp_path, CONDA_PREFIX=str(make(tmp_path / "base", "conda-meta/history", "condabin/conda")))
    (tmp_path / "tool" / "uv-receipt.toml").unlink()
    choice = default(surroundings)
    assert (choice.prefix, choice.chosen) == (str(tmp_path / "tool"), "the environment envdoctor is installed in")


def test_an_active_conda_environment_that_is_gone_is_the_patient_and_one_without_python_is_not(tmp_path: Path) -> None:
    surroundings = tool(tmp_path, CONDA_PREFIX=str(tmp_path / "gone"), PATH=str(make(tmp_path / "path") / "bin"))
    assert default(surroundings).prefix == str(tmp_path / "gone")
    make(tmp_path / "gone", "conda-meta/history", python=False)
    assert default(surroundings).prefix == str(tmp_path / "path")


def test_as_a_module_the_patient_is_whoever_runs_it(tmp_path: Path) -> None:
    surroundings = around(tmp_path, VIRTUAL_ENV=str(tmp_path / "other"))
    surroundings.as_module = True
    assert default(surroundings).executable == sys.executable


def test_an_active_environment_that_is_gone_is_still_the_patient(tmp_path: Path) -> None:
    choice = default(around(tmp_path, VIRTUAL_ENV=str(tmp_path / "gone")))
    assert (choice.prefix, choice.executable) == (str(tmp_path / "gone"), str(tmp_path / "gone" / "bin" / "python"))


@pytest.mark.parametrize("what", ["env", "./env/", "env/bin/python", "../{name}/env"])
def test_a_patient_may_be_named_by_prefix_or_executable(tmp_path: Path, what: str) -> None:
    make(tmp_path / "env", "pyvenv.cfg")
    choice = named(what.format(name=tmp_path.name), around(tmp_path))
    assert os.path.realpath(choice.prefix) == str(tmp_path / "env")
    assert os.path.samefile(choice.executable, sys.executable)


@pytest.mark.parametrize("name", ["venv", "env"])
def test_a_project_folder_may_give_its_environment_another_usual_name(tmp_path: Path, name: str) -> None:
    make(tmp_path / "fit" / name, "pyvenv.cfg")
    choice = named(str(tmp_path / "fit"), around(tmp_path))
    assert (choice.prefix, choice.chosen) == (str(tmp_path / "fit" / name), f"named by --python: the project's {name}")
    make(tmp_path / "fit" / ".venv", "pyvenv.cfg")
    assert named(str(tmp_path / "fit"), around(tmp_path)).prefix == str(tmp_path / "fit/.venv")


def test_a_project_folder_names_its_environment(tmp_path: Path) -> None:
    make(tmp_path / "fit" / ".venv", "pyvenv.cfg")
    choice = named("fit", around(tmp_path))
    assert (choice.prefix, choice.chosen) == (str(tmp_path / "fit/.venv"), "named by --python: the project's .venv")


def test_a_dangling_link_is_an_executable(tmp_path: Path) -> None:
    make(tmp_path / "env", "pyvenv.cfg", python=False)
    (tmp_path / "env" / "bin").mkdir()
    (tmp_path / "env" / "bin" / "python").symlink_to("/nowhere/python")
    assert executable_of(str(tmp_path / "env")) == str(tmp_path / "env" / "bin" / "python")
    assert named("env", around(tmp_path)).executable == str(tmp_path / "env" / "bin" / "python")


@pytest.mark.parametrize(
    "prefix, is_tool",
    [
        ("/home/ada/.cache/uv/archive-v0/Xy", True),
        ("/home/ada/.cache/uv/environments-v2/fit-1", True),
        ("/home/ada/.local/pipx/.cache/ab12", True),
        ("/home/ada/fit/.venv", False),
    ],
)
def test_environments_of_tools_are_told_by_their_places(prefix: str, is_tool: bool) -> None:
    assert is_tool_environment(prefix) == is_tool


def test_what_loads_slowly_is_left_for_after_the_head_start() -> None:
    """``typing`` takes longer to import than all that sends for the patient."""
    root = Path(sys.modules["envdoctor"].__path__[0]).parent
    code = (
        f"import sys; sys.path.insert(0, {str(root)!r}); import envdoctor.start, envdoctor.probe.interrogation; "
        "print([name for name in ('typing', 'click', 'msgspec', 'inspect') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_trace_of_memory_is_not_for_envdoctor() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import sys, tracemalloc\nsys.argv = ['envdoctor', '--version']\n"
         "import os; os._exit = lambda status: print(tracemalloc.is_tracing())\n"
         "from envdoctor.start import main; main()"],
        env=clean_environ(PYTHONTRACEMALLOC="1"), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.stdout.splitlines()[-1] == "False", said.stderr
