"""BLA001, BLA003, BLA005 to BLA008, BLA011: which libraries there are, and what they are worth."""

import pytest

from envdoctor.facts import Entry, LoadError, Missing, System
from envdoctor.rules import Install, InstallSystem, Manual, Remove, Severity, UnsetEnv
from envdoctor_checks import blas as checks
from envdoctor_checks import mkl
from tests.build import SITE, blas, changed, distribution, findings, openblas, outcome, packages, path

REFERENCE = openblas(
    vendor="netlib",
    version="3.11.0",
    threads=1,
    threading_layer=None,
    path="/usr/lib/x86_64-linux-gnu/blas/libblas.so.3",
)
MKL = openblas(vendor="mkl", path="/opt/lib/libmkl_rt.so.3", threading_layer="intel")


def test_two_copies_of_openblas_are_an_info_that_needs_nothing() -> None:
    (finding,) = findings(checks.duplicate_openblas, blas=blas(openblas("numpy"), openblas("scipy")))
    assert finding.level is Severity.INFO
    assert finding.nothing_to_do
    assert [seen.label for seen in finding.evidence] == ["numpy", "scipy"]


def test_copies_of_equal_content_are_told() -> None:
    pair = blas(openblas("numpy", sha256="ab"), openblas("scipy", sha256="ab"))
    (finding,) = findings(checks.duplicate_openblas, blas=pair)
    assert all("same content" in seen.value for seen in finding.evidence)


def test_one_copy_is_quiet() -> None:
    assert findings(checks.duplicate_openblas, blas=blas(openblas())) == []


def test_debians_reference_blas_is_slow_and_apt_has_the_cure() -> None:
    (finding,) = findings(checks.slow_blas, blas=blas(REFERENCE))
    assert finding.level is Severity.WARNING
    first = finding.remedies[0]
    assert isinstance(first, InstallSystem)
    assert first.packages == {"apt-get": ("libopenblas0",)}


def test_a_numpy_that_pythonpath_brings_leaves_by_pythonpath() -> None:
    debians, own = (
        changed(distribution("numpy"), location=folder) for folder in ("/usr/lib/python3/dist-packages", SITE)
    )
    leak = path(pythonpath=[Entry(path=debians.location, exists=True)])
    (finding,) = findings(checks.slow_blas, blas=blas(REFERENCE), packages=packages(debians, own), path=leak)
    assert finding.remedies == (UnsetEnv(("PYTHONPATH",)),)
    (finding,) = findings(checks.slow_blas, blas=blas(REFERENCE), packages=packages(debians), path=leak)
    (only,) = finding.remedies
    assert isinstance(only, Manual)  # without it there would be no NumPy at all
    (finding,) = findings(checks.slow_blas, blas=blas(REFERENCE), packages=packages(own), path=leak)
    assert isinstance(finding.remedies[0], InstallSystem)


def test_condas_reference_blas_is_switched_by_conda() -> None:
    netlib = openblas(vendor="netlib", path="/home/ada/miniconda3/lib/libblas.so.3.9.0")
    (finding,) = findings(checks.slow_blas, blas=blas(netlib), system=System(platform="linux", machine="x86_64"))
    assert finding.remedies[0] == Install(("libblas=*=*openblas",), title="switch conda-forge's BLAS to OpenBLAS")


def test_openblas_under_numpy_is_not_slow_whatever_scipy_has() -> None:
    assert findings(checks.slow_blas, blas=blas(openblas())) == []
    scipys = openblas("scipy", vendor="netlib", path="/usr/lib/libblas.so.3")
    assert findings(checks.slow_blas, blas=blas(openblas(), scipys)) == []


@pytest.mark.parametrize(
    ("uses", "found"),
    [
        (REFERENCE.path, 1),
        ("/usr/lib/x86_64-linux-gnu/openblas-pthread/libblas.so.3", 0),
        (Missing("only --deep asks"), 0),
    ],
)
def test_of_two_under_numpy_the_one_that_it_uses_counts(uses: str | Missing, found: int) -> None:
    """Debian: libblas.so.3 is the reference, and liblapack.so.3 OpenBLAS's, which brings OpenBLAS."""
    both = blas(REFERENCE, openblas(path="/usr/lib/libopenblas.so.0"), numpy_uses=uses)
    assert len(findings(checks.slow_blas, blas=both)) == found


def test_one_library_that_two_extensions_reach_by_different_ways_is_told_once() -> None:
    ways = ["/site/numpy/_core/../../numpy.libs/libopenblas.so", "/site/numpy/linalg/../../numpy.libs/libopenblas.so"]
    errors = [LoadError(package="numpy", extension="/site/x.so", message=f"{way}: file too short") for way in ways]
    assert len(findings(checks.does_not_load, blas=blas(errors=errors), packages=packages())) == 1


def test_mkl_that_nobody_asked_for_is_told() -> None:
    installed = packages(distribution("mkl", "2026.2.0"), distribution("numpy"))
    (finding,) = findings(mkl.installed_but_unused, blas=blas(openblas()), packages=installed)
    assert finding.remedies == (Remove(("mkl",)),)


def test_mkl_that_is_used_or_wanted_is_quiet() -> None:
    wanted = packages(distribution("mkl"), distribution("mkl-fft", requires=["mkl>=2024"]))
    assert findings(mkl.installed_but_unused, blas=blas(openblas()), packages=wanted) == []
    assert findings(mkl.installed_but_unused, blas=blas(MKL), packages=packages(distribution("mkl"))) == []
    assert outcome(mkl.installed_but_unused, blas=blas(openblas()), packages=packages()).status == "not-applicable"


def test_mkl_in_use_is_a_matter_of_licence_only() -> None:
    (finding,) = findings(mkl.redistribution, blas=blas(MKL))
    assert finding.level is Severity.INFO
    assert outcome(mkl.redistribution, blas=blas(openblas())).status == "not-applicable"


def test_two_makers_in_one_process_are_an_info() -> None:
    (finding,) = findings(
        checks.mixed_vendors, blas=blas(openblas("numpy"), openblas("scipy", vendor="mkl", path="/m"))
    )
    assert finding.subject == "mkl and openblas"
    assert findings(checks.mixed_vendors, blas=blas(openblas("numpy"), openblas("scipy"))) == []


TOO_OLD = LoadError(
    package="scipy",
    extension="/site/scipy/linalg/_fblas.so",
    message="/usr/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /site/scipy/linalg/_fblas.so)",
)


def test_an_older_libstdcxx_is_named_and_not_taken_for_a_broken_wheel() -> None:
    broken = blas(errors=[TOO_OLD], examined=["numpy"])
    (finding,) = findings(checks.older_libstdcxx_wins, blas=broken)
    assert finding.subject == "/usr/lib/libstdc++.so.6"
    assert "GLIBCXX_3.4.32" in finding.title
    assert findings(checks.does_not_load, blas=broken) == []


def test_another_refusal_is_no_matter_of_libstdcxx() -> None:
    missing = LoadError(
        package="numpy",
        extension="/site/numpy/_core/_multiarray_umath.so",
        message="libscipy_openblas64_-1.so: cannot open shared object file: No such file or directory",
    )
    broken = blas(errors=[missing, missing], examined=[])
    assert findings(checks.older_libstdcxx_wins, blas=blas(openblas(), errors=[missing])) == []
    (finding,) = findings(checks.does_not_load, blas=broken)
    assert finding.subject == "libscipy_openblas64_-1.so"


def test_what_was_not_loaded_is_unknown() -> None:
    unknown = blas(errors=Missing("signal 11"), examined=Missing("signal 11"), openmp=Missing("signal 11"))
    for check in (checks.does_not_load, checks.older_libstdcxx_wins, checks.slow_blas, checks.mixed_vendors):
        assert outcome(check, blas=unknown).status == "unknown"


@pytest.mark.parametrize(("signal", "cure"), [("signal 7 (SIGBUS)", Install), ("signal 4 (SIGILL)", Manual)])
def test_a_library_that_crashes_python_is_an_error(signal: str, cure: type) -> None:
    crash = LoadError(package="numpy", extension="/site/numpy/_core/_multiarray_umath.so", message=signal)
    broken = blas(errors=[crash], examined=Missing(signal), openmp=Missing(signal))
    (finding,) = findings(checks.does_not_load, blas=broken)
    assert signal in finding.title
    assert [type(remedy) for remedy in finding.remedies] == [cure]
    assert outcome(checks.older_libstdcxx_wins, blas=broken).status == "unknown"
