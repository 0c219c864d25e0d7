"""PKG002 two-versions-installed: loud and quiet."""

from envdoctor.facts import Missing
from envdoctor.testing import changed, distribution, findings, packages
from envdoctor_checks.packages.two_versions_installed import two_versions_installed
from tests.checks.packages._shared import one


def test_two_versions_in_one_folder_are_an_error() -> None:
    here = packages(distribution("lib", "1.0"), distribution("lib", "2.0"))
    assert one(two_versions_installed, packages=here).subject == "lib"


def test_a_dist_info_beside_the_systems_egg_info_is_no_second_version() -> None:
    pair = [distribution("lib", "1.0", owner="system", kind=kind) for kind in ("dist-info", "egg-info")]
    assert findings(two_versions_installed, packages=packages(*pair)) == []


def test_a_version_that_is_not_known_is_told_in_words() -> None:
    pair = [changed(distribution("lib"), version=Missing("METADATA is missing")), distribution("lib", "2.0")]
    assert one(two_versions_installed, packages=packages(*pair)).title.endswith("unknown and 2.0")
