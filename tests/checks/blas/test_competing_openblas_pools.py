"""BLA002 competing-openblas-pools: loud and quiet."""

from typing import Any

import pytest

from envdoctor.engine.remedies import Manual, SetEnv
from envdoctor.engine.rules import Confidence, Severity
from envdoctor.facts import Measure, Missing, Row
from envdoctor.testing import blas, changed, cpu, environment, findings, openblas, outcome
from envdoctor_checks.blas.competing_openblas_pools import competing_openblas_pools

pytestmark = pytest.mark.posix  # on Windows the rule does not apply

PAIR = blas(openblas("numpy", 2), openblas("scipy", 2, version="0.3.30"))


AS_IT_IS, T14, ONE = "as it is", "OPENBLAS_THREAD_TIMEOUT=14", "OPENBLAS_NUM_THREADS=1"


def measured(**figures: list[float]) -> Measure:
    """Twenty times slower as it is, and cured by a time-out of 14, which makes one library alone 1.4 times slower."""
    turns = {"as_is": [8.0, 8.1, 8.0], "t14": [0.4, 0.41, 0.4], "one": [2.0, 2.0, 2.0]} | figures
    names = {"as_is": AS_IT_IS, "t14": T14, "one": ONE}
    alone = {"as_is": [0.5, 0.5, 0.5], "t14": [0.7, 0.7, 0.7], "one": [0.5, 0.5, 0.5]}
    rows = [Row(work="products", size=200, setting=names[name], milliseconds=turns[name], copies=2) for name in names]
    rows += [Row(work="product and solve", size=100, setting=names[name], milliseconds=alone[name]) for name in names]
    return Measure(speeds=[], rows=rows, copies=["a", "b"])


def competing(**sections: Any) -> Any:
    return findings(competing_openblas_pools, **({"blas": PAIR} | sections))


def test_unmeasured_two_spinning_pools_are_an_info_that_says_what_it_may_cost_and_how_to_measure() -> None:
    (finding,) = competing()
    assert (finding.severity, finding.confidence) == (Severity.INFO, Confidence.POSSIBLE)
    assert finding.title == (
        "NumPy and SciPy each start their own OpenBLAS threads. "
        "On 4 CPUs that can make mixed code 28 times slower. To find out: envdoctor measure"
    )
    assert isinstance(finding.remedies[0], Manual)
    assert not any("OPENBLAS_THREAD_TIMEOUT" in str(remedy) for remedy in finding.remedies)
    assert finding.headline == ""


def test_with_8_cpus_and_more_it_has_a_place_in_the_verdict() -> None:
    (finding,) = competing(cpu=cpu(8))
    assert finding.headline == "NumPy and SciPy may slow each other down (to find out: envdoctor measure)"
    assert competing(cpu=cpu(64, usable=4, affinity=4))[0].headline == ""


def test_measured_they_are_a_certain_warning_with_the_factor_and_the_setting_that_was_measured() -> None:
    (finding,) = competing(measure=measured())
    assert (finding.severity, finding.confidence) == (Severity.WARNING, Confidence.CERTAIN)
    assert "20 times as long as it could" in finding.title
    assert finding.remedies[0] == SetEnv(
        {"OPENBLAS_THREAD_TIMEOUT": "14"},
        title="measured here: OPENBLAS_THREAD_TIMEOUT=14: alternating 200² work 20 times faster, "
        "100² work of one library alone 1.4 times slower (±1 %)",
    )
    seen = {(item.label, item.value) for item in finding.evidence}
    assert (T14, "200² products of 2 libraries in turn: 8 → 0.4 ms") in seen
    assert (ONE, "tried here: leaves the work of both slow") in seen


def test_a_setting_that_is_not_sure_is_words_and_no_fix() -> None:
    (finding,) = competing(measure=measured(as_is=[8.0, 90.0, 8.0], one=[9.0, 9.0, 9.0]))
    assert [type(remedy) for remedy in finding.remedies] == [Manual, Manual]
    assert "envdoctor measure --thorough" in str(finding.remedies[0])


def test_where_no_setting_cures_none_is_advised() -> None:
    seen = measured()
    larger = zip((AS_IT_IS, T14, ONE), (1.0, 9.0, 4.0), strict=True)
    rows = [Row(work="products", size=400, setting=name, milliseconds=[time] * 3, copies=2) for name, time in larger]
    (finding,) = competing(measure=changed(seen, rows=[*seen.rows, *rows]))
    assert [type(remedy) for remedy in finding.remedies] == [Manual]


def test_measured_without_harm_they_are_quiet() -> None:
    assert competing(measure=measured(as_is=[0.5, 0.5, 0.5], one=[0.6, 0.6, 0.6])) == []


def test_measured_with_a_time_out_that_does_not_cure_here_they_are_told() -> None:
    seen = measured()
    assert len(competing(environment=environment(OPENBLAS_THREAD_TIMEOUT="18"), measure=seen)) == 1


def test_what_is_not_clear_is_inconclusive() -> None:
    result = outcome(competing_openblas_pools, blas=PAIR, measure=measured(as_is=[8.0, 0.4, 8.0]))
    assert result.status == "unknown"
    assert "inconclusive: repeated runs disagree" in result.reason


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
