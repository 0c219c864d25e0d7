"""PKG012 packages-folder-gone, PKG013 packages-not-readable: loud and quiet."""

import pytest

from envdoctor.engine.remedies import Manual, Recreate
from envdoctor.engine.rules import Severity
from envdoctor.facts import Missing, Obstacle
from envdoctor.testing import SITE, distribution, findings, packages, prefix
from envdoctor_checks.packages.packages_folder_gone import packages_folder_gone
from tests.checks.packages._shared import one


def barred(path: str, **changes: object) -> Obstacle:
    values = {"path": path, "state": "unreadable", "reason": "Permission denied", "mode": "drwx------", "owner": "root"}
    return Obstacle(**(values | changes))  # type: ignore[arg-type]


def test_a_folder_of_packages_that_is_gone_is_made_again() -> None:
    gone = Obstacle(path=SITE, state="gone", reason="No such file or directory")
    finding = one(packages_folder_gone, prefix=prefix(obstacles=[gone]), packages=Missing(f"{SITE}: gone"))
    assert (finding.rule.code, finding.subject) == ("PKG012", SITE)
    assert isinstance(finding.remedies[0], Recreate)


def test_a_package_that_only_root_may_read_names_mode_and_owner() -> None:
    here = packages(distribution("numpy"), obstacles=[barred(f"{SITE}/numpy", needed_by=["numpy"])])
    finding = one(packages_folder_gone, packages=here)
    assert (finding.rule.code, finding.severity) == ("PKG013", Severity.ERROR)
    assert "you may not read" in finding.title
    assert ("mode", "drwx------, owner root") in [(row.label, row.value) for row in finding.evidence]
    assert isinstance(finding.remedies[0], Manual)
    assert "a+rX" in finding.remedies[0].title


def test_ones_own_folder_is_made_readable_by_oneself() -> None:
    here = packages(obstacles=[barred(f"{SITE}/numpy", mine=True, needed_by=["numpy"])])
    (remedy,) = one(packages_folder_gone, packages=here).remedies
    assert isinstance(remedy, Manual)
    assert "u+rX" in remedy.title


@pytest.mark.parametrize("reason", ["Input/output error", "Stale file handle", "Too many levels of symbolic links"])
def test_a_failing_disk_is_no_question_of_rights(reason: str) -> None:
    here = packages(obstacles=[barred(f"{SITE}/numpy/a.so", state="failing", reason=reason, needed_by=["numpy"])])
    finding = one(packages_folder_gone, packages=here)
    assert "can't be read" in finding.title
    assert isinstance(finding.remedies[0], Manual)
    assert "chmod" not in finding.remedies[0].title


def test_a_library_of_the_system_is_no_folder_of_packages() -> None:
    file = "/usr/lib/x86_64-linux-gnu/libblas.so.3"
    finding = one(
        packages_folder_gone, packages=packages(obstacles=[barred(file, state="failing", reason="Input/output error")])
    )
    assert finding.title == f"{file} can't be read"
    assert "library" in finding.why


def test_metadata_that_can_not_be_read_is_a_warning() -> None:
    here = packages(obstacles=[barred(f"{SITE}/fit-1.0.dist-info/METADATA", needed_by=["fit"])])
    assert one(packages_folder_gone, packages=here).severity is Severity.WARNING


def test_an_installation_without_obstacles_is_quiet() -> None:
    assert findings(packages_folder_gone, packages=packages(distribution("numpy"))) == []
