"""BLA007: The extension of NumPy or SciPy that does the linear algebra can't be loaded."""

from collections.abc import Iterator

from envdoctor.api import (
    Blas,
    Confidence,
    Evidence,
    Finding,
    Install,
    LoadError,
    Manual,
    NotApplicable,
    Packages,
    Remedy,
    Rule,
    Severity,
    check,
    known,
    paths,
)
from envdoctor_checks.blas._libraries import TOO_OLD

ILLEGAL = ("SIGILL", "0xC000001D")  # an instruction that the processor lacks, as POSIX and Windows tell it
# Microsoft's C++ run-time, which no wheel of NumPy brings (https://learn.microsoft.com/cpp/windows/latest-supported-vc-redist)
RUNTIME = ("msvcp140", "vcruntime140", "vcomp140", "concrt140", "ucrtbase")

BLA007 = Rule("BLA007", "blas-does-not-load", Severity.ERROR, guide=("blas-1",))


@check(BLA007)
def does_not_load(blas: Blas, packages: Packages) -> Iterator[Finding]:
    errors = [error for error in known(blas.errors) if error.package in ("numpy", "scipy")]
    if not errors and not known(blas.examined):
        raise NotApplicable("neither NumPy nor SciPy is installed")
    seen: set[tuple[str, str]] = set()
    for error in errors:
        culprit = (error.package, paths.name(error.message.partition(":")[0]))  # one library, by several ways
        if culprit not in seen and not TOO_OLD.match(error.message):
            seen.add(culprit)
            yield _broken(error, packages)


def _wanted(error: LoadError, packages: Packages) -> str:
    version = next((item.version for item in packages.distributions if item.key == error.package), None)
    return f"{error.package}=={version}" if isinstance(version, str) else error.package


def _broken(error: LoadError, packages: Packages) -> Finding:
    anew: Remedy = Install((_wanted(error, packages),), force=True, title=f"install {error.package} anew")
    if error.message.startswith(("signal ", "status ")):
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
    library, colon, _ = error.message.partition(":")
    return Finding(
        BLA007,
        library if colon and "/" not in library and " " not in library else error.package,
        (Evidence("the loader says", error.message), Evidence("loading", error.extension)),
        f"{error.package}'s linear-algebra library does not load, so `import {error.package}` fails",
        "The dynamic loader refuses the extension or a library it is linked to; no Python code can work around that.",
        remedies=(anew,),
    )
