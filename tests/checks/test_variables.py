"""THR003 to THR006: what the variables that limit threads do, and what they don't."""

import pytest

from envdoctor.facts import Environment, Missing, OpenMP
from envdoctor.rules import SetEnv, UnsetEnv
from envdoctor_checks import variables
from tests.build import blas, cpu, distribution, environment, findings, openblas, outcome, packages


def test_a_variable_that_leaves_cpus_idle_is_told() -> None:
    (finding,) = findings(
        variables.threads_capped,
        blas=blas(openblas(threads=1)),
        cpu=cpu(4),
        environment=environment(OMP_NUM_THREADS="1"),
    )
    assert finding.title == "OMP_NUM_THREADS=1 leaves 3 of 4 CPUs idle in BLAS"


def test_all_variables_that_would_decide_next_are_unset_together() -> None:
    set_ = environment(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
    (finding,) = findings(variables.threads_capped, blas=blas(openblas(threads=1)), cpu=cpu(4), environment=set_)
    assert finding.remedies == (UnsetEnv(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")),)


@pytest.mark.parametrize(
    ("threads", "set_"), [(4, environment()), (4, environment(OMP_NUM_THREADS="4")), (1, environment())]
)
def test_threads_that_no_variable_caps_are_quiet(threads: int, set_: Environment) -> None:
    assert findings(variables.threads_capped, blas=blas(openblas(threads=threads)), cpu=cpu(4), environment=set_) == []


def test_a_workers_limit_is_its_parents_decision() -> None:
    worker = environment(OMP_NUM_THREADS="1", PYTEST_XDIST_WORKER="gw0")
    result = outcome(variables.threads_capped, blas=blas(openblas(threads=1)), cpu=cpu(4), environment=worker)
    assert result.status == "not-applicable"


def test_unknown_threads_are_no_pass() -> None:
    silent = blas(openblas(threads=Missing("it does not tell")))
    for check in (variables.threads_capped, variables.variable_without_effect, variables.invalid_variable):
        assert outcome(check, blas=silent).status == "unknown"


def without_effect(*libraries: object, **set_: str) -> list[str]:
    found = findings(
        variables.variable_without_effect,
        blas=blas(*libraries),  # type: ignore[arg-type]
        cpu=cpu(4),
        environment=environment(**set_),
    )
    return [finding.subject for finding in found]


def test_another_vendors_variable_limits_nothing() -> None:
    (finding,) = findings(
        variables.variable_without_effect,
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
            variables.variable_without_effect,
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


@pytest.mark.parametrize("value", ["abc", "", "0", "-1", "2x"])
def test_what_is_no_number_of_threads_is_found(value: str) -> None:
    set_ = environment(OPENBLAS_NUM_THREADS=value)
    (finding,) = findings(variables.invalid_variable, blas=blas(openblas()), cpu=cpu(4), environment=set_)
    assert repr(value) in finding.title


@pytest.mark.parametrize("value", ["1", "4", " 2 ", "4,1"])
def test_what_is_a_number_or_a_list_is_quiet(value: str) -> None:
    set_ = environment(OMP_NUM_THREADS=value)
    assert findings(variables.invalid_variable, blas=blas(openblas()), cpu=cpu(4), environment=set_) == []


def test_an_invalid_variable_that_only_openmp_reads_is_found() -> None:
    runtime = OpenMP(runtime="libgomp", threads=4, path="/usr/lib/libgomp.so.1", used_by=["sklearn"], loaded=True)
    reference = openblas(vendor="netlib", threads=1, threading_layer=None)
    set_ = environment(OMP_NUM_THREADS="many")
    (finding,) = findings(
        variables.invalid_variable, blas=blas(reference, openmp=[runtime]), cpu=cpu(4), environment=set_
    )
    assert finding.subject == "OMP_NUM_THREADS"


def test_a_build_for_fewer_threads_than_cpus_is_told() -> None:
    big = blas(openblas(threads=64, maximum=64))
    assert len(findings(variables.build_limit, blas=big, cpu=cpu(96))) == 1
    assert findings(variables.build_limit, blas=big, cpu=cpu(64)) == []


def test_blis_takes_one_thread_with_or_without_a_limit() -> None:
    library = openblas(vendor="blis", threads=1)
    for name in ("OMP_NUM_THREADS", "BLIS_NUM_THREADS"):
        assert (
            findings(variables.threads_capped, blas=blas(library), cpu=cpu(4), environment=environment(**{name: "1"}))
            == []
        )
