"""The configuration of a project: what it may say, and the one line for each thing it may not."""

import os
import tomllib
from pathlib import Path

import pytest

from envdoctor.cli.config import find, parse
from envdoctor.engine.configuration import Config, Suppression
from envdoctor.engine.selection import UsageError
from envdoctor.probe.world import World


def parsed(text: str) -> Config:
    return parse(tomllib.loads(text), "the.toml")


def refused(text: str) -> str:
    with pytest.raises(UsageError) as error:
        parsed(text)
    assert len(str(error.value).splitlines()) == 1
    return str(error.value)


def world(root: Path) -> World:
    return World(home="/", cwd=str(root), environ={})


def found(root: Path, **files: str | bytes) -> Config:
    for name, content in files.items():
        path = root / f"{name}.toml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return find(world(root), str(root))


# --- what it says ---


def test_everything_can_be_said() -> None:
    assert parsed(
        """
        select = ["BLA", "THR001"]
        extend-select = ["PKG"]
        extend-ignore = ["BLA002"]
        fail-on = "warning"
        strict = true
        timeout = 2.5
        [ignore]
        BLA004 = "bitwise reproducibility"
        THR001 = { reason = "small machine", until = 2027-01-31 }
        """
    ) == Config(
        file="the.toml",
        select=("BLA", "THR001", "PKG"),
        ignore=("BLA002",),
        suppressions={
            "BLA004": Suppression("bitwise reproducibility"),
            "THR001": Suppression("small machine", "2027-01-31"),
        },
        fail_on="warning",
        strict=True,
        timeout=2.5,
    )


def test_nothing_need_be_said() -> None:
    assert parsed("") == Config(file="the.toml")


def test_ignore_may_be_a_list() -> None:
    assert parsed('ignore = ["BLA"]\nextend-ignore = ["THR"]').ignore == ("BLA", "THR")


def test_extending_a_selection_that_chooses_all_leaves_all() -> None:
    assert parsed('extend-select = ["BLA"]').select == ()


@pytest.mark.parametrize("until", ['"2027-01-31"', "2027-01-31", "2027-01-31T10:00:00Z"])
def test_a_date_may_be_written_as_text_or_as_a_date(until: str) -> None:
    assert parsed(f'ignore = {{ BLA = {{ reason = "x", until = {until} }} }}').suppressions["BLA"].until == "2027-01-31"


# --- what it may not say ---


@pytest.mark.parametrize(
    "text, message",
    [
        ("selct = []", "the.toml: unknown key 'selct'; known are "),
        ("select = 'BLA'", "the.toml: select must be a list of codes or names, not 'BLA'"),
        ("select = [1]", "the.toml: select must be a list of codes or names, not [1]"),
        ("ignore = 'BLA'", "the.toml: ignore must be a list of codes or names, not 'BLA'"),
        ("ignore = { BLA = '' }", 'the.toml: ignore.BLA needs a reason: BLA = "why"'),
        ("ignore = { BLA = true }", 'the.toml: ignore.BLA needs a reason: BLA = "why"'),
        ("ignore = { BLA = { until = 2027-01-31 } }", 'the.toml: ignore.BLA needs a reason: BLA = "why"'),
        (
            "ignore = { BLA = { reason = 'x', untl = 1 } }",
            "the.toml: ignore.BLA: unknown key 'untl'; known are reason, until",
        ),
        (
            "ignore = { BLA = { reason = 'x', until = 'soon' } }",
            "the.toml: ignore.BLA.until: 'soon' is no date; write 2027-01-31",
        ),
        ("fail-on = 'fatal'", "the.toml: fail-on must be one of error, warning, info, never, not 'fatal'"),
        ("fail-on = []", "the.toml: fail-on must be one of error, warning, info, never, not []"),
        ("strict = 'yes'", "the.toml: strict must be true or false, not 'yes'"),
        ("timeout = 0", "the.toml: timeout must be a number of seconds above 0, not 0"),
        ("timeout = true", "the.toml: timeout must be a number of seconds above 0, not True"),
        ("timeout = nan", "the.toml: timeout must be a number of seconds above 0, not nan"),
        ("timeout = inf", "the.toml: timeout must be a number of seconds above 0, not inf"),
        ("timeout = '3'", "the.toml: timeout must be a number of seconds above 0, not '3'"),
    ],
)
def test_a_fault_is_told_with_the_file_and_the_key(text: str, message: str) -> None:
    assert refused(text).startswith(message)


# --- where it is looked for ---

OURS = 'fail-on = "info"'
IN_PYPROJECT = '[tool.envdoctor]\nfail-on = "warning"'


def test_the_table_in_pyproject_is_found(tmp_path: Path) -> None:
    config = found(tmp_path, pyproject=IN_PYPROJECT)
    assert (config.fail_on, config.file) == ("warning", f"{tmp_path}/pyproject.toml")


def test_envdoctors_own_file_comes_first(tmp_path: Path) -> None:
    assert found(tmp_path, pyproject=IN_PYPROJECT, envdoctor=OURS).fail_on == "info"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[project]\nname = 'envdoctor-user'",
        "[project]\nname = 'envdoctor",
        "tool = 1 # envdoctor",
        b"\xff envdoctor",
    ],
)
def test_a_pyproject_that_says_nothing_of_ours_is_no_configuration(tmp_path: Path, text: str | bytes) -> None:
    assert found(tmp_path, pyproject=text) == Config()


@pytest.mark.parametrize(
    "files, message",
    [
        ({"envdoctor": "fail-on = "}, "envdoctor.toml: Invalid value"),
        ({"envdoctor": b"\xff"}, "envdoctor.toml: 'utf-8' codec can't decode"),
        ({"envdoctor": "a = " + "[" * 100_000}, "envdoctor.toml: "),
        ({"pyproject": "[tool.envdoctor]\nfail-on = "}, "pyproject.toml: Invalid value"),
        ({"pyproject": "[tool]\nenvdoctor = 1"}, "pyproject.toml: [tool.envdoctor] must be a table"),
    ],
)
def test_a_file_of_ours_that_cannot_be_parsed_is_told(
    tmp_path: Path, files: dict[str, str | bytes], message: str
) -> None:
    with pytest.raises(UsageError) as error:
        found(tmp_path, **files)
    assert str(error.value).startswith(f"{tmp_path}/{message}")


def test_a_file_of_ours_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "envdoctor.toml").mkdir()
    with pytest.raises(UsageError, match=r"envdoctor\.toml: Is a directory$"):
        find(world(tmp_path), str(tmp_path))


def test_a_pipe_in_its_place_holds_nobody_and_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "envdoctor.toml")
    with pytest.raises(UsageError, match="no file, but a pipe"):
        find(world(tmp_path), str(tmp_path))


def test_without_a_project_there_is_no_configuration(tmp_path: Path) -> None:
    assert find(world(tmp_path), None) == Config()
    assert find(world(tmp_path), str(tmp_path)) == Config()
