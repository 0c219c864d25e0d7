"""A command line that is read without click means what click makes of it."""

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import convert

from envdoctor.cli.checking import Asked
from envdoctor.cli.commands.check import command
from envdoctor.cli.plain import FLAGS, plain

WORDS = (
    *FLAGS,
    "--format",
    "--format=json",
    "--format=",
    "--format=xml",
    "json",
    "text",
    "xml",
    "--python",
    "--python=a=b",
    "--python=",
    "--",
    "-",
    "-v",
    "-qv",
    "--form",
    "--help",
    "--fix=yes",
    "",
    "/some/where",
    "a b",
)


def by_click(words: list[str]) -> Asked | None:
    try:
        return convert(command.make_context("check", list(words)).params, Asked)
    except (click.ClickException, click.exceptions.Exit):
        return None


@given(st.lists(st.sampled_from(WORDS), max_size=5))
def test_what_is_read_plainly_is_what_click_reads(words: list[str]) -> None:
    read = plain(["check", *words])
    assert read is None or read == by_click(words)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "--format json",
        "--format=html",
        "--fix -q",
        ".venv --strict",
        "a b --python c --python=d",
        "--no-redact --quiet",
    ],
)
def test_the_usual_ones_are_read_plainly(line: str) -> None:
    words = line.split()
    assert plain(["check", *words]) == by_click(words)
    assert plain(["check", *words]) is not None


@pytest.mark.parametrize(
    "line",
    ["check --format", "check --format xml", "check -v", "check --python", "check --python=", "info", "", "--help"],
)
def test_all_else_is_left_to_click(line: str) -> None:
    assert plain(line.split()) is None
