"""Every remedy in every tool: the steps, word by word."""

from typing import Any

import pytest

from envdoctor.engine.remedies import Install, InstallSystem, Move, Recreate, Remedy, Remove, Run, SetEnv, UnsetEnv
from envdoctor.facts import Declaration, Facts, Installation, Link, Project, System, Tools
from envdoctor.fixes import Fix, Toolbox
from envdoctor.testing import PREFIX, changed, distribution, environment, facts, packages, patient, prefix
from tests.support.cures import argv, argvs

PYTHON = f"{PREFIX}/bin/python"
HERE = [distribution("pip"), distribution("numpy", "2.1.0"), distribution("scipy", "1.15.0", ["numpy>=1.23"])]
BASE = "/opt/miniforge3"


def made_by(kind: str, *commands: str, pythons: dict[str, str] | None = None, **sections: Any) -> Facts:
    """A patient made by ``kind``, with these commands on PATH."""
    given = {
        "patient": patient(origin=[Link(kind=kind, prefix=PREFIX)]),
        "packages": packages(*HERE),
        "tools": Tools(commands={name: f"/usr/bin/{name}" for name in commands or ("sh",)}, pythons=pythons or {}),
    }
    return facts(**(given | sections))


def conda(kind: str = "conda-env", *commands: str, **sections: Any) -> Facts:
    given = {
        "prefix": prefix(configuration=None, conda_meta=True, home=None, home_exists=None),
        "packages": packages(),
    }
    return made_by(kind, *(commands or ("conda",)), **(given | sections))


def bare(**sections: Any) -> Facts:
    """Debian's Python."""
    given = {
        "patient": patient(executable="/usr/bin/python3", prefix="/usr", origin=[Link(kind="debian", prefix="/usr")]),
        "prefix": prefix(path="/usr", configuration=None, home=None, home_exists=None, has_ensurepip=True),
        "packages": packages(),
        "installation": Installation(places=[], externally_managed="/usr/lib/python3.12/EXTERNALLY-MANAGED"),
    }
    return made_by("debian", "apt-get", "sudo", **(given | sections))


def fix(known: Facts, remedy: Remedy, prefer: str = "") -> Fix:
    return Toolbox(known, prefer).fix(remedy, "PKG001")


UV_PROJECT = Project(
    root="/home/ada/fit",
    evidence="pyproject.toml",
    declarations=[Declaration(file="uv.lock", kind="uv.lock", lock=True)],
)
POETRY = Project(
    root="/home/ada/fit", evidence="pyproject.toml", declarations=[Declaration(file="pyproject.toml", kind="poetry")]
)


@pytest.mark.posix
@pytest.mark.parametrize(
    ("known", "remedy", "steps"),
    [
        (made_by("venv"), Install(("numba",)), [f"{PYTHON} -m pip install numba"]),
        (made_by("venv"), Install(("numpy",), force=True),
         [f"{PYTHON} -m pip install --force-reinstall --no-deps numpy==2.1.0"]),
        (made_by("venv"), Remove(("numpy",)), [f"{PYTHON} -m pip uninstall --yes numpy"]),
        (made_by("uv-venv"), Install(("numba",)), [f"uv pip install --python {PREFIX} numba"]),
        (made_by("uv-venv"), Remove(("numpy",)), [f"uv pip uninstall --python {PREFIX} numpy"]),
        (made_by("uv-venv", project=UV_PROJECT), Install(("numba",)), ["uv add --project /home/ada/fit numba"]),
        (
            made_by("uv-venv", project=UV_PROJECT),
            Install(("numpy==2.1.0",), force=True),
            ["uv sync --project /home/ada/fit --inexact --reinstall-package numpy"],
        ),
        (made_by("poetry", project=POETRY), Install(("numba",)), ["poetry --directory /home/ada/fit add numba"]),
        (made_by("pipx"), Install(("numba",)), ["pipx inject .venv numba"]),
        (conda(), Install(("numpy>=2",)), [f"conda install --prefix {PREFIX} numpy>=2"]),
        (conda("conda-env", "mamba"), Install(("torch",)), [f"mamba install --prefix {PREFIX} pytorch"]),
        (conda("conda-env", "micromamba"), Remove(("numpy",)), [f"micromamba remove --prefix {PREFIX} numpy"]),
        (conda(packages=packages(distribution("numba"))), Remove(("numba",)),
         [f"{PYTHON} -m pip uninstall --yes numba"]),
        (
            conda("pixi", patient=patient(prefix="/home/ada/fit/.pixi/envs/default", origin=[Link(kind="pixi")])),
            Install(("numba",)),
            ["pixi add --manifest-path /home/ada/fit numba"],
        ),
        (bare(), Install(("numba",)), ["/usr/bin/python3 -m venv .venv", ".venv/bin/python -m pip install numba"]),
        (made_by("venv"), InstallSystem({"apt-get": ("libopenblas0",), "dnf": ("openblas",)}),
         ["apt-get install libopenblas0"]),
        (bare(), InstallSystem({"apt-get": ("libopenblas0",)}), ["sudo apt-get install libopenblas0"]),
        (made_by("venv"), Move("/home/ada/fit/numpy.py", "/home/ada/fit/my_numpy.py"),
         ["mv -n /home/ada/fit/numpy.py /home/ada/fit/my_numpy.py"]),
        (conda("conda-env", "micromamba"), Run("x", ("conda", "install", "y")), ["micromamba install y"]),
        (made_by("venv"), Run("x", ("sudo", "apt-get", "update")), ["apt-get update"]),
    ],
)  # fmt: skip
def test_a_remedy_becomes_steps_of_the_patients_own_tool(known: Facts, remedy: Remedy, steps: list[str]) -> None:
    assert argvs(fix(known, remedy)) == steps


ANEW = Install(("_openmp_mutex==4.5", "ruamel.yaml==0.18"), force=True, conda=True)


@pytest.mark.parametrize(
    ("known", "steps"),
    [
        (conda(), [f"conda install --prefix {PREFIX} --force-reinstall _openmp_mutex==4.5 ruamel.yaml==0.18"]),
        (
            conda("miniforge", "mamba"),
            [f"mamba install --prefix {PREFIX} --force-reinstall _openmp_mutex==4.5 ruamel.yaml==0.18"],
        ),
        (
            made_by("pixi", patient=patient(prefix="/w/.pixi/envs/x", origin=[Link(kind="pixi", prefix="/w")])),
            ["pixi reinstall --manifest-path /w --environment x _openmp_mutex ruamel.yaml"],
        ),
        (conda(prefix=prefix(configuration=None, conda_meta=True, receipts=["conda-meta/frozen"])), []),
    ],
)
def test_condas_own_packages_are_laid_down_anew_under_condas_names(known: Facts, steps: list[str]) -> None:
    """In base, too: what is damaged there is not repaired by another environment."""
    found = fix(known, ANEW)
    assert argvs(found) == steps
    assert found.title == (
        "install _openmp_mutex ruamel.yaml again" if steps else f"the people who froze {PREFIX} have to repair it"
    )


@pytest.mark.parametrize("requirements", [("numba",), ("numpy>=2", "scipy")])
@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize(
    "known",
    [
        conda("miniforge"),
        conda("anaconda"),
        conda("miniconda", "mamba"),
        conda(prefix=prefix(configuration=None, conda_meta=True, receipts=["conda-meta/frozen"])),
        bare(),
        bare(installation=None),
    ],
)
def test_nothing_is_installed_into_base_a_frozen_prefix_or_the_systems_python(
    known: Facts, requirements: tuple[str, ...], force: bool
) -> None:
    found = fix(known, Install(requirements, force=force))
    protected = known.patient.prefix or ""
    for words in map(argv, found.steps):
        assert "--prefix" not in words or words[words.index("--prefix") + 1] != protected
        assert words[0] != known.patient.executable or "venv" in words
        assert "--user" not in words and "--break-system-packages" not in words
    assert found.applicability == "unsafe"
    assert found.reason


def test_a_changed_version_keeps_to_what_others_demand() -> None:
    known = made_by("venv", packages=packages(*HERE, distribution("pandas", "2.0", ["numpy<2.3,>=1.26"])))
    found = fix(known, Install(("numpy>=2.2",)))
    assert argvs(found) == [f"{PYTHON} -m pip install numpy>=2.2,<2.3"]
    assert found.applicability == "safe"
    assert found.undo == f"{PYTHON} -m pip install numpy==2.1.0"


def test_demands_that_exclude_each_other_are_named_and_left_to_newer_releases() -> None:
    known = made_by("venv", packages=packages(*HERE, distribution("old", "1.0", ["numpy<2"])))
    found = fix(known, Install(("numpy>=2.2",)))
    assert argvs(found) == [f"{PYTHON} -m pip install --upgrade old scipy numpy"]
    assert found.applicability == "unsafe"
    assert "old and scipy want versions of numpy that exclude each other" in found.reason


@pytest.mark.parametrize(
    ("known", "steps"),
    [
        (
            made_by("uv-venv"),
            [f"uv venv --clear --seed --python 3.13 {PREFIX}", f"uv pip install --python {PREFIX} scipy"],
        ),
        (
            made_by("venv", pythons={"3.13": "/usr/bin/python3.13"}),
            [f"/usr/bin/python3.13 -m venv --clear {PREFIX}", f"{PYTHON} -m pip install scipy"],
        ),
        (
            made_by("venv", pythons={"3.12": "/usr/bin/python3.12", "3.7": "/usr/bin/python3.7"}),
            [f"/usr/bin/python3.12 -m venv --clear {PREFIX}", f"{PYTHON} -m pip install scipy==1.15.0"],
        ),
        (
            made_by("venv", "uv"),
            [f"uv venv --clear --seed --python 3.13 {PREFIX}", f"{PYTHON} -m pip install scipy"],
        ),
        (
            made_by("uv-venv", project=UV_PROJECT),
            [f"uv venv --clear --python 3.13 {PREFIX}", "uv sync --project /home/ada/fit --python 3.13"],
        ),
        (conda(), [f"conda create --prefix {PREFIX}-py3.13 python=3.13"]),
    ],
)
def test_an_environment_is_made_anew_with_a_python_that_can_be_had(known: Facts, steps: list[str]) -> None:
    assert argvs(fix(known, Recreate("3.13"))) == steps


def test_without_any_python_at_hand_the_first_step_is_by_hand() -> None:
    found = fix(made_by("venv", pythons={"3.7": "/usr/bin/python3.7"}), Recreate("3.13"))
    assert found.applicability == "manual"
    assert "no Python 3.13 and no uv is at hand" in found.title
    assert argvs(found) == [f"uv venv --clear --seed --python 3.13 {PREFIX}"]


def test_a_python_inside_the_environment_cannot_make_it_anew() -> None:
    found = fix(made_by("venv", pythons={"3.13": f"{PREFIX}/bin/python3.13"}), Recreate("3.13"))
    assert found.applicability == "manual"


@pytest.mark.posix
@pytest.mark.parametrize(
    ("shell", "line", "undo"),
    [
        ("/bin/bash", "export OMP_NUM_THREADS=4", "unset OMP_NUM_THREADS"),
        ("/usr/bin/fish", "set -gx OMP_NUM_THREADS 4", "set -e OMP_NUM_THREADS"),
        ("/usr/bin/pwsh", "$env:OMP_NUM_THREADS = '4'", "Remove-Item Env:OMP_NUM_THREADS"),
    ],
)
def test_a_variable_is_set_in_the_shells_own_way(shell: str, line: str, undo: str) -> None:
    toolbox = Toolbox(facts(environment=environment(SHELL=shell)))
    found = toolbox.fix(SetEnv({"OMP_NUM_THREADS": "4"}), "THR001")
    assert toolbox._bedside.shell.command(found.steps[0]) == line
    assert found.undo == undo


def test_the_undo_of_a_variable_brings_back_its_value() -> None:
    known = facts(environment=environment(OMP_NUM_THREADS="64"))
    assert fix(known, SetEnv({"OMP_NUM_THREADS": "4"})).undo == "export OMP_NUM_THREADS=64"
    assert fix(known, UnsetEnv(("OMP_NUM_THREADS",))).undo == "export OMP_NUM_THREADS=64"


def test_windows_gets_powershell_and_its_own_paths() -> None:
    known = bare(system=System(platform="win32", machine="AMD64"), tools=Tools(), installation=None)
    assert argvs(fix(known, Install(("numba",)))) == [
        "/usr/bin/python3 -m venv .venv",
        r".venv\Scripts\python.exe -m pip install numba",
    ]


def test_the_verifying_command_looks_at_what_the_fix_made() -> None:
    assert argv(fix(made_by("venv"), Install(("numba",))).verify)[3] == PREFIX
    assert argv(fix(conda(), Recreate("3.13")).verify)[3] == f"{PREFIX}-py3.13"


def test_who_prefers_the_systems_packages_gets_them() -> None:
    found = fix(bare(), Install(("scikit-learn",)), prefer="system")
    assert argvs(found) == ["sudo apt-get install python3-sklearn"]


def test_who_prefers_conda_gets_an_environment_of_it() -> None:
    found = fix(bare(), Install(("torch",)), prefer="conda")
    assert argvs(found) == ["conda create --name work python=3.12 pytorch"]


def test_the_verifying_command_names_the_project_that_was_named_and_no_patient_that_is_gone() -> None:
    named = changed(POETRY, evidence="named by --project")
    verify = argv(fix(made_by("poetry", project=named), SetEnv({"A": "1"})).verify)
    assert verify == ["envdoctor", "check", "--python", PREFIX, "--project", named.root, "--select", "PKG001"]
    gone = made_by("venv", prefix=prefix(exists=False))
    assert argv(fix(gone, UnsetEnv(("VIRTUAL_ENV",))).verify) == ["envdoctor", "check", "--select", "PKG001"]
