"""PKG004 missing-files: loud and quiet."""

from envdoctor.engine.remedies import Install
from envdoctor.testing import distribution, outcome, packages
from envdoctor_checks.packages.missing_files import missing_files
from tests.checks.packages._shared import one


def test_missing_files_are_reinstalled_in_the_same_version() -> None:
    lib = distribution("lib", "1.5")
    finding = one(missing_files, packages=packages(lib, missing_files={lib.path: ["lib/_core.so"]}))
    assert finding.remedies == (Install(("lib==1.5",), force=True),)
    assert "lib/_core.so" in finding.title


def test_altered_files_are_reinstalled_and_told_apart_from_those_that_are_gone() -> None:
    lib, other = distribution("lib", "1.5"), distribution("other")
    here = packages(lib, other, missing_files={lib.path: ["lib/a.py"]}, altered_files={lib.path: ["lib/b.py"]})
    finding = one(missing_files, packages=here)
    assert finding.title == "1 file of lib 1.5 is gone: lib/a.py; 1 file of lib 1.5 is not as installed: lib/b.py"
    assert [(row.label, row.value) for row in finding.evidence[2:]] == [("gone", "lib/a.py"), ("altered", "lib/b.py")]
    assert finding.remedies == (Install(("lib==1.5",), force=True),)


def test_a_file_that_can_not_be_read_leaves_missing_files_unknown() -> None:
    seen = outcome(missing_files, packages=packages(altered_files={}, unread_files={"/x": "/x: Denied"}))
    assert (seen.status, seen.reason) == ("unknown", "files can't be read: /x: Denied")


def test_files_that_are_cut_off_are_reinstalled_and_told_once() -> None:
    lib = distribution("lib", "1.5")
    here = packages(lib, cut_off_files={lib.path: ["lib/_c.so", "lib/a.py"]}, altered_files={lib.path: ["lib/a.py"]})
    finding = one(missing_files, packages=here)
    assert finding.title == "2 files of lib 1.5 are empty or cut off: lib/_c.so …"
    assert finding.remedies == (Install(("lib==1.5",), force=True),)
