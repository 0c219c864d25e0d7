"""The project the check-up is run in."""

from envdoctor.facts.base import Missing, Section


class Declaration(Section, frozen=True, kw_only=True):
    """A file that lists the project's dependencies; ``kind`` names its format, ``lock`` tells a lock file."""

    file: str
    kind: str
    lock: bool = False


class Project(Section, frozen=True, kw_only=True):
    """``root`` is the project's folder, ``evidence`` the name in it that makes it one.

    ``declarations`` are the static lists of dependencies found in it; `Missing` where a file that
    may hold one can't be read.
    """

    root: str
    evidence: str
    declarations: list[Declaration]
    unreadable: dict[str, str] | Missing = {}
