"""BLA009 competing-openmp: loud and quiet."""

import pytest

from envdoctor.engine.rules import Severity
from envdoctor.facts import System
from envdoctor.testing import blas, changed, environment, findings, openblas, outcome
from envdoctor_checks.blas.competing_openmp import competing_openmp
from envdoctor_checks.blas.openmp_error_silenced import openmp_error_silenced
from tests.checks.blas._shared import TWO_INTELS, runtime


@pytest.mark.posix
@pytest.mark.parametrize(
    ("platform", "severity"), [("linux", Severity.WARNING), ("darwin", Severity.ERROR), ("win32", Severity.ERROR)]
)
def test_two_files_of_the_llvm_family_are_found(platform: str, severity: Severity) -> None:
    system = System(platform=platform, machine="x86_64")
    (finding,) = findings(competing_openmp, blas=TWO_INTELS, system=system)
    assert finding.severity is severity


def test_what_lies_on_disk_and_is_not_loaded_meets_nobody() -> None:
    idle = changed(runtime("libomp", "/b/libomp.so", "torch"), loaded=False)
    meeting = blas(openblas(), openmp=[runtime("libiomp5", "/a/libiomp5.so"), idle])
    assert findings(competing_openmp, blas=meeting) == []
    assert outcome(competing_openmp, blas=blas(openmp=[idle])).status == "not-applicable"
    silenced = environment(KMP_DUPLICATE_LIB_OK="TRUE")
    (finding,) = findings(openmp_error_silenced, environment=silenced, blas=meeting)
    assert finding.severity is Severity.INFO


def test_gnus_beside_intels_is_an_info() -> None:
    mixed = blas(openblas(), openmp=[runtime("libgomp", "/a/libgomp.so"), runtime("libiomp5", "/b/libiomp5.so")])
    (finding,) = findings(competing_openmp, blas=mixed)
    assert finding.severity is Severity.INFO


def test_one_openmp_runtime_is_quiet() -> None:
    assert findings(competing_openmp, blas=blas(openblas(), openmp=[runtime("libgomp", "/a", "sklearn")])) == []
