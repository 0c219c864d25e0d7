"""PKG005 interrupted-install: loud and quiet."""

from envdoctor.testing import SITE, packages
from envdoctor_checks.packages.interrupted_install import interrupted_install
from tests.checks.packages._shared import one


def test_leftovers_are_named_with_their_folder() -> None:
    finding = one(interrupted_install, packages=packages(leftovers=[f"{SITE}/~umpy"]))
    assert finding.subject == SITE
    assert "~umpy" in finding.title
