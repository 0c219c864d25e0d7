"""CON004: Anaconda's own channels (`pkgs/main`, `pkgs/r`, `pkgs/msys2`."""

from collections.abc import Iterator

from envdoctor.api import Conda, Evidence, Finding, Rule, Severity, check, family, known
from envdoctor_checks.conda._channels import families
from envdoctor_checks.conda._records import conda_records, in_words, unread

CON004 = Rule("CON004", "defaults-terms", Severity.INFO, guide=("rec-1", "rec-6"))


@check(CON004)
def defaults_terms(conda: Conda) -> Iterator[Finding]:
    records = conda_records(conda)
    used = [record for record in records if family(record.channel) == "defaults"]
    configured = isinstance(conda.channels, list) and conda.flavour != "pixi" and "defaults" in families(conda)
    if not used and not configured:
        unread(conda)
        return
    evidence = [Evidence("configured", ", ".join(known(conda.channels)))] if configured else []
    if used:
        evidence.append(Evidence("installed from it", f"{len(used)}: {in_words(used)}"))
    yield Finding(
        CON004,
        "defaults",
        tuple(evidence),
        "Anaconda's own channels are in use here, and they have terms",
        "Organisations above 200 people need a paid licence for them, Miniconda's use included; others, and much of "
        "teaching and research, don't. conda and conda-forge are free for all.",
        nothing_to_do="unless your organisation is above that size and has no licence.",
    )
