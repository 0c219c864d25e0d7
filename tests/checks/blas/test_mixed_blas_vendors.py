"""BLA008 mixed-blas-vendors: loud and quiet."""

from envdoctor.testing import blas, findings, openblas
from envdoctor_checks.blas.mixed_blas_vendors import mixed_vendors


def test_two_makers_in_one_process_are_an_info() -> None:
    (finding,) = findings(mixed_vendors, blas=blas(openblas("numpy"), openblas("scipy", vendor="mkl", path="/m")))
    assert finding.subject == "mkl and openblas"
    assert findings(mixed_vendors, blas=blas(openblas("numpy"), openblas("scipy"))) == []
