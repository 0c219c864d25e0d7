"""CON017: conda is to use a solver that its base does not hold."""

from collections.abc import Iterator

from envdoctor.api import (
    Change,
    Conda,
    Configure,
    Evidence,
    Finding,
    NotApplicable,
    Remedy,
    Rule,
    Severity,
    UnsetEnv,
    check,
)
from envdoctor_checks.conda._sources import deciding_file

CON017 = Rule("CON017", "solver-not-installed", Severity.ERROR, guide=("pkg-6",))


@check(CON017)
def solver_not_installed(conda: Conda) -> Iterator[Finding]:
    if conda.tool != "conda" or not isinstance(conda.version, str):
        raise NotApplicable("no conda here")
    solver = conda.solver
    if solver is None or solver.installed:
        return
    named = solver.sources or ["conda's own default"]
    variable = next((name for name in solver.sources if name.startswith("CONDA_")), None)
    remedies: tuple[Remedy, ...] = (UnsetEnv((variable,)),) if variable else ()
    file = deciding_file(conda, "solver")
    classic = Configure(
        "let conda use the solver that it brings itself",
        (Change("set", "solver", "classic", file),),
        undo=f"set solver to {solver.name} in the same way, once base has {solver.package}",
    )
    yield Finding(
        CON017,
        solver.name,
        (
            Evidence("solver", f"{solver.name} ({named[0]})"),
            Evidence("base", f"{conda.root_prefix} has no {solver.package}"),
        ),
        f"conda can install nothing: its solver is to be {solver.name}, and base has no {solver.package}",
        "conda ends with an error before it looks at any package. Its own, classic solver is slower, and is always there.",
        remedies=(*remedies, classic),
    )
