"""What the environment stands on: its base, the hardware, and the place it was made for."""

import re
from collections.abc import Iterator

from envdoctor.api import (
    Environment,
    Evidence,
    Finding,
    Installation,
    Interpreter,
    Manual,
    NotApplicable,
    Patient,
    Prefix,
    Recreate,
    Remedy,
    Rule,
    Run,
    Severity,
    System,
    check,
    known,
)

PY009 = Rule("PY009", "fragile-base", Severity.INFO, guide=("repro-1",))
PY010 = Rule("PY010", "emulated-interpreter", Severity.WARNING, varies=(Severity.INFO,))
PY011 = Rule("PY011", "moved-environment", Severity.WARNING, guide=("repro-1",))
# A folder that the next upgrade of its owner replaces by one of another name.
VERSIONED = {
    "homebrew": r"/Cellar/[^/]+/[^/]+/",
    "uv-python": r"[/\\](?:cpython|pypy|graalpy)-\d+\.\d+\.\d+[^/\\]*[/\\]",
    "mise": r"/installs/python/\d+\.\d+\.\d+[^/]*/",
}
SIXTY_FOUR = ("x86_64", "amd64", "arm64", "aarch64")
# A userland of 32 bits on a kernel of 64 is no mistake: the system's Python, and the container image's, fit theirs.
USERLAND = ("debian", "fedora", "alpine", "arch", "os-package", "docker-python", "unknown", "source")


@check(PY009)
def fragile_base(prefix: Prefix, patient: Patient) -> Iterator[Finding]:
    if not isinstance(prefix.configuration, dict) or len(patient.origin) < 2:
        raise NotApplicable("not a virtual environment")
    base = patient.origin[1]
    pattern = VERSIONED.get(base.kind)
    if pattern is None or not prefix.home or not prefix.home_exists or not re.search(pattern, f"{prefix.home}/"):
        return
    yield Finding(
        PY009,
        base.kind,
        (Evidence("pyvenv.cfg", f"home = {prefix.home}"), Evidence("base", f"{base.kind} {base.detail}".strip())),
        f"the base lies in a folder that an upgrade by {base.kind} may remove",
        "The environment points at one patch release; when that folder goes, the environment breaks (PY008).",
        nothing_to_do="until the upgrade comes: then make the environment anew.",
    )


@check(PY010)
def emulated_interpreter(
    interpreter: Interpreter, system: System, environment: Environment, patient: Patient
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
            severity=None if rosetta else Severity.INFO,
            remedies=(Manual("install an arm64 Python, and make the environment anew with it"),),
        )
    base = patient.origin[-1].kind if patient.origin else "unknown"
    if interpreter.pointer_bits == 32 and system.machine.lower() in SIXTY_FOUR:
        if interpreter.platform != "win32" and base in USERLAND:
            return
        yield Finding(
            PY010,
            "32-bit",
            (Evidence("Python", "32 bits"), Evidence("system", system.machine)),
            "this is a 32-bit Python on a 64-bit system",
            "NumPy and SciPy publish no wheels for it, and a process ends at 2 or 4 GB of memory.",
            remedies=(Manual("install a 64-bit Python, and make the environment anew with it"),),
        )


@check(PY011)
def moved_environment(installation: Installation, prefix: Prefix, patient: Patient) -> Iterator[Finding]:
    if prefix.configuration is None and not prefix.conda_meta:
        raise NotApplicable("not an environment")
    places = {place.path for place in installation.places} | {place.real for place in installation.places}
    for other, scripts in known(installation.script_prefixes).items():
        if other in places:
            continue
        remedies: tuple[Remedy, ...] = (Recreate(title="make the environment anew where it is now"),)
        if prefix.conda_meta and any(script.endswith("bin/conda-unpack") for script in scripts):
            remedies = (Run("let conda-pack rewrite the paths", (f"{prefix.path}/bin/conda-unpack",)), *remedies)
        yield Finding(
            PY011,
            prefix.path,
            (
                Evidence("is at", prefix.path),
                Evidence("was made for", other),
                *(Evidence("says so", script) for script in scripts[:3]),
            ),
            f"the environment was moved or copied here; its scripts still name {other}",
            "Its commands (pip among them) start the Python of the other place, or none at all.",
            remedies=remedies,
        )
