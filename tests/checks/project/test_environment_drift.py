"""REP002 environment-drift: loud and quiet."""

import pytest

from envdoctor.facts import Declaration, Missing
from envdoctor.testing import changed, distribution, findings, outcome, packages, patient
from envdoctor_checks.project.environment_drift import environment_drift
from tests.checks.project._shared import here, listed, locked, made_by, requirement


def test_what_is_missing_or_wrong_is_named_with_file_and_line() -> None:
    sections = {
        "project": here(listed(requirement("gone>=2", ">=2", line=3), requirement("lib>=2", ">=2", line=4))),
        "packages": packages(distribution("lib", "1.0")),
    }
    (finding,) = findings(environment_drift, **sections)
    assert finding.severity == "warning"
    assert [row.value for row in finding.evidence] == [
        "requirements.txt:3: gone>=2, and gone is missing",
        "requirements.txt:4: lib>=2, and lib 1.0 is installed",
    ]


@pytest.mark.parametrize(("installer", "told"), [("pdm", True), ("pip", False)])
def test_pdms_lock_is_for_what_pdm_installed(installer: str, told: bool) -> None:
    lib = distribution("lib", "1.9", installer=installer)
    sections = {"project": here(listed(requirement("lib>=1", ">=1")), locked("lib", "2.0", "pdm.lock"))}
    found = findings(environment_drift, packages=packages(lib), **sections)
    assert [item.evidence[0].value for item in found] == (["pdm.lock:7: lib 2.0, installed 1.9"] if told else [])


def test_what_fits_and_the_groups_are_quiet() -> None:
    sections = {
        "project": here(listed(requirement("lib>=2", ">=2"), requirement("gone", group="dev"))),
        "packages": packages(distribution("lib", "2.0")),
    }
    assert findings(environment_drift, **sections) == []


def test_uvs_environment_is_held_against_uvs_lock() -> None:
    sections = {
        "project": here(listed(requirement("lib"), kind="pyproject", file="pyproject.toml"), locked("lib", "2.0")),
        "packages": packages(distribution("lib", "1.9")),
    }
    (finding,) = findings(environment_drift, patient=made_by("uv-venv"), **sections)
    assert finding.evidence[0].value == "uv.lock:7: lib 2.0, installed 1.9"
    assert findings(environment_drift, patient=made_by("venv"), **sections) == []


def test_a_build_of_the_locked_version_is_that_version() -> None:
    sections = {"project": here(locked("torch", "2.1.0")), "packages": packages(distribution("torch", "2.1.0+cpu"))}
    assert findings(environment_drift, patient=made_by("uv-venv"), **sections) == []


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
    (finding,) = findings(environment_drift, **sections)
    assert [row.label for row in finding.evidence] == ["numpy=1.26".partition("=")[0], "libgone"]
    assert outcome(environment_drift, **{**sections, "patient": patient()}).status == "not-applicable"


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
    (finding,) = findings(environment_drift, **sections)
    assert (finding.severity, finding.title) == ("info", "installed directly and declared nowhere: extra")


def test_a_broken_file_leaves_drift_unknown_and_is_named() -> None:
    why = "/home/ada/fit/requirements.txt:3: nonsense"
    broken = Declaration(file="requirements.txt", kind="requirements", requirements=Missing(why))
    result = outcome(environment_drift, project=here(broken, unreadable={"requirements.txt": why}))
    assert (result.status, result.reason) == ("unknown", why)


@pytest.mark.parametrize("kind", ["miniforge", "debian"])
def test_drift_is_not_judged_where_the_environment_is_nobodys_own(kind: str) -> None:
    result = outcome(environment_drift, project=here(listed(requirement("gone"))), patient=made_by(kind))
    assert result.status == "not-applicable"


def test_an_environment_met_by_chance_is_not_held_against_the_project() -> None:
    asks = listed(requirement("lib"), requirement("tool"), requirement("more"))
    named = changed(patient(), chosen="named by --python")
    sections = {"project": here(asks), "packages": packages(distribution("other")), "patient": named}
    assert outcome(environment_drift, **sections).status == "not-applicable"
    for loud in (
        {"project": here(asks, environment_of="/home/ada/fit")},  # the project's own, not made yet
        {"project": here(asks, evidence="named by --project")},
        {"patient": changed(patient(), chosen="VIRTUAL_ENV")},
        {"packages": packages(distribution("pip"))},  # new and empty
        {"packages": packages(distribution("tool"), distribution("other"))},
    ):
        assert [item.rule.code for item in findings(environment_drift, **(sections | loud))][:1] == ["REP002"]


def test_where_envdoctor_lies_is_not_judged_by_the_project_unless_it_lies_in_its_folder() -> None:
    own = changed(patient(), chosen="the environment envdoctor is installed in")
    sections = {"project": here(listed(requirement("gone"))), "packages": packages(), "patient": own}
    assert outcome(environment_drift, **sections).status == "not-applicable"
    sections["project"] = here(listed(requirement("gone")), environment_of="/home/ada/fit")
    assert [item.rule.code for item in findings(environment_drift, **sections)] == ["REP002"]


@pytest.mark.parametrize(("installed", "told"), [("2.0rc1", False), ("2.0-rc1", False), ("2.0rc2", True)])
def test_a_lock_is_met_however_the_version_is_spelled(installed: str, told: bool) -> None:
    sections = {"project": here(listed(kind="Pipfile"), locked("lib", "2.0rc1", "Pipfile.lock"))}
    found = findings(environment_drift, packages=packages(distribution("lib", installed)), **sections)
    assert bool(found) is told
    assert [getattr(fix, "requirements", None) for item in found for fix in item.remedies] == [("lib==2.0rc1",)] * told


def test_extras_are_kept_and_a_list_with_its_own_sources_is_installed_as_a_whole() -> None:
    array = requirement("lib[array]>=2", ">=2", name="lib", key="lib")
    (finding,) = findings(environment_drift, project=here(listed(array)), packages=packages())
    assert [getattr(fix, "requirements", None) for fix in finding.remedies] == [("lib[array]>=2",)]
    own = changed(listed(requirement("lib>=2", ">=2")), indexes=["wheels.example.org"])
    (finding,) = findings(environment_drift, project=here(own), packages=packages())
    assert [getattr(fix, "files", None) for fix in finding.remedies] == [("requirements.txt",)]
    assert finding.evidence[-1].value == "requirements.txt takes from wheels.example.org"
    taken = listed(requirement("lib", source="workspace"), kind="pyproject", file="pyproject.toml")
    (finding,) = findings(environment_drift, project=here(taken), packages=packages())
    assert [type(fix).__name__ for fix in finding.remedies] == ["Manual"]


def test_a_conda_environment_that_a_requirements_file_fills_is_judged() -> None:
    sections = {"project": here(listed(requirement("gone"))), "patient": made_by("conda-env")}
    assert len(findings(environment_drift, packages=packages(), **sections)) == 1
    assert findings(environment_drift, packages=packages(distribution("gone")), **sections) == []


def test_a_list_that_cannot_be_read_is_unknown_though_another_tools_list_is_there() -> None:
    why = "/home/ada/fit/pyproject.toml:4: Expected '='"
    other = listed(requirement("lib"), kind="environment.yml", file="environment.yml")
    result = outcome(environment_drift, project=here(other, unreadable={"pyproject.toml": why}))
    assert (result.status, result.reason) == ("unknown", why)
    assert outcome(environment_drift, project=here(other)).status == "not-applicable"
