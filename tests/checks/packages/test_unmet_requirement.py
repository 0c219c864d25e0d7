"""PKG001 unmet-requirement: loud and quiet."""

from typing import Any

import pytest

from envdoctor.engine.remedies import Install, Manual
from envdoctor.testing import changed, distribution, findings, packages, patient
from envdoctor_checks.packages.unmet_requirement import unmet_requirement
from tests.checks.packages._shared import SYSTEM, one


def test_a_requirement_that_is_not_there_is_an_error_and_the_fix_installs_it() -> None:
    finding = one(unmet_requirement, packages=packages(distribution("app", requires=["lib>=2"])))
    assert (finding.severity, finding.subject) == ("error", "app needs lib")
    assert finding.remedies == (Install(("lib>=2",)),)


def test_the_fix_of_a_wrong_version_suits_all_who_ask_for_it() -> None:
    here = packages(
        distribution("app", requires=["lib>=2"]), distribution("other", requires=["lib<3"]), distribution("lib", "1.0")
    )
    assert one(unmet_requirement, packages=here).remedies == (Install(("lib<3,>=2",)),)


def test_demands_that_exclude_each_other_get_words_and_no_command() -> None:
    here = packages(
        distribution("app", requires=["lib>=2"]), distribution("other", requires=["lib<2"]), distribution("lib", "1.0")
    )
    (remedy,) = one(unmet_requirement, packages=here).remedies
    assert isinstance(remedy, Manual)
    assert "app asks for lib>=2" in remedy.title
    assert "other asks for lib<2" in remedy.title


@pytest.mark.parametrize(
    "needing, needed",
    [({"owner": "conda"}, {}), ({}, {"owner": "conda"}), ({"owner": "system", "location": SYSTEM}, {})],
)
def test_where_another_manager_answers_for_either_side_it_is_an_info(
    needing: dict[str, Any], needed: dict[str, Any]
) -> None:
    here = packages(distribution("app", requires=["lib>=2"], **needing), distribution("lib", "1.0", **needed))
    finding = one(unmet_requirement, packages=here)
    assert (finding.severity, finding.confidence) == ("info", "possible")


def test_in_colab_unmet_requirements_are_infos() -> None:
    here = packages(distribution("app", requires=["lib"]))
    finding = one(unmet_requirement, packages=here, patient=changed(patient(), overlays=["colab"]))
    assert finding.severity == "info"


def test_a_release_for_another_python_is_an_info() -> None:
    here = packages(distribution("app", requires_python=">=3.13"), distribution("lib", requires_python=">=3.8"))
    finding = one(unmet_requirement, packages=here)
    assert (finding.subject, finding.severity) == ("app needs Python", "info")


def test_of_a_distribution_installed_twice_nobody_knows_that_it_does_not_suit() -> None:
    twins = packages(
        distribution("app", requires=["lib>=2"]), distribution("lib", version="1.0"), distribution("lib", version="2.1")
    )
    assert findings(unmet_requirement, packages=twins) == []
    neither = packages(distribution("app", requires=["lib>=3"]), *twins.distributions[1:])
    assert [item.rule.code for item in findings(unmet_requirement, packages=neither)] == ["PKG001"]


@pytest.mark.parametrize(("name", "package"), [("pycairo", "python3-gi-cairo"), ("brotli", "python3-brotli")])
def test_what_the_systems_package_leaves_out_has_not_to_be_mended(name: str, package: str) -> None:
    finding = one(
        unmet_requirement, packages=packages(distribution("app", requires=[name], owner="system", location=SYSTEM))
    )
    assert (finding.severity, finding.remedies) == ("info", ())
    assert package in finding.nothing_to_do


def test_a_users_own_version_over_the_systems_is_mended() -> None:
    scipy = distribution("scipy", requires=["numpy<2"], owner="system", location=SYSTEM)
    finding = one(unmet_requirement, packages=packages(scipy, distribution("numpy", "2.2")))
    assert finding.nothing_to_do == ""
    assert finding.remedies
