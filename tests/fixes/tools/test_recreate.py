"""An environment made again stands on the Python it stood on, and holds what it held."""

from typing import Any

import pytest

from envdoctor.engine.remedies import Install, Recreate, Remove, Replace
from envdoctor.facts import Declaration, Facts, Installation, Locked, Place, Project, System, Tools
from envdoctor.fixes import Fix
from envdoctor.testing import PREFIX, changed, distribution, packages, prefix
from tests.fixes.test_tools import PYTHON, UV_PROJECT, fix, made_by
from tests.support.cures import argvs

MINE = changed(distribution("mine", "0.1"), url="file:///home/ada/my%20code", editable=True)
BRANCH = changed(distribution("idna", "3.10"), url="git+https://example.org/idna@abc")


def on(base: str | None, kind: str = "venv", *commands: str, **sections: Any) -> Facts:
    """A patient of Python 3.12 that was made from ``base``, where PATH has another Python 3.12 first."""
    places = [
        Place(path=PREFIX, exists=True, real=PREFIX),
        Place(path="/opt/python", exists=True, real="/opt/python", executable=base or "/gone", real_executable=base),
    ]
    pythons = {"3.12": "/usr/local/bin/python3.12"}
    given: dict[str, Any] = {"installation": Installation(places=places), "packages": packages(distribution("pip"))}
    return made_by(kind, *commands, pythons=pythons, **(given | sections))


def anew(known: Facts) -> Fix:
    return fix(known, Recreate())


def test_the_base_that_lives_makes_it_anew_whatever_is_first_on_path() -> None:
    base = "/opt/python/bin/python3.12"
    assert argvs(anew(on(base))) == [f"{base} -m venv --clear {PREFIX}"]
    assert argvs(anew(on(base, "virtualenv", "virtualenv"))) == [f"virtualenv --python {base} --clear {PREFIX}"]
    assert argvs(anew(on(base, "uv-venv", "uv"))) == [f"uv venv --clear --seed --python {base} {PREFIX}"]
    assert argvs(anew(on(base, "uv-venv", "uv", project=UV_PROJECT))) == [
        f"uv venv --clear --python {base} {PREFIX}",
        f"uv sync --project {UV_PROJECT.root} --python {base}",
    ]


def test_a_base_that_is_gone_or_of_another_version_by_now_does_not() -> None:
    for base in (None, "/opt/python/bin/python3.13", f"{PREFIX}/bin/python3.12"):
        assert argvs(anew(on(base))) == [f"/usr/local/bin/python3.12 -m venv --clear {PREFIX}"]


def crippled(*commands: str, distribution: str = "debian", kind: str = "venv") -> Fix:
    """Made by a Python without ensurepip."""
    system = System(platform="linux", machine="x86_64", distribution=distribution)
    return anew(
        on("/usr/bin/python3.12", kind, *commands, system=system, prefix=changed(prefix(), has_ensurepip=False))
    )


def test_a_base_without_ensurepip_gets_it_or_is_not_needed() -> None:
    assert argvs(crippled("sudo", "apt-get")) == [
        "sudo apt-get install python3.12-venv",
        f"/usr/bin/python3.12 -m venv --clear {PREFIX}",
    ]
    assert argvs(crippled("uv", "apt-get")) == [f"uv venv --clear --seed --python /usr/bin/python3.12 {PREFIX}"]
    assert argvs(crippled("virtualenv", kind="virtualenv"))[0].startswith("virtualenv --python /usr/bin/python3.12 ")
    by_hand = crippled("sh", distribution="void")
    assert by_hand.applicability == "manual" and "no ensurepip" in by_hand.title


def test_the_systems_packages_stay_within_its_sight() -> None:
    seen = changed(prefix(), configuration={"home": "/usr/bin", "include-system-site-packages": "true"})
    assert "--system-site-packages" in argvs(anew(on("/usr/bin/python3.12", prefix=seen)))[0]
    assert "--system-site-packages" in argvs(anew(on(None, "uv-venv", "uv", prefix=seen)))[0]
    assert "--system-site-packages" not in argvs(anew(on("/usr/bin/python3.12")))[0]


def test_what_came_from_elsewhere_is_not_asked_of_an_index() -> None:
    held = packages(
        distribution("pip"), MINE, BRANCH, distribution("torch", "2.3.0+cu121"), distribution("six", "1.16")
    )
    steps = argvs(anew(on("/usr/bin/python3.12", packages=held)))
    wanted = "idna @ git+https://example.org/idna@abc -e /home/ada/my code six==1.16 torch"
    assert steps[1] == f"{PYTHON} -m pip install {wanted}"
    newer = on(None, packages=held, tools=Tools(pythons={"3.14": "/usr/bin/python3.14"}))
    assert argvs(fix(newer, Recreate("3.14")))[-1].endswith(" six torch")


def test_laying_down_anew_takes_from_where_it_came() -> None:
    held = made_by("venv", packages=packages(distribution("pip"), MINE, distribution("six", "1.16")))
    again = fix(held, Install(("mine",), force=True))
    assert argvs(again) == [f"{PYTHON} -m pip install --force-reinstall --no-deps -e /home/ada/my code"]
    assert again.applicability == "unsafe" and "file:///home/ada/my%20code" in again.reason
    assert fix(held, Install(("six",), force=True)).applicability == "safe"
    poetry = made_by("poetry", project=Project(root="/p", evidence="", declarations=[Declaration(file="p", kind="poetry")]),
                     packages=packages(distribution("pip"), MINE))  # fmt: skip
    assert argvs(fix(poetry, Install(("mine",), force=True)))[0].endswith("--no-deps -e /home/ada/my code")


def test_what_came_from_elsewhere_is_not_replaced_as_safe_and_comes_back_by_undo() -> None:
    held = made_by("venv", packages=packages(distribution("pip"), MINE))
    assert fix(held, Install(("mine>=1",))).applicability == "unsafe"
    assert fix(held, Install(("mine>=1",))).undo == f"{PYTHON} -m pip install -e '/home/ada/my code'"
    assert fix(held, Remove(("mine",))).undo == f"{PYTHON} -m pip install -e '/home/ada/my code'"


def test_undo_tells_the_environments_copy_from_the_systems_behind_it() -> None:
    system = changed(distribution("six", "1.0"), location="/usr/lib/python3/dist-packages")
    held = made_by("venv", packages=packages(distribution("pip"), distribution("six", "1.16"), system))
    assert fix(held, Install(("six>=1.17",))).undo.endswith("install six==1.16")
    assert fix(held, Remove(("six",))).undo.endswith("install six==1.16")
    assert fix(made_by("venv", packages=packages(distribution("pip"), system)), Install(("six>=1.17",))).undo.endswith(
        "uninstall --yes six"
    )


def test_only_the_environments_own_project_says_what_goes_into_it() -> None:
    lists = [Declaration(file=name, kind="requirements") for name in ("requirements-dev.txt", "requirements.txt")]
    held = packages(distribution("pip"), distribution("six", "1.16"), MINE)
    own = Project(root="/home/ada/fit", evidence="requirements.txt", declarations=lists)
    found = anew(on("/usr/bin/python3.12", packages=held, project=own))
    assert argvs(found)[1] == f"{PYTHON} -m pip install -r /home/ada/fit/requirements.txt -e /home/ada/my code"
    assert "what /home/ada/fit/requirements.txt does not name does not come back" in found.reason
    other = anew(on("/usr/bin/python3.12", packages=held, project=changed(own, root="/home/ada/other")))
    assert "-r" not in argvs(other)[1].split() and "six==1.16" in argvs(other)[1]


def test_pip_comes_back_where_uv_makes_it_for_pip() -> None:
    made = on(None, "venv", "uv", tools=Tools(commands={"uv": "/bin/uv"}))
    assert argvs(anew(made)) == [f"uv venv --clear --seed --python 3.12 {PREFIX}"]


def test_of_two_in_one_folder_the_newer_is_laid_down() -> None:
    twice = made_by(
        "venv", packages=packages(distribution("pip"), distribution("six", "1.9"), distribution("six", "1.16"))
    )
    assert argvs(fix(twice, Replace(("six", "six"), ("six",))))[-1].endswith("--no-deps six==1.16")


@pytest.mark.parametrize(
    ("kind", "install", "uninstall"),
    [
        ("pipx", "pipx runpip .venv install", "pipx runpip .venv uninstall --yes"),
        ("uv-tool", f"uv pip install --python {PREFIX}", f"uv pip uninstall --python {PREFIX}"),
    ],
)
def test_what_an_application_needs_is_mended_in_place(kind: str, install: str, uninstall: str) -> None:
    known = made_by(
        kind, packages=packages(distribution("app", "1", ["six>=1.16", "idna"]), distribution("six", "1.9"))
    )
    found = fix(known, Install(("six>=1.16",)))
    assert argvs(found) == [f"{install} six>=1.16,<2"]
    assert (found.applicability, found.undo) == ("safe", f"{install} six==1.9")
    assert fix(known, Install(("idna",))).undo == f"{uninstall} idna"
    again = argvs(fix(known, Install(("six",), force=True)))
    assert again in ([f"{install} {flag} --no-deps six==1.9"] for flag in ("--force-reinstall", "--reinstall"))
    assert kind != "pipx" or "--force-reinstall" in again[0]  # pip knows no --reinstall
    assert argvs(fix(known, Remove(("six",)))) == [f"{uninstall} six"]


def test_what_is_new_to_an_application_is_its_tools_to_add() -> None:
    assert fix(made_by("pipx"), Install(("numba>=0.60",))).undo == "pipx uninject .venv numba"
    assert "uv-receipt.toml" in fix(made_by("uv-tool"), Install(("numba",))).reason


def test_an_application_is_made_anew_on_the_base_that_lives() -> None:
    base = "/opt/python/bin/python3.12"
    assert argvs(anew(on(base, "pipx"))) == [f"pipx reinstall --python {base} .venv"]
    assert argvs(anew(on(base, "uv-tool"))) == [f"uv tool install --force --python {base} .venv"]


@pytest.mark.parametrize(("kind", "lock"), [("uv-venv", "uv.lock"), ("poetry", "poetry.lock")])
def test_what_the_lock_names_comes_from_the_lock_and_is_not_added_to_the_project(kind: str, lock: str) -> None:
    rows = [("idna", "3.10"), ("six", "1.9"), ("six", "1.16"), ("torch", "2.3+cpu")]
    locked = [Locked(name=name, key=name, version=version, line=1) for name, version in rows]
    listed = Declaration(file=lock, kind=lock, lock=True, locked=locked)
    project = Project(root="/home/ada/fit", evidence="pyproject.toml", declarations=[listed])
    known = made_by(kind, project=project)
    found = fix(known, Install(("idna<4,>=2.5",)))
    assert argvs(found)[0].endswith(" install idna==3.10") or argvs(found)[0].endswith(f"{PREFIX} idna==3.10")
    assert found.applicability == "safe" and "uninstall" in found.undo
    for other in ("idna>=4", "six", "torch", "absent"):
        assert " add " in argvs(fix(known, Install((other,))))[0]


@pytest.mark.posix
def test_packages_that_an_upgraded_python_no_longer_sees_are_not_removed_unseen() -> None:
    old = f"{PREFIX}/lib/python3.11/site-packages"
    base = "/opt/python/bin/python3.12"
    told = anew(on(base, packages=packages(), prefix=changed(prefix(), site_packages=[old])))
    assert told.steps == () and told.applicability == "manual" and f"pip freeze --path {old}" in told.title
    new = f"{PREFIX}/lib/python3.12/site-packages"
    assert argvs(anew(on(base, packages=packages(), prefix=changed(prefix(), site_packages=[new])))) != []


@pytest.mark.parametrize("name", ["enum34", "typing", "dataclasses", "contextvars", "pathlib", "graphlib_backport"])
def test_a_module_that_the_python_has_itself_is_not_brought_back(name: str) -> None:
    known = on(
        "/opt/python/bin/python3.12",
        packages=packages(distribution("pip"), distribution("idna", "3.10"), distribution(name, "1.0")),
    )
    made = anew(known)
    assert argvs(made)[1:] == [f"{PYTHON} -m pip install idna==3.10"]
    assert f"{name.replace('_', '-')} stays out: this Python has it itself" in made.reason


def test_what_the_python_lacks_comes_back() -> None:
    known = on("/opt/python/bin/python3.12", packages=packages(distribution("pip"), distribution("enum34", "1.0")))
    assert "stays out" in anew(known).reason and len(argvs(anew(known))) == 1
    other = on(
        "/opt/python/bin/python3.12",
        packages=packages(distribution("typing-extensions", "4.1"), distribution("tomli", "2.0")),
    )
    assert argvs(anew(other))[1].endswith("tomli==2.0 typing-extensions==4.1") and "stays out" not in anew(other).reason
