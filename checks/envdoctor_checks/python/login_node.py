"""PY022: This looks like a login node: what holds here says little of where jobs run."""

from collections.abc import Iterator

from envdoctor.api import Evidence, Finding, Manual, Rule, Severity, System, check

PY022 = Rule("PY022", "login-node", Severity.INFO)
HOW = {
    "Slurm": "`srun envdoctor check`",
    "PBS": "`qsub -I`, then `envdoctor check`",
    "LSF": "`bsub -I envdoctor check`",
    "HTCondor": "`condor_submit -i`, then `envdoctor check`",
}


@check(PY022)
def login_node(system: System) -> Iterator[Finding]:
    name = system.scheduler
    if not name:
        return
    yield Finding(
        PY022,
        name,
        (Evidence("batch system", f"{name}, its commands are on PATH"), Evidence("job", "none is active here")),
        f"no job of {name} is active here: this may be a login node",
        "Processors, memory, GPUs, drivers and limits of the machines that run jobs can differ from those of this one.",
        nothing_to_do="if your programs run on this machine.",
        remedies=(Manual(f"examine where your jobs run: {HOW.get(name, '`envdoctor check` in a job')}"),),
    )
