"""FLT010 memory-limit-too-high: loud and quiet."""

import msgspec

from envdoctor.facts import Missing, Worker
from envdoctor.facts.fleet import Fleet, Member
from envdoctor_checks.fleet.memory_limit_too_high import memory_limit_too_high
from tests.support.fleets import found, group, job

GIB = 2**30


def workers(count: int, limit: int | None, memory: int | Missing | None) -> Fleet:
    worker = Worker(threads=1, memory_limit=limit, memory=memory)
    members = [Member(name=f"w-{number}", machine="m", role="worker", worker=worker) for number in range(count)]
    return job(msgspec.structs.replace(group("A", 1), members=members))


def test_limits_that_are_together_more_than_there_is_are_told() -> None:
    (finding,) = found(memory_limit_too_high, workers(4, 8 * GIB, 16 * GIB))
    assert finding.evidence[0].value == "4 workers may take 32.0 GiB of 16.0 GiB"
    assert finding.members == ("w-0", "w-1", "w-2", "w-3")


def test_limits_that_fit_and_what_is_unknown_are_quiet() -> None:
    assert found(memory_limit_too_high, workers(4, 4 * GIB, 16 * GIB)) == []
    assert found(memory_limit_too_high, workers(4, None, 16 * GIB)) == []
    assert found(memory_limit_too_high, workers(4, 8 * GIB, None)) == []
    assert found(memory_limit_too_high, job(group("A", 9))) == []
