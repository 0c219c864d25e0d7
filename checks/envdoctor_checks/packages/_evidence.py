"""Distributions and files as evidence."""

from envdoctor.api import Evidence

SHOWN = 5  # files named in evidence; the rest is counted


def named(label: str, items: list[str]) -> list[Evidence]:
    """The first few as evidence, and how many more there are."""
    rows = [Evidence(label, item) for item in items[:SHOWN]]
    return [*rows, Evidence(label, f"and {len(items) - SHOWN} more")] if len(items) > SHOWN else rows
