"""BLA010: `KMP_DUPLICATE_LIB_OK` is set in the environment that the program starts in."""

from collections.abc import Iterator

from envdoctor.api import Blas, Evidence, Finding, Rule, Severity, UnsetEnv, Variables, check
from envdoctor_checks.blas._openmp import libomp_family

BLA010 = Rule("BLA010", "openmp-error-silenced", Severity.INFO, varies=(Severity.WARNING,))


@check(BLA010)
def openmp_error_silenced(environment: Variables, blas: Blas) -> Iterator[Finding]:
    value = environment.variables.get("KMP_DUPLICATE_LIB_OK")
    if value is None or value.strip().lower() not in ("1", "true", "t", "yes", "on"):
        return
    clash = libomp_family(blas.openmp) if isinstance(blas.openmp, list) else []
    yield Finding(
        BLA010,
        "KMP_DUPLICATE_LIB_OK",
        (
            Evidence("KMP_DUPLICATE_LIB_OK", value),
            *(Evidence(", ".join(item.used_by) or "-", item.path) for item in clash),
        ),
        "KMP_DUPLICATE_LIB_OK silences OpenMP's warning of two run-times in one process",
        "Intel calls this setting unsafe, unsupported and undocumented: the program goes on, and may crash or give "
        "wrong results. Importing scikit-learn sets it, too, and programs started from there inherit it.",
        own_severity=Severity.WARNING if clash else None,
        remedies=(UnsetEnv(("KMP_DUPLICATE_LIB_OK",)),),
    )
