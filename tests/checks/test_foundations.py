"""PY001, PY002, PY009, PY010, PY011: what the environment stands on."""

from typing import Any

import pytest

from envdoctor.facts import Attempt, Link, Start, System
from envdoctor.rules import Run, UnsetEnv
from envdoctor_checks.broken import broken_environment
from envdoctor_checks.foundations import emulated_interpreter, fragile_base, moved_environment
from envdoctor_checks.interpreter import does_not_start, end_of_life
from tests.build import PREFIX, environment, findings, installation, interpreter, outcome, patient, prefix


@pytest.mark.parametrize(
    ("recorded", "codes"),
    [
        ("2028-04-29T00:00:00Z", []),
        ("2028-05-01T00:00:00Z", ["PY002"]),
        ("2028-10-31T00:00:00Z", ["PY002"]),
        ("2028-11-01T00:00:00Z", ["PY001"]),
    ],
)
def test_the_end_of_python_3_12_is_told_half_a_year_before(recorded: str, codes: list[str]) -> None:
    assert [item.rule.code for item in findings(end_of_life, recorded=recorded)] == codes


UV = "/home/ada/.local/share/uv/python"


@pytest.mark.parametrize(
    ("kind", "home", "count"),
    [
        ("homebrew", "/opt/homebrew/Cellar/python@3.12/3.12.8/bin", 1),
        ("homebrew", "/opt/homebrew/opt/python@3.12/bin", 0),
        ("uv-python", f"{UV}/cpython-3.12.1-linux-x86_64-gnu/bin", 1),
        ("uv-python", f"{UV}/cpython-3.12-linux-x86_64-gnu/bin", 0),
        ("mise", "/home/ada/.local/share/mise/installs/python/3.12.1/bin", 1),
        ("mise", "/home/ada/.local/share/mise/installs/python/3.12/bin", 0),
        ("pyenv", "/home/ada/.pyenv/versions/3.12.1/bin", 0),
        ("debian", "/usr/bin", 0),
    ],
)
def test_a_base_in_a_folder_of_one_patch_release_is_fragile(kind: str, home: str, count: int) -> None:
    here = prefix(home=home, configuration={"home": home})
    chain = [Link(kind="venv", prefix=PREFIX), Link(kind=kind, prefix=home)]
    found = findings(fragile_base, prefix=here, patient=patient(origin=chain))
    assert [item.level for item in found] == ["info"] * count


def judged(
    base: str = "unknown", system: str = "x86_64", variables: dict[str, str] | None = None, **said: Any
) -> list[str]:
    found = findings(
        emulated_interpreter,
        interpreter=interpreter(**said),
        system=System(platform=said.get("platform", "linux"), machine=system),
        environment=environment(**(variables or {})),
        patient=patient(origin=[Link(kind=base, prefix="/x")]),
    )
    return [f"{item.subject} {item.level}" for item in found]


def test_rosetta_is_told_by_the_kernels_own_words() -> None:
    arm = {"platform_version": "Darwin Kernel Version 24.1.0: root:xnu-11215.41.3~2/RELEASE_ARM64_T6000"}
    intel = {"platform_version": "Darwin Kernel Version 22.6.0: root:xnu-8796.141.3~6/RELEASE_X86_64"}
    assert judged(platform="darwin", machine="x86_64", markers=arm) == ["x86-64 warning"]
    assert judged(platform="darwin", machine="x86_64", markers=intel) == []
    assert judged(platform="darwin", machine="arm64", system="arm64", markers=arm) == []


def test_windows_on_arm_is_information() -> None:
    arm = {"PROCESSOR_IDENTIFIER": "ARMv8 (64-bit) Family 8 Model 1 Revision 201, Qualcomm"}
    intel = {"PROCESSOR_IDENTIFIER": "Intel64 Family 6 Model 158 Stepping 10, GenuineIntel"}
    assert judged(platform="win32", machine="AMD64", system="AMD64", variables=arm) == ["x86-64 info"]
    assert judged(platform="win32", machine="AMD64", system="AMD64", variables=intel) == []


def test_a_32_bit_python_is_told_unless_the_userland_has_32_bits() -> None:
    assert judged(platform="win32", pointer_bits=32, system="AMD64") == ["32-bit warning"]
    assert judged("miniforge", pointer_bits=32) == ["32-bit warning"]
    assert judged("debian", pointer_bits=32, system="aarch64") == []
    assert judged(pointer_bits=32, system="i686") == []


def test_scripts_that_name_another_place_tell_a_move() -> None:
    moved = installation(script_prefixes={"/old/.venv": [f"{PREFIX}/bin/pip"]})
    (finding,) = findings(moved_environment, installation=moved)
    assert "/old/.venv" in finding.title
    assert finding.level == "warning"
    assert findings(moved_environment, installation=installation()) == []
    base = installation(script_prefixes={"/usr": [f"{PREFIX}/bin/tool"]})
    assert findings(moved_environment, installation=base) == []
    plain = prefix(configuration=None, home=None)
    assert outcome(moved_environment, installation=moved, prefix=plain).status == "not-applicable"


@pytest.mark.parametrize(("ended", "status"), [("no answer in 0.050 s", "unknown"), ("no answer in 4.9 s", "found")])
def test_a_python_that_had_no_time_to_answer_is_not_accused(ended: str, status: str) -> None:
    attempts = [Attempt(flags=["-I"], ended=ended, answered=False, stderr="")]
    result = outcome(does_not_start, start=Start(mode="none", attempts=attempts, culprits=[]))
    assert result.status == status


def test_an_active_environment_that_is_gone_is_to_be_forgotten_first() -> None:
    gone = prefix(exists=False, executable_exists=False, home=None, home_exists=None, configuration=None)
    (found,) = findings(broken_environment, prefix=gone, environment=environment(VIRTUAL_ENV=PREFIX))
    forget, again = found.remedies
    assert isinstance(forget, UnsetEnv) and forget.names == ("VIRTUAL_ENV",)
    assert isinstance(again, Run) and again.argv == ("python3", "-m", "venv", PREFIX)


def test_an_environment_without_its_configuration_is_broken_and_its_base_is_not() -> None:
    base = prefix(path="/usr", configuration=None, home=None, home_exists=None)
    assert outcome(broken_environment, prefix=base).status == "not-applicable"
    (found,) = findings(broken_environment, prefix=prefix(path="/usr", configuration=None, home=None, lost=PREFIX))
    (remedy,) = found.remedies
    assert found.subject == PREFIX
    assert isinstance(remedy, Run)
    assert remedy.argv == ("/usr/bin/python3.12", "-m", "venv", "--without-pip", PREFIX)
