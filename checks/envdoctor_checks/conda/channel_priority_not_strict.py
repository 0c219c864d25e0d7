"""CON002: Several channels are configured, and `channel_priority` is `flexible` (conda's default) or `disabled`."""

from collections.abc import Iterator

from envdoctor.api import (
    Change,
    Conda,
    Configure,
    Evidence,
    Finding,
    NotApplicable,
    Rule,
    Severity,
    UnsetEnv,
    canonical,
    check,
    known,
)
from envdoctor_checks.conda._channels import channel_evidence, configured, families
from envdoctor_checks.conda._sources import deciding_file, sources_of

CON002 = Rule("CON002", "channel-priority-not-strict", Severity.INFO, guide=("rec-6",), varies=(Severity.WARNING,))


@check(CON002)
def priority_not_strict(conda: Conda) -> Iterator[Finding]:
    channels = configured(conda)
    priority = known(conda.channel_priority)
    if len({canonical(channel) for channel in channels}) < 2:
        raise NotApplicable("fewer than two channels are configured")
    if priority == "strict":
        return
    both = len(families(conda)) > 1
    origins = sources_of(conda, "channel_priority")
    variable = next((name for name in origins if name.startswith(("CONDA_", "MAMBA_"))), None)
    fix = Configure(
        "let the first channel that has a package decide",
        (Change("set", "channel_priority", "strict", deciding_file(conda, "channel_priority")),),
        undo=f"set channel_priority to {priority} in the same way",
    )
    yield Finding(
        CON002,
        "channel_priority",
        (*channel_evidence(conda), Evidence("channel_priority", f"{priority} ({', '.join(origins) or 'the default'})")),
        f"packages of one environment may come from any of {len(channels)} channels",
        "With a priority that is not strict, the solver may take one package here and its neighbour there; builds of "
        "different channels are not tested together.",
        own_severity=(Severity.WARNING if conda.is_environment else Severity.INFO) if both else None,
        remedies=(UnsetEnv((variable,)), fix) if variable else (fix,),
    )
