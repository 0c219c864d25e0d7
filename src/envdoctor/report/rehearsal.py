"""What a rehearsal of the plan has shown (`envdoctor.rehearsal`), its words, and how the report's JSON writes it."""

from msgspec import Struct

from envdoctor.ecosystem.units import megabytes, plural

Json = dict[str, object]


class Named(Struct, frozen=True):
    """A finding, as far as a rehearsal speaks of it."""

    code: str
    title: str
    fingerprint: str = ""


class Untried(Struct, frozen=True):
    """An entry of the plan that was not carried out, and ``why`` not."""

    title: str
    why: str


class Carried(Struct, frozen=True):
    """A command that was carried out: its ``status``, how many ``seconds`` it took, and the end of what it ``said``."""

    argv: tuple[str, ...]
    status: int
    seconds: float
    said: str = ""


class Rehearsal(Struct, frozen=True, kw_only=True):
    """The plan carried out on overlays, and the environment examined again there.

    ``impossible`` says why nothing could be rehearsed (else empty). ``settled`` are findings that are gone, ``left``
    those that are still there or that nobody could judge again, ``new`` the errors and warnings that have come.
    ``bytes`` is what the steps wrote, ``seconds`` how long all of it took.
    """

    impossible: str = ""
    settled: tuple[Named, ...] = ()
    left: tuple[Named, ...] = ()
    new: tuple[Named, ...] = ()
    untried: tuple[Untried, ...] = ()
    commands: tuple[Carried, ...] = ()
    seconds: float = 0
    bytes: int = 0

    @property
    def tried(self) -> bool:
        """Whether any part of the plan was carried out."""
        return bool(self.settled or self.left)

    @property
    def failed(self) -> Carried | None:
        """The command that failed; those behind it were not carried out."""
        return next((it for it in self.commands if it.status), None)

    @property
    def status(self) -> int:
        """0: all that was carried out settles what it is for, and breaks nothing; 1: it does not; 3: impossible."""
        return 3 if self.impossible else int(bool(self.left or self.new or self.failed))

    @property
    def words(self) -> list[str]:
        """One sentence, then a line for each thing that did not go as the plan says."""
        if self.impossible:
            return [f"The plan can't be rehearsed here: {self.impossible}"]
        if not self.tried:
            return ["Nothing was rehearsed:", *(f"{it.why}: {it.title}" for it in self.untried)]
        breaks = f"brings {plural(len(self.new), 'new finding')}" if self.new else "breaks nothing"
        both = len(self.settled) + len(self.left)
        lines = [
            f"Rehearsed: the plan settles {len(self.settled)} of {both}, {breaks};"
            f" {self.seconds:.0f} s, {megabytes(self.bytes)}. Nothing was changed."
        ]
        if failed := self.failed:
            said = failed.said.strip().splitlines()
            lines.append(f"failed: {' '.join(failed.argv)} (status {failed.status}){f': {said[-1]}' if said else ''}")
        lines += [f"not settled: {it.code} {it.title}" for it in self.left]
        lines += [f"new: {it.code} {it.title}" for it in self.new]
        return lines + [f"not rehearsed, {it.why}: {it.title}" for it in self.untried]


def document(rehearsal: Rehearsal) -> Json:
    """A rehearsal as JSON values."""

    def named(items: tuple[Named, ...]) -> list[Json]:
        return [{"code": it.code, "title": it.title, "fingerprint": it.fingerprint} for it in items]

    return {
        "impossible": rehearsal.impossible,
        "settled": named(rehearsal.settled),
        "left": named(rehearsal.left),
        "new": named(rehearsal.new),
        "untried": [{"title": it.title, "why": it.why} for it in rehearsal.untried],
        "commands": [
            {"argv": list(it.argv), "status": it.status, "seconds": round(it.seconds, 3), "said": it.said}
            for it in rehearsal.commands
        ],
        "seconds": round(rehearsal.seconds, 3),
        "bytes": rehearsal.bytes,
    }
