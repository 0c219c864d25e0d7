"""One condarc: values as YAML 1.2 has them, flags as ruamel.yaml attaches comments; what conda 24.7 makes of it."""

from itertools import pairwise
from typing import Any

import pytest

from envdoctor.probe.conda.condarc import CondarcError, parse


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("- a #!top\n- b #!bottom\n", ["top", "bottom"]),
        ("- a #top\n- b # !top\n", ["top", None]),
        ("- a #!top\n\n\n- b\n", ["top", None]),
        ("- a #!top\n# goes on\n- b\n", [None, None]),
        ("- a\n#!top\n- b\n", ["top", None]),  # a comment belongs to what stands before it
        ("#!top\n- a\n- b\n", [None, None]),
        ("- #!top\n  a\n- b\n", ["top", None]),
        ("- 'a' #!top\n- 'b#!top'\n", ["top", None]),
    ],
)
def test_the_flag_of_an_item_is_the_comment_beside_it(text: str, flags: list[str | None]) -> None:
    assert parse("channels:\n" + text)["channels"].flags == flags


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("channels: #!final\n  - a\n", "final"),
        ("channels:  #!final\n\n  - a\n", "final"),
        ("channels: #!final\n  # more\n  - a\n", None),
        ("channels:\n  #!final\n  - a\n", None),
        ("channels: [a] #!final\n", "final"),
        ("channels: [a]\n#!final\nx: 1\n", None),
        ("channels: # !final\n  - a\n", None),
    ],
)
def test_the_flag_of_a_list_stands_beside_its_key(text: str, flag: str | None) -> None:
    assert parse(text)["channels"].flag == flag


@pytest.mark.parametrize(
    ("text", "flag"), [("strict #!final", "final"), ("strict #!final\n# more", None), ("#!final\n  strict", "final")]
)
def test_the_flag_of_a_word_stands_beside_it(text: str, flag: str | None) -> None:
    raw = parse(f"channel_priority: {text}\n")["channel_priority"]
    assert (raw.value, raw.flag) == ("strict", flag)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("on", "on"),
        ("yes", "yes"),
        ("true", True),
        ("~", None),
        ("3.10", 3.1),
        ("'3.10'", "3.10"),
        ("0x1F", 31),
        ("08", 8),
    ],
)
def test_words_are_those_of_yaml_1_2(word: str, value: Any) -> None:
    assert parse(f"x: {word}\n")["x"].value == value


@pytest.mark.parametrize(
    "text",
    [
        "channels:\n\t- a\n",
        "a: [b\n",
        "- a\n- b\n",
        "a\n",
        "a: 1\na: 2\n",
        "a: 1\n---\nb: 2\n",
        "x: " + "[" * 90 + "]" * 90,
    ],
)
def test_what_is_no_condarc_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(CondarcError) as caught:
        parse(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n"])
def test_an_empty_file_sets_nothing(text: str) -> None:
    assert parse(text) == {}


def test_aliases_of_aliases_are_not_written_out() -> None:
    names = "abcdefgh"
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{name}: &{name} [{', '.join([f'*{below}'] * 9)}]" for below, name in pairwise(names)]
    with pytest.raises(CondarcError, match="more than 100000 values"):
        parse("\n".join([*lines, "channels: *h"]))
