"""The rules of conda together, and what they judge by."""

import pytest

from envdoctor.engine.checks import Check
from envdoctor.engine.remedies import Edit
from envdoctor.testing import findings, outcome
from envdoctor_checks.conda.channel_priority_not_strict import priority_not_strict
from envdoctor_checks.conda.conda_forge_not_first import conda_forge_not_first
from envdoctor_checks.conda.condarc_ignored import condarc_ignored
from envdoctor_checks.conda.no_channels import no_channels
from envdoctor_checks.conda.nodefaults_in_condarc import nodefaults_in_condarc
from envdoctor_checks.conda.retired_channel import retired_channel
from tests.checks.conda._shared import configured, of_two


@pytest.mark.parametrize("check", [priority_not_strict, no_channels, condarc_ignored])
def test_pixi_reads_no_condarc(check: Check) -> None:
    assert outcome(check, conda=configured("a", "b", priority="flexible", flavour="pixi")).status == "not-applicable"


def test_a_variable_is_changed_by_hand() -> None:
    here = of_two(["defaults", "conda-forge", "nodefaults", "pytorch"], ["conda-forge"], "CONDA_CHANNELS")
    for check in (
        retired_channel,
        nodefaults_in_condarc,
        conda_forge_not_first,
    ):
        (finding,) = findings(check, conda=here)
        assert isinstance(finding.remedies[0], Edit) and finding.remedies[0].file == "CONDA_CHANNELS"
