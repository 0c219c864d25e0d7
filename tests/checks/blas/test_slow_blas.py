"""BLA003 slow-blas: loud and quiet."""

import pytest

from envdoctor.engine.remedies import Install, InstallSystem, Manual, UnsetEnv
from envdoctor.engine.rules import Severity
from envdoctor.facts import Missing, PythonPathEntry, System
from envdoctor.testing import SITE, blas, changed, distribution, findings, openblas, outcome, packages, path
from envdoctor_checks.blas.slow_blas import slow_blas

REFERENCE = openblas(
    vendor="netlib",
    version="3.11.0",
    threads=1,
    threading_layer=None,
    path="/usr/lib/x86_64-linux-gnu/blas/libblas.so.3",
)


@pytest.mark.posix
def test_debians_reference_blas_is_slow_and_apt_has_the_cure() -> None:
    (finding,) = findings(slow_blas, blas=blas(REFERENCE))
    assert finding.severity is Severity.WARNING
    first = finding.remedies[0]
    assert isinstance(first, InstallSystem)
    assert first.packages == {"apt-get": ("libopenblas0",)}


@pytest.mark.posix
def test_a_numpy_that_pythonpath_brings_leaves_by_pythonpath() -> None:
    debians, own = (
        changed(distribution("numpy"), location=folder) for folder in ("/usr/lib/python3/dist-packages", SITE)
    )
    leak = path(pythonpath=[PythonPathEntry(path=debians.location, exists=True)])
    (finding,) = findings(slow_blas, blas=blas(REFERENCE), packages=packages(debians, own), path=leak)
    assert finding.remedies == (UnsetEnv(("PYTHONPATH",)),)
    (finding,) = findings(slow_blas, blas=blas(REFERENCE), packages=packages(debians), path=leak)
    (only,) = finding.remedies
    assert isinstance(only, Manual)  # without it there would be no NumPy at all
    (finding,) = findings(slow_blas, blas=blas(REFERENCE), packages=packages(own), path=leak)
    assert isinstance(finding.remedies[0], InstallSystem)


def test_condas_reference_blas_is_switched_by_conda() -> None:
    netlib = openblas(vendor="netlib", path="/home/ada/miniconda3/lib/libblas.so.3.9.0")
    (finding,) = findings(slow_blas, blas=blas(netlib), system=System(platform="linux", machine="x86_64"))
    assert finding.remedies[0] == Install(("libblas=*=*openblas",), title="switch conda-forge's BLAS to OpenBLAS")


def test_openblas_under_numpy_is_not_slow_whatever_scipy_has() -> None:
    assert findings(slow_blas, blas=blas(openblas())) == []
    scipys = openblas("scipy", vendor="netlib", path="/usr/lib/libblas.so.3")
    assert findings(slow_blas, blas=blas(openblas(), scipys)) == []


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
    assert len(findings(slow_blas, blas=both)) == found


def test_a_numpy_that_was_built_without_a_blas_is_the_slowest_case() -> None:
    bare = blas(examined=["numpy"], built_without=f"{SITE}/numpy/__config__.py")
    (finding,) = findings(slow_blas, blas=bare)
    assert finding.title.startswith("NumPy was built without a BLAS")
    assert outcome(slow_blas, blas=changed(bare, built_without=None)).status == "not-applicable"
    assert findings(slow_blas, blas=changed(bare, libraries=[openblas()])) == []
