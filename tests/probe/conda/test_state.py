"""State files of conda's: what stopped conda 24.7.1 in the laboratory, and what did not."""

import os
from pathlib import Path

import pytest

from envdoctor.facts.conda import CondaStateFile
from envdoctor.probe.conda import state
from envdoctor.probe.world import World

HISTORY = b"==> 2026-01-01 00:00:00 <==\n# update specs: ['numpy']\n"


def found(tmp_path: Path, file: str = "", content: bytes | None = b"") -> list[CondaStateFile]:
    """What is said of an environment that is healthy but for ``file``; ``None``: a folder stands there."""
    meta = tmp_path / "conda-meta"
    meta.mkdir()
    (meta / "history").write_bytes(HISTORY)
    if file:
        path = tmp_path / file
        path.unlink(missing_ok=True)
        (path if content is None else path.parent).mkdir(parents=True, exist_ok=True)
        if content is not None:
            path.write_bytes(content)
    return list(state.read(World(home="/", cwd="/", environ={}), str(tmp_path), sorted(os.listdir(meta))))


@pytest.mark.parametrize(
    ("file", "content", "problem"),
    [
        ("conda-meta/history", None, "a folder stands in its place"),
        ("conda-meta/history", "# update specs: ['numpy']\n".encode("utf-16"), "UTF-16, not UTF-8"),
        ("conda-meta/history", HISTORY + b"# update specs: ['numpy', \0\0]\n", "a list of specs that is cut off"),
        ("conda-meta/pinned", None, "a folder stands in its place"),
        ("conda-meta/pinned", "# für uns\nnumpy 1.*\n".encode("latin-1"), "not UTF-8 (byte 3)"),
        ("conda-meta/state", None, "a folder stands in its place"),
        ("conda-meta/state", b'{"env_vars": {"A": "1"', "no JSON"),
        ("conda-meta/state", '{"env_vars": {}}'.encode("utf-16-le"), "no JSON"),
        ("conda-meta/state", b"\xef\xbb\xbf{}", "it begins with a byte order mark"),
        ("conda-meta/state", b"null", "no JSON object"),
        (
            "conda-meta/._x-1-0.json",
            b"\0\5\x16\7\0\2" + b"\xff" * 4000,
            "a copy that macOS made of a file's attributes",
        ),
        ("conda-meta/x-1-0.json", None, "a folder stands in its place"),
        ("etc/conda/env_vars.d/x.json", b"[1]", "no JSON object"),
        ("etc/conda/env_vars.d/notes.txt", b"what I set", "no JSON"),
        ("etc/conda/env_vars.d/old", None, "a folder stands in its place"),
        ("etc/conda/env_vars.d/._x.json", b"\0\5\x16\7\0\2", "no JSON"),
    ],
)
def test_what_stops_conda_is_named(tmp_path: Path, file: str, content: bytes | None, problem: str) -> None:
    (item,) = found(tmp_path, file, content)
    assert item.file == f"{tmp_path}/{file}" and item.problem == problem


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("", b""),
        ("conda-meta/history", b""),
        ("conda-meta/history", b"\xef\xbb\xbf" + HISTORY),
        ("conda-meta/history", HISTORY + b"\0\0\0\n"),
        ("conda-meta/pinned", b"numpy===1.2\nscipy >=1,<2\n# all\n\nconda-forge::zlib[build=h*]\n"),
        ("conda-meta/state", b'{"env_vars": {"A": 1}}'),
        ("conda-meta/state", b'{"env_vars": {}, "version": 1}'),
        ("etc/conda/env_vars.d/x.json", b"[]"),
        ("etc/conda/env_vars.d/x.json", b'{"A": null}'),
    ],
)
def test_what_conda_puts_up_with_is_quiet(tmp_path: Path, file: str, content: bytes) -> None:
    assert found(tmp_path, file, content) == []


def test_a_record_that_no_package_belongs_to_is_not_installed_again() -> None:
    meta = "/e/conda-meta"
    failed = {"a-1-0.json": f"{meta}/a-1-0.json: no JSON", "mine-2-0.json": f"{meta}/mine-2-0.json: no JSON"}
    named = {item.file: item.package for item in state.unreadable("/e", failed, list(failed), {"a", "python"})}
    assert named == {f"{meta}/a-1-0.json": "a==1", f"{meta}/mine-2-0.json": None}
    silent = [item.package for item in state.unreadable("/e", failed, list(failed), set())]
    assert silent == ["a==1", "mine==2"]
