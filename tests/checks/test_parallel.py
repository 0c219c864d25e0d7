"""THR002 and THR007: BLAS inside other parallelism, and limits on how many threads may start."""

from typing import Any

from envdoctor.facts import Limits, Missing, TaskLimit, Workers
from envdoctor.rules import Edit, SetEnv, Severity
from envdoctor_checks import parallel
from tests.build import blas, cpu, distribution, environment, findings, openblas, outcome, packages

XDIST = packages(distribution("pytest-xdist"))
AUTO = Workers(tool="pytest-xdist", file="/p/pyproject.toml", setting="-n auto", count=None)


def nested(**sections: Any) -> Any:
    return findings(parallel.nested_parallelism, **({"blas": blas(openblas(threads=4)), "cpu": cpu(4)} | sections))


def test_a_worker_of_xdist_with_all_threads_is_found() -> None:
    worker = environment(PYTEST_XDIST_WORKER="gw1", PYTEST_XDIST_WORKER_COUNT="4")
    (finding,) = nested(environment=worker)
    assert "4 × 4 threads on 4 CPUs" in finding.title
    assert finding.remedies[0] == SetEnv({"OPENBLAS_NUM_THREADS": "1"})


def test_workers_share_what_there_is() -> None:
    worker = environment(PYTEST_XDIST_WORKER="gw1", PYTEST_XDIST_WORKER_COUNT="2")
    (finding,) = nested(environment=worker)
    assert finding.remedies[0] == SetEnv({"OPENBLAS_NUM_THREADS": "2"})


def test_a_worker_of_dask_without_a_limit_gets_the_nannys_setting() -> None:
    (finding,) = nested(environment=environment(DASK_PARENT="tcp://10.0.0.1:8786"))
    (edit,) = [remedy for remedy in finding.remedies if isinstance(remedy, Edit) and "dask" in remedy.file]
    assert edit.change == "distributed.nanny.pre-spawn-environ: {OPENBLAS_NUM_THREADS: 1}"


def test_a_limit_in_the_environment_is_quiet() -> None:
    worker = environment(PYTEST_XDIST_WORKER="gw1", PYTEST_XDIST_WORKER_COUNT="4", OMP_NUM_THREADS="2")
    assert nested(environment=worker, blas=blas(openblas(threads=2))) == []


def test_settings_that_start_workers_are_found_where_xdist_is_installed() -> None:
    (finding,) = nested(limits=Limits(workers=[AUTO]), packages=XDIST)
    assert ("/p/pyproject.toml", "-n auto") in [(seen.label, seen.value) for seen in finding.evidence]
    assert nested(limits=Limits(workers=[AUTO]), packages=packages()) == []


def test_settings_that_limit_threads_too_are_quiet() -> None:
    limited = Workers(tool="pytest-xdist", file="/p/pytest.ini", setting="-n 4", count=4, limited=True)
    assert nested(limits=Limits(workers=[limited]), packages=XDIST) == []


def test_without_workers_nothing_is_nested() -> None:
    assert nested() == []
    assert nested(limits=Missing("unreadable"), packages=XDIST) == []


def limit(maximum: int, current: int | None = None) -> Limits:
    return Limits(tasks=[TaskLimit(file="/sys/fs/cgroup/pids.max", maximum=maximum, current=current)])


def test_a_cgroup_without_room_for_the_pools_is_found() -> None:
    pair = blas(openblas("numpy", 64), openblas("scipy", 64))
    (finding,) = findings(parallel.process_limit, blas=pair, limits=limit(100, 20))
    assert finding.subject == "/sys/fs/cgroup/pids.max"
    assert finding.title == "BLAS starts 126 threads where 80 more may be started"
    assert finding.remedies[0] == SetEnv({"OPENBLAS_NUM_THREADS": "20"})


def test_a_users_limit_below_the_pools_is_found() -> None:
    (finding,) = findings(parallel.process_limit, blas=blas(openblas(threads=64)), limits=Limits(processes=50))
    assert finding.subject == "RLIMIT_NPROC (ulimit -u)"


def test_room_enough_is_quiet_and_an_unreadable_limit_unknown() -> None:
    assert findings(parallel.process_limit, blas=blas(openblas(threads=64)), limits=limit(4096, 200)) == []
    unread = Limits(tasks=Missing("/proc/self/mountinfo: Permission denied"))
    assert outcome(parallel.process_limit, blas=blas(openblas()), limits=unread).status == "unknown"


def test_a_limit_that_ends_the_program_while_blas_is_loaded_is_an_error() -> None:
    why = Missing(
        "signal 2 (SIGINT) while loading /site/numpy/_core/_multiarray_umath.so: "
        "OpenBLAS blas_thread_init: pthread_create failed for thread 1 of 2: Resource temporarily unavailable"
    )
    place = blas(examined=why, errors=why, openmp=why)
    (finding,) = findings(parallel.process_limit, blas=place, limits=Limits(processes=4))
    assert (finding.level, finding.remedies[0]) == (Severity.ERROR, SetEnv({"OPENBLAS_NUM_THREADS": "1"}))
    assert ("RLIMIT_NPROC (ulimit -u)", "4") in [(row.label, row.value) for row in finding.evidence]
    other = blas(examined=Missing("signal 2 (SIGINT) while loading /site/numpy/_core/_multiarray_umath.so"))
    assert outcome(parallel.process_limit, blas=other, limits=Limits(processes=4)).status == "unknown"
