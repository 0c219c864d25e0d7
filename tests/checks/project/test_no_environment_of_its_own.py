"""REP005 no-environment-of-its-own: loud and quiet."""

from typing import Any

import pytest

from envdoctor.testing import findings, outcome, prefix
from envdoctor_checks.project.no_environment_of_its_own import no_environment_of_its_own
from tests.checks.project._shared import here, made_by


@pytest.mark.parametrize(
    "sections",
    [
        {"patient": made_by("miniforge")},
        {"patient": made_by("debian"), "prefix": prefix(configuration=None)},
        {"project": here(environment_of="/home/ada/other")},
    ],
)
def test_a_project_in_an_environment_of_others_is_a_warning(sections: dict[str, Any]) -> None:
    (finding,) = findings(no_environment_of_its_own, **({"project": here()} | sections))
    assert finding.severity == "warning"


@pytest.mark.parametrize("owner", [None, "/home/ada/fit", "/home/ada"])
def test_an_environment_of_its_own_or_of_the_folder_above_is_quiet(owner: str | None) -> None:
    assert findings(no_environment_of_its_own, project=here(environment_of=owner)) == []


def test_a_python_that_was_only_named_is_not_the_projects() -> None:
    named = made_by("debian", chosen="named by --python")
    sections = {"project": here(), "patient": named, "prefix": prefix(configuration=None)}
    assert outcome(no_environment_of_its_own, **sections).status == "not-applicable"


def test_where_envdoctor_lies_is_not_judged_by_the_project() -> None:
    for chosen in ("the environment envdoctor is installed in", "the Python envdoctor is installed in"):
        own = made_by("debian", chosen=chosen)
        sections = {"project": here(), "patient": own, "prefix": prefix(configuration=None)}
        assert outcome(no_environment_of_its_own, **sections).status == "not-applicable"
