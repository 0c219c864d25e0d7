"""THR008 process-pinned: loud and quiet; what THR001 makes of a process that is pinned."""

from envdoctor.engine.remedies import UnsetEnv
from envdoctor.facts import Pinned
from envdoctor.testing import blas, cpu, environment, findings, openblas
from envdoctor_checks.threads.more_threads_than_cpus import more_threads_than_cpus
from envdoctor_checks.threads.process_pinned import process_pinned

PIN = Pinned(after="/env/sklearn/utils/_openmp_helpers.so", before=8, now=1)


def test_the_variable_that_pins_is_named_and_unset() -> None:
    for variable, value in (("OMP_PROC_BIND", "close"), ("GOMP_CPU_AFFINITY", "0"), ("KMP_AFFINITY", "compact")):
        (finding,) = findings(process_pinned, blas=blas(pinned=PIN), environment=environment(**{variable: value}))
        assert finding.title == f"{variable} binds Python to 1 CPU of 8 as soon as OpenMP is loaded"
        assert finding.remedies == (UnsetEnv((variable,)),)


def test_a_process_that_keeps_its_cpus_is_quiet_whatever_is_set() -> None:
    assert findings(process_pinned, blas=blas(openblas()), environment=environment(OMP_PROC_BIND="close")) == []


def test_a_pinned_process_is_not_taken_for_a_small_machine() -> None:
    pinned = blas(openblas(threads=8), pinned=PIN)
    assert findings(more_threads_than_cpus, blas=pinned, cpu=cpu(8, affinity=1, usable=1)) == []
    (finding,) = findings(more_threads_than_cpus, blas=blas(openblas(threads=8)), cpu=cpu(8, affinity=1, usable=1))
    assert finding.rule.code == "THR001"
