"""The records in conda-meta, and those that can't be read."""

from envdoctor.api import Conda, CondaRecord, Missing, NotApplicable, Packages, Prefix, UnknownFact, known, paths


def conda_records(conda: Conda) -> list[CondaRecord]:
    if not conda.is_environment:
        raise NotApplicable("not a conda environment")
    return known(conda.records)


def in_words(records: list[CondaRecord], limit: int = 8) -> str:
    words = [f"{record.name} {record.version}" for record in records[:limit]]
    return ", ".join(words) + (f" and {len(records) - limit} more" if len(records) > limit else "")


def unread(conda: Conda) -> None:
    """What can't be read is no pass."""
    if conda.unreadable:
        reasons = list(conda.unreadable.values())
        more = f" (and {len(reasons) - 3} more)" if len(reasons) > 3 else ""
        raise UnknownFact(f"some records can't be read: {'; '.join(reasons[:3])}{more}")


def from_elsewhere(prefix: Prefix, packages: Packages | Missing | None) -> list[str]:
    """The names of what pip took from a folder, git or a URL: no index may be asked for them."""
    found = packages.distributions if isinstance(packages, Packages) else []
    return [item.key for item in found if item.url and paths.inside(item.location, prefix.path)]


def by_hand(names: list[str]) -> str:
    """What a fix says of them."""
    if not names:
        return ""
    return f"; {', '.join(names[:5])} came from elsewhere, and {'has' if len(names) == 1 else 'have'} to be brought by hand"
