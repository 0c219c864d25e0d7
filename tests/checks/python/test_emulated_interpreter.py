"""PY010 emulated-interpreter: loud and quiet."""

from typing import Any

from envdoctor.facts import Link, System
from envdoctor.testing import environment, findings, interpreter, patient
from envdoctor_checks.python.emulated_interpreter import emulated_interpreter


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
    return [f"{item.subject} {item.severity}" for item in found]


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
