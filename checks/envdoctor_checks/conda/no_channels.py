"""CON010: No configuration names a channel, and conda is 25.9 or later."""

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
    check,
    known,
    numbers,
)
from envdoctor_checks.conda._channels import configured

CON010 = Rule("CON010", "no-channels", Severity.WARNING, guide=("pkg-4",))


@check(CON010)
def no_channels(conda: Conda) -> Iterator[Finding]:
    channels = configured(conda)
    version = known(conda.version)
    if version is None or not conda.is_environment:
        raise NotApplicable("no conda works on this environment")
    if channels or numbers(version, 2) < (25, 9):
        return
    yield Finding(
        CON010,
        "channels",
        (Evidence("conda", version), Evidence("configuration", ", ".join(conda.config_files) or "no file")),
        "conda has no channel to install from",
        "From 25.9 on, conda no longer falls back on defaults: without a channel, `conda install` ends in an error.",
        remedies=(Configure("install from conda-forge", (Change("add", "channels", "conda-forge"),)),),
    )
