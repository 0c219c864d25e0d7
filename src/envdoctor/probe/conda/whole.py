"""The whole reading of a conda prefix and its configuration, joined into `Conda`."""

from collections.abc import Sequence

from msgspec import Struct

from envdoctor.ecosystem.channels import canonical
from envdoctor.ecosystem.names import normalise
from envdoctor.ecosystem.origins import OriginKind
from envdoctor.ecosystem.versions import numbers
from envdoctor.facts.base import Missing
from envdoctor.facts.conda import Conda, CondaDamage, CondaOverlap, CondaRecord, CondaStateFile
from envdoctor.facts.prefix import Prefix
from envdoctor.privacy.redact import credentials
from envdoctor.probe.conda import base, configuration, damage, effective, history, left, program, records, roots, state
from envdoctor.probe.conda.overlap import Watch
from envdoctor.probe.world import World


class _Reading(Struct):
    """What one pass over the records brings."""

    records: list[CondaRecord] = []
    unreadable: dict[str, str] = {}
    incomplete: list[CondaStateFile] = []
    damaged: list[CondaDamage] = []
    unhashed: dict[str, str] = {}
    overlaps: list[CondaOverlap] = []
    pip: list[str] = []
    plugins: set[str] = set()


def whole(world: World, prefix: Prefix, deep: bool) -> Conda:
    """`Conda` for the patient at ``prefix``, which need not be a conda environment itself."""
    here = prefix.path if prefix.conda_meta else None
    names = world.names(f"{here}/conda-meta") if here else []
    text = world.text(f"{here}/conda-meta/history", 50_000_000) if here else None
    blocks = history.parse(text) if isinstance(text, str) else []
    commands = [block.command for block in blocks]
    pixi = any(receipt in prefix.receipts for receipt in ("conda-meta/pixi", "conda-meta/pixi_env_prefix"))
    root = roots.find(world, here, commands, pixi)
    is_base = bool(here) and here == root
    if root == here:
        listing, root_commands = names, commands
    else:
        listing = world.names(f"{root}/conda-meta") if root else []
        own = world.text(f"{root}/conda-meta/history", 1_000_000) if root else None
        root_commands = [block.command for block in history.parse(own)] if isinstance(own, str) else []
    root_names = listing if isinstance(listing, list) else []
    micromamba = bool(root) and world.environ.get("MAMBA_ROOT_PREFIX", "").rstrip("/\\") == root
    known_root = root if root and (root_names or micromamba) else None
    flavour = None
    if pixi or known_root:
        flavour = OriginKind.PIXI if pixi else roots.flavour(world, str(known_root), root_names, root_commands)
    version = roots.version(root_names)
    if flavour is OriginKind.PIXI and here:
        from envdoctor.probe.conda import pixi as manifest

        settings = manifest.read(world, here)
    else:
        mamba = flavour is OriginKind.MICROMAMBA or (root is None and "MAMBA_ROOT_PREFIX" in world.environ)
        settings = configuration.read(world, root, numbers(version, 2) if version else effective.NEWEST, mamba)
    installed = program.Base(world, root or "", root_names)
    result = Conda(
        root_prefix=root,
        flavour=flavour.value if flavour else None,
        is_base=is_base,
        is_environment=bool(here),
        frozen=bool(here) and world.is_file(f"{here}/conda-meta/frozen"),
        version=version,
        tool=flavour.value if flavour in (OriginKind.PIXI, OriginKind.MICROMAMBA) else "conda",
        channels=settings.channels,
        channel_urls=settings.channel_urls,
        channel_priority=settings.channel_priority,
        config_files=settings.files,
        settings=settings.settings,
        problems=settings.problems,
        secrets=settings.secrets,
        unset=settings.unset,
        program=installed.program("conda") if version else None,
        mamba=installed.program("mamba"),
        solver=program.solver(settings.settings, numbers(version)[:2], root_names) if version else None,
        records=names if isinstance(names, Missing) else [],
        damaged=names if isinstance(names, Missing) else [],
        overlaps=names if isinstance(names, Missing) else [],
    )
    return _with_records(world, prefix, result, names, blocks, deep) if here and isinstance(names, list) else result


def _with_records(
    world: World, prefix: Prefix, conda: Conda, names: list[str], blocks: Sequence[history.Block], deep: bool
) -> Conda:
    import msgspec

    here = prefix.path
    reading = _pass(world, prefix, names, blocks, deep)
    return msgspec.structs.replace(
        conda,
        records=reading.records,
        unreadable=reading.unreadable,
        leftovers=[
            f"{here}/conda-meta/{name}" for name in names if name.startswith(records.LEFTOVERS) or name.endswith(".c~")
        ],
        damaged=reading.damaged,
        unhashed=reading.unhashed,
        overlaps=reading.overlaps,
        state=[
            *(item for item in state.read(world, here, names) if item.kind != "history" or conda.flavour != "pixi"),
            *reading.incomplete,
            *state.unreadable(here, reading.unreadable, names, history.present(blocks)),
        ],
        left_behind=left.behind(world, prefix, reading.records),
        base=base.read(world, here, reading.records, blocks, reading.plugins, reading.pip) if conda.is_base else None,
        channels=_seen(reading.records) if conda.flavour == "pixi" and not conda.config_files else conda.channels,
    )


def _pass(world: World, prefix: Prefix, names: list[str], blocks: Sequence[history.Block], deep: bool) -> _Reading:
    here = prefix.path
    real = world.real(here)
    watch = Watch(world, here, prefix.site_packages)
    asked = history.asked_for(blocks)
    reading = _Reading()
    failed = set()
    for name, record in records.read(world, here, names):
        if isinstance(record, Missing):
            reading.unreadable[name] = record.reason
            failed.add(records.named(name)[0])
            continue
        if fault := record.fault:
            reading.incomplete.append(
                CondaStateFile(
                    file=f"{here}/conda-meta/{name}",
                    kind="record",
                    problem=fault,
                    package=f"{record.name}=={record.version}",
                )
            )
        faults, size = damage.examine(record, real, deep, reading.unhashed)
        if faults:
            reading.damaged.append(faults)
        watch.passes(record)
        if _is_plugin(world, here, record):
            reading.plugins.add(record.name)
        requested = record.requested
        if blocks and any(block.asked for block in blocks):
            requested = bool(requested) or record.name in asked
        reading.records.append(
            CondaRecord(
                name=record.name,
                version=record.version,
                build=record.build,
                channel=_channel(record),
                subdir=record.subdir,
                bytes=size,
                requested=requested,
                depends=record.depends,
            )
        )
    again = (record for _, record in records.read(world, here, names) if not isinstance(record, Missing))
    reading.damaged = damage.without_shared(reading.damaged, again)
    reading.overlaps = watch.overlaps(history.present(blocks), failed)
    # A record that pip replaced stays in pip's hands: its distribution is told there, not as one more.
    spared = {*_NOT_BLOAT, *watch.tooling()}
    reading.pip = sorted(item.key for item in watch.strangers() if normalise(item.key) not in spared)
    return reading


_NOT_BLOAT = ("pip", "setuptools", "wheel")


def _channel(record: records.RawRecord) -> str:
    """The channel's name; of an old record its schannel, else the URL's folder."""
    for text in (record.channel, record.url.rpartition("/")[0] if record.url else None, record.schannel):
        if text and text not in ("<unknown>", "None"):
            name = canonical(text)
            return credentials(name) if name != "<unknown>" else ""
    return ""


def _is_plugin(world: World, prefix: str, record: records.RawRecord) -> bool:
    """True where the package registers itself with conda: an entry point in the group ``conda``."""
    if not any(line.split(" ")[0] in ("conda", "python") for line in record.depends):
        return False
    for entry in record.entries():
        if entry.path.endswith("-info/entry_points.txt"):
            text = world.text(f"{prefix}/{entry.path}", 100_000)
            return isinstance(text, str) and "[conda]" in (line.strip() for line in text.splitlines())
    return False


def _seen(found: Sequence[CondaRecord]) -> list[str]:
    """The channels that packages came from, the commonest first: what a pixi manifest out of sight must have named."""
    counts: dict[str, int] = {}
    for record in found:
        if record.channel:
            counts[record.channel] = counts.get(record.channel, 0) + 1
    return sorted(counts, key=lambda name: -counts[name])
