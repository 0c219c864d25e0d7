"""BLA004 forced-kernels: loud and quiet."""

from typing import Any

from envdoctor.engine.remedies import UnsetEnv
from envdoctor.facts import Measure, Missing, Product, Trial, Truth, Unforced
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


def timed(**changes: Any) -> Measure:
    """A product that takes 9 ms with the forced kernels, and 5 ms without."""
    values: dict[str, Any] = {
        "path": openblas().path,
        "without": ["OPENBLAS_CORETYPE"],
        "size": 512,
        "as_is": 0.009,
        "free": 0.005,
        "spread": 1.1,
    }
    return Measure(speeds=[], unforced=[Unforced(**(values | changes))])


def unless(**sections: Any) -> str:
    (finding,) = findings(forced_kernels, cpu=SKYLAKE, environment=environment(OPENBLAS_CORETYPE="Haswell"), **sections)
    (remedy,) = finding.remedies
    assert isinstance(remedy, UnsetEnv)
    return remedy.unless


def test_what_is_gained_is_told_once_it_was_measured() -> None:
    forced = environment(OPENBLAS_CORETYPE="Haswell")
    (finding,) = findings(forced_kernels, blas=blas(openblas()), cpu=SKYLAKE, environment=forced, measure=timed())
    assert finding.evidence[-1].value == "512² product: 1.8 × the time it takes without it"
    assert "1.8 times as long here" in finding.why


def test_the_advice_says_what_nobody_found_out() -> None:
    right = Truth(trials=[Trial(library="numpy", setting="without OPENBLAS_CORETYPE", asked=512)])
    alone, compared = blas(openblas()), blas(openblas(), truth=right)
    assert "--deep" in unless(blas=alone)
    assert "--measure" in unless(blas=alone)
    assert "--deep" in unless(blas=alone, measure=timed())
    assert "--measure" not in unless(blas=alone, measure=timed())
    assert "--deep" not in unless(blas=compared)
    assert unless(blas=compared, measure=timed()) == "results must be bitwise the same on several machines"


def test_a_variable_without_which_products_come_no_sooner_or_fail_stays() -> None:
    forced = environment(OPENBLAS_CORETYPE="Haswell")
    quiet = ({"free": 0.0088}, {"free": 0.012}, {"free": 0.0, "ended": "the measuring child: signal 4 (SIGILL)"})
    for changes in quiet:
        seen = timed(**{"spread": 1.01, **changes})
        assert findings(forced_kernels, blas=blas(openblas()), cpu=SKYLAKE, environment=forced, measure=seen) == []


def test_times_that_vary_by_more_than_they_differ_decide_nothing() -> None:
    assert "--measure" in unless(blas=blas(openblas()), measure=timed(free=0.008, spread=1.6))
    assert "--measure" in unless(blas=blas(openblas()), measure=timed(free=0.010, spread=1.6))
    assert "--measure" in unless(blas=blas(openblas()), measure=Missing("no answer"))


def test_a_variable_that_keeps_from_kernels_known_to_be_wrong_stays() -> None:
    forced = environment(OPENBLAS_CORETYPE="Haswell")
    for version, count in (("0.3.20", 0), ("0.3.21", 1), ("0.3.6", 0), ("0.3.14.dev", 1)):
        seen = blas(openblas(version=version))
        assert len(findings(forced_kernels, blas=seen, cpu=SKYLAKE, environment=forced)) == count
