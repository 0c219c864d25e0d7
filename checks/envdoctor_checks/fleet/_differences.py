"""Which values a fleet has for one thing, and who has which."""

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from envdoctor.api import Evidence, Finding, Fleet, Group, Remedy, Rule, Severity

ALL, UNKNOWN = "(all)", "?"
NOT_THERE = "not there"
MOST_ROWS, MOST_NAMES = 12, 3


class Difference(Struct, frozen=True):
    """``what`` in ``section`` has several ``values``: the groups that have each, the commonest value first."""

    section: str
    what: str
    values: dict[str, list[Group]]
    fleet: Fleet

    @property
    def usual(self) -> str:
        """The value of most machines."""
        return next(iter(self.values))

    @property
    def odd(self) -> list[str]:
        """The machines whose value is another."""
        rest = list(self.values.values())[1:]
        return [member.name for groups in rest for group in groups for member in group.members]

    @property
    def absent(self) -> bool:
        """Some have it and others don't."""
        return NOT_THERE in self.values

    @property
    def words(self) -> str:
        """``2.4.1 on 998 machines, 1.26.4 on node13``."""
        return ", ".join(f"{value} on {self._on(groups)}" for value, groups in list(self.values.items())[:4]) + (
            f" and {len(self.values) - 4} other values" if len(self.values) > 4 else ""
        )

    def _on(self, groups: list[Group]) -> str:
        names = [member.name for group in groups for member in group.members]
        return ", ".join(names) if len(names) <= MOST_NAMES else self.fleet.counted(len(names))


def differences(
    fleet: Fleet, section: str, groups: Iterable[Group] | None = None, only: Callable[[str], bool] | None = None
) -> Iterator[Difference]:
    """What is not the same everywhere in a section; what could not be read on a machine is no difference.

    ``groups``: these alone are compared. ``only`` chooses what.
    """
    compared = [
        group
        for group in (fleet.groups if groups is None else groups)
        if ALL not in group.sections.get(section, {ALL: ""})
    ]
    names = dict.fromkeys(name for group in compared for name in group.sections[section])
    for name in sorted(names):
        if only is not None and not only(name):
            continue
        values: dict[str, list[Group]] = {}
        for group in compared:
            value = group.sections[section].get(name, NOT_THERE)
            if value != UNKNOWN:
                values.setdefault(value, []).append(group)
        if len(values) > 1:
            ordered = sorted(values, key=lambda value: -sum(len(group.members) for group in values[value]))
            yield Difference(section, name, {value: values[value] for value in ordered}, fleet)


def working(fleet: Fleet) -> list[Group]:
    """The groups that do the work: the client and the scheduler of a cluster have packages of their own."""
    return [group for group in fleet.groups if all(member.role in ("", "worker") for member in group.members)]


def finding(
    rule: Rule,
    severity: Severity,
    differences: list[Difference],
    title: str,
    why: str,
    remedies: tuple[Remedy, ...] = (),
    nothing_to_do: str = "",
) -> Finding:
    """One finding for all ``differences`` that are equally bad."""
    rows = [Evidence(difference.what, difference.words) for difference in differences[:MOST_ROWS]]
    if len(differences) > MOST_ROWS:
        rows.append(Evidence("…", f"{len(differences) - MOST_ROWS} more"))
    members = dict.fromkeys(name for difference in differences for name in difference.odd)
    return Finding(
        rule,
        ", ".join(difference.what for difference in differences[:3]),
        tuple(rows),
        title,
        why,
        own_severity=severity,
        remedies=remedies,
        nothing_to_do=nothing_to_do,
        members=tuple(members),
    )


def listed(differences: list[Difference]) -> str:
    """``numpy 2.4.1 on 998 machines, 1.26.4 on node13``, or the names of several."""
    if len(differences) == 1:
        return f"{differences[0].what} {differences[0].words}"
    names = [difference.what for difference in differences]
    return ", ".join(names) if len(names) <= 4 else f"{', '.join(names[:3])} and {len(names) - 3} more"
