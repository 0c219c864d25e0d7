"""PY022 login-node: loud and quiet."""

import pytest

from envdoctor.engine.rules import Severity
from envdoctor.facts import System
from envdoctor.testing import findings
from envdoctor_checks.python.login_node import HOW, login_node


@pytest.mark.parametrize("name", [*HOW, "another"])
def test_a_batch_system_without_a_job_is_worth_knowing(name: str) -> None:
    (finding,) = findings(login_node, system=System(platform="linux", machine="x86_64", scheduler=name))
    assert (finding.severity, finding.subject) == (Severity.INFO, name)


def test_other_machines_are_quiet() -> None:
    assert findings(login_node, system=System(platform="linux", machine="x86_64")) == []
