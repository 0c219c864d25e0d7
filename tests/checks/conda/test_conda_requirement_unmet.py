"""CON019 conda-requirement-unmet: loud and quiet."""

from envdoctor.engine.remedies import Install
from envdoctor.testing import conda, findings, record
from envdoctor_checks.conda.conda_requirement_unmet import conda_requirement_unmet
from tests.checks.conda._shared import overlap

NUMPY = record("numpy", "1.26.4", build="py311_0")


def test_a_package_that_others_need_and_that_is_gone_is_an_error_once() -> None:
    known = conda(record("pandas", depends=["numpy >=1.22.4,<2"]), record("scipy", depends=["numpy <1.28"]))
    (found,) = findings(conda_requirement_unmet, conda=known)
    assert found.severity == "error" and found.subject == "numpy"
    assert [line.label for line in found.evidence] == ["pandas 1.0", "scipy 1.0"]
    assert found.remedies == (Install(("numpy<1.28,>=1.22.4,<2",), title="install numpy", conda=True),)


def test_a_version_and_a_build_that_do_not_fit_are_warnings() -> None:
    known = conda(NUMPY, record("pandas", depends=["numpy >=2"]))
    (found,) = findings(conda_requirement_unmet, conda=known)
    assert found.severity == "warning" and found.subject == "numpy" and "numpy 1.26.4 is there" in found.title
    known = conda(record("python_abi", "3.11", build="4_cp311"), record("x", depends=["python_abi 3.11.* *_cp312"]))
    assert len(findings(conda_requirement_unmet, conda=known)) == 1


def test_a_build_is_asked_for_by_its_build() -> None:
    for needs, asked in (
        ("numpy 1.26.4 py_1", "numpy=1.26.4=py_1"),
        ("numpy * *mkl", "numpy=*=*mkl"),
        ("numpy >=1 *mkl", "numpy=*=*mkl"),
        ("numpy 1.25", "numpy==1.25"),
        ("numpy 1.25.*", "numpy=1.25.*"),
    ):
        (found,) = findings(conda_requirement_unmet, conda=conda(NUMPY, record("pandas", depends=[needs])))
        (remedy,) = found.remedies
        assert isinstance(remedy, Install) and remedy.requirements == (asked,)


def test_what_is_met_and_what_stands_for_the_machine_is_quiet() -> None:
    depends = ["numpy >=1.22.4,<2.0a0", "numpy 1.26.* py311_0", "__glibc >=2.17,<3.0.a0", "numpy", "mkl@", "what; if x"]
    assert findings(conda_requirement_unmet, conda=conda(NUMPY, record("pandas", depends=depends))) == []


def test_what_pip_replaced_and_what_can_t_be_read_are_other_rules() -> None:
    needs = record("pandas", depends=["numpy", "six"])
    known = conda(needs, overlaps=[overlap("numpy", "unrecorded")], unreadable={"six-1.16-pyh_0.json": "not UTF-8"})
    assert findings(conda_requirement_unmet, conda=known) == []
