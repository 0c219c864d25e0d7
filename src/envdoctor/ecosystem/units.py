"""Figures as people read them."""


def megabytes(size: int) -> str:
    """Bytes as decimal megabytes with one digit (``50.2 MB``)."""
    return f"{size / 1e6:.1f} MB"


def plural(count: int, one: str, many: str = "") -> str:
    """``1 error``, ``2 errors``."""
    return f"{count} {one if count == 1 else many or one + 's'}"
