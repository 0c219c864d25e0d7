"""BLA005: The distribution `mkl` is installed, nothing that is installed asks for it, and NumPy is linked to another
BLAS.
"""

from collections.abc import Iterator

from envdoctor.api import (
    Blas,
    Evidence,
    Finding,
    NotApplicable,
    Packages,
    Remove,
    Rule,
    Severity,
    check,
    known,
    pattern,
)
from envdoctor_checks.blas._libraries import describe, users

BLA005 = Rule("BLA005", "mkl-installed-but-unused", Severity.INFO, guide=("blas-3", "blas-5"))
_NAME = pattern(r"[A-Za-z0-9._-]+")


@check(BLA005)
def installed_but_unused(blas: Blas, packages: Packages) -> Iterator[Finding]:
    mkl = next((item for item in packages.distributions if item.key == "mkl"), None)
    if mkl is None:
        raise NotApplicable("MKL is not installed")
    used = [library for library in blas.libraries if library.loaded and "numpy" in library.used_by]
    if not used:
        known(blas.examined)
        raise NotApplicable("NumPy loads no BLAS that is known")
    wanted_by = [
        item.name
        for item in packages.distributions
        for line in (item.requires if isinstance(item.requires, list) else ())
        if (match := _NAME.match(line)) and match.group() == "mkl" and "extra ==" not in line
    ]
    if wanted_by or any(library.vendor == "mkl" for library in blas.libraries if library.loaded):
        return
    yield Finding(
        BLA005,
        "mkl",
        (Evidence("installed", f"mkl {mkl.version}, {mkl.path}"), Evidence(users(used[0]), describe(used[0]))),
        "MKL is installed, and NumPy does not use it",
        "A wheel of NumPy is linked to the OpenBLAS it brings; installing `mkl` beside it changes nothing, and takes "
        "about 690 MB (2026.2) with the libraries it needs.",
        remedies=(Remove(("mkl",)),),
    )
