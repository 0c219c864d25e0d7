"""THR002 nested-parallelism: loud and quiet."""

from typing import Any

from envdoctor.engine.remedies import Edit, SetEnv
from envdoctor.facts import Limits, Missing, Workers
from envdoctor.testing import blas, cpu, distribution, environment, findings, openblas, packages
from envdoctor_checks.threads.nested_parallelism import nested_parallelism

XDIST = packages(distribution("pytest-xdist"))
AUTO = Workers(tool="pytest-xdist", file="/p/pyproject.toml", setting="-n auto", count=None)


def nested(**sections: Any) -> Any:
    return findings(nested_parallelism, **({"blas": blas(openblas(threads=4)), "cpu": cpu(4)} | sections))


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
