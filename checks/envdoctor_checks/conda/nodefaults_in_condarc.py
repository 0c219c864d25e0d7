"""CON015: `nodefaults` stands among the channels of a condarc."""

from collections.abc import Iterator

from envdoctor.api import Conda, Finding, Rule, Severity, check
from envdoctor_checks.conda._channels import channel_evidence, configured, milder
from envdoctor_checks.conda._sources import without

CON015 = Rule("CON015", "nodefaults-in-condarc", Severity.WARNING, guide=("rec-6",), varies=(Severity.INFO,))


@check(CON015)
def nodefaults_in_condarc(conda: Conda) -> Iterator[Finding]:
    channels = configured(conda)
    if "nodefaults" not in channels or conda.tool != "conda":
        return
    yield Finding(
        CON015,
        "nodefaults",
        channel_evidence(conda),
        "`nodefaults` in a condarc is a channel of that name, not a switch",
        "It means something in environment.yml only. Here conda looks for a channel called nodefaults, and defaults "
        "stays where it was.",
        own_severity=milder(conda),
        remedies=(without(conda, "take it out", ["nodefaults"]),),
    )
