"""BLA012 blas-crashes: loud and quiet."""

import pytest

from envdoctor.engine.rules import Severity
from envdoctor.facts import Measure, Missing
from envdoctor.testing import blas, findings, openblas, outcome
from envdoctor_checks.blas.blas_crashes import blas_crashes


@pytest.mark.parametrize("how", ["signal 11 (SIGSEGV)", "signal 4 (SIGILL)", "status 0xC0000005 (access violation)"])
def test_a_product_that_ends_the_process_is_an_error_with_the_signal_and_the_kernels(how: str) -> None:
    (finding,) = findings(blas_crashes, blas=blas(openblas()), measure=Missing(f"the measuring child: {how}"))
    assert finding.severity == Severity.ERROR
    assert how.partition(" (a")[0] in finding.title
    assert "Haswell kernels" in finding.evidence[1].value


@pytest.mark.parametrize(
    "how", ["signal 9 (SIGKILL)", "signal 15 (SIGTERM)", "status 1: OSError: no such file", "status 0xC000013A"]
)
def test_what_others_did_to_it_is_unknown(how: str) -> None:
    assert (
        outcome(blas_crashes, blas=blas(openblas()), measure=Missing(f"the measuring child: {how}")).status == "unknown"
    )


def test_measured_it_is_quiet_and_unmeasured_it_does_not_apply() -> None:
    assert findings(blas_crashes, blas=blas(openblas()), measure=Measure(speeds=[])) == []
    assert outcome(blas_crashes, blas=blas(openblas())).status == "not-applicable"
