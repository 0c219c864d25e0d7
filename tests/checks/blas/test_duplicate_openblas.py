"""BLA001 duplicate-openblas: loud and quiet."""

from envdoctor.engine.rules import Severity
from envdoctor.testing import blas, findings, openblas
from envdoctor_checks.blas.duplicate_openblas import duplicate_openblas


def test_two_copies_of_openblas_are_an_info_that_needs_nothing() -> None:
    (finding,) = findings(duplicate_openblas, blas=blas(openblas("numpy"), openblas("scipy")))
    assert finding.severity is Severity.INFO
    assert finding.nothing_to_do
    assert [seen.label for seen in finding.evidence] == ["numpy", "scipy"]


def test_copies_of_equal_content_are_told() -> None:
    pair = blas(openblas("numpy", sha256="ab"), openblas("scipy", sha256="ab"))
    (finding,) = findings(duplicate_openblas, blas=pair)
    assert all("same content" in seen.value for seen in finding.evidence)


def test_one_copy_is_quiet() -> None:
    assert findings(duplicate_openblas, blas=blas(openblas())) == []
