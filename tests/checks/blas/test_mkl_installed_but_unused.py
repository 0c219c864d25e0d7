"""BLA005 mkl-installed-but-unused: loud and quiet."""

from envdoctor.engine.remedies import Remove
from envdoctor.testing import blas, distribution, findings, openblas, outcome, packages
from envdoctor_checks.blas.mkl_installed_but_unused import installed_but_unused
from tests.checks.blas._shared import MKL


def test_mkl_that_nobody_asked_for_is_told() -> None:
    installed = packages(distribution("mkl", "2026.2.0"), distribution("numpy"))
    (finding,) = findings(installed_but_unused, blas=blas(openblas()), packages=installed)
    assert finding.remedies == (Remove(("mkl",)),)


def test_mkl_that_is_used_or_wanted_is_quiet() -> None:
    wanted = packages(distribution("mkl"), distribution("mkl-fft", requires=["mkl>=2024"]))
    assert findings(installed_but_unused, blas=blas(openblas()), packages=wanted) == []
    assert findings(installed_but_unused, blas=blas(MKL), packages=packages(distribution("mkl"))) == []
    assert outcome(installed_but_unused, blas=blas(openblas()), packages=packages()).status == "not-applicable"
