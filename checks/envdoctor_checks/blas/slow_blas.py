"""BLA003: NumPy's products, solves and decompositions are done by the reference BLAS (netlib) or by ATLAS."""

from collections.abc import Iterator

from envdoctor.api import (
    Blas,
    Evidence,
    Finding,
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
)
from envdoctor_checks.blas._faster_blas import faster
from envdoctor_checks.blas._libraries import describe, users
from envdoctor_checks.threads._variables import NAMES

BLA003 = Rule("BLA003", "slow-blas", Severity.WARNING, guide=("blas-1",))


@check(BLA003)
def slow_blas(
    blas: Blas, system: System, packages: Packages | Missing | None = None, path: Path | Missing | None = None
) -> Iterator[Finding]:
    """Measured, 800² product: reference 134 ms, ATLAS 62 ms, OpenBLAS 12 ms on one machine.

    Where several are loaded (Debian's alternatives of BLAS and of LAPACK differ), `--deep` tells which one NumPy uses.
    """
    loaded = [library for library in blas.libraries if library.loaded and "numpy" in library.used_by]
    if not loaded and blas.built_without:
        yield _none(blas.built_without)
        return
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


def _none(config: str) -> Finding:
    return Finding(
        BLA003,
        "none",
        (Evidence(config, "no BLAS was found when this NumPy was built"),),
        "NumPy was built without a BLAS: its linear algebra is many times slower than with OpenBLAS",
        "It computes products in plain loops on one thread, and solves with the small LAPACK that it brings for such builds. "
        "Products of large matrices take ten to a hundred times as long.",
        remedies=(
            Manual(
                "install a NumPy that brings OpenBLAS: `pip install --force-reinstall --no-deps --only-binary=numpy numpy`, or from "
                "conda-forge"
            ),
            Manual("where it has to be built here, install OpenBLAS and its headers first (Debian: libopenblas-dev)"),
        ),
    )
