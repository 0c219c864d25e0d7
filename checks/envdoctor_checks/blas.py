"""The linear-algebra libraries under NumPy and SciPy: do they load, how many are there, are they fast?"""

import re
from collections.abc import Iterator

from envdoctor.api import (
    Blas,
    Confidence,
    Evidence,
    Finding,
    Install,
    Library,
    LoadError,
    Manual,
    Missing,
    NotApplicable,
    Packages,
    Path,
    Rule,
    Severity,
    System,
    check,
    known,
    megabytes,
)
from envdoctor_checks.faster import faster
from envdoctor_checks.settings import NAMES

BLA001 = Rule("BLA001", "duplicate-openblas", Severity.INFO, guide=("blas-1", "blas-2"))
BLA003 = Rule("BLA003", "slow-blas", Severity.WARNING, guide=("blas-1",))
BLA007 = Rule("BLA007", "blas-does-not-load", Severity.ERROR, guide=("blas-1",))
BLA008 = Rule("BLA008", "mixed-blas-vendors", Severity.INFO, guide=("blas-1",))
BLA011 = Rule("BLA011", "older-libstdc++-wins", Severity.ERROR)
# "…/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by …/ext.so)": glibc, elf/dl-version.c
_TOO_OLD = re.compile(r"^(\S*libstdc\+\+\S*): version [`'](\S+)' not found \(required by ([^)]+)\)")


@check(BLA007)
def does_not_load(blas: Blas, packages: Packages) -> Iterator[Finding]:
    errors = [error for error in known(blas.errors) if error.package in ("numpy", "scipy")]
    if not errors and not known(blas.examined):
        raise NotApplicable("neither NumPy nor SciPy is installed")
    seen: set[tuple[str, str]] = set()
    for error in errors:
        culprit = (error.package, error.message.partition(":")[0].rpartition("/")[2])  # one library, by several ways
        if culprit not in seen and not _TOO_OLD.match(error.message):
            seen.add(culprit)
            yield _broken(error, packages)


def _wanted(error: LoadError, packages: Packages) -> str:
    version = next((item.version for item in packages.distributions if item.key == error.package), None)
    return f"{error.package}=={version}" if isinstance(version, str) else error.package


def _broken(error: LoadError, packages: Packages) -> Finding:
    anew = Install((_wanted(error, packages),), force=True, title=f"install {error.package} anew")
    if error.message.startswith("signal "):
        other = Manual(f"install a build of {error.package} that this processor can run: an older one, or the system's")
        return Finding(
            BLA007,
            error.package,
            (Evidence("Python ended by", error.message), Evidence("loading", error.extension)),
            f"loading {error.package}'s linear-algebra library crashes Python: {error.message}",
            "The file is damaged, cut off (a full disk) or made for another processor; a crash can't be caught.",
            confidence=Confidence.LIKELY,
            remedies=(other if "SIGILL" in error.message else anew,),
        )
    library, colon, _ = error.message.partition(":")
    return Finding(
        BLA007,
        library if colon and "/" not in library and " " not in library else error.package,
        (Evidence("the loader says", error.message), Evidence("loading", error.extension)),
        f"{error.package}'s linear-algebra library does not load, so `import {error.package}` fails",
        "The dynamic loader refuses the extension or a library it is linked to; no Python code can work around that.",
        remedies=(anew,),
    )


@check(BLA011)
def older_libstdcxx_wins(blas: Blas) -> Iterator[Finding]:
    """By the loader's own refusal; nothing is inferred from version strings."""
    refused = [(error, match) for error in known(blas.errors) if (match := _TOO_OLD.match(error.message))]
    if not refused and not known(blas.examined):
        raise NotApplicable("no extension that was loaded needs it")
    for error, match in refused:
        library, version, extension = match.groups()
        yield Finding(
            BLA011,
            library,
            (Evidence("the loader says", error.message), Evidence("loading", error.extension)),
            f"{error.package} needs {version}, and the libstdc++ that loads is too old for it",
            f"{extension} was built with a newer compiler than {library}, which the loader finds first.",
            remedies=(
                Manual(
                    f"take the folder of {library} out of LD_LIBRARY_PATH and LD_PRELOAD, or install a newer libstdc++ "
                    "(conda: `libstdcxx-ng`; Debian: `libstdc++6`) there"
                ),
            ),
        )


@check(BLA001)
def duplicate_openblas(blas: Blas) -> Iterator[Finding]:
    """Sizes are in bytes; a copy is a file: links to one count once, equal content is told."""
    copies = [library for library in blas.libraries if library.vendor == "openblas"]
    if not copies:
        raise NotApplicable("no OpenBLAS here")
    if len(copies) < 2:
        return
    total = sum(library.bytes for library in copies if isinstance(library.bytes, int))
    from_wheels = all(".libs/" in library.path.replace("\\", "/") or ".dylibs" in library.path for library in copies)
    digests = [library.sha256 for library in copies if library.sha256]
    yield Finding(
        BLA001,
        "OpenBLAS",
        tuple(Evidence(users(library), describe(library, digests)) for library in copies),
        f"{len(copies)} copies of OpenBLAS on disk, {megabytes(total)}",
        "Each package brings the build it was tested with.",
        nothing_to_do="this is how PyPI wheels are made."
        if from_wheels
        else "on disk alone, copies cost nothing but room.",
    )


def users(library: Library) -> str:
    return ", ".join(library.used_by) or "used by none of the packages examined"


def describe(library: Library, digests: list[str | None] | list[str] = []) -> str:  # noqa: B006
    size = f", {megabytes(library.bytes)}" if isinstance(library.bytes, int) else ""
    version = f", {library.version}" if isinstance(library.version, str) else ""
    integers = f", {library.integers}" if isinstance(library.integers, str) else ""
    same = ", of the same content as another" if library.sha256 and digests.count(library.sha256) > 1 else ""
    return f"{library.path}{version}{integers}{size}{same}"


@check(BLA003)
def slow_blas(
    blas: Blas, system: System, packages: Packages | Missing | None = None, path: Path | Missing | None = None
) -> Iterator[Finding]:
    """Measured, 800² product: reference 134 ms, ATLAS 62 ms, OpenBLAS 12 ms on one machine.

    Where several are loaded (Debian's alternatives of BLAS and of LAPACK differ), `--deep` tells which one NumPy uses.
    """
    loaded = [library for library in blas.libraries if library.loaded and "numpy" in library.used_by]
    if not loaded:
        if "numpy" in known(blas.examined):
            known(blas.openmp)
        raise NotApplicable("NumPy loads no BLAS that is known")
    slow = [library for library in loaded if library.vendor in ("netlib", "atlas")]
    used = [library for library in slow if library.path == blas.numpy_uses]
    if not slow or not (used or len(slow) == len(loaded)):
        return
    slow = used or slow
    yield Finding(
        BLA003,
        slow[0].vendor,
        tuple(Evidence(users(library), describe(library)) for library in slow),
        f"NumPy does its linear algebra on {NAMES[slow[0].vendor]}, several times slower than OpenBLAS",
        "The reference BLAS is written to be read, not to be fast, and ATLAS was tuned for other processors, on one "
        "thread. Products, solves and decompositions of large matrices take five to ten times as long.",
        remedies=faster(slow[0], system, packages, path),
    )


@check(BLA008)
def mixed_vendors(blas: Blas) -> Iterator[Finding]:
    loaded = [library for library in blas.libraries if library.loaded and library.used_by]
    if not loaded:
        known(blas.examined)
        raise NotApplicable("no BLAS is loaded")
    vendors = list(dict.fromkeys(library.vendor for library in loaded))
    if len(vendors) < 2:
        return
    yield Finding(
        BLA008,
        " and ".join(sorted(vendors)),
        tuple(Evidence(users(library), describe(library)) for library in loaded),
        f"one process, {len(vendors)} kinds of BLAS: {' and '.join(NAMES.get(vendor, vendor) for vendor in vendors)}",
        "Each has threads and variables of its own: a limit that is set for one does not hold for the other, and "
        "results may differ in the last digits.",
        nothing_to_do="both work side by side; set the variables of both where threads are to be limited.",
    )
