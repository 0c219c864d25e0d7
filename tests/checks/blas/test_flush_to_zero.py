"""BLA014 flush-to-zero: loud and quiet; what is named as the culprit, and what is advised."""

from typing import Any

import pytest

from envdoctor.engine.remedies import Manual, UnsetEnv
from envdoctor.engine.rules import Severity
from envdoctor.facts import Flush, Missing
from envdoctor.testing import blas, environment, findings, openblas, outcome
from envdoctor_checks.blas.flush_to_zero import flush_to_zero

FAST = "/env/lib/python3.12/site-packages/fastm.so"


def told(*flushes: Flush, **variables: str) -> Any:
    return findings(flush_to_zero, blas=blas(openblas(), flushes=list(flushes)), environment=environment(**variables))


def test_a_library_that_sets_it_is_named() -> None:
    (finding,) = told(Flush(how="load", what=FAST, library=FAST))
    assert finding.severity == Severity.WARNING
    assert finding.title == "fastm.so makes Python treat numbers below 2.2e-308 as zero"
    assert finding.subject == FAST
    assert [item.value for item in finding.evidence] == [f"0.0 after loading {FAST}"]


def test_a_library_that_another_one_brings_is_named_with_it() -> None:
    (finding,) = told(Flush(how="load", what=FAST, library="/env/lib/libfast.so.1"))
    assert finding.title.startswith("libfast.so.1 makes")
    assert finding.evidence[1].value == "/env/lib/libfast.so.1"


def test_imports_that_show_it_are_one_finding() -> None:
    (finding,) = told(*[Flush(how="import", what=name) for name in ("fit", "fitplot")])
    assert finding.title.startswith("import fit makes")
    assert finding.evidence[-1].value == "fitplot"


@pytest.mark.posix
def test_a_preloaded_library_is_taken_back_only_where_it_is_alone() -> None:
    start = Flush(how="start", what="", library="/opt/fast.so")
    (finding,) = told(start, LD_PRELOAD="/opt/fast.so")
    assert finding.remedies == (
        UnsetEnv(("LD_PRELOAD",), title="start Python without LD_PRELOAD, which names nothing else"),
    )
    (finding,) = told(start, LD_PRELOAD="/opt/jemalloc.so /opt/fast.so")
    assert [type(remedy) for remedy in finding.remedies] == [Manual]


def test_something_at_the_start_that_nobody_knows_is_told_all_the_same() -> None:
    (finding,) = told(Flush(how="start", what=""))
    assert finding.title.startswith("something at the start of Python makes")


def test_without_it_nothing_is_told_and_unknown_is_no_pass() -> None:
    assert told() == []
    for flushes, status in (([], "passed"), (None, "not-applicable"), (Missing("why"), "unknown")):
        facts = blas(openblas(), flushes=flushes)
        assert outcome(flush_to_zero, blas=facts, environment=environment()).status == status
