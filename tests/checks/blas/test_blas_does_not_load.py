"""BLA007 blas-does-not-load: loud and quiet."""

import pytest

from envdoctor.engine.remedies import Install, InstallSystem, Manual, Remedy, UnsetEnv
from envdoctor.facts import Limits, LoadError, Missing
from envdoctor.testing import blas, environment, findings, outcome, packages
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


EXTENSION = "/site/numpy/_core/_multiarray_umath.so"


def cure_of(message: str, **variables: str) -> Remedy:
    error = LoadError(package="numpy", extension=EXTENSION, message=message)
    facts = {"blas": blas(errors=[error]), "packages": packages(), "environment": environment(**variables)}
    (finding,) = findings(does_not_load, **facts)
    (remedy,) = finding.remedies
    return remedy


@pytest.mark.parametrize(
    ("message", "package"),
    [
        ("libopenblas.so.0: cannot open shared object file: No such file or directory", "libopenblas0"),
        ("liblapack.so.3: cannot open shared object file: No such file or directory", "liblapack3"),
        ("libgfortran.so.5: cannot open shared object file: No such file or directory", "libgfortran5"),
    ],
)
def test_a_library_that_only_the_system_brings_comes_from_the_system(message: str, package: str) -> None:
    assert cure_of(message) == InstallSystem({"apt-get": (package,)}, title="install the library that numpy needs")


@pytest.mark.parametrize(
    ("message", "word"),
    [
        (f"{EXTENSION}: failed to map segment from shared object", "ulimit -v"),
        (f"{EXTENSION}: cannot create shared object descriptor: Cannot allocate memory", "ulimit -v"),
        (f"{EXTENSION}: failed to map segment from shared object: Operation not permitted", "findmnt"),
        (f"dlopen({EXTENSION}, 0x0006): Symbol not found: _cblas_caxpy$NEWLAPACK$ILP64", "13.3"),
        (f"/lib/libc.so.6: version `GLIBC_2.34' not found (required by {EXTENSION})", "older release"),
    ],
)
def test_a_limit_or_a_system_is_told_in_words_and_nothing_is_installed(message: str, word: str) -> None:
    remedy = cure_of(message)
    assert isinstance(remedy, Manual)
    assert word in str(remedy)


@pytest.mark.parametrize("message", ["status 1", f"{EXTENSION}: failed to map segment from shared object"])
@pytest.mark.parametrize(("memory", "named"), [(100 << 20, True), (64 << 30, False), (None, False)])
def test_a_limit_on_memory_is_named_where_it_is_small_enough_to_matter(
    message: str, memory: int | None, named: bool
) -> None:
    error = LoadError(package="numpy", extension=EXTENSION, message=message)
    facts = {"blas": blas(errors=[error]), "packages": packages(), "environment": environment()}
    (finding,) = findings(does_not_load, **facts, limits=Limits(memory=memory))
    assert ("a limit of 104.9 MB on memory" in finding.title) is named
    assert any(row.label == "ulimit -v or -d" for row in finding.evidence) is named


def test_a_limit_on_memory_does_not_explain_a_damaged_file() -> None:
    error = LoadError(package="numpy", extension=EXTENSION, message=f"{EXTENSION}: file too short")
    facts = {"blas": blas(errors=[error]), "packages": packages(), "environment": environment()}
    (finding,) = findings(does_not_load, **facts, limits=Limits(memory=1 << 20))
    assert "limit" not in finding.title


def test_a_library_that_a_variable_puts_first_is_taken_away_by_the_variable() -> None:
    message = f"{EXTENSION}: undefined symbol: cblas_cdotc_sub"
    remedy = cure_of(message, LD_LIBRARY_PATH="/opt/bad")
    assert isinstance(remedy, UnsetEnv)
    assert remedy.names == ("LD_LIBRARY_PATH",)
    assert isinstance(cure_of(message), Install)


def test_a_library_of_the_wheel_that_is_gone_or_cut_comes_back_with_the_wheel() -> None:
    gone = "libscipy_openblas64_-32a4b2a6.so: cannot open shared object file: No such file or directory"
    assert isinstance(cure_of(gone, LD_LIBRARY_PATH="/opt/fine"), Install)
    assert isinstance(cure_of(f"{EXTENSION}: file too short"), Install)
