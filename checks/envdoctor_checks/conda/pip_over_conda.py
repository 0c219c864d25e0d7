"""CON007: A package of conda has another of the same name, put there by pip or a tool of its kind, in its place or
over it.
"""

import re
from collections.abc import Iterator

from envdoctor.api import Conda, CondaOverlap, Evidence, Finding, GiveBack, Manual, Prefix, Rule, Severity, check, known
from envdoctor_checks.conda._records import conda_records, unread

CON007 = Rule("CON007", "pip-over-conda", Severity.WARNING, guide=("pkg-8",), varies=(Severity.ERROR,))
_BLAS = r"(?:lib)?(?:c?blas|lapacke?|openblas|mkl|blis)$"
SHAPES = {
    "replaced": "pip took conda's files away and put its own in their place",
    "beside": "pip's files lie over conda's, with metadata of both",
    "overwritten": "pip's files lie over conda's",
    "unrecorded": "pip's stands where conda's was, and conda has lost its record of it",
}


def _shape(overlap: CondaOverlap) -> str:
    words = SHAPES.get(overlap.shape, "files of both lie in one place")
    return f"{words[0].upper()}{words[1:]}"


def _over(overlap: CondaOverlap) -> Severity | None:
    return (
        Severity.ERROR
        if overlap.package in ("python", "numpy", "numpy-base") or re.match(_BLAS, overlap.package)
        else None
    )


@check(CON007)
def pip_over_conda(conda: Conda, prefix: Prefix) -> Iterator[Finding]:
    conda_records(conda)
    for overlap in known(conda.overlaps):
        conda_side = overlap.conda_version or "record gone"
        yield Finding(
            CON007,
            overlap.package,
            (
                Evidence("conda", f"{overlap.package} {conda_side}"),
                Evidence("pip", f"{overlap.distribution} {overlap.pip_version or ''}".strip()),
                Evidence("seen", overlap.evidence),
            ),
            f"pip has put {overlap.distribution} {overlap.pip_version or ''} over conda's {overlap.package}".replace(
                "  ", " "
            ),
            f"{_shape(overlap)}. Each tool believes in its own files: an update or removal by either leaves a mixture.",
            own_severity=_over(overlap),
            remedies=(_restore(conda, prefix, overlap),),
        )
    unread(conda)


def _restore(conda: Conda, prefix: Prefix, overlap: CondaOverlap) -> GiveBack | Manual:
    if conda.frozen:
        return Manual(f"the people who froze {prefix.path} have to choose between the two")
    return GiveBack(
        overlap.distribution,
        overlap.package,
        overlap.pip_version or "",
        overlap.conda_version or "",
        twice=overlap.shape == "beside",
    )
