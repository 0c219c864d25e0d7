"""BLA001: More than one copy of OpenBLAS lies on disk."""

from collections.abc import Iterator

from envdoctor.api import Blas, Evidence, Finding, NotApplicable, Rule, Severity, check, megabytes, paths
from envdoctor_checks.blas._libraries import describe, users

BLA001 = Rule("BLA001", "duplicate-openblas", Severity.INFO, guide=("blas-1", "blas-2"))


@check(BLA001)
def duplicate_openblas(blas: Blas) -> Iterator[Finding]:
    """Sizes are in bytes; a copy is a file: links to one count once, equal content is told."""
    copies = [library for library in blas.libraries if library.vendor == "openblas"]
    if not copies:
        raise NotApplicable("no OpenBLAS here")
    if len(copies) < 2:
        return
    total = sum(library.bytes for library in copies if isinstance(library.bytes, int))
    from_wheels = all(
        any(part.endswith((".libs", ".dylibs")) for part in paths.parts(library.path)) for library in copies
    )
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
