"""THR003 threads-capped: loud and quiet."""

import pytest

from envdoctor.engine.remedies import UnsetEnv
from envdoctor.facts import Variables
from envdoctor.testing import blas, cpu, environment, findings, openblas, outcome
from envdoctor_checks.threads.threads_capped import threads_capped


def test_a_variable_that_leaves_cpus_idle_is_told() -> None:
    (finding,) = findings(
        threads_capped,
        blas=blas(openblas(threads=1)),
        cpu=cpu(4),
        environment=environment(OMP_NUM_THREADS="1"),
    )
    assert finding.title == "OMP_NUM_THREADS=1 leaves 3 of 4 CPUs idle in BLAS"


def test_all_variables_that_would_decide_next_are_unset_together() -> None:
    set_ = environment(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
    (finding,) = findings(threads_capped, blas=blas(openblas(threads=1)), cpu=cpu(4), environment=set_)
    assert finding.remedies == (UnsetEnv(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")),)


@pytest.mark.parametrize(
    ("threads", "set_"), [(4, environment()), (4, environment(OMP_NUM_THREADS="4")), (1, environment())]
)
def test_threads_that_no_variable_caps_are_quiet(threads: int, set_: Variables) -> None:
    assert findings(threads_capped, blas=blas(openblas(threads=threads)), cpu=cpu(4), environment=set_) == []


def test_a_workers_limit_is_its_parents_decision() -> None:
    worker = environment(OMP_NUM_THREADS="1", PYTEST_XDIST_WORKER="gw0")
    result = outcome(threads_capped, blas=blas(openblas(threads=1)), cpu=cpu(4), environment=worker)
    assert result.status == "not-applicable"


def test_blis_takes_one_thread_with_or_without_a_limit() -> None:
    library = openblas(vendor="blis", threads=1)
    for name in ("OMP_NUM_THREADS", "BLIS_NUM_THREADS"):
        assert findings(threads_capped, blas=blas(library), cpu=cpu(4), environment=environment(**{name: "1"})) == []


def test_a_layer_without_threads_that_a_variable_chose_is_told() -> None:
    chosen = environment(MKL_THREADING_LAYER="sequential", MKL_NUM_THREADS="4")
    library = openblas(vendor="mkl", threads=1, threading_layer="sequential")
    (finding,) = findings(threads_capped, blas=blas(library), cpu=cpu(4), environment=chosen)
    assert finding.title == "MKL_THREADING_LAYER=sequential leaves 3 of 4 CPUs idle in BLAS"
    assert finding.remedies == (UnsetEnv(("MKL_THREADING_LAYER",)),)


@pytest.mark.parametrize(("vendor", "layer", "value"), [("mkl", "gnu", "GNU"), ("openblas", "pthreads", "SEQUENTIAL")])
def test_a_layer_with_threads_or_another_library_is_quiet(vendor: str, layer: str, value: str) -> None:
    library = openblas(vendor=vendor, threads=4, threading_layer=layer)
    chosen = environment(MKL_THREADING_LAYER=value)
    assert findings(threads_capped, blas=blas(library), cpu=cpu(4), environment=chosen) == []
