"""The family REP: what a project says it needs, beside what is there."""

from typing import Any

import pytest

from envdoctor.facts import Declaration, Link, Locked, Missing, Project, Requirement
from envdoctor.rules import Manual, Run
from envdoctor_checks import drift, project, versions
from tests.build import PREFIX, changed, distribution, findings, outcome, packages, patient, prefix


def requirement(text: str, specifier: str | None = "", **changes: Any) -> Requirement:
    name = text.partition(">")[0].partition("=")[0]
    values: dict[str, Any] = {
        "text": text,
        "name": name,
        "key": name,
        "file": "requirements.txt",
        "line": 1,
        "specifier": specifier,
    }
    return Requirement(**(values | changes))


def listed(*requirements: Requirement, kind: str = "requirements", file: str = "requirements.txt") -> Declaration:
    return Declaration(file=file, kind=kind, requirements=list(requirements))


def locked(name: str, version: str, kind: str = "uv.lock") -> Declaration:
    return Declaration(file=kind, kind=kind, lock=True, locked=[Locked(name=name, key=name, version=version, line=7)])


def here(*declarations: Declaration, **changes: Any) -> Project:
    values: dict[str, Any] = {"root": "/home/ada/fit", "evidence": "pyproject.toml", "declarations": list(declarations)}
    return Project(**(values | changes))


def made_by(kind: str, **changes: Any) -> Any:
    return changed(patient(), origin=[Link(kind=kind, prefix=PREFIX)], **changes)


def test_what_is_missing_or_wrong_is_named_with_file_and_line() -> None:
    sections = {
        "project": here(listed(requirement("gone>=2", ">=2", line=3), requirement("lib>=2", ">=2", line=4))),
        "packages": packages(distribution("lib", "1.0")),
    }
    (finding,) = findings(drift.environment_drift, **sections)
    assert finding.level == "warning"
    assert [row.value for row in finding.evidence] == [
        "requirements.txt:3: gone>=2, and gone is missing",
        "requirements.txt:4: lib>=2, and lib 1.0 is installed",
    ]


@pytest.mark.parametrize(("installer", "told"), [("pdm", True), ("pip", False)])
def test_pdms_lock_is_for_what_pdm_installed(installer: str, told: bool) -> None:
    lib = distribution("lib", "1.9", installer=installer)
    sections = {"project": here(listed(requirement("lib>=1", ">=1")), locked("lib", "2.0", "pdm.lock"))}
    found = findings(drift.environment_drift, packages=packages(lib), **sections)
    assert [item.evidence[0].value for item in found] == (["pdm.lock:7: lib 2.0, installed 1.9"] if told else [])


def test_what_fits_and_the_groups_are_quiet() -> None:
    sections = {
        "project": here(listed(requirement("lib>=2", ">=2"), requirement("gone", group="dev"))),
        "packages": packages(distribution("lib", "2.0")),
    }
    assert findings(drift.environment_drift, **sections) == []


def test_uvs_environment_is_held_against_uvs_lock() -> None:
    sections = {
        "project": here(listed(requirement("lib"), kind="pyproject", file="pyproject.toml"), locked("lib", "2.0")),
        "packages": packages(distribution("lib", "1.9")),
    }
    (finding,) = findings(drift.environment_drift, patient=made_by("uv-venv"), **sections)
    assert finding.evidence[0].value == "uv.lock:7: lib 2.0, installed 1.9"
    assert findings(drift.environment_drift, patient=made_by("venv"), **sections) == []


def test_a_build_of_the_locked_version_is_that_version() -> None:
    sections = {"project": here(locked("torch", "2.1.0")), "packages": packages(distribution("torch", "2.1.0+cpu"))}
    assert findings(drift.environment_drift, patient=made_by("uv-venv"), **sections) == []


def test_condas_environment_is_held_against_its_records() -> None:
    wanted = [
        requirement("numpy=1.26", "==1.26.*", manager="conda", line=3),
        requirement("python=3.12", "==3.12.*", manager="conda", line=4),
        requirement("libgone", manager="conda", line=5),
    ]
    sections = {
        "project": here(listed(*wanted, kind="environment.yml", file="environment.yml")),
        "packages": packages(conda={"numpy": "2.0.1", "python": "3.12.1"}),
        "patient": made_by("conda-env"),
    }
    (finding,) = findings(drift.environment_drift, **sections)
    assert [row.label for row in finding.evidence] == ["numpy=1.26".partition("=")[0], "libgone"]
    assert outcome(drift.environment_drift, **{**sections, "patient": patient()}).status == "not-applicable"


def test_what_was_installed_by_name_and_is_declared_nowhere_is_an_info() -> None:
    sections = {
        "project": here(listed(requirement("lib"))),
        "packages": packages(
            distribution("lib", requires=["needed"], requested=True),
            distribution("needed", requested=True),
            distribution("extra", requested=True),
            distribution("pip", requested=True),
            distribution("quiet"),
        ),
    }
    (finding,) = findings(drift.environment_drift, **sections)
    assert (finding.level, finding.title) == ("info", "installed directly and declared nowhere: extra")


def test_a_broken_file_leaves_drift_unknown_and_is_named() -> None:
    why = "/home/ada/fit/requirements.txt:3: nonsense"
    broken = Declaration(file="requirements.txt", kind="requirements", requirements=Missing(why))
    result = outcome(drift.environment_drift, project=here(broken, unreadable={"requirements.txt": why}))
    assert (result.status, result.reason) == ("unknown", why)


@pytest.mark.parametrize("kind", ["miniforge", "debian"])
def test_drift_is_not_judged_where_the_environment_is_nobodys_own(kind: str) -> None:
    result = outcome(drift.environment_drift, project=here(listed(requirement("gone"))), patient=made_by(kind))
    assert result.status == "not-applicable"


def test_a_container_is_its_own_environment() -> None:
    inside = changed(patient(), overlays=["container"])
    assert outcome(project.no_environment_file, project=here(), patient=inside).status == "not-applicable"
    assert outcome(project.no_environment_of_its_own, project=here(), patient=inside).status == "not-applicable"
    assert [item.level for item in findings(project.no_environment_file, project=here())] == ["warning"]


def test_dependencies_without_versions_are_named_unless_a_lock_has_them() -> None:
    bare = listed(requirement("lib"), requirement("other>=1", ">=1"))
    (finding,) = findings(versions.no_versions, project=here(bare))
    assert finding.evidence[0].value == "lib"
    assert findings(versions.no_versions, project=here(bare, locked("lib", "1.0"))) == []


def test_a_list_without_a_lock_is_an_info_and_exact_versions_are_as_good_as_one() -> None:
    (finding,) = findings(versions.no_lock, project=here(listed(requirement("lib>=1", ">=1"))))
    assert finding.level == "info"
    assert findings(versions.no_lock, project=here(listed(requirement("lib==1.0", "==1.0")))) == []
    assert findings(versions.no_lock, project=here(listed(requirement("lib")), locked("lib", "1.0"))) == []


@pytest.mark.parametrize("kind", ["poetry", "pixi", "environment.yml", "pyproject", "requirements"])
def test_the_command_that_locks_says_where_wherever_it_is_run(kind: str) -> None:
    for origin in ("venv", "uv-venv"):
        listing = here(listed(requirement("lib>=1", ">=1"), kind=kind))
        held = packages(distribution("pip", "25.1"))
        (finding,) = findings(versions.no_lock, project=listing, patient=made_by(origin), packages=held)
        (remedy,) = finding.remedies
        assert isinstance(remedy, Run)
        assert any(word.startswith("/home/ada/fit") for word in remedy.argv)
        assert kind != "environment.yml" or remedy.argv[-1] == "/home/ada/fit/conda-lock.yml"


def locking(*held: Any, **sections: Any) -> Any:
    listing = here(listed(requirement("lib>=1", ">=1")))
    given = {"project": listing, "patient": made_by("venv"), "packages": packages(*held)} | sections
    (finding,) = findings(versions.no_lock, **given)
    (remedy,) = finding.remedies
    return remedy


def test_the_patients_own_pip_locks_where_it_can() -> None:
    out = ("lock", "-r", "/home/ada/fit/requirements.txt", "-o", "/home/ada/fit/pylock.toml")
    call = (f"{PREFIX}/bin/python", "-m", "pip")
    assert locking(distribution("pip", "25.1")).argv == (*call, *out)
    old = locking(distribution("pip", "24.3"))
    assert (old.argv, old.then, old.safe) == ((*call, "install", "--upgrade", "pip"), ((*call, *out),), False)
    assert isinstance(locking(distribution("pip", "24.3"), prefix=prefix(configuration=None)), Manual)
    assert isinstance(locking(), Manual)


def test_the_tool_that_fills_the_environment_locks() -> None:
    root = "/home/ada/fit"
    compiled = ("uv", "pip", "compile", "--python", PREFIX, f"{root}/requirements.txt", "-o", f"{root}/pylock.toml")
    assert locking(patient=made_by("uv-venv")).argv == compiled
    assert locking(changed(distribution("lib"), installer="pdm")).argv == ("pdm", "lock", "--project", root)


@pytest.mark.parametrize(
    "sections",
    [
        {"patient": made_by("miniforge")},
        {"patient": made_by("debian"), "prefix": prefix(configuration=None)},
        {"project": here(environment_of="/home/ada/other")},
    ],
)
def test_a_project_in_an_environment_of_others_is_a_warning(sections: dict[str, Any]) -> None:
    (finding,) = findings(project.no_environment_of_its_own, **({"project": here()} | sections))
    assert finding.level == "warning"


@pytest.mark.parametrize("owner", [None, "/home/ada/fit", "/home/ada"])
def test_an_environment_of_its_own_or_of_the_folder_above_is_quiet(owner: str | None) -> None:
    assert findings(project.no_environment_of_its_own, project=here(environment_of=owner)) == []


def test_a_python_that_was_only_named_is_not_the_projects() -> None:
    named = made_by("debian", chosen="named by --python")
    sections = {"project": here(), "patient": named, "prefix": prefix(configuration=None)}
    assert outcome(project.no_environment_of_its_own, **sections).status == "not-applicable"


def test_an_environment_met_by_chance_is_not_held_against_the_project() -> None:
    asks = listed(requirement("lib"), requirement("tool"), requirement("more"))
    named = changed(patient(), chosen="named by --python")
    sections = {"project": here(asks), "packages": packages(distribution("other")), "patient": named}
    assert outcome(drift.environment_drift, **sections).status == "not-applicable"
    for loud in (
        {"project": here(asks, environment_of="/home/ada/fit")},  # the project's own, not made yet
        {"project": here(asks, evidence="named by --project")},
        {"patient": changed(patient(), chosen="VIRTUAL_ENV")},
        {"packages": packages(distribution("pip"))},  # new and empty
        {"packages": packages(distribution("tool"), distribution("other"))},
    ):
        assert [item.rule.code for item in findings(drift.environment_drift, **(sections | loud))][:1] == ["REP002"]


@pytest.mark.parametrize(("installed", "told"), [("2.0rc1", False), ("2.0-rc1", False), ("2.0rc2", True)])
def test_a_lock_is_met_however_the_version_is_spelled(installed: str, told: bool) -> None:
    sections = {"project": here(listed(kind="Pipfile"), locked("lib", "2.0rc1", "Pipfile.lock"))}
    found = findings(drift.environment_drift, packages=packages(distribution("lib", installed)), **sections)
    assert bool(found) is told
    assert [getattr(fix, "requirements", None) for item in found for fix in item.remedies] == [("lib==2.0rc1",)] * told
