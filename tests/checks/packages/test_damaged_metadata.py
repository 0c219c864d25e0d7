"""PKG003 damaged-metadata: loud and quiet."""

from envdoctor.testing import distribution, packages
from envdoctor_checks.packages.damaged_metadata import damaged_metadata
from tests.checks.packages._shared import one


def test_damaged_metadata_is_named_and_what_others_own_is_not_judged() -> None:
    here = packages(
        distribution("lib", problem="METADATA is missing"),
        distribution("conda-lib", problem="METADATA is missing", owner="conda"),
    )
    assert one(damaged_metadata, packages=here).subject == "lib"


def test_much_damaged_metadata_is_one_finding() -> None:
    here = packages(*(distribution(f"lib{number}", problem="METADATA is missing") for number in range(9)))
    assert "9 distributions" in one(damaged_metadata, packages=here).title
