"""What runs where: devices, drivers and builds."""

import pytest

from envdoctor.data import table
from envdoctor.ecosystem import accelerators
from envdoctor.ecosystem.accelerators import Driver, Machine, architecture_verdict, driver_verdict, newest
from envdoctor.ecosystem.versions import numbers


@pytest.mark.parametrize(
    ("capability", "entries", "verdict"),
    [
        ("9.0", "sm_80 sm_90", "runs"),
        ("8.9", "sm_80 sm_86", "runs"),  # binary code: same major, equal or higher minor
        ("8.0", "sm_86", "does not run"),
        ("7.0", "sm_75", "does not run"),
        ("12.0", "sm_90 compute_90", "runs"),  # PTX reaches newer ones
        ("7.0", "compute_90", "does not run"),
        ("9.0", "sm_90a", "runs"),
        ("10.3", "sm_100a", "does not run"),  # ties the code to exactly that device
        ("10.3", "sm_100f", "runs"),
        ("12.0", "compute_90a", "does not run"),
        ("12.0", "sm_100", "does not run"),
        ("12.1", "sm_120", "runs"),  # GB10
        ("8.7", "sm_80 sm_86", "does not run"),  # Jetson Orin: desktop code does not run on Tegra
        ("8.7", "sm_87", "runs"),
    ],
)
def test_architectures_fit_by_nvidias_rules(capability: str, entries: str, verdict: str) -> None:
    said = architecture_verdict(capability, entries.split())
    assert said and said.verdict == verdict


def test_ptx_wants_a_driver_as_new_as_the_build() -> None:
    def said(cuda: str) -> str:
        verdict = architecture_verdict("12.0", ["sm_90", "compute_90"], "12.9", Driver(cuda))
        return verdict.cause if verdict else "?"

    assert said("12.8") == accelerators.PTX
    assert said("12.9") == ""
    assert said("13.0") == ""


def test_ptx_serves_no_device_that_a_package_is_known_to_fail_on() -> None:
    def said(capability: str, entries: str) -> bool:
        verdict = architecture_verdict(capability, entries.split(), "12.5", Driver("13.0"), ptx_until="9.0")
        return bool(verdict and verdict.runs)

    assert said("9.0", "sm_89 compute_90")
    assert not said("10.0", "sm_89 compute_90")
    assert said("10.0", "sm_89 compute_90 sm_100")  # built by somebody else


def test_a_build_that_is_installed_belongs_to_the_row_of_its_release() -> None:
    def row(version: str, cuda: str = "13.0", system: str = LINUX) -> str | None:
        found = accelerators.comes_from("onnxruntime-gpu", version, cuda, system)
        return found.last if found else None

    assert row("1.31.0") == row("1.29.0") == "1.31.1"
    assert row("1.28.0") == row("1.27.0") == "1.28.0"
    assert row("1.26.0", "12.8") == "1.26.0"
    assert row("1.40.0") is None  # newer than what is known
    assert row("1.20.0", "12.2") is None
    assert row("1.28.0", system=ARM) is None


def test_nothing_listed_is_judged_by_what_the_compilers_know() -> None:
    assert architecture_verdict("9.0", []) is None
    assert architecture_verdict("9.0", ["gfx942"]) is None
    old, new = architecture_verdict("7.0", [], "13"), architecture_verdict("7.5", [], "13")
    assert old and old.cause == accelerators.OLDER
    assert new and new.runs
    pascal = architecture_verdict("6.1", [], "12", lowest="7.0")
    assert pascal and not pascal.runs


@pytest.mark.parametrize(
    ("build", "offered", "driver", "verdict"),
    [
        ("13.2", "12.2", "535.104.05", "does not run"),
        ("12.8", "12.2", "535.104.05", "runs with limits"),
        ("11.8", "12.2", "535.104.05", "runs"),
        ("12", "12.2", None, "runs"),
        ("13", "13.0", None, "runs"),
        ("13.2", "14.0", "610.10", "runs"),
        ("10.2", "10.1", "418.40", "does not run"),
        ("12.6", None, "525.60.13", "runs with limits"),
        ("12.6", None, "560.28.03", "runs"),
        ("12.6", None, "525.60.11", "does not run"),
        ("13.0", None, "580.65.06", "runs"),
        ("11.8", None, "450.80.02", "runs with limits"),
    ],
)
def test_builds_fit_drivers_by_nvidias_table(build: str, offered: str | None, driver: str | None, verdict: str) -> None:
    said = driver_verdict(build, Driver(offered, driver))
    assert said and said.verdict == verdict


def test_windows_has_its_own_drivers() -> None:
    said = driver_verdict("12.6", Driver(None, "527.00", windows=True))
    assert said and said.verdict == "does not run"


def test_what_the_table_does_not_know_is_no_judgement() -> None:
    assert driver_verdict("99.0", Driver(None, "580.65.06")) is None
    assert driver_verdict("garbage", Driver("13.0")) is None
    assert driver_verdict("13.0", Driver()) is None


LINUX, ARM, WINDOWS = "linux-x86_64", "linux-aarch64", "win32-x86_64"


@pytest.mark.parametrize(
    ("package", "system", "devices", "cuda", "driver", "expected"),
    [
        ("torch", LINUX, ("12.0",), "12.8", "570.124.06", ("12.8", "2.11.0")),  # RTX 5090 before driver 580
        ("torch", LINUX, ("10.0",), "12.8", "570.124.06", ("12.8", "2.11.0")),  # B200
        ("torch", LINUX, ("6.1",), "13.0", "580.95.05", ("12.6", "2.14.1")),  # GTX 1080
        ("torch", LINUX, ("7.0",), "13.0", "580.95.05", ("12.6", "2.14.1")),  # V100
        ("torch", LINUX, ("8.0",), "14.0", "610.10", ("13.2", "2.15.0")),
        ("torch", LINUX, ("8.0",), "12.2", "535.104.05", ("12.6", "2.14.1")),
        ("torch", LINUX, ("9.0",), "13.0", "580.159.04", ("13.0", "2.15.0")),
        ("torch", LINUX, ("3.7",), "11.4", "470.256.02", ("11.8", "2.7.1")),  # K80
        ("torch", LINUX, ("7.0", "12.0"), "12.8", "570.124.06", ("12.8", "2.10.0")),
        ("torch", LINUX, ("6.1", "12.0"), "13.0", "580.95.05", None),
        ("torch", LINUX, ("6.0",), "10.2", "440.33.01", None),
        ("torch", ARM, ("11.0",), "13.0", "580.95.05", ("13.0", "2.15.0")),  # Thor
        ("torch", ARM, ("12.1",), "13.0", "580.95.05", ("13.0", "2.15.0")),  # GB10
        ("torch", ARM, ("8.7",), "12.6", "540.4.0", None),  # Jetson Orin
        ("torch", ARM, ("7.5",), "13.0", "580.95.05", None),  # T4G
        ("torch", WINDOWS, ("12.0",), "12.8", "572.16", ("12.8", "2.11.0")),
        ("jaxlib", LINUX, ("6.1",), "13.0", "580.95.05", ("12", "0.12.0.1")),
        ("jaxlib", WINDOWS, ("8.6",), "13.0", "580.95", None),
        ("cupy", LINUX, ("7.0",), "13.0", "580.95.05", ("12", "14.2.0")),
        ("cupy", LINUX, ("8.0",), "11.4", "470.256.02", ("11", "13.6.0")),
        ("tensorflow", LINUX, ("9.0",), "13.0", "580.95.05", ("12.5", "2.21.0")),
        ("tensorflow", LINUX, ("12.0",), "13.0", "580.95.05", None),  # its PTX fails there
        ("tensorflow", LINUX, ("10.0",), "13.5", "620.70.06", None),
        ("tensorflow", LINUX, ("5.2",), "13.0", "580.95.05", None),
        ("tensorflow", ARM, ("9.0",), "12.8", "570.124.06", None),
        ("cudf", LINUX, ("8.0",), "12.4", "550.54.14", ("12", "26.10.2")),
        ("cudf", LINUX, ("8.0",), "12.0", "525.147.05", None),
        ("onnxruntime-gpu", LINUX, ("8.0",), "12.4", "550.54.14", ("12.8", "1.26.0")),
        ("onnxruntime-gpu", ARM, ("9.0",), "12.4", "550.54.14", None),
        ("onnxruntime-gpu", ARM, ("9.0",), "13.0", "580.95.05", ("13.0", "1.31.1")),  # GH200
        ("onnxruntime-gpu", ARM, ("11.0",), "13.0", "580.95.05", None),  # Thor
        ("onnxruntime-gpu", ARM, ("12.1",), "13.0", "580.95.05", ("13.0", "1.31.1")),  # GB10
        ("onnxruntime-gpu", LINUX, ("10.0",), "13.0", "580.95.05", ("13.0", "1.28.0")),  # B200
        ("onnxruntime-gpu", LINUX, ("10.3",), "13.0", "580.95.05", ("12.8", "1.26.0")),  # B300: by PTX
        ("onnxruntime-gpu", LINUX, ("7.0",), "13.0", "580.95.05", ("12.8", "1.26.0")),  # V100
        ("onnxruntime-gpu", LINUX, ("5.2",), "13.0", "580.95.05", None),
        ("onnxruntime-gpu", WINDOWS, ("5.2",), "13.0", "580.95", ("12.8", "1.26.0")),
        ("onnxruntime-gpu", WINDOWS, ("7.0",), "13.0", "580.95", None),  # its wheels for Windows lack V100
        ("onnxruntime-gpu", WINDOWS, ("9.0",), "13.0", "580.95", ("13.0", "1.28.0")),  # H100
    ],
)
def test_the_newest_build_that_runs_here(
    package: str, system: str, devices: tuple[str, ...], cuda: str, driver: str, expected: tuple[str, str] | None
) -> None:
    version = Driver(cuda, driver, windows=system == WINDOWS)
    offer = newest(package, Machine(system, version, devices, "3.12"))
    assert ((offer.cuda, offer.last) if offer else None) == expected


def test_a_build_has_wheels_for_the_python_or_is_not_offered() -> None:
    old = Machine(LINUX, Driver("11.4", "470.256.02"), ("3.7",), "3.14")
    assert newest("torch", old) is None


def test_a_driver_is_named_only_where_it_knows_the_device() -> None:
    assert accelerators.driver_that_runs("13.0", ["7.0"]) == "580"
    assert accelerators.driver_that_runs("12.6", ["3.7"]) is None  # Kepler ends with 470
    assert accelerators.driver_that_runs("12.8", ["12.0"]) == "570"
    assert accelerators.driver_that_runs("12.6", ["8.0"]) == "525.60.13"


def test_the_branches_of_the_driver_and_their_cuda_ascend() -> None:
    rows = table("gpu", "driver", accelerators.Branch)
    branches, versions = [row.branch for row in rows], [numbers(row.cuda) for row in rows]
    assert branches == sorted(branches)
    assert versions == sorted(versions)
    assert accelerators.cuda_of_branch(572) == (12, 8)
    assert accelerators.cuda_of_branch(300) is None
