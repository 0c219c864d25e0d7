"""From a command on PATH to its Python: shebangs, launchers and shims as the tools write them."""

import io
import shlex
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from envdoctor.facts import Command, Missing
from envdoctor.probe.path.resolve import CommandResolver, is_pip, is_python
from envdoctor.probe.path.scripts import foreign_prefixes, interpreter_of, launcher
from envdoctor.probe.world import World

LONG = "/data/" + "long/" * 30 + "bin/python"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#!/v/bin/python3\nimport pip\n", "/v/bin/python3"),
        ("#! /v/bin/python -sE\n", "/v/bin/python"),
        ("#!/usr/bin/env python3\n", "python3"),
        ("#!/usr/bin/env -S python3 -I\n", "python3"),
        # pip: distlib's scripts.py, for a path too long for a shebang, and for one with a space
        (f"#!/bin/sh\n'''exec' {LONG} \"$0\" \"$@\"\n' '''\nimport sys\n", LONG),
        ("#!/bin/sh\n'''exec' \"/my venv/bin/python\" \"$0\" \"$@\"\n' '''\n", "/my venv/bin/python"),
        # uv: crates/uv-install-wheel/src/wheel.rs, for relocatable environments
        ('#!/bin/sh\n\'\'\'exec\' "$(dirname -- "$(realpath -- "$0")")"/\'python\' "$0" "$@"\n', "/v/bin/python"),
        ("#!/bin/sh\nexec something-else\n", None),
        ("import pip\n", None),
        ("#!\n", None),
        ("#!C:\\v\\Scripts\\python.exe\r\n", "C:\\v\\Scripts\\python.exe"),
        ('#!"C:\\my venv\\Scripts\\python.exe"\r\n', "C:\\my venv\\Scripts\\python.exe"),
    ],
)
def test_the_first_lines_of_a_script_name_its_interpreter(text: str, expected: str | None) -> None:
    assert interpreter_of(text, "/v/bin/pip")[0] == expected


def stub() -> bytes:
    """The launcher that pip puts before its Windows scripts: the real one, out of pip itself where there is one."""
    found = [*Path("/usr/lib/python3").glob("**/distlib/t64.exe"), *Path("/usr").glob("share/python-wheels/t64.exe")]
    return found[0].read_bytes() if found else b"MZ" + bytes(4096)


def test_a_windows_launcher_holds_the_shebang_before_its_archive() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("__main__.py", "#!not this one\n")
    data = stub() + b"#!C:\\v\\Scripts\\python.exe\r\n" + archive.getvalue()
    assert launcher(data) == "C:\\v\\Scripts\\python.exe"
    assert launcher(stub()) is None


def test_a_launcher_of_uvs_ends_in_the_path_its_length_and_a_mark() -> None:
    path = b"C:\\v\\Scripts\\python.exe"
    assert launcher(b"MZ..." + path + len(path).to_bytes(4, "little") + b"UVSC") == path.decode()
    assert launcher(b"MZ..." + path + b"\xff\xff\xff\xff" + b"UVSC") is None


@pytest.mark.parametrize("name", ["python", "python3", "python3.13t", "pypy3.9", "python.exe"])
def test_pythons_by_name(name: str) -> None:
    assert is_python(name)


@pytest.mark.parametrize("name", ["python3-config", "pythonw2x", "pipx", "pip-compile", "pipenv", "python-argcomplete"])
def test_what_only_begins_like_one(name: str) -> None:
    assert not is_python(name)
    assert not is_pip(name)


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


def resolved(root: Path, name: str, path: str, folders: list[str], cwd: str = "/work", **environ: str) -> Command:
    world = World(root=str(root), home="/home/ada", cwd=cwd, environ=environ, platform="linux")
    return CommandResolver(world, folders).command(name, path)


# pyenv: libexec/pyenv-rehash
PYENV_SHIM = """#!/usr/bin/env bash
set -e
program="${0##*/}"
export PYENV_ROOT="/p"
exec "/p/libexec/pyenv" exec "$program" "$@"
"""


@pytest.fixture
def pyenv(tmp_path: Path) -> Path:
    """A pyenv with two versions; pip in one of them."""
    for version in ("3.11.7", "3.12.1", "3.12.10"):
        script(tmp_path / f"p/versions/{version}/bin/python", "\x7fELF")
    script(tmp_path / "p/versions/3.12.10/bin/pip", "#!/p/versions/3.12.10/bin/python\n")
    script(tmp_path / "usr/bin/python", "\x7fELF")
    for name in ("python", "pip"):
        script(tmp_path / f"p/shims/{name}", PYENV_SHIM)
    (tmp_path / "p/version").write_text("3.11.7\n")
    (tmp_path / "work/deep").mkdir(parents=True)
    return tmp_path


PATH = ["/p/shims", "/usr/bin"]


def test_pyenvs_global_version_answers(pyenv: Path) -> None:
    seen = resolved(pyenv, "python", "/p/shims/python", PATH)
    assert seen.prefix == "/p/versions/3.11.7"
    assert seen.via == ["pyenv shim: 3.11.7 (/p/version)"]


def test_a_python_version_file_above_the_working_directory_comes_first(pyenv: Path) -> None:
    (pyenv / "work/.python-version").write_text("# ours\n3.12\n")
    seen = resolved(pyenv, "python", "/p/shims/python", PATH, cwd="/work/deep")
    assert seen.prefix == "/p/versions/3.12.10"  # the newest of 3.12, by number
    variable = resolved(pyenv, "python", "/p/shims/python", PATH, cwd="/work/deep", PYENV_VERSION="3.12.1")
    assert variable.prefix == "/p/versions/3.12.1"


def test_a_shim_of_a_script_leads_through_its_shebang(pyenv: Path) -> None:
    seen = resolved(pyenv, "pip", "/p/shims/pip", PATH, PYENV_VERSION="3.12.10")
    assert (seen.interpreter, seen.prefix) == ("/p/versions/3.12.10/bin/python", "/p/versions/3.12.10")


def test_system_is_the_next_one_on_path(pyenv: Path) -> None:
    assert resolved(pyenv, "python", "/p/shims/python", PATH, PYENV_VERSION="system").prefix == "/usr"


def test_a_version_without_the_command_is_unknown(pyenv: Path) -> None:
    seen = resolved(pyenv, "pip", "/p/shims/pip", PATH)
    assert seen.prefix == Missing("pyenv's shim for pip: no pip in 3.11.7 (/p/version)")


def test_asdf_reads_tool_versions(tmp_path: Path) -> None:
    """https://asdf-vm.com/manage/versions.html"""
    script(tmp_path / "a/installs/python/3.12.1/bin/python", "\x7fELF")
    script(tmp_path / "a/installs/python/3.11.7/bin/python", "\x7fELF")
    script(
        tmp_path / "a/shims/python", '#!/usr/bin/env bash\n# asdf-plugin: python 3.12.1\nexec asdf exec "python" "$@"\n'
    )
    script(tmp_path / "home/ada/.tool-versions", "nodejs 22\npython 3.12.1 system\n")
    assert resolved(tmp_path, "python", "/a/shims/python", ["/a/shims"]).prefix == "/a/installs/python/3.12.1"


def test_mise_with_one_version_has_no_choice(tmp_path: Path) -> None:
    script(tmp_path / "m/installs/python/3.12.1/bin/python", "\x7fELF")
    script(tmp_path / "usr/bin/mise", "\x7fELF")
    (tmp_path / "m/shims").mkdir()
    (tmp_path / "m/shims/python").symlink_to("/usr/bin/mise")
    assert resolved(tmp_path, "python", "/m/shims/python", ["/m/shims"]).prefix == "/m/installs/python/3.12.1"
    script(tmp_path / "m/installs/python/3.11.7/bin/python", "\x7fELF")
    assert isinstance(resolved(tmp_path, "python", "/m/shims/python", ["/m/shims"]).prefix, Missing)


def test_a_wrapper_script_named_python_is_not_guessed_at(tmp_path: Path) -> None:
    script(tmp_path / "bin/python", "#!/bin/sh\nexec /v/bin/python\n")
    assert isinstance(resolved(tmp_path, "python", "/bin/python", ["/bin"]).prefix, Missing)


def test_scripts_of_a_moved_environment_name_the_old_place(tmp_path: Path) -> None:
    world = World(root=str(tmp_path), home="/home/ada", cwd="/", environ={}, platform="linux")
    script(tmp_path / "new/bin/pip", "#!/old/bin/python\n")
    script(tmp_path / "new/bin/tool", "#!/usr/bin/python3\n")
    script(tmp_path / "new/bin/own", "#!/new/bin/python\n")
    script(tmp_path / "new/bin/activate", 'VIRTUAL_ENV="/old"\nexport VIRTUAL_ENV\n')
    assert foreign_prefixes(world, "/new") == {"/old": ["/new/bin/activate", "/new/bin/pip"]}


def test_scripts_by_way_of_a_link_to_the_environment_are_at_home(tmp_path: Path) -> None:
    world = World(root=str(tmp_path), home="/home/ada", cwd="/", environ={}, platform="linux")
    script(tmp_path / "data/v/bin/pip", "#!/v/bin/python\n")
    script(tmp_path / "data/v/bin/other", "#!/base/bin/python\n")
    (tmp_path / "base/bin").mkdir(parents=True)
    (tmp_path / "v").symlink_to("/data/v")
    assert foreign_prefixes(world, "/data/v") == {}


@pytest.mark.parametrize("name", ["new\nline", "it's", 'a"b', "a b"])
@pytest.mark.parametrize("quote", [shlex.quote, '"{}"'.format, "'{}'".format])
def test_an_activation_script_that_names_its_own_place_tells_no_move(
    tmp_path: Path, name: str, quote: Callable[[str], str]
) -> None:
    world = World(root=str(tmp_path), home="/home/ada", cwd="/", environ={}, platform="linux")
    script(tmp_path / name / "bin/activate", f"VIRTUAL_ENV={quote('/' + name)}\nexport VIRTUAL_ENV\n")
    assert foreign_prefixes(world, f"/{name}") == {}
