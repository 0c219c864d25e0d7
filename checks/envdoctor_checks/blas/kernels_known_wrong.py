"""BLA016: The kernels of a loaded BLAS are known to compute wrongly in its release."""

from collections.abc import Iterator

from envdoctor.api import (
    Blas,
    Confidence,
    Evidence,
    Finding,
    NotApplicable,
    Rule,
    Severity,
    Truth,
    Variables,
    check,
    paths,
)
from envdoctor_checks.blas._bad_kernels import bad_kernels, cures, told
from envdoctor_checks.blas._libraries import users
from envdoctor_checks.blas._truth import AS_IT_IS, sound, with_kernels

BLA016 = Rule("BLA016", "kernels-known-wrong", Severity.WARNING, Confidence.LIKELY)


@check(BLA016)
def kernels_known_wrong(blas: Blas, environment: Variables) -> Iterator[Finding]:
    """The table ``kernels``, section ``bad``. Silent once results were compared here: they were right, or BLA013 tells that not."""
    loaded = [item for item in blas.libraries if item.loaded and item.used_by]
    if not loaded:
        raise NotApplicable("no BLAS is loaded")
    trials = blas.truth.trials if isinstance(blas.truth, Truth) else []
    compared = {item.library for item in trials if item.setting == AS_IT_IS and (sound(item) or item.wrong)}
    forced = environment.variables.get("OPENBLAS_CORETYPE", "").strip().lower()
    for item in loaded:
        row = bad_kernels(item)
        if row is None or compared.issuperset(item.used_by) or forced == row.instead.lower():
            continue
        yield Finding(
            BLA016,
            item.used_by[0],
            (
                Evidence(users(item), with_kernels(item)),
                told(row),
                *([Evidence("OPENBLAS_CORETYPE", environment.variables["OPENBLAS_CORETYPE"])] if forced else []),
            ),
            f"The {item.architecture} kernels of {paths.name(item.path)} are known to compute wrongly: {row.what}",
            "Nothing warns, and every result built on it may be wrong. Whether it is so here, `envdoctor check --deep` finds out: it "
            "compares some 500 results.",
            remedies=cures(row, item),
        )
