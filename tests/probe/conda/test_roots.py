"""An installation of conda, told from environments, also from those that hold conda themselves."""

from pathlib import Path

import pytest

from envdoctor.ecosystem.prefixes import is_conda_installation
from envdoctor.probe.conda import roots
from envdoctor.probe.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """``/opt`` is an installation; its environment ``build`` and another one outside hold conda, too."""
    for prefix in ("opt", "opt/envs/build", "data/build", "made"):
        (tmp_path / prefix / "conda-meta").mkdir(parents=True)
        (tmp_path / prefix / "condabin").mkdir()
    for prefix in ("opt/envs/plain", "data/plain", "bare"):
        (tmp_path / prefix / "conda-meta").mkdir(parents=True)
    return World(root=str(tmp_path), home="/", cwd="/", environ={}, platform="linux")


@pytest.mark.parametrize(
    ("prefix", "is_one"),
    [("/opt", True), ("/opt/", True), ("/opt/envs/build", False), ("/opt/envs/plain", False), ("/data/build", True)],
)
def test_an_environment_below_an_installation_is_none_whatever_it_holds(
    world: World, prefix: str, is_one: bool
) -> None:
    assert is_conda_installation(prefix, world.is_dir) == is_one


@pytest.mark.parametrize(
    ("prefix", "commands", "root"),
    [
        ("/opt/envs/build", [], "/opt"),
        ("/data/build", ["/opt/bin/conda create -p /data/build conda-build"], "/opt"),
        ("/data/plain", ["/opt/bin/conda create -p /data/plain numpy"], "/opt"),
        ("/made", ["constructor Miniforge3", "/opt/bin/conda install -p /made numpy"], "/made"),
        ("/made", ["/gone/bin/conda create -p /made conda"], "/made"),
        ("/opt", ["/opt/bin/conda install numpy"], "/opt"),
    ],
)
def test_an_environment_belongs_to_whoever_made_it(world: World, prefix: str, commands: list[str], root: str) -> None:
    assert roots.find(world, prefix, commands, pixi=False) == root
    assert roots.find(world, prefix, commands, pixi=True) is None


@pytest.mark.parametrize(
    ("variable", "root"), [("CONDA_EXE", "/bare"), ("CONDA_PYTHON_EXE", "/bare"), ("MAMBA_EXE", None)]
)
def test_where_conda_itself_lies_is_an_installation(world: World, variable: str, root: str | None) -> None:
    """Whatever else is missing there; mamba may lie in an environment."""
    seen = World(root=world.root, home="/", cwd="/", environ={variable: "/bare/bin/program"}, platform="linux")
    assert roots.find(seen, None, [], pixi=False) == root
