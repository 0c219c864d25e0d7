"""PKG006 shadowed-distribution: loud and quiet."""

from typing import Any

import pytest

from envdoctor.testing import PREFIX, SITE, distribution, findings, packages
from envdoctor_checks.packages.shadowed_distribution import shadowed_distribution
from tests.checks.packages._shared import SYSTEM, one


def test_one_name_in_two_folders_of_the_environment_is_a_warning() -> None:
    here = packages(distribution("lib", "2.0"), distribution("lib", "1.0", location=f"{PREFIX}/lib/site-packages"))
    finding = one(shadowed_distribution, packages=here)
    assert (finding.severity, finding.title) == ("warning", "lib 2.0 hides lib 1.0")


@pytest.mark.parametrize(
    "behind", [{"owner": "system", "location": SYSTEM}, {"location": "/opt/base/lib/python3.12/site-packages"}]
)
def test_what_lies_behind_the_environment_is_an_info(behind: dict[str, Any]) -> None:
    here = packages(distribution("lib", "2.0"), distribution("lib", "1.0", **behind))
    assert one(shadowed_distribution, packages=here).severity == "info"


@pytest.mark.parametrize("location", [SYSTEM, f"{PREFIX}/lib/site-packages"])
def test_two_of_one_version_are_an_info_that_says_that_nothing_is_to_be_done(location: str) -> None:
    finding = one(shadowed_distribution, packages=packages(distribution("lib"), distribution("lib", location=location)))
    assert (finding.severity, finding.remedies) == ("info", ())
    assert finding.nothing_to_do


def test_an_editable_project_is_not_hidden_by_itself() -> None:
    source = distribution("app", "1.0", location="/home/ada/app/src", kind="egg-info")
    assert findings(shadowed_distribution, packages=packages(source, distribution("app", editable=True))) == []


@pytest.mark.parametrize("culprit", [f"{SITE}/app", f"{SITE}/app/__init__.py"])
def test_what_hides_an_editable_project_is_named(culprit: str) -> None:
    here = distribution("app", editable=True)
    finding = one(shadowed_distribution, packages=packages(here, sources_hidden={here.path: {"app": culprit}}))
    assert finding.severity == "error"
    assert culprit in finding.title
    assert ("empty package" in finding.why) == culprit.endswith("/app")
