"""The linear-algebra libraries under NumPy and SciPy: do they load, how many are there?"""

from collections.abc import Iterator

from envdoctor.api import (
    Blas,
    Evidence,
    Finding,
    Install,
    Library,
    LoadError,
    NotApplicable,
    Packages,
    Rule,
    Severity,
    check,
    known,
    megabytes,
)

BLA001 = Rule("BLA001", "duplicate-openblas", Severity.INFO, guide=("blas-1", "blas-2"))
BLA007 = Rule("BLA007", "blas-does-not-load", Severity.ERROR, guide=("blas-1",))


@check(BLA007)
def does_not_load(blas: Blas, packages: Packages) -> Iterator[Finding]:
    errors = [error for error in known(blas.errors) if error.package in ("numpy", "scipy")]
    if not errors and not known(blas.examined):
        raise NotApplicable("neither NumPy nor SciPy is installed")
    for error in errors:
        yield _broken(error, packages)


def _broken(error: LoadError, packages: Packages) -> Finding:
    version = next((item.version for item in packages.distributions if item.key == error.package), None)
    wanted = f"{error.package}=={version}" if isinstance(version, str) else error.package
    library, colon, _ = error.message.partition(":")
    return Finding(
        BLA007,
        library if colon and "/" not in library and " " not in library else error.package,
        (Evidence("the loader says", error.message), Evidence("loading", error.extension)),
        f"{error.package}'s linear-algebra library does not load, so `import {error.package}` fails",
        "The dynamic loader refuses the extension or a library it is linked to; no Python code can work around that.",
        remedies=(Install((wanted,), force=True, title=f"install {error.package} anew"),),
    )


@check(BLA001)
def duplicate_openblas(blas: Blas) -> Iterator[Finding]:
    """Sizes are in bytes; copies are told apart by their real path."""
    copies = [library for library in blas.libraries if library.vendor == "openblas"]
    if not copies:
        raise NotApplicable("no OpenBLAS here")
    if len(copies) < 2:
        return
    total = sum(library.bytes for library in copies if isinstance(library.bytes, int))
    from_wheels = all(".libs/" in library.path.replace("\\", "/") or ".dylibs" in library.path for library in copies)
    yield Finding(
        BLA001,
        "OpenBLAS",
        tuple(Evidence(_users(library), _describe(library)) for library in copies),
        f"{len(copies)} copies of OpenBLAS on disk, {megabytes(total)}",
        "Each package brings the build it was tested with.",
        nothing_to_do="this is how PyPI wheels are made."
        if from_wheels
        else "on disk alone, copies cost nothing but room.",
    )


def _users(library: Library) -> str:
    return ", ".join(library.used_by) or "used by none of the packages examined"


def _describe(library: Library) -> str:
    size = f", {megabytes(library.bytes)}" if isinstance(library.bytes, int) else ""
    version = f", {library.version}" if isinstance(library.version, str) else ""
    return f"{library.path}{version}{size}"
