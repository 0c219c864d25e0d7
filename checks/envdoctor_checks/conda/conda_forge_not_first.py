"""CON003: conda-forge and `defaults` are both configured, and `defaults` has precedence."""

from collections.abc import Iterator

from envdoctor.api import Change, Conda, Configure, Edit, Finding, Manual, NotApplicable, Rule, Severity, check, known
from envdoctor_checks.conda._channels import channel_evidence, configured, families, families_of, milder
from envdoctor_checks.conda._sources import sources_of, writable

CON003 = Rule("CON003", "conda-forge-not-first", Severity.WARNING, guide=("rec-6",), varies=(Severity.INFO,))
LISTS = ("default_channels", "custom_multichannels")


@check(CON003)
def conda_forge_not_first(conda: Conda) -> Iterator[Finding]:
    configured(conda)
    order = families(conda)
    if "conda-forge" not in order or "defaults" not in order:
        raise NotApplicable("conda-forge and defaults are not both configured")
    if order[0] == "conda-forge":
        return
    yield Finding(
        CON003,
        "channels",
        channel_evidence(conda),
        "defaults stands above conda-forge, so conda-forge hardly counts",
        "What both channels have is taken from defaults; only the rest comes from conda-forge, and that is built "
        "against conda-forge's own libraries.",
        own_severity=milder(conda),
        remedies=(
            _first(conda),
            Manual("better still, remove defaults from the channels: conda-forge has all it needs"),
        ),
    )


def _first(conda: Conda) -> Configure | Edit | Manual:
    """Puts conda-forge first, where it stands: among the channels, or in a list that a channel stands for."""
    names = [channel for channel in known(conda.channels) if list(families_of(conda, channel)) == ["conda-forge"]]
    setting = "channels" if names else next((name for name in LISTS if name in conda.settings), "")
    if not sources_of(conda, setting):
        return Manual("put conda-forge first")
    strongest = sources_of(conda, setting)[0]
    if not names or not writable(conda, strongest, names[0]):
        return Edit(strongest, f"put {names[0] if names else 'conda-forge'} first in `{setting}`")
    return Configure(
        "put conda-forge first",
        (Change("prepend", "channels", names[0], strongest),),
        undo="put the channels back in the order of the evidence",
    )
