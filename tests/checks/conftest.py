"""Whatever a rule finds in its tests: none of its remedies becomes a command that does harm."""

from collections.abc import Iterator
from typing import Any

import pytest

from envdoctor import testing
from envdoctor.engine.checks import Outcome
from envdoctor.engine.run import run
from tests.support.harm import harms


@pytest.fixture(autouse=True, scope="session")
def no_command_that_harms() -> Iterator[None]:
    def watched(facts: Any, check: Any, level: str = "advanced") -> Outcome:
        result = run(facts, check, level)
        assert harms(list(result.findings), facts) == []
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(testing, "run", watched)
        yield
