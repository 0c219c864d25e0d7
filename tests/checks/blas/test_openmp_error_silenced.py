"""BLA010 openmp-error-silenced: loud and quiet."""

from envdoctor.engine.rules import Severity
from envdoctor.testing import blas, environment, findings, openblas
from envdoctor_checks.blas.openmp_error_silenced import openmp_error_silenced
from tests.checks.blas._shared import TWO_INTELS


def test_a_silenced_openmp_error_is_an_info_and_with_two_runtimes_a_warning() -> None:
    silenced = environment(KMP_DUPLICATE_LIB_OK="TRUE")
    (alone,) = findings(openmp_error_silenced, blas=blas(openblas()), environment=silenced)
    (clash,) = findings(openmp_error_silenced, blas=TWO_INTELS, environment=silenced)
    assert (alone.severity, clash.severity) == (Severity.INFO, Severity.WARNING)


def test_an_openmp_error_that_is_not_silenced_is_quiet() -> None:
    for variables in ({}, {"KMP_DUPLICATE_LIB_OK": "FALSE"}):
        assert findings(openmp_error_silenced, blas=TWO_INTELS, environment=environment(**variables)) == []
