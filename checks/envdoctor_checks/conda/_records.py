"""The records in conda-meta, and those that can't be read."""

from envdoctor.api import Conda, CondaRecord, NotApplicable, UnknownFact, known


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
