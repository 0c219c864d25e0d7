"""The neighbourhood, read from a tree: PATH, active environments, PYTHONPATH, the working directory, kernels."""

import json
from pathlib import Path

import pytest

from envdoctor import testing
from envdoctor.facts import Jupyter, Missing
from envdoctor.facts.path import Path as Neighbourhood
from envdoctor.probe import jupyter
from envdoctor.probe.path import tools
from envdoctor.probe.path import whole as path
from envdoctor.probe.path.resolve import CommandResolver
from envdoctor.probe.world import World
from tests.origin.trees import grow, put
from tests.probe.path.test_resolve import script


def world(root: Path, **environ: str) -> World:
    return World(root=str(root), home="/home/ada", cwd="/work", environ=environ, platform="linux")


def read(here: World, **interpreter: object) -> Neighbourhood:
    resolver = CommandResolver(here, path.path_folders(here))
    return path.of_patient(
        here, path.read(here, resolver), "/v", testing.interpreter(**interpreter), ["/v/lib/site-packages"]
    )


def test_every_python_and_pip_on_path_is_told_in_its_order(tmp_path: Path) -> None:
    script(tmp_path / "v/bin/python3.12", "\x7fELF")
    put(tmp_path, "v/pyvenv.cfg", "home = /usr/bin\n")
    script(tmp_path / "usr/bin/python3", "\x7fELF")
    script(tmp_path / "usr/bin/pip", "#!/usr/bin/python3\n")
    script(tmp_path / "usr/bin/python3-config", "#!/bin/sh\n")
    grow(tmp_path, "usr/bin/python2", "bin -> usr/bin", "v/bin/python -> python3.12")  # python2: not executable
    seen = read(world(tmp_path, PATH="/v/bin:/gone:/usr/bin:/bin"))
    assert [(item.path, item.prefix) for item in seen.commands] == [
        ("/v/bin/python", "/v"),
        ("/v/bin/python3.12", "/v"),
        ("/usr/bin/pip", "/usr"),
        ("/usr/bin/python3", "/usr"),
    ]
    assert seen.python is not None
    assert seen.python.path == "/v/bin/python"
    assert seen.pip is not None
    assert seen.pip.interpreter == "/usr/bin/python3"


def test_active_environments_are_told_innermost_first(tmp_path: Path) -> None:
    grow(tmp_path, "v/bin/python", "c/conda-meta/", "c/condabin/", "c/bin/python3")
    seen = read(world(tmp_path, VIRTUAL_ENV="/v", CONDA_PREFIX="/c", PATH=""))
    assert [(item.variable, item.base, item.python) for item in seen.active] == [
        ("VIRTUAL_ENV", False, "python"),
        ("CONDA_PREFIX", True, "python3"),
    ]


def test_what_pythonpath_hides_is_told_and_what_it_adds_is_not(tmp_path: Path) -> None:
    grow(tmp_path, "v/lib/site-packages/numpy/__init__.py", "v/lib/site-packages/six.py", "v/lib/site-packages/docs/")
    grow(tmp_path, "x/numpy/__init__.py", "x/six.cpython-312-x86_64-linux-gnu.so", "x/docs/", "x/own.py")
    seen = read(world(tmp_path, PYTHONPATH="/x:/gone:", PATH=""), paths={})
    where = "/v/lib/site-packages"
    assert [(item.path, item.exists, item.hides) for item in seen.pythonpath] == [
        ("/x", True, {"numpy": where, "six": where}),
        ("/gone", False, {}),
    ]


def test_files_here_count_by_the_table_and_not_where_they_belong(tmp_path: Path) -> None:
    grow(tmp_path, "work/numpy.py", "work/random.py", "work/fit.py", "work/os.py", "work/json/")
    assert read(world(tmp_path, PATH="")).here == ["numpy.py", "random.py"]
    assert read(world(tmp_path, PATH=""), sys_path=["/work"]).here == []


def kernels(here: World) -> Jupyter:
    return jupyter.read(here, "/v", Missing("not asked"), None, CommandResolver(here, []))


def spec(root: Path, folder: str, *argv: str) -> None:
    put(root, f"{folder}/kernel.json", json.dumps({"argv": argv, "display_name": "K", "language": "python"}))


def test_kernels_are_read_from_all_data_directories(tmp_path: Path) -> None:
    """jupyter_core: paths.py, jupyter_path"""
    put(tmp_path, "v/pyvenv.cfg", "home = /usr/bin\n")
    script(tmp_path / "v/bin/python", "\x7fELF")
    spec(tmp_path, "v/share/jupyter/kernels/python3", "python", "-m", "ipykernel_launcher")
    spec(tmp_path, "home/ada/.local/share/jupyter/kernels/mine", "/v/bin/python", "-m", "ipykernel_launcher")
    spec(tmp_path, "usr/share/jupyter/kernels/ir", "/usr/bin/R", "--slave")
    spec(tmp_path, "j/kernels/old", "/gone/bin/python3")
    put(tmp_path, "j/kernels/broken/kernel.json", "{")
    seen = kernels(world(tmp_path, JUPYTER_PATH="/j"))
    assert [(item.name, item.interpreter, item.interpreter_exists, item.prefix) for item in seen.kernels] == [
        ("broken", None, None, None),
        ("old", "/gone/bin/python3", False, "/gone"),
        ("python3", None, None, None),
        ("mine", "/v/bin/python", True, "/v"),
        ("ir", "/usr/bin/R", False, None),
    ]
    assert isinstance(seen.kernels[0].argv, Missing)


def test_an_environment_prefers_its_own_kernels_and_a_base_the_users(tmp_path: Path) -> None:
    grow(tmp_path, "v/share/jupyter/", "home/ada/.local/share/jupyter/")
    assert kernels(world(tmp_path)).data_directories == ["/home/ada/.local/share/jupyter", "/v/share/jupyter"]
    put(tmp_path, "v/pyvenv.cfg", "home = /usr/bin\n")
    assert kernels(world(tmp_path)).data_directories == ["/v/share/jupyter", "/home/ada/.local/share/jupyter"]
    assert kernels(world(tmp_path, JUPYTER_PREFER_ENV_PATH="0")).data_directories[0] == "/home/ada/.local/share/jupyter"


def test_packages_and_compiled_modules_here_count_and_plain_folders_do_not(tmp_path: Path) -> None:
    grow(
        tmp_path,
        "work/random/__init__.py",
        "work/json/",
        "work/six.cpython-312-x86_64-linux-gnu.so",
        "work/tests/__init__.py",
    )
    grow(tmp_path, "site/six.py", "site/tests/__init__.py", "std/graphlib.py", "work/graphlib.py")
    seen = read(world(tmp_path, PATH=""), sys_path=["/std", "/site"], paths={"stdlib": "/std"})
    assert seen.here == ["graphlib.py", "random", "six.cpython-312-x86_64-linux-gnu.so"]


def test_the_projects_own_package_hides_nothing_but_a_standard_module(tmp_path: Path) -> None:
    grow(tmp_path, "work/fit/__init__.py", "work/random/__init__.py", "work/pyproject.toml", "site/fit/__init__.py")
    grow(tmp_path, "work/dask/__init__.py")
    assert read(world(tmp_path, PATH=""), sys_path=["/site"], paths={}).here == ["random"]


def environment(root: Path, home: str, configuration: str | None = "home = /usr/bin\n") -> None:
    script(root / home / "bin/python", "\x7fELF")
    if configuration is not None:
        put(root, f"{home}/pyvenv.cfg", configuration)
    spec = {
        "argv": [f"/{home}/bin/python", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": home,
    }
    put(root, f"v/share/jupyter/kernels/{home}/kernel.json", json.dumps(spec))


def test_whether_a_kernels_environment_holds_ipykernel(tmp_path: Path) -> None:
    for home in ("bare", "full", "shared", "system", "developed"):
        environment(
            tmp_path,
            home,
            {"shared": "include-system-site-packages = true\n", "system": None}.get(home, "home = /usr/bin\n"),
        )
        grow(tmp_path, f"{home}/lib/python3.12/site-packages/numpy/__init__.py")
    grow(tmp_path, "full/lib/python3.12/site-packages/ipykernel/__init__.py")
    grow(tmp_path, "developed/lib/python3.12/site-packages/__editable__.ipykernel-7.0.pth")
    told = {kernel.name: kernel.launches for kernel in kernels(world(tmp_path)).kernels}
    assert told == {"bare": False, "full": True, "shared": None, "system": None, "developed": None}


@pytest.mark.parametrize(
    "options",
    [["-Xfrozen_modules=off", "-m"], ["-X", "dev", "-Im"], ["-Wignore", "-bb", "-m"], ["-O", "-W", "error", "-m"]],
)
def test_options_of_python_before_the_kernels_module_change_nothing(tmp_path: Path, options: list[str]) -> None:
    environment(tmp_path, "bare", "home = /usr/bin\n")
    grow(tmp_path, "bare/lib/python3.12/site-packages/numpy/__init__.py")
    file = tmp_path / "v/share/jupyter/kernels/bare/kernel.json"
    for argv, launches in ((["ipykernel_launcher"], False), (["bash_kernel"], None), ([], None)):
        file.write_text(json.dumps({"argv": ["/bare/bin/python", *options, *argv, "-f", "{connection_file}"]}))
        assert [kernel.launches for kernel in kernels(world(tmp_path)).kernels] == [launches]


@pytest.mark.parametrize("folder, project", [("work", ""), ("fit", "/fit")])
def test_what_stands_where_an_environment_would_be_made_is_told_with_its_python(
    tmp_path: Path, folder: str, project: str
) -> None:
    assert tools.read(world(tmp_path), project).taken == {}
    grow(tmp_path, f"{folder}/.venv/pyvenv.cfg", f"{folder}/.conda -> gone")
    assert tools.read(world(tmp_path), project).taken == {".venv": "", ".conda": ""}
    grow(tmp_path, f"{folder}/.venv/bin/python")
    assert tools.read(world(tmp_path), project).taken == {".venv": f"/{folder}/.venv/bin/python", ".conda": ""}
