"""The rules of conda together, and what they judge by."""

from envdoctor_checks.conda._channels import families
from tests.checks.conda._shared import configured


def test_a_channel_counts_as_what_it_is_made_of() -> None:
    urls = {"m": ["https://h.org/x", "https://conda.anaconda.org/conda-forge"], "defaults": ["https://h.org/y"]}
    assert families(configured("m", "defaults", channel_urls=urls)) == ["conda-forge"]
    assert families(configured("defaults", "conda-forge")) == ["defaults", "conda-forge"]
