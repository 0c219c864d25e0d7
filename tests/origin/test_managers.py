"""Version managers' Pythons, in folders with neutral names, and folders that only look like theirs."""

from pathlib import Path

import pytest

from envdoctor.facts import Missing
from tests.origin.trees import chain, grow, kinds, put

UV_MARK = """[externally-managed]
Error=This Python installation is managed by uv and should not be modified.
"""  # uv: crates/uv-python/src/managed.rs


def test_uvs_mark_tells_wherever_the_python_lies(tmp_path: Path) -> None:
    grow(tmp_path, "data/x/bin/python3.12", "data/x/bin/python3 -> python3.12")
    put(tmp_path, "data/x/lib/python3.12/EXTERNALLY-MANAGED", UV_MARK)
    assert kinds(chain(tmp_path, "/data/x")) == ["uv-python"]


def test_another_mark_is_not_uvs(tmp_path: Path) -> None:
    grow(tmp_path, "data/x/bin/python3.12", "data/x/bin/python3 -> python3.12")
    put(tmp_path, "data/x/lib/python3.12/EXTERNALLY-MANAGED", UV_MARK.replace("uv", "somebody"))
    assert kinds(chain(tmp_path, "/data/x")) == ["unknown"]


def test_the_name_of_a_uv_python_counts_below_uvs_folder_only(tmp_path: Path) -> None:
    key = "cpython-3.12.1-linux-x86_64-gnu"
    for folder in ("home/ada/.local/share/uv/python", "srv/pythons", "elsewhere"):
        grow(tmp_path, f"{folder}/{key}/bin/python3")
    assert kinds(chain(tmp_path, f"/home/ada/.local/share/uv/python/{key}")) == ["uv-python"]
    assert kinds(chain(tmp_path, f"/srv/pythons/{key}", environ={"UV_PYTHON_INSTALL_DIR": "/srv/pythons"})) == [
        "uv-python"
    ]
    assert kinds(chain(tmp_path, f"/elsewhere/{key}")) == ["unknown"]
    grow(tmp_path, "home/ada/.local/share/uv/python/mine/bin/python3")
    assert kinds(chain(tmp_path, "/home/ada/.local/share/uv/python/mine")) == ["unknown"]


def test_a_minor_version_link_leads_to_uvs_python(tmp_path: Path) -> None:
    folder = "home/ada/.local/share/uv/python"
    grow(tmp_path, f"{folder}/cpython-3.12.1-linux-x86_64-gnu/bin/python3.12")
    grow(tmp_path, f"{folder}/cpython-3.12-linux-x86_64-gnu -> cpython-3.12.1-linux-x86_64-gnu")
    put(
        tmp_path,
        "v/pyvenv.cfg",
        f"home = /{folder}/cpython-3.12-linux-x86_64-gnu/bin\nuv = 0.9.1\nversion_info = 3.12.1\n",
    )
    grow(tmp_path, f"v/bin/python3 -> /{folder}/cpython-3.12-linux-x86_64-gnu/bin/python3.12")
    base = {"base_prefix": f"/{folder}/cpython-3.12-linux-x86_64-gnu"}
    links = chain(tmp_path, "/v", interpreter=base)
    assert [(link.kind, link.detail) for link in links] == [("uv-venv", "uv 0.9.1"), ("uv-python", "3.12.1")]


@pytest.mark.parametrize(
    ("mark", "environ"),
    [("", {"PYENV_ROOT": "/srv/x"}), ("srv/x/libexec/pyenv", {}), ("shim", {})],
)
def test_pyenv_is_told_by_its_variable_its_program_or_its_shims(
    tmp_path: Path, mark: str, environ: dict[str, str]
) -> None:
    grow(tmp_path, "srv/x/versions/3.12.1/bin/python3")
    if mark == "shim":  # pyenv: libexec/pyenv-rehash
        put(
            tmp_path,
            "srv/x/shims/python",
            '#!/usr/bin/env bash\nexec "/usr/lib/pyenv/libexec/pyenv" exec "$program" "$@"\n',
        )
    elif mark:
        grow(tmp_path, mark)
    (link,) = chain(tmp_path, "/srv/x/versions/3.12.1", environ=environ)
    assert (link.kind, link.detail) == ("pyenv", "3.12.1")
    assert link.evidence


def test_a_folder_named_versions_is_not_pyenvs(tmp_path: Path) -> None:
    grow(tmp_path, "home/ada/.pyenv/versions/3.12.1/bin/python3")
    assert kinds(chain(tmp_path, "/home/ada/.pyenv/versions/3.12.1")) == ["unknown"]


def test_a_conda_below_pyenv_is_conda(tmp_path: Path) -> None:
    grow(
        tmp_path, "srv/x/libexec/pyenv", "srv/x/versions/miniforge3/bin/python3", "srv/x/versions/miniforge3/condabin/"
    )
    put(tmp_path, "srv/x/versions/miniforge3/.condarc", "channels:\n  - conda-forge\n")
    grow(tmp_path, "srv/x/versions/miniforge3/conda-meta/conda-25.1.0-py312_0.json")
    assert kinds(chain(tmp_path, "/srv/x/versions/miniforge3")) == ["miniforge"]


def test_mise_and_asdf_share_a_layout_and_are_told_apart(tmp_path: Path) -> None:
    """https://mise.jdx.dev/directories.html and https://asdf-vm.com/manage/configuration.html"""
    for root in ("home/ada/.local/share/mise", "home/ada/.asdf", "srv/m", "srv/a", "srv/other"):
        grow(tmp_path, f"{root}/installs/python/3.12.1/bin/python3")
    put(
        tmp_path,
        "home/ada/.asdf/shims/python",
        '#!/usr/bin/env bash\n# asdf-plugin: python 3.12.1\nexec asdf exec "python" "$@"\n',
    )
    place = "installs/python/3.12.1"
    assert kinds(chain(tmp_path, f"/home/ada/.local/share/mise/{place}")) == ["mise"]
    assert kinds(chain(tmp_path, f"/home/ada/.asdf/{place}")) == ["asdf"]
    assert kinds(chain(tmp_path, f"/srv/m/{place}", environ={"MISE_DATA_DIR": "/srv/m"})) == ["mise"]
    assert kinds(chain(tmp_path, f"/srv/a/{place}", environ={"ASDF_DATA_DIR": "/srv/a"})) == ["asdf"]
    assert kinds(chain(tmp_path, f"/srv/other/{place}")) == ["unknown"]


@pytest.mark.posix
def test_a_standalone_build_is_told_by_sysconfig(tmp_path: Path) -> None:
    """python-build-standalone: docs/distributions.rst"""
    grow(tmp_path, "opt/p/bin/python3")
    assert kinds(chain(tmp_path, "/opt/p", interpreter={"config": {"prefix": "/install"}})) == [
        "python-build-standalone"
    ]
    assert kinds(chain(tmp_path, "/opt/p", interpreter={"config": {"PYTHON_BUILD_STANDALONE": 1}})) == [
        "python-build-standalone"
    ]
    assert kinds(chain(tmp_path, "/opt/p", interpreter={"config": {"prefix": "/opt/p"}})) == ["unknown"]


def test_a_base_that_is_gone_is_told_by_what_remains(tmp_path: Path) -> None:
    grow(tmp_path, "srv/x/libexec/pyenv", "srv/x/versions/", "v/bin/python -> /srv/x/versions/3.12.1/bin/python3.12")
    put(tmp_path, "v/pyvenv.cfg", "home = /srv/x/versions/3.12.1/bin\nversion = 3.12.1\n")
    links = chain(tmp_path, "/v", "bin/python", interpreter=Missing("does not start"))
    assert kinds(links) == ["venv", "pyenv"]
    assert "/srv/x/versions/3.12.1 is gone" in links[1].evidence


@pytest.mark.posix
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/nix/store/0c3wn2qz4hk2xw3fz3ycrjh0pg1d2m1v-python3-3.12.8", "nix"),
        ("/gnu/store/9dkhcqpsbz0hs1qkqcxm8xyqfxxb8hgr-python-3.11.11", "guix"),
        ("/nix/store/python3-3.12.8", "unknown"),
        ("/opt/nix/store/0c3wn2qz4hk2xw3fz3ycrjh0pg1d2m1v-python3-3.12.8", "unknown"),
    ],
)
def test_stores_are_told_by_the_hash(tmp_path: Path, path: str, kind: str) -> None:
    grow(tmp_path, f"{path}/bin/python3")
    assert kinds(chain(tmp_path, path)) == [kind]


def test_spack_and_easybuild_leave_their_marks_in_the_prefix(tmp_path: Path) -> None:
    """Spack: lib/spack/spack/store (.spack/spec.json); EasyBuild: docs.easybuild.io, the folder "easybuild"."""
    grow(
        tmp_path,
        "apps/a/bin/python3",
        "apps/a/.spack/spec.json",
        "apps/b/bin/python3",
        "apps/b/easybuild/",
        "apps/c/bin/python3",
    )
    assert kinds(chain(tmp_path, "/apps/a")) == ["spack"]
    links = chain(tmp_path, "/apps/b", environ={"EBROOTPYTHON": "/apps/b"})
    assert (links[0].kind, links[0].evidence) == ("easybuild", ["/apps/b/easybuild", "EBROOTPYTHON=/apps/b"])
    assert kinds(chain(tmp_path, "/apps/c", environ={"EBROOTPYTHON": "/apps/b", "SPACK_ROOT": "/apps"})) == ["unknown"]
