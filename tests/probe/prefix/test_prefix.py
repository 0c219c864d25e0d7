"""A prefix is read from outside, whole or broken."""

import os
from pathlib import Path

import pytest

from envdoctor.facts import Installation, Missing, Place
from envdoctor.probe.prefix.prefix import parse_pyvenv, read, site_packages, with_ensurepip
from envdoctor.probe.world import World

VENV = "/fit/.venv"


def world(root: Path) -> World:
    return World(root=str(root), home="/home/ada", cwd="/fit", environ={})


def put(root: Path, path: str, content: str = "") -> None:
    file = root / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, encoding="utf-8")


@pytest.mark.parametrize(
    "text, values",
    [
        ("home = /usr/bin\nversion = 3.12.1\n", {"home": "/usr/bin", "version": "3.12.1"}),
        ("HOME=/usr/bin\r\nPrompt = fit\r\n", {"home": "/usr/bin", "prompt": "fit"}),
        ("prompt = 'a = b'", {"prompt": "'a = b'"}),
        ("no equals\n = nothing\n\n", {}),
        ("home =", {"home": ""}),
    ],
)  # fmt: skip
def test_the_keys_of_a_pyvenv_cfg(text: str, values: dict[str, str]) -> None:
    assert parse_pyvenv(text) == values


def test_an_environment_is_read(tmp_path: Path) -> None:
    put(tmp_path, f"{VENV}/pyvenv.cfg", "home = /usr/bin\nversion = 3.12.1\n")
    put(tmp_path, "/usr/bin/python3.12")
    (tmp_path / "fit/.venv/bin").mkdir()
    (tmp_path / "fit/.venv/bin/python").symlink_to("../../../usr/bin/python3.12")
    (tmp_path / "fit/.venv/lib/python3.12/site-packages").mkdir(parents=True)
    put(tmp_path, f"{VENV}/uv-receipt.toml")
    found = read(world(tmp_path), VENV, f"{VENV}/bin/python")
    assert found.exists
    assert found.executable_exists
    assert found.link == "../../../usr/bin/python3.12"
    assert found.configuration == {"home": "/usr/bin", "version": "3.12.1"}
    assert (found.home, found.home_exists) == ("/usr/bin", True)
    assert found.receipts == ["uv-receipt.toml"]
    assert found.site_packages == [f"{VENV}/lib/python3.12/site-packages"]
    assert not found.conda_meta


def test_a_base_that_is_gone_is_seen(tmp_path: Path) -> None:
    put(tmp_path, f"{VENV}/pyvenv.cfg", "home = /opt/gone/bin\n")
    (tmp_path / "fit/.venv/bin").mkdir()
    (tmp_path / "fit/.venv/bin/python").symlink_to("/opt/gone/bin/python3")
    found = read(world(tmp_path), VENV, f"{VENV}/bin/python")
    assert (found.exists, found.executable_exists, found.home_exists) == (True, False, False)
    assert found.link == "/opt/gone/bin/python3"


def test_a_prefix_that_is_gone_is_seen(tmp_path: Path) -> None:
    found = read(world(tmp_path), VENV, f"{VENV}/bin/python")
    assert (found.exists, found.executable_exists, found.link, found.home_exists) == (False, False, None, None)
    assert found.configuration is None
    assert found.site_packages == []


def test_a_configuration_that_cannot_be_read_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "fit/.venv/pyvenv.cfg").mkdir(parents=True)
    found = read(world(tmp_path), VENV, f"{VENV}/bin/python")
    assert found.configuration == Missing(f"{VENV}/pyvenv.cfg: Is a directory")
    assert (found.home, found.home_exists) == (None, None)


def test_a_loop_of_links_is_an_executable_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "fit/.venv/bin").mkdir(parents=True)
    (tmp_path / "fit/.venv/bin/python").symlink_to("python")
    found = read(world(tmp_path), VENV, f"{VENV}/bin/python")
    assert (found.executable_exists, found.link) == (False, "python")


def test_conda_and_pixi_leave_their_marks(tmp_path: Path) -> None:
    put(tmp_path, f"{VENV}/conda-meta/pixi")
    found = read(world(tmp_path), VENV, f"{VENV}/bin/python")
    assert found.conda_meta
    assert found.receipts == ["conda-meta/pixi"]


@pytest.mark.parametrize(
    "folder",
    [
        "lib/python3.12/site-packages",
        "lib/python3/dist-packages",
        "lib64/python3.9/site-packages",
        "local/lib/python3.11/dist-packages",
        "lib/pypy3.9/site-packages",
        "lib/python3.13t/site-packages",
        "Lib/site-packages",
    ],
)
def test_site_packages_are_found_in_every_layout(tmp_path: Path, folder: str) -> None:
    os.makedirs(tmp_path / "p" / folder)
    assert site_packages(world(tmp_path), "/p") == [f"/p/{folder}"]


def test_one_folder_by_two_ways_is_one(tmp_path: Path) -> None:
    """``lib64`` of a venv is a link to ``lib``."""
    (tmp_path / "p/lib/python3.12/site-packages").mkdir(parents=True)
    (tmp_path / "p/lib64").symlink_to("lib")
    assert site_packages(world(tmp_path), "/p") == ["/p/lib/python3.12/site-packages"]


@pytest.mark.parametrize("there", [True, False])
def test_the_base_of_a_patient_that_does_not_start_is_asked_for_ensurepip(tmp_path: Path, there: bool) -> None:
    stdlib = "/usr/lib/python3.12"
    put(tmp_path, f"{stdlib}/{'ensurepip/__init__' if there else 'os'}.py")
    here = world(tmp_path)
    base = Place(path="/usr", exists=True, real="/usr", stdlib=stdlib)
    prefix = read(here, VENV, f"{VENV}/bin/python")
    seen = with_ensurepip(here, prefix, Missing("it does not start"), Installation(places=[base]))
    assert seen.has_ensurepip is there
