"""Environments by pyvenv.cfg and receipts; conda's by its metadata, whatever the folder is called."""

from pathlib import Path

import pytest

from envdoctor.facts import Missing
from tests.origin.trees import chain, grow, kinds, put

GONE = Missing("does not start")


def environment(root: Path, path: str, *lines: str) -> None:
    grow(root, f"{path}/bin/python")
    put(root, f"{path}/pyvenv.cfg", "\n".join(("home = /usr/bin", *lines)) + "\n")


@pytest.mark.parametrize(
    ("lines", "kind", "detail"),
    [
        (("version = 3.12.1",), "venv", ""),
        (("virtualenv = 20.26.0", "version_info = 3.12.1.final.0"), "virtualenv", "virtualenv 20.26.0"),
        (("uv = 0.13.9", "version_info = 3.12.1"), "uv-venv", "uv 0.13.9"),
    ],
)
def test_the_keys_of_pyvenv_cfg_tell_the_maker(tmp_path: Path, lines: tuple[str, ...], kind: str, detail: str) -> None:
    environment(tmp_path, "x", *lines)
    link = chain(tmp_path, "/x", "bin/python", interpreter=GONE)[0]
    assert (link.kind, link.detail) == (kind, detail)


def test_receipts_come_before_the_maker(tmp_path: Path) -> None:
    environment(tmp_path, "a/ruff", "uv = 0.13.9")
    grow(tmp_path, "a/ruff/uv-receipt.toml")
    environment(tmp_path, "b/black")
    grow(tmp_path, "b/black/pipx_metadata.json")
    assert chain(tmp_path, "/a/ruff", "bin/python", interpreter=GONE)[0].kind == "uv-tool"
    assert chain(tmp_path, "/b/black", "bin/python", interpreter=GONE)[0].kind == "pipx"


def test_poetrys_environments_are_told_by_prompt_and_name(tmp_path: Path) -> None:
    """Poetry: src/poetry/utils/env/env_manager.py (name), create_venv (prompt)"""
    name = "fit-Xc0_fE-1-py3.12"
    environment(tmp_path, f"any/{name}", "virtualenv = 20.26.0", "prompt = fit-py3.12")
    assert chain(tmp_path, f"/any/{name}", "bin/python", interpreter=GONE)[0].kind == "poetry"
    environment(tmp_path, f"other/{name}", "virtualenv = 20.26.0", "prompt = something")
    assert chain(tmp_path, f"/other/{name}", "bin/python", interpreter=GONE)[0].kind == "virtualenv"


def test_a_venv_beside_poetrys_lock_is_poetrys_but_not_uvs(tmp_path: Path) -> None:
    environment(tmp_path, "fit/.venv", "virtualenv = 20.26.0")
    environment(tmp_path, "fit/other", "virtualenv = 20.26.0")
    grow(tmp_path, "fit/poetry.lock")
    assert chain(tmp_path, "/fit/.venv", "bin/python", interpreter=GONE)[0].kind == "poetry"
    assert chain(tmp_path, "/fit/other", "bin/python", interpreter=GONE)[0].kind == "virtualenv"
    put(tmp_path, "fit/.venv/pyvenv.cfg", "home = /usr/bin\nuv = 0.13.9\n")
    assert chain(tmp_path, "/fit/.venv", "bin/python", interpreter=GONE)[0].kind == "uv-venv"


@pytest.mark.posix
def test_pdm_names_the_environment_beside_it_whoever_made_that(tmp_path: Path) -> None:
    """PDM: src/pdm/project/core.py writes .pdm-python; its venv.backend may be uv."""
    environment(tmp_path, "fit/.venv", "uv = 0.13.9")
    put(tmp_path, "fit/.pdm-python", "/fit/.venv/bin/python")
    link = chain(tmp_path, "/fit/.venv", "bin/python", interpreter=GONE)[0]
    assert (link.kind, link.detail) == ("pdm", "fit")
    put(tmp_path, "fit/.pdm-python", "/usr/bin/python3")
    assert chain(tmp_path, "/fit/.venv", "bin/python", interpreter=GONE)[0].kind == "uv-venv"


def test_a_venv_beside_pdms_lock_or_in_pdms_folder_is_pdms(tmp_path: Path) -> None:
    environment(tmp_path, "fit/.venv", "virtualenv = 20.26.0")
    grow(tmp_path, "fit/pdm.lock")
    environment(tmp_path, "share/pdm/venvs/fit-Ab3_x-3.12", "virtualenv = 20.26.0")
    assert chain(tmp_path, "/fit/.venv", "bin/python", interpreter=GONE)[0].kind == "pdm"
    assert chain(tmp_path, "/share/pdm/venvs/fit-Ab3_x-3.12", "bin/python", interpreter=GONE)[0].kind == "pdm"
    environment(tmp_path, "fit/other", "virtualenv = 20.26.0")
    assert chain(tmp_path, "/fit/other", "bin/python", interpreter=GONE)[0].kind == "virtualenv"


def test_pipenvs_environment_names_a_project_with_a_pipfile(tmp_path: Path) -> None:
    """virtualenvwrapper writes such a file as well, for projects that are nobody's."""
    for name in ("a", "b"):
        environment(tmp_path, f"envs/{name}", "virtualenv = 20.26.0")
        put(tmp_path, f"envs/{name}/.project", f"/work/{name}")
    grow(tmp_path, "work/a/Pipfile", "work/b/setup.py")
    link = chain(tmp_path, "/envs/a", "bin/python", interpreter=GONE)[0]
    assert (link.kind, link.detail, link.evidence) == ("pipenv", "a", ["/envs/a/.project: /work/a"])
    assert chain(tmp_path, "/envs/b", "bin/python", interpreter=GONE)[0].kind == "virtualenv"


def test_a_venv_beside_a_pipfile_is_pipenvs_but_not_uvs(tmp_path: Path) -> None:
    environment(tmp_path, "fit/.venv", "virtualenv = 20.26.0")
    environment(tmp_path, "other/.venv", "uv = 0.13.9")
    grow(tmp_path, "fit/Pipfile", "other/Pipfile")
    assert chain(tmp_path, "/fit/.venv", "bin/python", interpreter=GONE)[0].kind == "pipenv"
    assert chain(tmp_path, "/other/.venv", "bin/python", interpreter=GONE)[0].kind == "uv-venv"


def conda(root: Path, path: str, *records: str, root_prefix: bool = True) -> None:
    grow(
        root,
        f"{path}/bin/python3",
        f"{path}/conda-meta/history",
        *(f"{path}/conda-meta/{record}.json" for record in records),
    )
    if root_prefix:
        grow(root, f"{path}/condabin/")


def test_the_installer_is_told_by_its_own_file(tmp_path: Path) -> None:
    """constructor writes .installer.info: name, version, platform, type (as conda-anaconda-telemetry reads it)"""
    conda(tmp_path, "opt/anaconda3", "conda-25.1.0-py312_0")
    put(tmp_path, "opt/anaconda3/.installer.info", '{"name": "Miniforge3", "version": "26.1.0-0", "type": "sh"}')
    (link,) = chain(tmp_path, "/opt/anaconda3")
    assert (link.kind, link.detail) == ("miniforge", "26.1.0-0")


@pytest.mark.parametrize(
    ("records", "files", "kind"),
    [
        (("conda-25.1.0-0", "anaconda-2024.10-py312_0"), {}, "anaconda"),
        (("conda-25.1.0-0", "_anaconda_depends-2025.06-py313_0"), {}, "anaconda"),
        (("conda-25.1.0-0", "anaconda-client-1.12.3-0"), {".condarc": "channels:\n- conda-forge\n"}, "miniforge"),
        (
            ("conda-25.1.0-0",),
            {"conda-meta/history": "+https://repo.anaconda.com/pkgs/main/linux-64::python-3.12\n"},
            "miniconda",
        ),
        (
            ("conda-25.1.0-0",),
            {"conda-meta/history": "# cmd: constructor /tmp/Miniforge3 --platform linux-64\n"},
            "miniforge",
        ),
        (
            ("conda-4.9.2-py38_0",),
            {"conda-meta/history": "# cmd: build.py --build_number 1 --product miniconda --python 3.8\n"},
            "miniconda",
        ),
        (("conda-4.9.2-py38_0",), {"conda-meta/history": "+defaults::python-3.8.5-h7579374_1\n"}, "miniconda"),
        (("conda-25.1.0-0",), {"conda-meta/history": "+pkgs/main/linux-64::python-3.12.9-0\n"}, "miniconda"),
        (("conda-25.1.0-0",), {"conda-meta/history": "+mydefaults::python-3.12.9-0\n"}, "conda"),
        (("conda-25.1.0-0",), {}, "conda"),
    ],
)
def test_the_installer_is_told_by_what_it_left(
    tmp_path: Path, records: tuple[str, ...], files: dict[str, str], kind: str
) -> None:
    conda(tmp_path, "opt/x", *records)
    for name, text in files.items():
        put(tmp_path, f"opt/x/{name}", text)
    assert kinds(chain(tmp_path, "/opt/x")) == [kind]


def test_micromambas_root_has_no_conda(tmp_path: Path) -> None:
    conda(tmp_path, "srv/m", "python-3.12.1-0", root_prefix=False)
    grow(tmp_path, "srv/m/envs/")
    assert kinds(chain(tmp_path, "/srv/m", environ={"MAMBA_ROOT_PREFIX": "/srv/m"})) == ["micromamba"]
    assert kinds(chain(tmp_path, "/srv/m")) == ["conda"]


def test_an_environment_of_conda_leads_to_its_root(tmp_path: Path) -> None:
    conda(tmp_path, "opt/x", "conda-25.1.0-0", "anaconda-2024.10-0")
    conda(tmp_path, "opt/x/envs/fit", "python-3.12.1-0", root_prefix=False)
    links = chain(tmp_path, "/opt/x/envs/fit")
    assert [(link.kind, link.detail) for link in links] == [("conda-env", "fit"), ("anaconda", "")]


def test_an_environment_of_conda_elsewhere_leads_there_by_its_history(tmp_path: Path) -> None:
    conda(tmp_path, "opt/x", "conda-25.1.0-0")
    conda(tmp_path, "home/ada/fit/env", "python-3.12.1-0", root_prefix=False)
    put(
        tmp_path,
        "home/ada/fit/env/conda-meta/history",
        "==> 2026-01-01 <==\n# cmd: /opt/x/bin/conda create -p env python\n",
    )
    assert kinds(chain(tmp_path, "/home/ada/fit/env")) == ["conda-env", "conda"]


def test_a_pyvenv_cfg_in_a_conda_prefix_changes_nothing(tmp_path: Path) -> None:
    conda(tmp_path, "opt/e", "python-3.12.1-0", root_prefix=False)
    put(tmp_path, "opt/e/pyvenv.cfg", "home = /usr/bin\n")
    assert kinds(chain(tmp_path, "/opt/e")) == ["conda-env"]


def test_pixi_is_told_before_conda(tmp_path: Path) -> None:
    conda(tmp_path, "p/.pixi/envs/default", "python-3.12.1-0", root_prefix=False)
    put(tmp_path, "p/.pixi/envs/default/conda-meta/pixi", '{"manifest_path": "/p/pixi.toml"}')
    assert kinds(chain(tmp_path, "/p/.pixi/envs/default")) == ["pixi"]


def test_a_venv_on_conda_has_both_links(tmp_path: Path) -> None:
    conda(tmp_path, "opt/x", "conda-25.1.0-0", "anaconda-2024.10-0")
    environment(tmp_path, "v")
    put(tmp_path, "v/pyvenv.cfg", "home = /opt/x/bin\nversion = 3.12.1\n")
    assert kinds(chain(tmp_path, "/v", "bin/python", interpreter={"base_prefix": "/opt/x"})) == ["venv", "anaconda"]


def test_an_environment_that_holds_conda_is_an_environment(tmp_path: Path) -> None:
    """conda-build brings conda along, and conda its ``condabin``."""
    conda(tmp_path, "opt/miniforge3", "conda-25.1.0-py312_0")
    conda(tmp_path, "opt/miniforge3/envs/build", "conda-25.1.0-py312_0", "conda-build-25.1.0-py312_0")
    assert [link.kind for link in chain(tmp_path, "/opt/miniforge3/envs/build")][:2] == ["conda-env", "conda"]
