"""The rules of threads together, and what they judge by."""

from envdoctor.facts import Missing
from envdoctor.testing import blas, openblas, outcome
from envdoctor_checks.threads.invalid_thread_variable import invalid_variable
from envdoctor_checks.threads.thread_variable_without_effect import variable_without_effect
from envdoctor_checks.threads.threads_capped import threads_capped


def test_unknown_threads_are_no_pass() -> None:
    silent = blas(openblas(threads=Missing("it does not tell")))
    for check in (threads_capped, variable_without_effect, invalid_variable):
        assert outcome(check, blas=silent).status == "unknown"
