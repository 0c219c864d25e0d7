"""PY016 variable-names-nothing: loud and quiet."""

import msgspec
import pytest

from envdoctor.data import table
from envdoctor.engine.remedies import UnsetEnv
from envdoctor.facts import Variables
from envdoctor.probe.environment import HINTS
from envdoctor.testing import findings
from envdoctor_checks.python.variable_names_nothing import FileNamed, variable_names_nothing


def test_the_variable_is_named_and_taken_away() -> None:
    gone = Variables(variables={}, gone={"PIP_CERT": "/etc/corp.pem"})
    (finding,) = findings(variable_names_nothing, environment=gone)
    assert finding.evidence[0].value == "/etc/corp.pem"
    assert isinstance(finding.remedies[0], UnsetEnv)


def test_variables_that_name_what_is_there_are_quiet() -> None:
    assert findings(variable_names_nothing) == []


def test_the_probe_looks_for_every_variable_of_the_table() -> None:
    assert {row.name for row in table("files_named", "variables", FileNamed)} == HINTS


@pytest.mark.parametrize("row", table("files_named", "variables", FileNamed), ids=lambda row: row.name)
def test_every_row_can_be_told(row: FileNamed) -> None:
    gone = Variables(variables={}, gone={row.name: "/nowhere"})
    (finding,) = findings(variable_names_nothing, environment=gone)
    assert row.harm in finding.why
    assert msgspec.structs.asdict(row)["name"] == finding.subject
