"""Where Pythons lie on Windows, by a tree of folders as their installers leave it; the registry is Wine's to test.

python.org's: https://docs.python.org/3/using/windows.html; uv's: ``uv python dir``; pyenv-win's: its README.
"""

from pathlib import Path

import pytest

from envdoctor.probe import choose
from envdoctor.probe.path import tools
from envdoctor.probe.path.scripts import foreign_prefixes
from envdoctor.probe.path.whole import EDITORS, _called
from envdoctor.probe.world import World

HOME = r"C:\Users\Ada Müller"
LOCAL = rf"{HOME}\AppData\Local"


def windows(tmp_path: Path, *files: str, **environ: str) -> World:
    """A world with these files, which are all executable."""
    world = World(root=str(tmp_path), home=HOME, cwd=HOME, environ={"LOCALAPPDATA": LOCAL, **environ}, platform="win32")
    for name in files:
        path = Path(world.real(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"MZ")
        path.chmod(0o755)
    return world


@pytest.mark.parametrize(
    "python, minor",
    [
        (rf"{LOCAL}\Programs\Python\Python312\python.exe", "3.12"),
        (rf"{LOCAL}\Python\pythoncore-3.14-64\python.exe", "3.14"),
        (rf"{HOME}\AppData\Roaming\uv\data\python\cpython-3.13.1-windows-x86_64-none\python.exe", "3.13"),
        (rf"{HOME}\.pyenv\pyenv-win\versions\3.11.9\python.exe", "3.11"),
        (rf"{LOCAL}\Microsoft\WindowsApps\PythonSoftwareFoundation.Python.3.12_qbz5n2kfra8p0\python.exe", "3.12"),
        (r"C:\Program Files\Python310\python.exe", "3.10"),
    ],
)
def test_a_python_is_at_hand_where_its_installer_puts_it(tmp_path: Path, python: str, minor: str) -> None:
    world = windows(tmp_path, python, PROGRAMFILES=r"C:\Program Files")
    assert tools.read(world).pythons == {minor: python}


def test_the_newest_patch_of_a_minor_version_comes_first(tmp_path: Path) -> None:
    root = rf"{HOME}\.pyenv\pyenv-win\versions"
    world = windows(tmp_path, rf"{root}\3.11.9\python.exe", rf"{root}\3.11.10\python.exe")
    assert tools.read(world).pythons == {"3.11": rf"{root}\3.11.10\python.exe"}


def test_a_folder_without_a_python_counts_for_none(tmp_path: Path) -> None:
    world = windows(
        tmp_path, rf"{LOCAL}\Programs\Python\Python312\README.txt", rf"{LOCAL}\Programs\Python\Old\python.exe"
    )
    assert tools.read(world).pythons == {}


def test_python_on_path_tells_its_version_by_the_library_beside_it(tmp_path: Path) -> None:
    world = windows(tmp_path, r"D:\tools\py\python.exe", r"D:\tools\py\python313.dll", PATH=r"D:\tools\py;relative")
    assert tools.read(world).pythons == {"3.13": r"D:\tools\py\python.exe"}


def test_programs_and_editors_are_called_without_their_suffix(tmp_path: Path) -> None:
    world = windows(tmp_path, r"C:\bin\uv.exe", r"C:\bin\conda.bat", r"C:\bin\code.cmd", PATH=r"C:\bin")
    assert tools.read(world).commands == {
        "uv": r"C:\bin\uv.exe",
        "conda": r"C:\bin\conda.bat",
        "code": r"C:\bin\code.cmd",
    }
    names = ["Spyder.exe", "python.exe", "python312.dll", "jupyter-lab.exe", "pip3.exe", "code.cmd", "code"]
    called = dict(_called(names, windows=True))
    assert {called[name] for name in called if called[name] in EDITORS} == {"spyder", "jupyter-lab", "code"}
    assert "python312.dll" not in called


def test_an_alias_of_the_store_is_no_python(tmp_path: Path) -> None:
    apps = tmp_path / "WindowsApps"
    apps.mkdir()
    alias = apps / "python3.exe"
    alias.write_bytes(b"")
    assert choose.is_alias(str(alias))
    (apps / "PythonSoftwareFoundation.Python.3.12_qbz5n2kfra8p0").mkdir()
    (apps / "PythonSoftwareFoundation.Python.3.12_qbz5n2kfra8p0" / "python3.exe").write_bytes(b"")
    assert not choose.is_alias(str(alias))  # the Store's Python is installed
    elsewhere = tmp_path / "bin"
    elsewhere.mkdir()
    (elsewhere / "python3.exe").write_bytes(b"")
    assert not choose.is_alias(str(elsewhere / "python3.exe"))


def test_a_python_that_works_is_chosen_over_an_alias_that_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choose, "WINDOWS", True)
    for name, data in (
        ("WindowsApps/python.exe", b""),
        ("WindowsApps/python3.exe", b""),
        ("Python312/python.exe", b"MZ"),
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        path.chmod(0o755)
    environ = {"PATH": f"{tmp_path / 'WindowsApps'}:{tmp_path / 'Python312'}"}
    assert choose.on_path(["python", "python3"], environ) == str(tmp_path / "Python312" / "python.exe")


def test_a_moved_environment_is_told_by_the_path_in_its_activation_script(tmp_path: Path) -> None:
    scripts = r"C:\new place\.venv\Scripts"
    world = windows(tmp_path, rf"{scripts}\python.exe")
    Path(world.real(rf"{scripts}\activate.bat")).write_bytes(b'@echo off\r\nset "VIRTUAL_ENV=C:\\old\\.venv"\r\n')
    assert foreign_prefixes(world, r"C:\new place\.venv") == {r"C:\old\.venv": [rf"{scripts}\activate.bat"]}
    Path(world.real(rf"{scripts}\activate.bat")).write_bytes(b'set "VIRTUAL_ENV=c:\\New Place\\.venv"\r\n')
    assert foreign_prefixes(world, r"C:\new place\.venv") == {}
