"""PKG001 unmet-requirement: loud and quiet."""

from typing import Any

import pytest

from envdoctor.engine.remedies import Install, Manual, Remove
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


def test_a_users_own_copy_that_hides_the_systems_goes() -> None:
    scipy = distribution("scipy", requires=["numpy<2"], owner="system", location=SYSTEM)
    own = distribution("numpy", "1.24", owner="system", location=SYSTEM)
    finding = one(unmet_requirement, packages=packages(scipy, distribution("numpy", "2.2"), own))
    (remedy,) = finding.remedies
    assert isinstance(remedy, Remove)
    assert remedy.names == ("numpy",)


READER = ["xlrd>=2.0.1; extra == 'excel'"]


def test_a_release_that_is_too_old_for_an_extra_of_another_package_is_an_info() -> None:
    finding = one(
        unmet_requirement, packages=packages(distribution("pandas", requires=READER), distribution("xlrd", "1.2.0"))
    )
    assert (finding.severity, finding.confidence, finding.subject) == ("info", "possible", "pandas[excel] needs xlrd")
    assert finding.remedies == (Install(("xlrd>=2.0.1",)),)


def test_where_another_package_holds_that_release_back_there_are_words_and_no_command() -> None:
    old = distribution("books", requires=["xlrd<2"])
    here = packages(distribution("pandas", requires=READER), distribution("xlrd", "1.2.0"), old)
    (remedy,) = one(unmet_requirement, packages=here).remedies
    assert isinstance(remedy, Manual)
    assert "books asks for xlrd<2" in remedy.title


@pytest.mark.parametrize(
    ("line", "version"),
    [
        (READER[0], "2.0.2"),  # new enough
        ("xlrd<1; extra == 'excel'", "1.2.0"),  # newer than it knows: seldom an obstacle
        ("xlrd>=2; extra == 'test'", "1.2.0"),
        ("xlrd>=2; extra == 'dev-all'", "1.2.0"),
        ("xlrd>=2; python_version < '3' and extra == 'excel'", "1.2.0"),
        ("xlrd @ https://example.org/x.whl; extra == 'excel'", "1.2.0"),
        ("other>=2; extra == 'excel'", "1.2.0"),  # not installed: not asked for
    ],
)
def test_extras_that_are_met_or_for_development_or_of_what_is_not_there_are_quiet(line: str, version: str) -> None:
    here = packages(distribution("pandas", requires=[line]), distribution("xlrd", version))
    assert findings(unmet_requirement, packages=here) == []
