"""The rules of gpu together, and what they judge by."""

import pytest

from envdoctor_checks.gpu._fit import architecture_fit, driver_fit


@pytest.mark.parametrize(
    ("capability", "entries", "verdict"),
    [
        ("9.0", "sm_80 sm_90", "fits"),
        ("8.9", "sm_80 sm_86", "fits"),  # binary code: same major, equal or higher minor
        ("8.0", "sm_86", "does not fit"),
        ("7.0", "sm_75", "does not fit"),
        ("12.0", "sm_90 compute_90", "fits"),  # PTX reaches newer ones
        ("7.0", "compute_90", "does not fit"),
        ("9.0", "sm_90a", "fits"),
        ("10.3", "sm_100a", "does not fit"),  # ties the code to exactly that device
        ("10.3", "sm_100f", "fits"),
        ("12.0", "compute_90a", "does not fit"),
        ("12.0", "sm_100", "does not fit"),
    ],
)
def test_architectures_fit_by_nvidias_rules(capability: str, entries: str, verdict: str) -> None:
    fit = architecture_fit(capability, entries.split())
    assert fit and fit.verdict == verdict


def test_nothing_listed_is_no_judgement() -> None:
    assert architecture_fit("9.0", []) is None
    assert architecture_fit("9.0", ["gfx942"]) is None


@pytest.mark.parametrize(
    ("build", "offered", "driver", "verdict"),
    [
        ("13.2", "12.2", "535.104.05", "does not fit"),
        ("12.8", "12.2", "535.104.05", "limited"),
        ("11.8", "12.2", "535.104.05", "fits"),
        ("12", "12.2", None, "fits"),
        ("13", "13.0", None, "fits"),
        ("10.2", "10.1", "418.40", "does not fit"),
        ("12.6", None, "525.60.13", "fits"),
        ("12.6", None, "525.60.11", "does not fit"),
        ("13.0", None, "580.65.06", "fits"),
        ("11.8", None, "450.80.02", "fits"),
    ],
)
def test_builds_fit_drivers_by_nvidias_table(build: str, offered: str | None, driver: str | None, verdict: str) -> None:
    fit = driver_fit(build, offered, driver)
    assert fit and fit.verdict == verdict


def test_windows_has_its_own_drivers() -> None:
    fit = driver_fit("12.6", None, "527.00", windows=True)
    assert fit and fit.verdict == "does not fit"


def test_what_the_table_does_not_know_is_no_judgement() -> None:
    assert driver_fit("99.0", None, "580.65.06") is None
