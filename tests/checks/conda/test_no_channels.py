"""CON010 no-channels: loud and quiet."""

import pytest

from envdoctor.testing import outcome
from envdoctor_checks.conda.no_channels import no_channels
from tests.checks.conda._shared import configured


@pytest.mark.parametrize(
    ("version", "status"), [("25.9.0", "found"), ("26.7.0", "found"), ("25.7.0", "passed"), (None, "not-applicable")]
)
def test_no_channels_matter_from_conda_25_9_on(version: str | None, status: str) -> None:
    assert outcome(no_channels, conda=configured(version=version)).status == status
