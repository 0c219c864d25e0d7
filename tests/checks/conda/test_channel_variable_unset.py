"""CON023 channel-variable-unset: loud and quiet."""

from envdoctor.testing import findings
from envdoctor_checks.conda.channel_variable_unset import channel_variable_unset
from tests.checks.conda._shared import FILE, configured


def test_a_variable_that_a_channel_names_and_nobody_set_is_a_warning() -> None:
    known = configured("https://conda.anaconda.org/t/<redacted>/lab", unset={"ANACONDA_TOKEN": FILE})
    (found,) = findings(channel_variable_unset, conda=known)
    assert found.severity == "warning" and found.subject == "ANACONDA_TOKEN"
    assert FILE in {line.label for line in found.evidence}


def test_a_variable_that_is_set_is_quiet() -> None:
    assert findings(channel_variable_unset, conda=configured("conda-forge")) == []
