"""The lines of configuration files that do the work of a variable."""

from pathlib import Path

import pytest

from envdoctor.probe.environment import parse_keras, parse_matplotlibrc, read_environment
from envdoctor.probe.world import World
from tests.support.patients import write


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("backend: TkAgg  # windows\n", ["TkAgg"]),
        ("#backend: TkAgg\nlines.linewidth: 2\n", []),
        ("backend: 'agg'\nbackend: svg\n", ["svg"]),
        ("backend:\n", []),
        ("backend_fallback: True\n", []),
        (None, []),
    ],
)
def test_matplotlibrc_says_its_backend(text: str | None, found: list[str]) -> None:
    assert parse_matplotlibrc(text) == found


def test_keras_json_says_its_backend_and_garbage_says_nothing() -> None:
    assert parse_keras('{"backend": "jax", "epsilon": 1e-7}') == ["jax"]
    assert parse_keras("[1]") == parse_keras("{") == parse_keras('{"backend": 3}') == parse_keras("") == []


def test_the_files_are_read_where_the_libraries_read_them(tmp_path: Path) -> None:
    write(tmp_path / "home/ada/.config/matplotlib/matplotlibrc", "backend: svg\n")
    write(tmp_path / "home/ada/.keras/keras.json", '{"backend": "jax"}')
    world = World(root=str(tmp_path), home="/home/ada", cwd="/work", environ={}, platform="linux")
    assert [(item.name, item.value) for item in read_environment(world).settings] == [
        ("MPLBACKEND", "svg"),
        ("KERAS_BACKEND", "jax"),
    ]
    write(tmp_path / "work/matplotlibrc", "backend: pdf\n")
    assert read_environment(world).settings[0].value == "pdf"
