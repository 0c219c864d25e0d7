"""Environments as tools make them: the exact chain and codes, and agreement with what the interpreter itself says."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.patients import checkup, clean_environ, run, write

pytestmark = pytest.mark.real
SYSTEM = "/usr/bin/python3"
PYPY = "/usr/bin/pypy3"
NUMPY_ON_DEBIAN = {"BLA003"}  # Debian's default BLAS, where python3-numpy is installed: fires there on purpose
OLD = {"PY001", "PY002"}  # what Debian brings may be old
TELL = """
import json, sys
print(json.dumps([sys.prefix, getattr(sys, "base_prefix", sys.prefix), "%d.%d.%d" % sys.version_info[:3]]))
"""


def need(path: str, package: str) -> None:
    """``path`` comes with Debian's ``package``; skips where it is not here."""
    if not os.path.exists(path) or not os.path.exists("/var/lib/dpkg/status"):
        pytest.skip(f"{path} of Debian's {package} is not here")


def need_system() -> None:
    """Debian's Python, and the part of it that makes environments."""
    need(SYSTEM, "python3")
    run([SYSTEM, "-I", "-m", "venv", "--help"])


def environ(home: Path, *folders: Path | str, **extra: str) -> dict[str, str]:
    """A shell with nothing but ``folders`` and the system's own on PATH."""
    path = os.pathsep.join([*map(str, folders), "/usr/bin", "/bin"])
    return clean_environ(HOME=str(home), PATH=path, PYTHONDONTWRITEBYTECODE=None, PIP_CONFIG_FILE=None, **extra)


def diagnosed(python: Path | str, surroundings: dict[str, str], cwd: Path | None = None) -> dict[str, Any]:
    seen = checkup(Path(python), environ=surroundings, cwd=cwd)
    assert seen.changed == []
    return seen.document


def kinds(document: dict[str, Any]) -> list[str]:
    return [link["kind"] for link in document["patient"]["origin"]]


def codes(document: dict[str, Any]) -> set[str]:
    return {finding["code"] for finding in document["findings"] if finding["suppressed"] is None}


def warned(document: dict[str, Any]) -> set[str]:
    return {item["code"] for item in document["findings"] if item["severity"] != "info"} - NUMPY_ON_DEBIAN - OLD


def finding(document: dict[str, Any], code: str) -> dict[str, Any]:
    (found,) = [item for item in document["findings"] if item["code"] == code]
    assert isinstance(found, dict)
    return found


def agrees(document: dict[str, Any], python: Path | str, surroundings: dict[str, str]) -> None:
    """What was read from outside is what the interpreter says: first and last prefix, version."""
    prefix, base, version = json.loads(run([str(python), "-c", TELL], surroundings))
    origin = document["patient"]["origin"]
    assert os.path.realpath(origin[0]["prefix"]) == os.path.realpath(prefix)
    assert os.path.realpath(origin[-1]["prefix"]) == os.path.realpath(base)
    assert document["patient"]["version"] == version
    assert all(link["evidence"] for link in origin)


# --- healthy ones ---

Maker = Callable[[Path, dict[str, str]], Path]


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of virtualenv, pipx and Poetry, from PyPI."""
    folder = tmp_path_factory.mktemp("tools") / "venv"
    run([sys.executable, "-m", "uv", "venv", "--quiet", "--python", sys.executable, str(folder)])
    install = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(folder / "bin" / "python")]
    run([*install, "virtualenv", "pipx", "poetry"])
    return folder / "bin"


def by_venv(folder: Path, surroundings: dict[str, str], *options: str, python: str = SYSTEM) -> Path:
    """The standard library's; pip, which takes seconds to unpack, comes by uv where it is wanted (``with_pip``)."""
    run([python, "-m", "venv", "--without-pip", *options, str(folder / "env")], surroundings)
    return folder / "env" / "bin" / "python"


def with_pip(python: Path, *more: str) -> Path:
    run([sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(python), "pip", *more])
    return python


def by_virtualenv(folder: Path, surroundings: dict[str, str], tools: Path) -> Path:
    run([str(tools / "virtualenv"), "--quiet", "--python", SYSTEM, str(folder / "env")], surroundings)
    return folder / "env" / "bin" / "python"


def by_uv(folder: Path, surroundings: dict[str, str]) -> Path:
    run([sys.executable, "-m", "uv", "venv", "--quiet", "--python", SYSTEM, str(folder / "env")], surroundings)
    return folder / "env" / "bin" / "python"


def by_uv_tool(folder: Path, surroundings: dict[str, str]) -> Path:
    places = {"UV_TOOL_DIR": str(folder / "any"), "UV_TOOL_BIN_DIR": str(folder / "bin")}
    command = [sys.executable, "-m", "uv", "tool", "install", "--quiet", "--python", SYSTEM, "pyflakes"]
    run(command, {**surroundings, **places})
    return folder / "any" / "pyflakes" / "bin" / "python"


def by_pipx(folder: Path, surroundings: dict[str, str], tools: Path) -> Path:
    places = {"PIPX_HOME": str(folder / "any"), "PIPX_BIN_DIR": str(folder / "bin")}
    run([str(tools / "pipx"), "install", "--python", SYSTEM, "pyflakes"], {**surroundings, **places})
    return folder / "any" / "venvs" / "pyflakes" / "bin" / "python"


PROJECT = """[project]
name = "fit"
version = "1.0"
requires-python = ">=3.9"
dependencies = []
[tool.poetry]
package-mode = false
"""


def by_poetry(folder: Path, surroundings: dict[str, str], tools: Path, inside: bool) -> Path:
    write(folder / "fit" / "pyproject.toml", PROJECT)
    places = {"POETRY_VIRTUALENVS_PATH": str(folder / "any"), "POETRY_CACHE_DIR": str(folder / "cache")}
    places["POETRY_VIRTUALENVS_IN_PROJECT"] = "true" if inside else "false"
    poetry = [str(tools / "poetry"), "--no-interaction", "-C", str(folder / "fit")]
    run([*poetry, "env", "use", SYSTEM], {**surroundings, **places})
    run([*poetry, "lock"], {**surroundings, **places})
    (python,) = folder.glob("fit/.venv/bin/python" if inside else "any/fit-*/bin/python")
    return python


@pytest.mark.parametrize(
    ("kind", "maker"),
    [
        ("venv", "venv"),
        ("venv", "system-site"),
        ("virtualenv", "virtualenv"),
        ("uv-venv", "uv"),
        ("uv-tool", "uv-tool"),
        ("pipx", "pipx"),
        ("poetry", "poetry"),
        ("poetry", "poetry-inside"),
    ],
    ids=str,
)
def test_an_environment_is_told_with_its_maker_and_its_base(
    kind: str, maker: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    need_system()
    if maker == "system-site":
        need("/usr/lib/python3/dist-packages/numpy", "python3-numpy")
    surroundings = environ(tmp_path)
    makers: dict[str, Callable[[], Path]] = {
        "venv": lambda: by_venv(tmp_path, surroundings),
        "system-site": lambda: by_venv(tmp_path, surroundings, "--system-site-packages"),
        "virtualenv": lambda: by_virtualenv(tmp_path, surroundings, request.getfixturevalue("tools")),
        "uv": lambda: by_uv(tmp_path, surroundings),
        "uv-tool": lambda: by_uv_tool(tmp_path, surroundings),
        "pipx": lambda: by_pipx(tmp_path, surroundings, request.getfixturevalue("tools")),
        "poetry": lambda: by_poetry(tmp_path, surroundings, request.getfixturevalue("tools"), False),
        "poetry-inside": lambda: by_poetry(tmp_path, surroundings, request.getfixturevalue("tools"), True),
    }
    python = makers[maker]()
    document = diagnosed(python, surroundings)
    assert kinds(document) == [kind, "debian"]
    # What the system's own packages lack, and their BLAS, is the machine's.
    assert codes(document) - OLD <= ({"BLA003", "PKG001"} if maker == "system-site" else set())
    agrees(document, python, surroundings)


def test_the_systems_python_is_told_with_the_package_that_owns_it(tmp_path: Path) -> None:
    need(SYSTEM, "python3")
    document = diagnosed(SYSTEM, environ(tmp_path))
    assert kinds(document) == ["debian"]
    real = os.path.realpath(SYSTEM)
    package = run(["dpkg", "-S", real]).partition(":")[0]
    version = run(["dpkg-query", "-W", "-f", "${Version}", package])
    assert document["patient"]["origin"][0]["evidence"] == [f"dpkg: {real} belongs to {package} {version}"]
    assert warned(document) == set()
    agrees(document, SYSTEM, environ(tmp_path))


def test_pypy_and_a_venv_of_it_are_debians(tmp_path: Path) -> None:
    need(PYPY, "pypy3")
    surroundings = environ(tmp_path)
    document = diagnosed(PYPY, surroundings)
    assert kinds(document) == ["debian"]
    assert document["patient"]["implementation"] == "pypy"
    agrees(document, PYPY, surroundings)
    python = by_venv(tmp_path, surroundings, python=PYPY)
    document = diagnosed(python, surroundings)
    assert kinds(document) == ["venv", "debian"]
    assert warned(document) == set()
    agrees(document, python, surroundings)


def test_a_venv_of_a_venv_stands_on_the_base(tmp_path: Path) -> None:
    need_system()
    surroundings = environ(tmp_path)
    first = by_venv(tmp_path, surroundings)
    second = by_venv(tmp_path / "second", surroundings, python=str(first))
    document = diagnosed(second, surroundings)
    assert kinds(document) == ["venv", "debian"]
    assert codes(document) <= OLD
    agrees(document, second, surroundings)


@pytest.mark.pythons
def test_pyenvs_pythons_are_pyenvs(tmp_path: Path) -> None:
    found = Path.home().glob(".pyenv/versions/3.*/bin/python")
    pythons = sorted(path for path in found if not path.parents[1].is_symlink())
    if not pythons:
        pytest.skip("no Python of pyenv's in ~/.pyenv/versions")
    for python in pythons:
        document = diagnosed(python, environ(tmp_path))  # HOME and PYENV_ROOT do not lead there
        (link,) = document["patient"]["origin"]
        assert (link["kind"], link["detail"]) == ("pyenv", python.parents[1].name)
        whole = subprocess.run([python, "-c", "import _hashlib, ssl"], capture_output=True, check=False).returncode == 0
        # PKG001: whatever is installed there. PY015: pyenv builds old Pythons without what OpenSSL 3 no longer offers.
        assert warned(document) <= ({"PKG001"} if whole else {"PKG001", "PY015"}), python
        agrees(document, python, environ(tmp_path))


# --- sick ones ---


def test_what_pip_put_into_the_users_site_is_named_with_a_fix_beside_the_system(tmp_path: Path) -> None:
    need("/usr/lib/python3/dist-packages/pip", "python3-pip")
    surroundings = environ(tmp_path, PIP_DISABLE_PIP_VERSION_CHECK="1")
    command = [SYSTEM, "-m", "pip", "install", "--quiet", "--user", "iniconfig"]
    if list(Path("/usr/lib").glob("python3.*/EXTERNALLY-MANAGED")):
        refused = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)
        assert "externally-managed-environment" in refused.stderr
        command.append("--break-system-packages")
    run(command, surroundings)
    document = diagnosed(SYSTEM, surroundings)
    assert warned(document) == {"PY003"}
    found = finding(document, "PY003")
    assert found["subject"] == "iniconfig"
    steps = [step["argv"] for fix in found["fixes"] for step in fix["steps"]]
    assert steps
    for argv in steps:
        assert "--break-system-packages" not in argv
        assert "--user" not in argv
    work = tmp_path / "work"
    work.mkdir()
    for argv in steps:
        subprocess.run(argv, cwd=work, env=surroundings, check=True, capture_output=True)
    assert list(work.glob(".venv/lib/python*/site-packages/iniconfig"))


def test_a_venv_whose_base_is_gone_is_broken_and_its_maker_mends_it(tmp_path: Path, tools: Path) -> None:
    need_system()
    base = tmp_path / "base" / "bin"
    base.mkdir(parents=True)
    (base / "python3").symlink_to(SYSTEM)
    surroundings = environ(tmp_path, Path(sys.executable).parent, tools)
    pythons = {
        "venv": by_venv(tmp_path / "venv", surroundings),
        "uv-venv": by_uv(tmp_path / "uv-venv", surroundings),
        "virtualenv": by_virtualenv(tmp_path / "virtualenv", surroundings, tools),
    }
    for python in pythons.values():  # as if made from a Python that is removed now: links and configuration name it
        config = python.parents[1] / "pyvenv.cfg"
        write(config, config.read_text().replace("home = /usr/bin", f"home = {base}"))
        first = next(path for path in python.parent.glob("python*") if os.path.isabs(os.readlink(path)))
        first.unlink()
        first.symlink_to(base / "python3")
        assert python.exists()
    shutil.rmtree(base)
    for kind, python in pythons.items():
        document = diagnosed(python, surroundings)
        assert kinds(document)[0] == kind
        found = finding(document, "PY008")
        assert found["severity"] == "error"
        steps = [step["argv"] for step in found["fixes"][0]["steps"]]
        assert {"venv": "-m venv", "uv-venv": "uv venv --clear", "virtualenv": "virtualenv"}[kind] in " ".join(steps[0])
        for argv in steps:
            subprocess.run(argv, cwd=tmp_path, env=surroundings, check=True, capture_output=True)
        assert "PY008" not in codes(diagnosed(python, surroundings))


def test_a_venv_whose_base_became_another_version_is_broken(tmp_path: Path) -> None:
    """As after an upgrade in place: made with 3.8, whose packages no Python of today looks at."""
    surroundings = environ(tmp_path)
    python = by_venv(tmp_path, surroundings)
    (library,) = (tmp_path / "env" / "lib").iterdir()
    library.rename(library.with_name("python3.8"))
    config = tmp_path / "env" / "pyvenv.cfg"
    lines = [line if not line.startswith("version") else "version = 3.8.10" for line in config.read_text().splitlines()]
    write(config, "\n".join(lines) + "\n")
    document = diagnosed(python, surroundings)
    assert "has become another version" in finding(document, "PY008")["title"]


def test_a_moved_venv_is_told_with_the_place_it_was_made_for(tmp_path: Path) -> None:
    surroundings = environ(tmp_path)
    with_pip(by_venv(tmp_path, surroundings))
    (tmp_path / "env").rename(tmp_path / "moved")
    python = tmp_path / "moved" / "bin" / "python"
    document = diagnosed(python, surroundings)
    assert warned(document) == {"PY011"}
    assert str(tmp_path / "env") in finding(document, "PY011")["title"]


def test_a_pip_before_the_active_environments_python_is_told_with_both_prefixes(tmp_path: Path) -> None:
    surroundings = environ(tmp_path)
    other = with_pip(by_venv(tmp_path / "other", surroundings))
    python = with_pip(by_venv(tmp_path, surroundings))
    folder = tmp_path / "first"
    folder.mkdir()
    shutil.copy2(other.parent / "pip", folder / "pip")
    shell = environ(tmp_path, folder, python.parent, VIRTUAL_ENV=str(tmp_path / "env"))
    document = diagnosed(python, shell)
    assert warned(document) == {"PY004"}
    found = finding(document, "PY004")
    assert str(tmp_path / "other" / "env") in found["title"]
    assert str(tmp_path / "env") in found["title"]
    assert f"`{python} -m pip install NAME`" in found["fixes"][0]["title"]
    told = document["facts"]["path"]
    assert told["pip"]["prefix"] in run(["pip", "--version"], shell)
    assert told["python"]["prefix"] == json.loads(run(["python", "-c", TELL], shell))[0]
    inactive = environ(tmp_path)
    assert codes(diagnosed(python, inactive)) <= OLD


def test_an_environment_behind_another_on_path_is_shadowed(tmp_path: Path) -> None:
    surroundings = environ(tmp_path)
    other = by_venv(tmp_path / "other", surroundings)
    python = with_pip(by_venv(tmp_path, surroundings))
    shell = environ(tmp_path, other.parent, python.parent, VIRTUAL_ENV=str(tmp_path / "env"))
    document = diagnosed(python, shell)
    assert warned(document) == {"PY004", "PY005"}
    assert str(tmp_path / "other" / "env") in finding(document, "PY005")["title"]
    healthy = environ(tmp_path, python.parent, other.parent, VIRTUAL_ENV=str(tmp_path / "env"))
    assert warned(diagnosed(python, healthy)) == set()


def test_an_activated_base_beside_a_projects_venv_is_no_alarm(tmp_path: Path) -> None:
    """The project's environment is the patient."""
    surroundings = environ(tmp_path)
    project = tmp_path / "project"
    write(project / "pyproject.toml", PROJECT.replace("[]", '["iniconfig>=2"]'))
    run([SYSTEM, "-m", "venv", "--without-pip", str(project / ".venv")], surroundings)
    with_pip(project / ".venv" / "bin" / "python", "iniconfig")
    base = tmp_path / "conda"
    for folder in ("conda-meta", "condabin", "bin"):
        (base / folder).mkdir(parents=True)
    shutil.copy2(SYSTEM, base / "bin" / "python3")
    (base / "bin" / "python").symlink_to("python3")
    shell = environ(tmp_path, base / "bin", CONDA_PREFIX=str(base), CONDA_DEFAULT_ENV="base")
    argv = [sys.executable, "-I", "-c", "from envdoctor.start import console; console()", "check", "--format", "json"]
    done = subprocess.run(argv, cwd=project, env=shell, capture_output=True, text=True, check=False)
    document = json.loads(done.stdout)
    assert document["patient"]["prefix"] == str(project / ".venv")
    assert "base" not in document["patient"]["chosen"]
    assert document["facts"]["path"]["python"]["prefix"] == str(base)  # what the shell means by python
    assert warned(document) == set()


def test_debians_pip_is_no_business_of_an_environment_that_is_not_active(tmp_path: Path) -> None:
    """Whether the environment has a pip of its own or not."""
    need("/usr/bin/pip", "python3-pip")
    surroundings = environ(tmp_path)
    bare = by_venv(tmp_path / "bare", surroundings)
    own = with_pip(by_venv(tmp_path / "own", surroundings))
    by_uvs = by_uv(tmp_path / "uv", surroundings)
    assert shutil.which("pip", path=surroundings["PATH"]) in ("/usr/bin/pip", "/bin/pip")
    for python in (bare, own, by_uvs):
        document = diagnosed(python, surroundings)
        assert document["facts"]["path"]["pip"]["prefix"] == "/usr"
        assert codes(document) <= OLD


def test_a_users_site_that_leaks_into_an_environment_is_told(tmp_path: Path) -> None:
    surroundings = environ(tmp_path)
    python = by_venv(tmp_path, surroundings, "--system-site-packages")
    site = json.loads(
        run([str(python), "-c", "import json, site; print(json.dumps(site.getusersitepackages()))"], surroundings)
    )
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet"]
    run([*uv, "--python", str(python), "iniconfig==2.0.0"], surroundings)
    run([*uv, "--python", SYSTEM, "--target", site, "iniconfig==1.1.1"], surroundings)
    document = diagnosed(python, surroundings)
    found = finding(document, "PY007")
    assert found["subject"] == "iniconfig"
    assert found["severity"] == "info"  # a venv's own packages come before the user's
    assert run([str(python), "-c", "import iniconfig; print(iniconfig.__file__)"], surroundings).startswith(
        str(tmp_path / "env")
    )


def test_a_pythonpath_of_another_version_is_told(tmp_path: Path) -> None:
    other = tmp_path / "lib" / "python3.7" / "site-packages"
    other.mkdir(parents=True)
    write(other / "old.py", "")
    python = by_venv(tmp_path, environ(tmp_path))
    document = diagnosed(python, environ(tmp_path, PYTHONPATH=str(other)))
    assert warned(document) == {"PY006"}
    assert "Python 3.7" in finding(document, "PY006")["title"]


def test_a_kernel_of_jupyters_that_points_elsewhere_or_nowhere_is_told(tmp_path: Path) -> None:
    surroundings = environ(tmp_path)
    python = by_venv(tmp_path, surroundings)
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(python)]
    run([*uv, "ipykernel"], surroundings)
    assert warned(diagnosed(python, surroundings)) == set()
    other = by_venv(tmp_path / "other", surroundings)
    install = [str(python), "-m", "ipykernel", "install", "--sys-prefix", "--name", "mine"]
    run(install, surroundings)
    assert warned(diagnosed(python, surroundings)) == set()
    file = tmp_path / "env" / "share" / "jupyter" / "kernels" / "mine" / "kernel.json"
    text = file.read_text()
    write(file, text.replace(str(python), str(other)))
    document = diagnosed(python, surroundings)
    assert warned(document) == {"TOL002", "TOL005"}  # the other environment has no ipykernel
    assert str(tmp_path / "other" / "env") in finding(document, "TOL002")["title"]
    shutil.rmtree(tmp_path / "other")
    assert warned(diagnosed(python, surroundings)) == {"TOL001"}
