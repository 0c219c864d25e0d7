"""BLA002 competing-openblas-pools: loud and quiet."""

from typing import Any

import pytest

from envdoctor.engine.remedies import Manual, SetEnv
from envdoctor.engine.rules import Confidence, Severity
from envdoctor.facts import Alternation, Measure, Missing
from envdoctor.testing import blas, changed, environment, findings, openblas, outcome
from envdoctor_checks.blas.competing_openblas_pools import competing_openblas_pools

pytestmark = pytest.mark.posix  # on Windows the rule does not apply

PAIR = blas(openblas("numpy", 2), openblas("scipy", 2, version="0.3.30"))


def measured(**changes: Any) -> Measure:
    """Twenty times slower as it is, and cured by the time-out."""
    seen = Alternation(
        paths=["a", "b"],
        size=200,
        one=0.0004,
        as_is=[22.0, 20.0, 18.0],
        cured=[0.9, 0.8, 0.9],
        factor=20.0,
        cured_factor=0.9,
        noise=1.02,
    )
    return Measure(speeds=[], alternation=changed(seen, **changes))


def competing(**sections: Any) -> Any:
    return findings(competing_openblas_pools, **({"blas": PAIR} | sections))


def test_unmeasured_two_spinning_pools_are_an_info_that_says_how_to_measure() -> None:
    (finding,) = competing()
    assert (finding.severity, finding.confidence) == (Severity.INFO, Confidence.POSSIBLE)
    assert "--measure" in finding.title
    assert finding.remedies[0] == Manual("find out what it costs on this machine: envdoctor measure")
    assert not any("OPENBLAS_THREAD_TIMEOUT" in str(remedy) for remedy in finding.remedies)


def test_a_time_out_that_was_seen_to_cure_nothing_here_is_not_advised() -> None:
    """On 8 processors 18 leaves products of 200² at 10 times the time on one thread and more."""
    slow = measured(cured=[14.0, 13.0, 15.0], cured_factor=14.0)
    assert outcome(competing_openblas_pools, blas=PAIR, measure=slow).findings == ()


def test_measured_they_are_a_certain_warning_with_the_factor() -> None:
    (finding,) = competing(measure=measured())
    assert (finding.severity, finding.confidence) == (Severity.WARNING, Confidence.CERTAIN)
    assert "20.0 ×" in finding.title
    assert finding.remedies[0] == SetEnv(
        {"OPENBLAS_THREAD_TIMEOUT": "18"}, title="let idle threads go to sleep after 2^18 cycles"
    )


def test_measured_without_harm_they_are_quiet() -> None:
    assert competing(measure=measured(as_is=[1.2, 1.1, 4.0], factor=1.2)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"noise": 1.3},
        {"disturbed": True},
        {"cured": [11.0, 12.0, 9.0], "cured_factor": 11.0},
        {"as_is": [20.0, 2.0, 19.0], "factor": 19.0},
    ],
)
def test_what_is_not_clear_is_inconclusive(changes: dict[str, Any]) -> None:
    result = outcome(competing_openblas_pools, blas=PAIR, measure=measured(**changes))
    assert result.status == "unknown"
    assert "inconclusive" in result.reason


def test_a_measurement_that_failed_leaves_it_unknown() -> None:
    result = outcome(competing_openblas_pools, blas=PAIR, measure=Missing("the measuring child: signal 11"))
    assert (result.status, result.reason) == ("unknown", "not measured: the measuring child: signal 11")


def test_too_many_threads_come_first() -> None:
    result = outcome(competing_openblas_pools, blas=PAIR, measure=Measure(speeds=[]))
    assert result.status == "not-applicable"


@pytest.mark.parametrize("timeout", ["18", "20", "4"])
def test_a_short_time_out_is_the_cure(timeout: str) -> None:
    assert competing(environment=environment(OPENBLAS_THREAD_TIMEOUT=timeout)) == []


def test_a_long_time_out_is_none() -> None:
    assert len(competing(environment=environment(OPENBLAS_THREAD_TIMEOUT="28"))) == 1


def test_one_pool_is_quiet_be_it_alone_or_beside_one_without_threads() -> None:
    assert competing(blas=blas(openblas())) == []
    assert competing(blas=blas(openblas("numpy", 2), openblas("scipy", 1))) == []


def test_older_copies_and_openmp_builds_do_not_spin_so_long() -> None:
    assert competing(blas=blas(openblas("numpy", 2), openblas("scipy", 2, version="0.3.21.dev"))) == []
    assert competing(blas=blas(openblas("numpy", 2), openblas("scipy", 2, threading_layer="openmp"))) == []
