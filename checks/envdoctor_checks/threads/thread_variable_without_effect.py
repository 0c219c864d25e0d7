"""THR004: A variable that should limit threads does not."""

from collections.abc import Iterator

from envdoctor.api import (
    Blas,
    Cpu,
    Evidence,
    Finding,
    Library,
    Missing,
    Packages,
    Rule,
    SetEnv,
    Severity,
    UnsetEnv,
    Variables,
    check,
    is_count,
    is_list,
    paths,
)
from envdoctor_checks.threads._expected_threads import expectation
from envdoctor_checks.threads._libraries import VARIABLES, count, counted_libraries, threads_of
from envdoctor_checks.threads._variables import NAMES

THR004 = Rule("THR004", "thread-variable-without-effect", Severity.INFO, guide=("blas-7",))
OWNERS = {  # OMP_NUM_THREADS is everybody's
    "OPENBLAS_NUM_THREADS": "openblas",
    "GOTO_NUM_THREADS": "openblas",
    "MKL_NUM_THREADS": "mkl",
    "BLIS_NUM_THREADS": "blis",
    "VECLIB_MAXIMUM_THREADS": "accelerate",
}
# Distributions whose MKL is not loaded for the check-up.
HIDDEN_MKL = {"mkl", "torch", "intel-extension-for-pytorch", "daal4py", "scikit-learn-intelex"}


@check(THR004)
def variable_without_effect(
    blas: Blas, cpu: Cpu, environment: Variables, packages: Packages | Missing | None = None
) -> Iterator[Finding]:
    """Silent where another variable sets the same number, or limits what is loaded."""
    loaded = counted_libraries(blas, cpu, environment)
    told = [(library, expectation(library, cpu, environment)) for library in loaded if threads_of(library)]
    reported: set[str] = set()
    for library, answer in told:
        for item in answer.ignored:
            outranked = item.why == "outranked"
            limited = answer.variable is not None or answer.threads == 1
            if item.name in reported or item.why == "invalid" or not is_list(item.value) or (limited and not outranked):
                continue
            reported.add(item.name)
            reason = answer.reason if outranked else f"this build of {NAMES[library.vendor]} does not read it"
            winner = Evidence(answer.variable, environment.variables[answer.variable]) if answer.variable else None
            yield _without_effect(item.name, item.value, reason, [library], winner)
    if any(answer.variable for _, answer in told):
        return
    present = {library.vendor for library in blas.libraries} | _hidden(packages)
    for name, vendor in OWNERS.items():
        value = environment.variables.get(name, "")
        if name in reported or not is_count(value) or vendor in present or int(value) >= max(map(threads_of, loaded)):
            continue
        yield _without_effect(name, value, f"nothing that is loaded reads {name}", loaded, None)


def _hidden(packages: Packages | Missing | None) -> set[str]:
    keys = {item.key for item in packages.distributions} if isinstance(packages, Packages) else set()
    return {"mkl"} if keys & HIDDEN_MKL else set()


def _without_effect(name: str, value: str, reason: str, pools: list[Library], winner: Evidence | None) -> Finding:
    evidence = [Evidence(name, value), *([winner] if winner else [])]
    evidence += [
        Evidence(pool.path, f"{NAMES.get(pool.vendor, pool.vendor)}, {count(threads_of(pool))}") for pool in pools
    ]
    vendor = pools[0].vendor
    variable = "OMP_NUM_THREADS" if pools[0].threading_layer == "openmp" else VARIABLES.get(vendor)
    remedy = SetEnv({variable: value}) if variable and not winner else UnsetEnv((winner.label if winner else name,))
    return Finding(
        THR004,
        name,
        tuple(evidence),
        f"{name}={value} does not have the effect it was set for: {reason}",
        f"{paths.name(pools[0].path)} takes {count(threads_of(pools[0]))} nevertheless.",
        remedies=(remedy,),
    )
