"""THR007 process-limit: loud and quiet."""

from envdoctor.engine.remedies import SetEnv
from envdoctor.engine.rules import Severity
from envdoctor.facts import Limits, Missing, TaskLimit
from envdoctor.testing import blas, findings, openblas, outcome
from envdoctor_checks.threads.process_limit import process_limit


def limit(maximum: int, current: int | None = None) -> Limits:
    return Limits(tasks=[TaskLimit(file="/sys/fs/cgroup/pids.max", maximum=maximum, current=current)])


def test_a_cgroup_without_room_for_the_pools_is_found() -> None:
    pair = blas(openblas("numpy", 64), openblas("scipy", 64))
    (finding,) = findings(process_limit, blas=pair, limits=limit(100, 20))
    assert finding.subject == "/sys/fs/cgroup/pids.max"
    assert finding.title == "BLAS starts 126 threads where 80 more may be started"
    assert finding.remedies[0] == SetEnv({"OPENBLAS_NUM_THREADS": "20"})


def test_a_users_limit_below_the_pools_is_found() -> None:
    (finding,) = findings(process_limit, blas=blas(openblas(threads=64)), limits=Limits(processes=50))
    assert finding.subject == "RLIMIT_NPROC (ulimit -u)"


def test_room_enough_is_quiet_and_an_unreadable_limit_unknown() -> None:
    assert findings(process_limit, blas=blas(openblas(threads=64)), limits=limit(4096, 200)) == []
    unread = Limits(tasks=Missing("/proc/self/mountinfo: Permission denied"))
    assert outcome(process_limit, blas=blas(openblas()), limits=unread).status == "unknown"


def test_a_limit_that_ends_the_program_while_blas_is_loaded_is_an_error() -> None:
    why = Missing(
        "signal 2 (SIGINT) while loading /site/numpy/_core/_multiarray_umath.so: "
        "OpenBLAS blas_thread_init: pthread_create failed for thread 1 of 2: Resource temporarily unavailable"
    )
    place = blas(examined=why, errors=why, openmp=why)
    (finding,) = findings(process_limit, blas=place, limits=Limits(processes=4))
    assert (finding.severity, finding.remedies[0]) == (Severity.ERROR, SetEnv({"OPENBLAS_NUM_THREADS": "1"}))
    assert ("RLIMIT_NPROC (ulimit -u)", "4") in [(row.label, row.value) for row in finding.evidence]
    other = blas(examined=Missing("signal 2 (SIGINT) while loading /site/numpy/_core/_multiarray_umath.so"))
    assert outcome(process_limit, blas=other, limits=Limits(processes=4)).status == "unknown"
