"""THR005 invalid-thread-variable: loud and quiet."""

import pytest

from envdoctor.facts import OpenMP
from envdoctor.testing import blas, cpu, environment, findings, openblas
from envdoctor_checks.threads.invalid_thread_variable import invalid_variable


@pytest.mark.parametrize("value", ["abc", "", "0", "-1", "2x"])
def test_what_is_no_number_of_threads_is_found(value: str) -> None:
    set_ = environment(OPENBLAS_NUM_THREADS=value)
    (finding,) = findings(invalid_variable, blas=blas(openblas()), cpu=cpu(4), environment=set_)
    assert repr(value) in finding.title


@pytest.mark.parametrize("value", ["1", "4", " 2 ", "4,1"])
def test_what_is_a_number_or_a_list_is_quiet(value: str) -> None:
    set_ = environment(OMP_NUM_THREADS=value)
    assert findings(invalid_variable, blas=blas(openblas()), cpu=cpu(4), environment=set_) == []


def test_an_invalid_variable_that_only_openmp_reads_is_found() -> None:
    runtime = OpenMP(runtime="libgomp", threads=4, path="/usr/lib/libgomp.so.1", used_by=["sklearn"], loaded=True)
    reference = openblas(vendor="netlib", threads=1, threading_layer=None)
    set_ = environment(OMP_NUM_THREADS="many")
    (finding,) = findings(invalid_variable, blas=blas(reference, openmp=[runtime]), cpu=cpu(4), environment=set_)
    assert finding.subject == "OMP_NUM_THREADS"
