"""BLA002, BLA004, BLA009, BLA010: pools that compete, forced kernels, OpenMP run-times that meet."""

from typing import Any

import pytest

from envdoctor.facts import Alternation, Measure, Missing, OpenMP, System
from envdoctor.rules import Confidence, SetEnv, Severity, UnsetEnv
from envdoctor_checks import openmp, pools
from tests.build import blas, changed, cpu, environment, findings, openblas, outcome

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
    return findings(pools.competing_openblas_pools, **({"blas": PAIR} | sections))


def test_unmeasured_two_spinning_pools_are_an_info_that_says_how_to_measure() -> None:
    (finding,) = competing()
    assert (finding.level, finding.certainty) == (Severity.INFO, Confidence.POSSIBLE)
    assert "--measure" in finding.title


def test_measured_they_are_a_certain_warning_with_the_factor() -> None:
    (finding,) = competing(measure=measured())
    assert (finding.level, finding.certainty) == (Severity.WARNING, Confidence.CERTAIN)
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
    result = outcome(pools.competing_openblas_pools, blas=PAIR, measure=measured(**changes))
    assert result.status == "unknown"
    assert "inconclusive" in result.reason


def test_a_measurement_that_failed_leaves_it_unknown() -> None:
    result = outcome(pools.competing_openblas_pools, blas=PAIR, measure=Missing("the measuring child: signal 11"))
    assert (result.status, result.reason) == ("unknown", "not measured: the measuring child: signal 11")


def test_too_many_threads_come_first() -> None:
    result = outcome(pools.competing_openblas_pools, blas=PAIR, measure=Measure(speeds=[]))
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


SKYLAKE = cpu(4, features=["avx", "avx2", "avx512f"])


def test_kernels_below_the_processors_are_found() -> None:
    forced = environment(OPENBLAS_CORETYPE="Haswell")
    (finding,) = findings(pools.forced_kernels, blas=blas(openblas()), cpu=SKYLAKE, environment=forced)
    assert finding.subject == "OPENBLAS_CORETYPE"
    (remedy,) = finding.remedies
    assert isinstance(remedy, UnsetEnv)
    assert remedy.names == ("OPENBLAS_CORETYPE",)
    assert "bitwise" in remedy.unless


def test_the_processors_own_kernels_are_quiet() -> None:
    forced = environment(OPENBLAS_CORETYPE="Haswell")
    haswell = cpu(4, features=["avx", "avx2"])
    assert findings(pools.forced_kernels, blas=blas(openblas()), cpu=haswell, environment=forced) == []


def test_a_variable_that_the_library_does_not_obey_is_quiet() -> None:
    forced = environment(OPENBLAS_CORETYPE="Prescott")
    assert findings(pools.forced_kernels, blas=blas(openblas()), cpu=SKYLAKE, environment=forced) == []


def test_unknown_features_leave_forced_kernels_unknown() -> None:
    forced = environment(OPENBLAS_CORETYPE="Haswell")
    unknown = cpu(4, features=Missing("no /proc"))
    assert outcome(pools.forced_kernels, blas=blas(openblas()), cpu=unknown, environment=forced).status == "unknown"


def runtime(name: str, path: str, *users: str) -> OpenMP:
    return OpenMP(runtime=name, threads=4, path=path, used_by=list(users), loaded=True)


TWO_INTELS = blas(
    openblas(), openmp=[runtime("libiomp5", "/a/libiomp5.so", "torch"), runtime("libomp", "/b/libomp.so", "sklearn")]
)


@pytest.mark.parametrize(
    ("platform", "severity"), [("linux", Severity.WARNING), ("darwin", Severity.ERROR), ("win32", Severity.ERROR)]
)
def test_two_files_of_the_llvm_family_are_found(platform: str, severity: Severity) -> None:
    system = System(platform=platform, machine="x86_64")
    (finding,) = findings(openmp.competing_openmp, blas=TWO_INTELS, system=system)
    assert finding.level is severity


def test_what_lies_on_disk_and_is_not_loaded_meets_nobody() -> None:
    idle = changed(runtime("libomp", "/b/libomp.so", "torch"), loaded=False)
    meeting = blas(openblas(), openmp=[runtime("libiomp5", "/a/libiomp5.so"), idle])
    assert findings(openmp.competing_openmp, blas=meeting) == []
    assert outcome(openmp.competing_openmp, blas=blas(openmp=[idle])).status == "not-applicable"
    silenced = environment(KMP_DUPLICATE_LIB_OK="TRUE")
    (finding,) = findings(openmp.openmp_error_silenced, environment=silenced, blas=meeting)
    assert finding.level is Severity.INFO


def test_gnus_beside_intels_is_an_info() -> None:
    mixed = blas(openblas(), openmp=[runtime("libgomp", "/a/libgomp.so"), runtime("libiomp5", "/b/libiomp5.so")])
    (finding,) = findings(openmp.competing_openmp, blas=mixed)
    assert finding.level is Severity.INFO


def test_one_openmp_runtime_is_quiet() -> None:
    assert findings(openmp.competing_openmp, blas=blas(openblas(), openmp=[runtime("libgomp", "/a", "sklearn")])) == []


def test_a_silenced_openmp_error_is_an_info_and_with_two_runtimes_a_warning() -> None:
    silenced = environment(KMP_DUPLICATE_LIB_OK="TRUE")
    (alone,) = findings(openmp.openmp_error_silenced, blas=blas(openblas()), environment=silenced)
    (clash,) = findings(openmp.openmp_error_silenced, blas=TWO_INTELS, environment=silenced)
    assert (alone.level, clash.level) == (Severity.INFO, Severity.WARNING)


def test_an_openmp_error_that_is_not_silenced_is_quiet() -> None:
    for variables in ({}, {"KMP_DUPLICATE_LIB_OK": "FALSE"}):
        assert findings(openmp.openmp_error_silenced, blas=TWO_INTELS, environment=environment(**variables)) == []
