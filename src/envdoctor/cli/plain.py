"""The command lines of nearly all check-ups, read without click, which takes longer to load than they take to read.

What is read here means what click makes of it; what is not of these few forms is left to click.
"""

from collections.abc import Sequence

from envdoctor.cli.checking import Asked
from envdoctor.report.formats import FORMATS

FLAGS = {"--fix": "fix", "--strict": "strict", "-q": "quiet", "--quiet": "quiet", "--no-redact": "no_redact"}


def plain(argv: Sequence[str]) -> Asked | None:
    """What ``check`` with paths, ``--python``, ``--format`` and the flags above asks for; ``None`` for anything else."""
    if not argv or argv[0] != "check":
        return None
    flags: set[str] = set()
    values: dict[str, list[str]] = {"--format": [], "--python": []}
    paths: list[str] = []
    rest = iter(argv[1:])
    for word in rest:
        name, equals, value = word.partition("=")
        if word in FLAGS:
            flags.add(FLAGS[word])
        elif name in values:
            values[name].append(value if equals else next(rest, ""))
        else:
            paths.append(word)
    if any(not word or word.startswith("-") for word in (*paths, *values["--python"])):
        return None
    formats = values["--format"] or ["text"]
    if not all(name in FORMATS for name in formats):
        return None
    return Asked(
        paths=tuple(paths),
        pythons=tuple(values["--python"]),
        format_=formats[-1],
        fix="fix" in flags,
        strict="strict" in flags,
        quiet="quiet" in flags,
        no_redact="no_redact" in flags,
    )
