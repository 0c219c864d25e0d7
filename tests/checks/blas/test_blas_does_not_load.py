"""BLA007 blas-does-not-load: loud and quiet."""

import pytest

from envdoctor.engine.remedies import Install, Manual
from envdoctor.facts import LoadError, Missing
from envdoctor.testing import blas, findings, outcome, packages
from envdoctor_checks.blas.blas_does_not_load import does_not_load
from envdoctor_checks.blas.older_libstdcxx_wins import older_libstdcxx_wins


def test_one_library_that_two_extensions_reach_by_different_ways_is_told_once() -> None:
    ways = ["/site/numpy/_core/../../numpy.libs/libopenblas.so", "/site/numpy/linalg/../../numpy.libs/libopenblas.so"]
    errors = [LoadError(package="numpy", extension="/site/x.so", message=f"{way}: file too short") for way in ways]
    assert len(findings(does_not_load, blas=blas(errors=errors), packages=packages())) == 1


@pytest.mark.parametrize("message", ["status 0", "status 1", "signal 9 (SIGKILL)", "no answer in 10 s"])
@pytest.mark.parametrize("package", ["numpy", "sklearn"])
def test_a_library_that_ends_or_holds_python_is_an_error_that_no_new_copy_cures(message: str, package: str) -> None:
    ended = LoadError(package=package, extension=f"/site/{package}/x.so", message=message)
    broken = blas(errors=[ended], examined=Missing(message), openmp=Missing(message))
    (finding,) = findings(does_not_load, blas=broken)
    assert finding.subject == package
    assert [type(remedy) for remedy in finding.remedies] == [Manual]


def test_a_hang_of_less_than_seconds_is_a_matter_of_the_time_out() -> None:
    held = LoadError(package="numpy", extension="/site/numpy/x.so", message="no answer in 0.5 s")
    told = outcome(does_not_load, blas=blas(errors=[held], examined=Missing("late"), openmp=Missing("late")))
    assert (told.status, told.reason) == ("unknown", "no answer in 0.5 s while loading /site/numpy/x.so")


@pytest.mark.parametrize(("signal", "cure"), [("signal 7 (SIGBUS)", Install), ("signal 4 (SIGILL)", Manual)])
def test_a_library_that_crashes_python_is_an_error(signal: str, cure: type) -> None:
    crash = LoadError(package="numpy", extension="/site/numpy/_core/_multiarray_umath.so", message=signal)
    broken = blas(errors=[crash], examined=Missing(signal), openmp=Missing(signal))
    (finding,) = findings(does_not_load, blas=broken)
    assert signal in finding.title
    assert [type(remedy) for remedy in finding.remedies] == [cure]
    assert outcome(older_libstdcxx_wins, blas=broken).status == "unknown"
