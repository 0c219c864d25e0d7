"""BLA007: The extension of NumPy or SciPy that does the linear algebra can't be loaded."""

from collections.abc import Iterator

from envdoctor.api import (
    Blas,
    Confidence,
    Evidence,
    Finding,
    Install,
    Limits,
    LoadError,
    Manual,
    Missing,
    NotApplicable,
    Packages,
    Remedy,
    Rule,
    Severity,
    UnknownFact,
    Variables,
    check,
    known,
    paths,
)
from envdoctor_checks.blas._libraries import TOO_OLD
from envdoctor_checks.blas._load_causes import Cause, cause, limited

ILLEGAL = ("SIGILL", "0xC000001D")  # an instruction that the processor lacks, as POSIX and Windows tell it
# Microsoft's C++ run-time, which no wheel of NumPy brings (https://learn.microsoft.com/cpp/windows/latest-supported-vc-redist)
RUNTIME = ("msvcp140", "vcruntime140", "vcomp140", "concrt140", "ucrtbase")

HELD = "no answer in "
AGES = 3.0  # seconds; a shorter time is a matter of --timeout

BLA007 = Rule("BLA007", "blas-does-not-load", Severity.ERROR, guide=("blas-1",))


@check(BLA007)
def does_not_load(
    blas: Blas,
    packages: Packages,
    environment: Variables | Missing | None = None,
    limits: Limits | Missing | None = None,
) -> Iterator[Finding]:
    errors = [error for error in known(blas.errors) if error.package in ("numpy", "scipy") or _ends(error)]
    for error in errors:
        if error.message.startswith(HELD) and float(error.message.split()[3]) < AGES:
            raise UnknownFact(f"{error.message} while loading {error.extension}")
    if not errors and not known(blas.examined):
        raise NotApplicable("neither NumPy nor SciPy is installed")
    seen: set[tuple[str, str]] = set()
    for error in errors:
        culprit = (error.package, paths.name(error.message.partition(":")[0]))  # one library, by several ways
        if culprit not in seen and not TOO_OLD.match(error.message):
            seen.add(culprit)
            yield _broken(error, packages, environment if isinstance(environment, Variables) else None, limits)


def _ends(error: LoadError) -> bool:
    return error.message.startswith(("signal ", "status ", HELD))


def _wanted(error: LoadError, packages: Packages) -> str:
    version = next((item.version for item in packages.distributions if item.key == error.package), None)
    return f"{error.package}=={version}" if isinstance(version, str) else error.package


def _crashes(error: LoadError) -> bool:
    return error.message.startswith("status 0x") or (
        error.message.startswith("signal ") and "SIGKILL" not in error.message
    )


def _ended(error: LoadError) -> Finding:
    """Loading ends the process without a crash, or never ends: somebody's doing, which no new copy of the file cures."""
    held = error.message.startswith(HELD)
    killed = "SIGKILL" in error.message
    if held:
        words = "try again with a longer --timeout where the disk is slow; else see what it waits for: `strace -f python -c 'import numpy'`"
    elif killed:
        words = "see whether the system ends it for want of memory (`dmesg`, the job's limit), or a program that guards this machine"
    else:
        words = "see what it says: `python -c 'import numpy'`; a limit on memory (`ulimit -v`) ends OpenBLAS that way"
    return Finding(
        BLA007,
        error.package,
        (Evidence("it has given" if held else "Python ended by", error.message), Evidence("loading", error.extension)),
        f"loading {error.package}'s compiled files {'does not come to an end' if held else f'ends Python: {error.message}'}",
        f"`import {error.package}` runs the same code, and comes no further.",
        own_confidence=Confidence.LIKELY,
        remedies=(Manual(words.replace("import numpy", f"import {error.package}")),),
    )


def _by(found: Cause, error: LoadError, what: str) -> Finding:
    """The finding of a cause that is known; ``what`` is said of the error's words."""
    return Finding(
        BLA007,
        error.package,
        (Evidence(what, error.message), *found.evidence, Evidence("loading", error.extension)),
        found.title,
        found.why,
        own_confidence=found.confidence,
        remedies=(found.remedy,),
    )


def _broken(
    error: LoadError, packages: Packages, environment: Variables | None, limits: Limits | Missing | None
) -> Finding:
    anew: Remedy = Install((_wanted(error, packages),), force=True, title=f"install {error.package} again")
    if _ends(error) and not _crashes(error):
        tight = limited(error, limits) if error.message.startswith("status ") else None
        return _by(tight, error, "Python ended by") if tight else _ended(error)
    if _ends(error):
        other = Manual(f"install a build of {error.package} that this processor can run: an older one, or the system's")
        return Finding(
            BLA007,
            error.package,
            (Evidence("Python ended by", error.message), Evidence("loading", error.extension)),
            f"loading {error.package}'s linear-algebra library crashes Python: {error.message}",
            "The file is damaged, cut off (a full disk) or made for another processor; a crash can't be caught.",
            own_confidence=Confidence.LIKELY,
            remedies=(other if any(word in error.message for word in ILLEGAL) else anew,),
        )
    gone = error.message.rpartition("Not found: ")[2].lower() if "Not found: " in error.message else ""
    if gone.startswith(RUNTIME):
        anew = Manual("install Microsoft's Visual C++ run-time: winget install Microsoft.VCRedist.2015+.x64")
    if found := cause(error, environment, limits):
        return _by(found, error, "the loader says")
    library, colon, _ = error.message.partition(":")
    return Finding(
        BLA007,
        library if colon and "/" not in library and " " not in library else error.package,
        (Evidence("the loader says", error.message), Evidence("loading", error.extension)),
        f"{error.package}'s linear-algebra library does not load, so `import {error.package}` fails",
        "The dynamic loader refuses the extension or a library it is linked to; no Python code can work around that.",
        remedies=(anew,),
    )
