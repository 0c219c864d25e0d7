"""Every route of today with its commands, and how far each is proved: ``docs/routes.md`` is made by it (cog)."""

from collections.abc import Iterator

from envdoctor.fixes.shell import PowerShell, Shell
from envdoctor.guide.routes import PREFERENCES, Profile, Route, Step, filled, newest_with_wheels, route

# Steps that tests/real/test_routes.py follows word for word on Linux, by tool.
RUN = {
    "pip": {"project", "record"},
    "venv": {"environment", "record"},
    "poetry": {"tool", "project", "record"},
    "pdm": {"tool", "project", "record"},
    "conda": {"channel", "environment", "record"},
    "system": {"rest"},
}
SYSTEMS = (("linux", "x86_64"), ("macos", "arm64"), ("macos", "x86_64"), ("windows", "x86_64"))
NAMES = {
    ("linux", "x86_64"): "Linux",
    ("macos", "arm64"): "macOS, Apple silicon",
    ("macos", "x86_64"): "macOS, Intel",
    ("windows", "x86_64"): "Windows",
}


def profiles() -> Iterator[Profile]:
    """An advanced user of each tool on each system, with a GPU and without; on Linux also one with an older driver."""
    for system, machine in SYSTEMS:
        for prefer in PREFERENCES:
            python = "3.14" if prefer in ("conda", "pixi") else newest_with_wheels()
            yield profile(system, machine, prefer, python)
            if (system, machine) != ("macos", "x86_64"):
                yield profile(system, machine, prefer, python, "index" if system == "windows" else "plain")
            if system == "linux" and prefer not in ("conda", "pixi"):
                yield profile(system, machine, prefer, "3.14", "index")


def profile(system: str, machine: str, prefer: str, python: str, torch: str = "") -> Profile:
    word = "cu130" if system == "windows" else "cu126"
    return Profile(
        system=system,
        machine=machine,
        level="advanced",
        gpu=bool(torch),
        prefer=prefer,
        family="debian" if system == "linux" else "",
        python=python,
        torch=torch or "plain",
        index=word,
        url=f"https://download.pytorch.org/whl/{word}",
    )


def way(who: Profile) -> Route:
    return route(who, "today")


def proof(who: Profile, step: Step) -> str:
    """``run``, ``parsed``, or why neither."""
    if not step.lines(who, Shell()):
        return "–"
    if who.system == "linux" and step.id in RUN.get(who.prefer, ()):
        return "run"
    if who.system == "windows":
        return "neither: no PowerShell where the tests run"
    return "parsed"


def card(who: Profile) -> str:
    if not who.gpu:
        return "no"
    if who.system == "macos":
        return "Apple's"
    return "NVIDIA, driver before 580" if who.torch == "index" and who.system == "linux" else "NVIDIA"


def rows() -> Iterator[tuple[str, ...]]:
    for who in profiles():
        shell = PowerShell() if who.system == "windows" else Shell()
        for number, step in enumerate(way(who).steps(who), 1):
            lines = step.lines(who, shell)
            if step.snippet:
                lines = [f"pyproject.toml: {' '.join(filled(step.snippet, who).split())}", *lines]
            said = "<br>".join(f"`{line}`".replace("|", "\\|") for line in lines) or "–"
            first = (NAMES[who.system, who.machine], who.prefer, card(who)) if number == 1 else ("", "", "")
            yield (*first, f"{number}. {step.id}", said, proof(who, step))
