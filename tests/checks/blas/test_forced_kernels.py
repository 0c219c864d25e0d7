"""BLA004 forced-kernels: loud and quiet."""

from envdoctor.engine.remedies import UnsetEnv
from envdoctor.facts import Missing, Product, Trial, Truth
from envdoctor.testing import blas, cpu, environment, findings, openblas, outcome
from envdoctor_checks.blas.forced_kernels import forced_kernels

SKYLAKE = cpu(4, features=["avx", "avx2", "avx512f"])


def test_kernels_below_the_processors_are_found() -> None:
    forced = environment(OPENBLAS_CORETYPE="Haswell")
    (finding,) = findings(forced_kernels, blas=blas(openblas()), cpu=SKYLAKE, environment=forced)
    assert finding.subject == "OPENBLAS_CORETYPE"
    (remedy,) = finding.remedies
    assert isinstance(remedy, UnsetEnv)
    assert remedy.names == ("OPENBLAS_CORETYPE",)
    assert "bitwise" in remedy.unless


def test_a_variable_without_which_the_results_are_wrong_stays() -> None:
    forced = environment(OPENBLAS_CORETYPE="Haswell")
    bad = Product(routine="gemm", type="float64", shape=[257, 257, 257], entries=3)
    for without, count in (
        ({"asked": 512}, 1),
        ({"asked": 512, "wrong": [bad]}, 0),
        ({"ended": "signal 4 (SIGILL)"}, 0),
    ):
        trial = Trial(library="numpy", setting="without OPENBLAS_CORETYPE", **without)
        seen = blas(openblas(), truth=Truth(trials=[trial]))
        assert len(findings(forced_kernels, blas=seen, cpu=SKYLAKE, environment=forced)) == count


def test_the_processors_own_kernels_are_quiet() -> None:
    forced = environment(OPENBLAS_CORETYPE="Haswell")
    haswell = cpu(4, features=["avx", "avx2"])
    assert findings(forced_kernels, blas=blas(openblas()), cpu=haswell, environment=forced) == []


def test_a_variable_that_the_library_does_not_obey_is_quiet() -> None:
    forced = environment(OPENBLAS_CORETYPE="Prescott")
    assert findings(forced_kernels, blas=blas(openblas()), cpu=SKYLAKE, environment=forced) == []


def test_unknown_features_leave_forced_kernels_unknown() -> None:
    forced = environment(OPENBLAS_CORETYPE="Haswell")
    unknown = cpu(4, features=Missing("no /proc"))
    assert outcome(forced_kernels, blas=blas(openblas()), cpu=unknown, environment=forced).status == "unknown"
