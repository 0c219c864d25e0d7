"""CON014 old-conda: loud and quiet."""

import pytest

from envdoctor.testing import conda, findings
from envdoctor_checks.conda.old_conda import old_conda


@pytest.mark.parametrize(("version", "count"), [("23.9.0", 1), ("4.12.0", 1), ("23.10.0", 0), ("26.7.0", 0)])
def test_conda_before_23_10_is_old(version: str, count: int) -> None:
    assert len(findings(old_conda, conda=conda(version=version))) == count
