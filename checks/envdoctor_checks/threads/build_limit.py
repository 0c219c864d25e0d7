"""THR006: More CPUs are usable than the loaded OpenBLAS can have threads."""

from collections.abc import Iterator

from envdoctor.api import Blas, Cpu, Evidence, Finding, Rule, Severity, check
from envdoctor_checks.threads._libraries import counted_libraries, limits_seen
from envdoctor_checks.threads._variables import NAMES

THR006 = Rule("THR006", "build-limit", Severity.INFO, guide=("blas-7",))


@check(THR006)
def build_limit(blas: Blas, cpu: Cpu) -> Iterator[Finding]:
    for library in counted_libraries(blas, cpu):
        if isinstance(library.maximum, int) and 1 < library.maximum < cpu.usable:
            yield Finding(
                THR006,
                library.path,
                (Evidence(library.path, f"built for at most {library.maximum} threads"), *limits_seen(cpu)),
                f"this build of {NAMES.get(library.vendor, library.vendor)} takes {library.maximum} threads at most; "
                f"{cpu.usable} CPUs are usable",
                "The number is set at build time; few programs gain from more.",
                nothing_to_do="conda-forge's build takes 128 threads, PyPI's wheels 64.",
            )
