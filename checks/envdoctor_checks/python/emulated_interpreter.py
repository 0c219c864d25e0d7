"""PY010: The Python is built for x86-64 and runs on an Arm processor (macOS."""

from collections.abc import Iterator

from envdoctor.api import (
    USERLAND,
    Evidence,
    Finding,
    Interpreter,
    Manual,
    OriginKind,
    Patient,
    Rule,
    Severity,
    System,
    Variables,
    check,
    kind_of,
)

PY010 = Rule("PY010", "emulated-interpreter", Severity.WARNING, varies=(Severity.INFO,))
SIXTY_FOUR = ("x86_64", "amd64", "arm64", "aarch64")
# A userland of 32 bits on a kernel of 64 is no mistake: the system's Python, and the container image's, fit theirs.


@check(PY010)
def emulated_interpreter(
    interpreter: Interpreter, system: System, environment: Variables, patient: Patient
) -> Iterator[Finding]:
    """By the kernel's own words: under Rosetta ``uname`` says x86_64, and its version still names the ARM64 kernel."""
    machine = interpreter.machine.lower()
    kernel = interpreter.markers.get("platform_version", "")
    identifier = environment.variables.get("PROCESSOR_IDENTIFIER", "")
    arm = "RELEASE_ARM64" in kernel or system.machine.lower() in ("arm64", "aarch64") or identifier.startswith("ARM")
    build = interpreter.build
    emulated = machine in ("x86_64", "amd64") and (arm and interpreter.platform in ("darwin", "win32"))
    if emulated:
        rosetta = interpreter.platform == "darwin"
        yield Finding(
            PY010,
            "x86-64",
            (
                Evidence("Python", f"{machine}: {build.splitlines()[0] if build else interpreter.version}"),
                Evidence("hardware", kernel if rosetta else identifier or system.machine),
            ),
            f"this Python is built for x86-64 and runs by {'Rosetta' if rosetta else 'emulation'} on an Arm processor",
            "Translated code is slower, and has no AVX; libraries made for this processor can't be used.",
            own_severity=None if rosetta else Severity.INFO,
            remedies=(Manual("install an arm64 Python, and make the environment again with it"),),
        )
    base = kind_of(patient.origin[-1].kind) if patient.origin else OriginKind.UNKNOWN
    if interpreter.pointer_bits == 32 and system.machine.lower() in SIXTY_FOUR:
        if interpreter.platform != "win32" and base in USERLAND:
            return
        yield Finding(
            PY010,
            "32-bit",
            (Evidence("Python", "32 bits"), Evidence("system", system.machine)),
            "this is a 32-bit Python on a 64-bit system",
            "NumPy and SciPy publish no wheels for it, and a process ends at 2 or 4 GB of memory.",
            remedies=(Manual("install a 64-bit Python, and make the environment again with it"),),
        )
