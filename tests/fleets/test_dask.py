"""Asking a cluster, with a cluster made up: whatever answers, or does not, is one row of the verdict."""

import asyncio
import json
import sys
import types
from collections.abc import Callable
from typing import Any

import pytest

from envdoctor.fleets.dask import NoClusterError, gathered


class Made:
    """A client of a cluster whose workers answer as they are told; each request is the text that would be run there."""

    scheduler = types.SimpleNamespace(address="tcp://127.0.0.1:8786")

    def __init__(self, workers: dict[str, Callable[[str], Any]], names: dict[str, str] | None = None) -> None:
        self.workers = workers
        self.names = names or dict.fromkeys(workers, "")
        self.asked: list[object] = []

    async def _run_on_scheduler(self, function: object, text: str) -> Any:
        assert function is eval
        return self.names if "distributed.scheduler" in text else eval(text)

    async def _run(self, function: object, text: str, workers: list[str]) -> dict[str, Any]:
        self.asked.append(function)
        answer = self.workers[workers[0]](text)
        return {workers[0]: await answer if asyncio.iscoroutine(answer) else answer}


def outcome(client: Made, deadline: float = 20) -> tuple[list[str], dict[str, str]]:
    fleet = asyncio.run(gathered(client, deadline)).fleet(one_job=True).fleet
    there = [member.name for group in fleet.groups for member in group.members]
    return sorted(there), {absent.name: absent.why for absent in fleet.missing}


def gone(text: str) -> Any:
    raise OSError("Timed out trying to connect to tcp://10.0.0.7:1")


def says(answer: object) -> Callable[[str], Any]:
    return lambda text: "1" if "exec(" in text else answer


def test_a_process_answers_and_nothing_of_ours_is_left_in_it() -> None:
    client = Made({"tcp://a:1": eval}, {"tcp://a:1": "3"})
    there, missing = outcome(client)
    assert (there, missing) == (["client", "scheduler", "worker 3"], {})
    assert set(client.asked) == {eval}
    assert "_envdoctor_asked" not in sys.modules


def test_who_hangs_dies_or_talks_nonsense_is_named_and_the_others_are_heard() -> None:
    async def hangs() -> None:
        await asyncio.sleep(600)

    client = Made(
        {
            "tcp://a:1": lambda text: hangs(),
            "tcp://b:1": gone,
            "tcp://c:1": says("nonsense"),
            "tcp://d:1": says("[]"),
            "tcp://e:1": says(json.dumps({"failed": "reading its files took more than 9 s"})),
            "tcp://f:1": says(json.dumps({"facts": {"machine": {}}})),
        }
    )
    there, missing = outcome(client, 5)
    assert (there, missing.get("client")) == (["client", "scheduler"], None)
    assert missing["tcp://a:1"] == "no answer within 5 s"
    assert missing["tcp://b:1"].startswith("it went away while it was asked (Timed out")
    assert missing["tcp://e:1"] == "reading its files took more than 9 s"
    assert all("not what was asked for" in missing[f"tcp://{one}:1"] for one in "cdf")


def test_a_scheduler_that_does_not_answer_is_no_cluster() -> None:
    class Silent(Made):
        async def _run_on_scheduler(self, function: object, text: str) -> Any:
            await asyncio.sleep(600)

    with pytest.raises(NoClusterError, match="does not answer within"):
        asyncio.run(gathered(Silent({}), 0.1))
