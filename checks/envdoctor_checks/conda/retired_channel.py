"""CON012: A channel that gets no new packages is configured, or packages were installed from it."""

from collections.abc import Iterator

from envdoctor.api import Conda, Edit, Evidence, Finding, Manual, Remedy, Rule, Severity, canonical, check, known
from envdoctor_checks.conda._channels import retired_channels
from envdoctor_checks.conda._sources import places_of, without

CON012 = Rule("CON012", "retired-channel", Severity.WARNING, guide=("pkg-4", "rec-9"), varies=(Severity.INFO,))


@check(CON012)
def retired_channel(conda: Conda) -> Iterator[Finding]:
    rows = {row.channel: row for row in retired_channels()}
    # Without a manifest, a pixi environment's channels are those that its packages came from.
    told = conda.flavour != "pixi" or "channels" in conda.settings
    named = known(conda.channels) if told else []
    records = known(conda.records)
    for name, row in rows.items():
        # A label of conda-forge, or the free channel, goes by more than one name.
        names = {name, name.rpartition("/")[2]} if name.startswith("pkgs/") else {name}  # no path
        users = [f"{record.name} {record.version}" for record in records if record.channel in names]
        written = [channel for channel in named if canonical(channel) in names]
        if not written and not users:
            continue
        sources = list(dict.fromkeys(source for source, _ in places_of(conda, "channels", written)))
        evidence = [Evidence("configured", ", ".join(sources))] if written else []
        if users:
            evidence.append(Evidence("installed from it", ", ".join(users[:8])))
        remedy: Remedy = Manual("install these packages from conda-forge, in a new environment")
        if written and conda.flavour == "pixi":
            remedy = Edit(sources[0], f"remove {name} from the channels")
        elif written:
            remedy = without(conda, f"remove {name} from the channels", written)
        yield Finding(
            CON012,
            name,
            (*evidence, Evidence("since", row.since)),
            f"the channel {name} gets no new packages",
            f"{row.what[0].upper()}{row.what[1:]}. What comes from it stays as old as it is.",
            own_severity=None if written and conda.is_environment else Severity.INFO,
            remedies=(remedy,),
        )
