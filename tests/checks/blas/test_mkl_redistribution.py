"""BLA006 mkl-redistribution: loud and quiet."""

from envdoctor.engine.rules import Severity
from envdoctor.testing import blas, findings, openblas, outcome
from envdoctor_checks.blas.mkl_redistribution import redistribution
from tests.checks.blas._shared import MKL


def test_mkl_in_use_is_a_matter_of_licence_only() -> None:
    (finding,) = findings(redistribution, blas=blas(MKL))
    assert finding.severity is Severity.INFO
    assert outcome(redistribution, blas=blas(openblas())).status == "not-applicable"
