"""THR004 thread-variable-without-effect: loud and quiet."""

from envdoctor.engine.remedies import SetEnv
from envdoctor.testing import blas, cpu, distribution, environment, findings, openblas, packages
from envdoctor_checks.threads.thread_variable_without_effect import variable_without_effect


def without_effect(*libraries: object, **set_: str) -> list[str]:
    found = findings(
        variable_without_effect,
        blas=blas(*libraries),  # type: ignore[arg-type]
        cpu=cpu(4),
        environment=environment(**set_),
    )
    return [finding.subject for finding in found]


def test_another_vendors_variable_limits_nothing() -> None:
    (finding,) = findings(
        variable_without_effect,
        blas=blas(openblas()),
        cpu=cpu(4),
        environment=environment(MKL_NUM_THREADS="2"),
    )
    assert finding.subject == "MKL_NUM_THREADS"
    assert finding.remedies == (SetEnv({"OPENBLAS_NUM_THREADS": "2"}),)


def test_it_is_quiet_where_another_variable_limits_or_the_vendor_may_load_later() -> None:
    assert without_effect(openblas(threads=2), MKL_NUM_THREADS="2", OMP_NUM_THREADS="2") == []
    assert without_effect(openblas(), openblas(vendor="mkl", loaded=False, path="/x"), MKL_NUM_THREADS="2") == []
    torch = packages(distribution("torch"))
    assert (
        findings(
            variable_without_effect,
            blas=blas(openblas()),
            cpu=cpu(4),
            environment=environment(MKL_NUM_THREADS="2"),
            packages=torch,
        )
        == []
    )


def test_an_outranked_variable_with_another_number_is_told() -> None:
    assert without_effect(openblas(threads=4), OPENBLAS_NUM_THREADS="4", OMP_NUM_THREADS="1") == ["OMP_NUM_THREADS"]
    assert without_effect(openblas(threads=1), OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1") == []


def test_a_variable_that_this_build_does_not_read_is_told() -> None:
    assert without_effect(openblas(threading_layer="openmp"), OPENBLAS_NUM_THREADS="1") == ["OPENBLAS_NUM_THREADS"]
