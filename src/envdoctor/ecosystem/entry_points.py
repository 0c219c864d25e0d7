"""Entry points as their file says them (https://packaging.python.org/specifications/entry-points/)."""

from collections.abc import Iterator


def parsed(text: str, group: str) -> Iterator[tuple[str, str]]:
    """``name, value`` of each entry point of a group in the text of an ``entry_points.txt``."""
    ours = False
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("["):
            ours = line == f"[{group}]"
        elif ours and line and not line.startswith(("#", ";")):
            name, _, value = line.partition("=")
            yield name.strip(), value.partition("[")[0].strip()  # extras, which nobody uses any more
