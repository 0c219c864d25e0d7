"""What a dry run says, read: pip's report (https://pip.pypa.io/en/stable/reference/installation-report/) and uv's lines."""

import json
import re
from collections.abc import Mapping

from msgspec import Struct

from envdoctor.ecosystem.names import normalise
from envdoctor.fixes.closure import Change

# uv says of each distribution what happens to it: taken away, brought, or laid down again.
_LINE = re.compile(r"^ ([-+~]) ([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)
_SOURCE = re.compile(r"no usable wheels|building from source is disabled|Wheels are required for", re.IGNORECASE)
_REFUSED = re.compile(
    r"No solution found|ResolutionImpossible|No matching distribution found|conflicting dependencies"
    r"|are unsatisfiable|have conflicting",
    re.IGNORECASE,
)


class Told(Struct, frozen=True):
    """``state`` is resolved, refused, source (it would have to be built) or failed; ``words`` say why it is not resolved."""

    state: str
    changes: tuple[Change, ...] = ()
    words: str = ""


def by_pip(status: int, out: str, error: str, installed: Mapping[str, str]) -> Told:
    """``installed`` are the versions that are there, by normalised name."""
    if status:
        return _not(error)
    try:
        rows = [row["metadata"] for row in json.loads(out)["install"]]
        changes = tuple(
            Change(
                row["name"],
                installed.get(normalise(row["name"]), ""),
                row["version"],
                tuple(row.get("requires_dist", ())),
            )
            for row in rows
        )
    except (ValueError, KeyError, TypeError):
        return Told("failed", words="pip's report can't be read")
    return Told("resolved", changes)


def by_uv(status: int, error: str) -> Told:
    """uv writes all on standard error."""
    if status:
        return _not(error)
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    for sign, name, version in _LINE.findall(error):
        if sign in "-~":
            before[name] = version
        if sign in "+~":
            after[name] = version
    names = dict.fromkeys((*after, *before))
    return Told("resolved", tuple(Change(name, before.get(name, ""), after.get(name, "")) for name in names))


# Who could not be reached knows nothing: pip then says that there is no such distribution.
_UNHEARD = re.compile(r"Retrying \(|Could not fetch URL|network was disabled|is ignored: it is neither", re.IGNORECASE)


def _not(error: str) -> Told:
    if _UNHEARD.search(error) and ("from versions: none" in error or "network was disabled" in error):
        return Told("failed", words=_why(error))
    state = "source" if _SOURCE.search(error) else "refused" if _REFUSED.search(error) else "failed"
    return Told(state, words=_why(error))


def _why(error: str) -> str:
    """The line that says why: uv's cause, pip's first error; else the last line."""
    lines = [line.strip() for line in error.splitlines() if line.strip() and not line.startswith("WARNING")]
    for begin in ("cause: ", "╰─▶ ", "ERROR: Cannot install", "ERROR: No matching", "ERROR: ", "error: "):
        if line := next((line for line in lines if line.startswith(begin)), ""):
            rest = lines[lines.index(line) + 1 :] if begin in ("cause: ", "╰─▶ ") else []
            more = []
            for following in rest:
                if following.startswith("hint:"):
                    break
                more.append(following)
            return " ".join([line.removeprefix(begin) if not line.startswith("ERROR") else line[7:], *more])
    return lines[-1] if lines else "it said nothing"
