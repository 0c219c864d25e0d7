"""MKL: is it there for nothing, and what its licence asks for."""

import re
from collections.abc import Iterator

from envdoctor.api import Blas, Evidence, Finding, NotApplicable, Packages, Remove, Rule, Severity, check, known
from envdoctor_checks.blas import describe, users

BLA005 = Rule("BLA005", "mkl-installed-but-unused", Severity.INFO, guide=("blas-3", "blas-5"))
BLA006 = Rule("BLA006", "mkl-redistribution", Severity.INFO, guide=("blas-6",))
_NAME = re.compile(r"[A-Za-z0-9._-]+")


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


@check(BLA006)
def redistribution(blas: Blas) -> Iterator[Finding]:
    used = [library for library in blas.libraries if library.loaded and library.vendor == "mkl" and library.used_by]
    if not used:
        known(blas.examined)
        raise NotApplicable("MKL is not in use")
    yield Finding(
        BLA006,
        "mkl",
        tuple(Evidence(users(library), describe(library)) for library in used),
        "MKL is in use: its licence counts if you hand this environment on",
        "MKL is not open source. The Intel Simplified Software License allows unmodified binaries to be redistributed "
        "with its notice; an application that must consist of open-source software needs another BLAS.",
        nothing_to_do="unless you redistribute it.",
    )
