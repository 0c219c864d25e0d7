"""Figures as people read them."""


def megabytes(size: int) -> str:
    """Bytes as decimal megabytes with one digit (``50.2 MB``)."""
    return f"{size / 1e6:.1f} MB"
