"""Whatever a rule finds in its tests: none of its remedies becomes a command that does harm, leaves what
it is to settle, is done by a tool that does not start, or changes what is no culprit."""

from collections.abc import Iterator
from typing import Any

import pytest

from envdoctor import testing
from envdoctor.engine.checks import Outcome
from envdoctor.engine.run import run
from envdoctor.facts import Facts
from tests.support.astray import astray
from tests.support.harm import harms
from tests.support.settled import unsettled


@pytest.fixture(autouse=True, scope="module")
def no_command_that_harms() -> Iterator[None]:
    def watched(facts: Any, check: Any, level: str = "advanced") -> Outcome:
        result = run(facts, check, level)
        assert harms(list(result.findings), facts) == []
        if isinstance(facts, Facts):
            assert astray(list(result.findings), facts) == []
        assert unsettled(list(result.findings), facts, check) == []
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(testing, "run", watched)
        yield
