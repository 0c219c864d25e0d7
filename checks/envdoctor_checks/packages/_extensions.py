"""Extension modules as evidence."""

SHOWN = 5  # files named in evidence; the rest is counted
