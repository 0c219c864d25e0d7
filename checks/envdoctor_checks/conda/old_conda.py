"""CON014: conda is older than 23.10, and its solver is the classic one."""

from collections.abc import Iterator

from envdoctor.api import Conda, Evidence, Finding, NotApplicable, Rule, Severity, UpdateConda, check, known, numbers

CON014 = Rule("CON014", "old-conda", Severity.INFO, guide=("pkg-6",))


@check(CON014)
def old_conda(conda: Conda) -> Iterator[Finding]:
    version = known(conda.version)
    if version is None:
        raise NotApplicable("no conda is installed")
    parts = numbers(version, 2)
    solver = conda.settings["solver"].value if "solver" in conda.settings else None
    if parts >= (23, 10) or (solver in ("libmamba", "rattler") and parts >= (22, 11)):
        return
    yield Finding(
        CON014,
        "conda",
        (Evidence("conda", f"{version} in {conda.root_prefix}"),),
        f"conda {version} still solves with its old, slow solver",
        "From 23.10 on conda uses a solver that is many times faster (libmamba, since 26.10 rattler).",
        remedies=(UpdateConda(),),
    )
