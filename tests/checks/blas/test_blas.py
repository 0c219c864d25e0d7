"""The rules of blas together, and what they judge by."""

from envdoctor.facts import Missing
from envdoctor.testing import blas, outcome
from envdoctor_checks.blas.blas_does_not_load import does_not_load
from envdoctor_checks.blas.mixed_blas_vendors import mixed_vendors
from envdoctor_checks.blas.older_libstdcxx_wins import older_libstdcxx_wins
from envdoctor_checks.blas.slow_blas import slow_blas


def test_what_was_not_loaded_is_unknown() -> None:
    unknown = blas(errors=Missing("signal 11"), examined=Missing("signal 11"), openmp=Missing("signal 11"))
    for check in (does_not_load, older_libstdcxx_wins, slow_blas, mixed_vendors):
        assert outcome(check, blas=unknown).status == "unknown"
