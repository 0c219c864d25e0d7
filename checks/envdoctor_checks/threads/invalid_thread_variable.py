"""THR005: A variable that a loaded library reads is not a positive integer."""

from collections.abc import Iterator

from envdoctor.api import (
    Blas,
    Cpu,
    Evidence,
    Finding,
    Library,
    Rule,
    SetEnv,
    Severity,
    UnsetEnv,
    Variables,
    check,
    is_list,
)
from envdoctor_checks.threads._expected_threads import expectation
from envdoctor_checks.threads._libraries import count, counted_libraries, threads_of

THR005 = Rule("THR005", "invalid-thread-variable", Severity.WARNING, guide=("blas-7",))


@check(THR005)
def invalid_variable(blas: Blas, cpu: Cpu, environment: Variables) -> Iterator[Finding]:
    """A list such as ``4,1`` is valid for OMP_NUM_THREADS (OpenMP 5.2, section 21.1.2)."""
    loaded = counted_libraries(blas, cpu, environment)
    bad: dict[str, list[tuple[Library, str]]] = {}
    for library in loaded:
        told = expectation(library, cpu, environment)
        for item in told.ignored:
            if item.why == "invalid":
                bad.setdefault(item.name, []).append((library, f"ignores it and takes {count(threads_of(library))}"))
        if told.misread:
            bad.setdefault(told.misread, []).append((library, f"makes {count(threads_of(library))} of it"))
    omp = environment.variables.get("OMP_NUM_THREADS")
    runtimes = [item for item in blas.openmp if item.loaded] if isinstance(blas.openmp, list) else []
    if omp is not None and not is_list(omp) and runtimes:
        bad.setdefault("OMP_NUM_THREADS", [])
    for name, pools in bad.items():
        value = environment.variables[name]
        evidence = [Evidence(name, repr(value))]
        evidence += [Evidence(pool.path, what) for pool, what in pools]
        evidence += [Evidence(item.path, count(threads_of(item))) for item in runtimes if name == "OMP_NUM_THREADS"]
        yield Finding(
            THR005,
            name,
            tuple(evidence),
            f"{name}={value!r} is not a number of threads",
            "It has to be a positive integer. Nothing warns: the library goes on with the number that it would take "
            "without the variable, or with another one.",
            remedies=(SetEnv({name: str(cpu.usable)}), UnsetEnv((name,))),
        )
