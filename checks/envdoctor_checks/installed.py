"""Is what the installers recorded still there, whole and belonging to one distribution each?"""

from collections.abc import Iterator

from envdoctor.api import (
    Collision,
    Distribution,
    Evidence,
    Finding,
    Install,
    Interpreter,
    Manual,
    Missing,
    Packages,
    Recreate,
    Remedy,
    Replace,
    Resolver,
    Rule,
    Run,
    Severity,
    UnknownFact,
    check,
)

PKG003 = Rule("PKG003", "damaged-metadata", Severity.WARNING, guide=("repro-1",))
PKG004 = Rule("PKG004", "missing-files", Severity.ERROR, guide=("repro-1",))
PKG005 = Rule("PKG005", "interrupted-install", Severity.WARNING, guide=("repro-1",))
PKG008 = Rule("PKG008", "distributions-overwrite-each-other", Severity.WARNING, guide=("pkg-5", "repro-1"))

SHOWN = 5  # files named in evidence; the rest is counted
# Folders that careless packaging puts beside the packages: nobody imports them, so that nothing breaks.
BYSTANDERS = ("test", "tests", "doc", "docs", "example", "examples", "benchmark", "benchmarks", "sample", "samples")
STRAY = ("setup.py", "conftest.py")


@check(PKG003)
def damaged_metadata(packages: Packages) -> Iterator[Finding]:
    damaged: dict[str, list[Distribution]] = {}
    for distribution in packages.distributions:
        if distribution.problem is not None and distribution.owner is None:
            damaged.setdefault(distribution.location, []).append(distribution)
    for location, distributions in damaged.items():
        if len(distributions) <= SHOWN:
            for item in distributions:
                title = f"the metadata of {item.name} is damaged: {item.problem}"
                yield _damaged(item.name, (item,), title, [Evidence("metadata", item.path)])
        else:
            title = f"the metadata of {len(distributions)} distributions is damaged"
            rows = _named("metadata", [f"{item.path}: {item.problem}" for item in distributions])
            yield _damaged(location, tuple(distributions), title, rows)


def _damaged(subject: str, distributions: tuple[Distribution, ...], title: str, rows: list[Evidence]) -> Finding:
    remedy: Remedy = Install(tuple(item.name for item in distributions), force=True)
    if len(distributions) > 20:
        remedy = Recreate(reason="so much is damaged that it is quicker than to mend it")
    return Finding(
        PKG003,
        subject,
        (*rows, Evidence("problem", distributions[0].problem or "")),
        title,
        "What it requires, and its version, can't be known: pip can neither judge, upgrade nor remove it properly.",
        remedies=(remedy,),
    )


@check(PKG004)
def missing_files(packages: Packages) -> Iterator[Finding]:
    """Altered files are known where somebody has compared them (``--deep``)."""
    by_path = {distribution.path: distribution for distribution in packages.distributions}
    altered = packages.altered_files or {}
    for path in dict.fromkeys([*packages.missing_files, *altered]):
        distribution = by_path[path]
        gone, changed = packages.missing_files.get(path, []), altered.get(path, [])
        told = [_count(gone, distribution, "gone")] if gone else []
        told += [_count(changed, distribution, "not as installed")] if changed else []
        version = f"=={distribution.version}" if isinstance(distribution.version, str) else ""
        yield Finding(
            PKG004,
            distribution.name,
            (
                Evidence("installed by", distribution.installer or "unknown"),
                Evidence("folder", distribution.location),
                *_named("gone", gone),
                *_named("altered", changed),
            ),
            "; ".join(told),
            "RECORD lists what was installed; without these files the package can't be imported, or lacks a part."
            if gone
            else "RECORD holds the hash of each file as it was released; what the code does now nobody has tested.",
            remedies=(Install((f"{distribution.name}{version}",), force=True),),
        )

    if packages.unread_files:
        reasons = list(packages.unread_files.values())
        more = f" (and {len(reasons) - 3} more)" if len(reasons) > 3 else ""
        raise UnknownFact(f"files can't be read: {'; '.join(reasons[:3])}{more}")


def _count(files: list[str], distribution: Distribution, what: str) -> str:
    one = len(files) == 1
    return (
        f"{len(files)} {'file' if one else 'files'} of {distribution.name} {distribution.version} "
        f"{'is' if one else 'are'} {what}: {files[0]}{'' if one else ' …'}"
    )


@check(PKG005)
def interrupted_install(packages: Packages, interpreter: Interpreter) -> Iterator[Finding]:
    """pip renames what it replaces to ``~name`` and deletes it in the end (pip: utils/temp_dir.py)."""
    folders: dict[str, list[str]] = {}
    for path in packages.leftovers:
        folders.setdefault(path.rpartition("/")[0], []).append(path)
    for folder, paths in folders.items():
        names = ", ".join(path.rpartition("/")[2] for path in paths[:SHOWN])
        remedy: Remedy = Manual(f"delete {' and '.join(paths)}")
        if interpreter.platform != "win32":
            remedy = Run("delete the leftovers", ("rm", "-r", "--", *paths), reason="what is deleted is gone")
        yield Finding(
            PKG005,
            folder,
            (Evidence("folder", folder), *_named("leftover", [path.rpartition("/")[2] for path in paths])),
            f"an installation was interrupted and left {names} behind",
            "pip had moved the old files out of the way; what was to replace them may be incomplete. "
            "They also take space, and pip warns of an invalid distribution each time.",
            remedies=(remedy,),
        )


@check(PKG008)
def distributions_overwrite_each_other(
    packages: Packages, interpreter: Interpreter | Missing | None = None
) -> Iterator[Finding]:
    """Libraries below ``nvidia/`` are GPU005's."""
    groups: dict[tuple[str, ...], list[Collision]] = {}
    locations = sorted({distribution.location for distribution in packages.distributions}, key=len, reverse=True)
    for collision in packages.collisions:
        relative = _relative(collision.path, locations)
        top = relative.partition("/")[0]
        if collision.differs and top != "nvidia" and top not in BYSTANDERS and relative not in STRAY:
            groups.setdefault(tuple(sorted(collision.claims)), []).append(collision)
    for names, collisions in groups.items():
        who = " and ".join(names)
        count = len(collisions)
        yield Finding(
            PKG008,
            who,
            (
                *(Evidence("claimed by", f"{name} {_version(packages, name)}") for name in names),
                *_named("file", [collision.path for collision in collisions]),
            ),
            f"{who} both own {'a file' if count == 1 else f'{count} files'} with different contents, "
            f"such as {_relative(collisions[0].path, locations)}",
            "Whichever was installed last has overwritten the other's files, and removing either takes them from both. "
            "pip check does not see it.",
            remedies=(_keep_one(names, packages, interpreter),),
        )


def _keep_one(names: tuple[str, ...], packages: Packages, interpreter: Interpreter | Missing | None) -> Remedy:
    """The one that others require stays, and is laid down anew: a removal takes the files from both."""
    markers = interpreter.markers if isinstance(interpreter, Interpreter) else {}
    resolver = Resolver(packages.distributions, markers)
    keys = {item.name: item.key for item in packages.distributions}
    users = {name: [it.by for it in resolver.demands(keys.get(name, name)) if it.by not in names] for name in names}
    required = [name for name in names if users[name]]
    if len(required) > 1:
        who = "; ".join(f"{', '.join(users[name])} requires {name}" for name in required)
        return Manual(f"keep one and install it anew last, or keep those who require them apart ({who})")
    keep = (required or list(names))[0]
    others = tuple(name for name in names if name != keep)
    return Replace(others, (keep,), title=f"keep {keep}: remove {' and '.join(others)}, then install it anew")


def _version(packages: Packages, name: str) -> str:
    return next((str(item.version) for item in packages.distributions if item.name == name), "")


def _relative(path: str, locations: list[str]) -> str:
    for location in locations:
        if path.startswith(location + "/"):
            return path[len(location) + 1 :]
    return path


def _named(label: str, items: list[str]) -> list[Evidence]:
    """The first few as evidence, and how many more there are."""
    rows = [Evidence(label, item) for item in items[:SHOWN]]
    return [*rows, Evidence(label, f"and {len(items) - SHOWN} more")] if len(items) > SHOWN else rows
