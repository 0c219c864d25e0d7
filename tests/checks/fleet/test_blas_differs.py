"""FLT003 blas-differs: loud and quiet."""

from envdoctor_checks.fleet.blas_differs import blas_differs
from tests.support.fleets import found, group, job, severities

OPENBLAS = {"numpy": "openblas 0.3.31", "numpy: kernels": "Haswell"}


def test_two_vendors_in_a_job_are_a_warning_and_elsewhere_a_note() -> None:
    groups = group("A", 9, blas=OPENBLAS), group("B", 1, blas=OPENBLAS | {"numpy": "mkl 2026.0"})
    assert severities(blas_differs, job(*groups)) == ["warning"]
    assert severities(blas_differs, job(*groups, one_job=False)) == ["info"]


def test_other_kernels_and_versions_are_a_note() -> None:
    other = OPENBLAS | {"numpy: kernels": "SkylakeX"}
    assert severities(blas_differs, job(group("A", 9, blas=OPENBLAS), group("B", 1, blas=other))) == ["info"]
    newer = OPENBLAS | {"numpy": "openblas 0.3.32"}
    assert severities(blas_differs, job(group("A", 9, blas=OPENBLAS), group("B", 1, blas=newer))) == ["info"]
    assert found(blas_differs, job(group("A", 9, blas=OPENBLAS))) == []
