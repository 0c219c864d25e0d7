"""Facts for tests, built with plain functions: a healthy patient, and what a test says differently."""

from typing import Any

import msgspec

from envdoctor.advice import advise
from envdoctor.engine import Loaded, run
from envdoctor.facts import (
    Attempt,
    Blas,
    Cpu,
    Distribution,
    Environment,
    Facts,
    Interpreter,
    Library,
    Link,
    Missing,
    Packages,
    Patient,
    Prefix,
    Start,
    System,
)
from envdoctor.names import normalise
from envdoctor.report import Report, Settings
from envdoctor.rules import Check, Evidence, Finding, Outcome, Rule, Severity
from envdoctor.selection import Selection

PREFIX = "/home/ada/fit/.venv"
SITE = f"{PREFIX}/lib/python3.12/site-packages"


def interpreter(**changes: Any) -> Interpreter:
    """CPython 3.12.1 on Linux, in a virtual environment."""
    values: dict[str, Any] = {
        "executable": f"{PREFIX}/bin/python",
        "prefix": PREFIX,
        "base_prefix": "/usr",
        "exec_prefix": PREFIX,
        "version": "3.12.1",
        "python_version": "3.12",
        "implementation": "cpython",
        "implementation_version": "3.12.1",
        "platform": "linux",
        "machine": "x86_64",
        "pointer_bits": 64,
        "sys_path": ["/usr/lib/python312.zip", "/usr/lib/python3.12", "/usr/lib/python3.12/lib-dynload", SITE],
        "flags": {"isolated": 0, "no_site": 0},
        "paths": {"purelib": SITE, "platlib": SITE, "scripts": f"{PREFIX}/bin", "stdlib": "/usr/lib/python3.12"},
        "config": {"EXT_SUFFIX": ".cpython-312-x86_64-linux-gnu.so"},
        "markers": {
            "implementation_name": "cpython",
            "implementation_version": "3.12.1",
            "os_name": "posix",
            "platform_machine": "x86_64",
            "platform_python_implementation": "CPython",
            "platform_release": "6.1.0",
            "platform_system": "Linux",
            "platform_version": "#1 SMP",
            "python_full_version": "3.12.1",
            "python_version": "3.12",
            "sys_platform": "linux",
        },
        "extension_suffixes": [".cpython-312-x86_64-linux-gnu.so", ".abi3.so", ".so"],
        "user_site": "/home/ada/.local/lib/python3.12/site-packages",
        "user_site_enabled": False,
    }
    return Interpreter(**(values | changes))


def distribution(name: str, version: str = "1.0", requires: list[str] | None = None, **changes: Any) -> Distribution:
    """One installed by pip into the patient's site-packages."""
    location = changes.pop("location", SITE)
    values: dict[str, Any] = {
        "name": name,
        "key": normalise(name),
        "version": version,
        "location": location,
        "path": f"{location}/{name}-{version}.dist-info",
        "installer": "pip",
        "requires": requires or [],
    }
    return Distribution(**(values | changes))


def packages(*distributions: Distribution, **changes: Any) -> Packages:
    return Packages(distributions=list(distributions), **changes)


def openblas(package: str = "numpy", threads: int | Missing = 4, **changes: Any) -> Library:
    """The copy of OpenBLAS that a wheel of ``package`` brings."""
    values: dict[str, Any] = {
        "vendor": "openblas",
        "version": "0.3.31",
        "threads": threads,
        "threading_layer": "pthreads",
        "architecture": "Haswell",
        "path": f"{SITE}/{package}.libs/libscipy_openblas-{package}.so",
        "bytes": 25_000_000,
        "used_by": [package],
        "loaded": True,
    }
    return Library(**(values | changes))


def blas(*libraries: Library, **changes: Any) -> Blas:
    users = [user for library in libraries for user in library.used_by]
    return Blas(libraries=list(libraries), **({"examined": users} | changes))


def cpu(logical: int = 4, **changes: Any) -> Cpu:
    """``logical`` processors, all of them usable."""
    return Cpu(**({"logical": logical, "physical": logical, "affinity": logical, "usable": logical} | changes))


def prefix(**changes: Any) -> Prefix:
    """A virtual environment whose base is there."""
    values: dict[str, Any] = {
        "path": PREFIX,
        "exists": True,
        "executable": f"{PREFIX}/bin/python",
        "executable_exists": True,
        "link": "/usr/bin/python3.12",
        "configuration": {"home": "/usr/bin", "version": "3.12.1", "include-system-site-packages": "false"},
        "home": "/usr/bin",
        "home_exists": True,
        "site_packages": [SITE],
    }
    return Prefix(**(values | changes))


def start(mode: str = "normal", *attempts: Attempt, culprits: tuple[str, ...] = ()) -> Start:
    return Start(mode=mode, attempts=list(attempts), culprits=list(culprits))


def patient(**changes: Any) -> Patient:
    values: dict[str, Any] = {
        "executable": f"{PREFIX}/bin/python",
        "prefix": PREFIX,
        "base_prefix": "/usr",
        "version": "3.12.1",
        "implementation": "cpython",
        "chosen": "the active environment (VIRTUAL_ENV)",
        "origin": [Link(kind="venv", prefix=PREFIX, evidence=["pyvenv.cfg"]), Link(kind="unknown", prefix="/usr")],
    }
    return Patient(**(values | changes))


def facts(**sections: Any) -> Facts:
    """A healthy patient of 2026-11-23: nothing installed, no project. Name a section to say it differently."""
    values: dict[str, Any] = {
        "recorded": "2026-11-23T12:00:00Z",
        "patient": patient(),
        "start": start(),
        "prefix": prefix(),
        "system": System(platform="linux", machine="x86_64", release="6.1.0", distribution="debian"),
        "environment": Environment(variables={}),
        "interpreter": interpreter(),
        "cpu": cpu(),
        "packages": packages(),
        "blas": blas(),
        "project": None,
    }
    return Facts(**(values | sections))


def environment(**variables: str) -> Environment:
    return Environment(variables=variables)


def outcome(check: Check, **sections: Any) -> Outcome:
    """How ``check`` ends on a healthy patient with these sections."""
    return run(facts(**sections), Loaded(check))


def findings(check: Check, **sections: Any) -> list[Finding]:
    """The findings of ``check``; it must have come to a verdict."""
    result = outcome(check, **sections)
    assert result.status in ("found", "passed"), result
    return list(result.findings)


def changed(value: Any, **changes: Any) -> Any:
    """A copy of a struct with other values."""
    return msgspec.structs.replace(value, **changes)


def report(*given: Finding, level: str = "advanced", prefer: str = "", **sections: Any) -> Report:
    """The report on a healthy patient with these sections, on which checks found ``given``."""
    known = facts(**sections, level=level)
    rules = tuple(dict.fromkeys(finding.rule for finding in given))
    check = Check("made-up", rules, lambda: (), ())
    outcomes = [Outcome(check, given, "found" if given else "passed")]
    advice = advise(known, outcomes, Selection(), {}, (), prefer)
    settings = Settings(level=level, prefer=prefer)
    return Report("0.1.0", (), known, tuple(outcomes), advice, settings, 0.1)


def finding(code: str = "PKG001", *remedies: Any, severity: Severity = Severity.ERROR, **changes: Any) -> Finding:
    """One of a rule made up for it, about ``subject``."""
    values: dict[str, Any] = {
        "subject": "scipy needs numpy",
        "evidence": (Evidence("requirement", "numpy>=2"),),
        "title": "scipy needs numpy>=2, and numpy 1.26.4 is installed",
        "why": "Importing it may fail.",
    }
    return Finding(Rule(code, f"rule-{code.lower()}", severity), remedies=remedies, **(values | changes))
