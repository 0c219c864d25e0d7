"""What resolving the plan dry has shown (`envdoctor.resolution`), its words, and how the report's JSON writes it."""

from shlex import join

from msgspec import Struct

from envdoctor.fixes.closure import Change
from envdoctor.report.rehearsal import Untried

Json = dict[str, object]

MOST = 8  # changes that are named


class Resolved(Struct, frozen=True, kw_only=True):
    """A command of the plan, and the dry run that was ``asked`` for it.

    ``state`` is resolved, refused (no releases agree), source (it would have to be built, which was not done) or failed
    (nobody knows); ``words`` say why where it is not resolved. ``judged`` says whether the rules looked at the versions
    that would be there, ``new`` are the titles of what they find that is not there now.
    """

    argv: tuple[str, ...]
    asked: tuple[str, ...]
    state: str
    changes: tuple[Change, ...] = ()
    words: str = ""
    judged: bool = False
    left: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    seconds: float = 0


class Resolution(Struct, frozen=True, kw_only=True):
    """The installations of the plan, resolved dry; ``untried`` are commands that were not, and why."""

    commands: tuple[Resolved, ...] = ()
    untried: tuple[Untried, ...] = ()
    seconds: float = 0

    @property
    def known(self) -> bool:
        """Whether every installation of the plan was resolved, or refused."""
        return not self.untried and all(it.state in ("resolved", "refused") for it in self.commands)

    @property
    def words(self) -> list[str]:
        """A line for each command."""
        if not self.commands and not self.untried:
            return ["Nothing to resolve: the plan installs nothing by pip or uv."]
        return [_line(it) for it in self.commands] + [f"Not resolved, {it.why}: {it.title}" for it in self.untried]


def _line(it: Resolved) -> str:
    command = join(it.argv)  # `numpy<1.25`, pasted as it is, would read a file
    if it.state == "resolved":
        after = ""
        if it.new or it.left:
            after = f"; after it: {(it.new or it.left)[0]}"
        elif it.judged:
            after = "; the rules find nothing new after it"
        return f"Resolved: {changes(it.changes)}{after}: {command}"
    start = {"refused": "No releases agree", "source": "Not resolved, it would be built from source"}
    return f"{start.get(it.state, 'Could not be resolved')} ({it.words}): {command}"


def changes(found: tuple[Change, ...]) -> str:
    """``numpy 2.2.6 to 1.24.4, tzdata 2026.6 is new``."""
    if not found:
        return "changes nothing"
    said = [_change(it) for it in found[:MOST]]
    more = f" and {len(found) - MOST} more" if len(found) > MOST else ""
    return f"{', '.join(said)}{more}"


def _change(it: Change) -> str:
    if not it.before:
        return f"{it.name} {it.after} is new"
    if not it.after:
        return f"{it.name} {it.before} goes"
    return f"{it.name} {it.after} again" if it.before == it.after else f"{it.name} {it.before} to {it.after}"


def document(resolution: Resolution) -> Json:
    """A resolution as JSON values."""
    return {
        "commands": [
            {
                "argv": list(it.argv),
                "asked": list(it.asked),
                "state": it.state,
                "changes": [{"name": row.name, "before": row.before, "after": row.after} for row in it.changes],
                "words": it.words,
                "judged": it.judged,
                "left": list(it.left),
                "new": list(it.new),
                "seconds": round(it.seconds, 3),
            }
            for it in resolution.commands
        ],
        "untried": [{"title": it.title, "why": it.why} for it in resolution.untried],
        "seconds": round(resolution.seconds, 3),
    }
