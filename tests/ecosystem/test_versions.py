"""Versions compare alike everywhere, and packaging knows which specifiers exclude one another."""

import pytest

from envdoctor.ecosystem.versions import excludes_all, is_newer, minor_of, numbers, same_version, tightest
from envdoctor.fixes.constraints import contradictory


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("535.104.05", (535, 104, 5)),
        ("12.4", (12, 4)),
        ("3.12-dev", (3, 12)),
        ("0.3.22rc1.post0", (0, 3, 22)),
        ("0.3.dev", (0, 3)),
        ("9" * 30, (int("9" * 20),)),
        ("", ()),
        ("pypy3.9", ()),
        ("²", ()),
    ],
)
def test_the_numbers_a_version_begins_with(version: str, told: tuple[int, ...]) -> None:
    assert numbers(version) == told
    assert numbers(version, 2) == told[:2]


def test_spellings_of_one_version_are_the_same() -> None:
    assert same_version("2.0-rc1", "2.0rc1")
    assert not same_version("2.0", "2.0.1")
    assert same_version("nightly", "nightly")
    assert is_newer("2.0", "2.0rc1")
    assert not is_newer("nightly", "1.0")
    assert minor_of("3.12.1") == "3.12"


@pytest.mark.parametrize("specifier", [">=2,<1", "==1.0,==1.1", ">=1,<2,!=1.*", "~=1.4,<1", ">=2,<2"])
def test_specifiers_that_no_version_meets_exclude_all(specifier: str) -> None:
    assert excludes_all(specifier)
    assert contradictory(f"numpy{specifier}")
    assert contradictory(f"numpy[extra]({specifier})")


@pytest.mark.parametrize("specifier", [">1,<1.0.1", ">=1.0a1,<1.0a2", "==1.*,!=1.0", ">=1,<2"])
def test_specifiers_that_some_version_meets_do_not(specifier: str) -> None:
    assert not excludes_all(specifier)
    assert not contradictory(f"numpy{specifier}")


@pytest.mark.parametrize("requirement", ["numpy", "numpy>=1", "numpy @ https://x.org/a,b.whl", "numpy>=x,<y", ""])
def test_what_is_no_set_of_specifiers_contradicts_nobody(requirement: str) -> None:
    assert not contradictory(requirement)


@pytest.mark.parametrize(
    "parts, kept",
    [
        (["==1.26.4", "<2.7", ">=1.26.4"], ["==1.26.4"]),
        (["<2.7", "==1.26.4"], ["==1.26.4"]),
        (["==1.26.4", ">=2"], ["==1.26.4", ">=2"]),  # they exclude each other, and that is to be seen
        (["==1.26.*", "<2.7", "<1.27"], ["==1.26.*", "<1.27"]),
        (["==1.0", "nonsense"], ["==1.0", "nonsense"]),
    ],
)
def test_a_pin_implies_the_bounds_that_admit_it(parts: list[str], kept: list[str]) -> None:
    assert tightest(parts) == kept
