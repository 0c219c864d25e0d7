"""The fixes of all findings as one plan: joined where one cure settles many, ordered so that none undoes another."""

from collections.abc import Iterable, Sequence
from typing import get_args

import msgspec
from msgspec import Struct

from envdoctor.ecosystem.names import normalise
from envdoctor.ecosystem.requirements import name_in
from envdoctor.engine.findings import Finding
from envdoctor.engine.remedies import (
    Edit,
    Errand,
    Install,
    InstallBuild,
    InstallSystem,
    KeepEnv,
    Manual,
    Move,
    Recreate,
    Remedy,
    Remove,
    Replace,
    Run,
    SetEnv,
    UnsetEnv,
)
from envdoctor.fixes import Toolbox
from envdoctor.fixes.model import Fix
from envdoctor.fixes.steps import run

# What starts the patient at all comes first; settings before what obeys them; a new environment before what goes into
# it; removing before installing, since two distributions may own one file.
_ORDER: tuple[tuple[type, ...], ...] = (
    *((UnsetEnv,), (Move,), (Edit,), (Run, *get_args(Errand)), (InstallSystem,), (Recreate,)),
    *((Remove,), (Replace,), (InstallBuild,), (Install,), (SetEnv,), (KeepEnv,), (Manual,)),
)
RANK = {kind: number for number, kinds in enumerate(_ORDER) for kind in kinds}


# What these say decides which packages an installer sees, and which installer runs.
PATHS = {"PYTHONPATH", "PYTHONHOME", "PYTHONNOUSERSITE"}


class PlannedFix(Struct, frozen=True, kw_only=True):
    """One fix of the plan, the ``findings`` that it settles (these, not others that are like them), and its
    ``conflicts`` with other entries."""

    findings: tuple[Finding, ...]
    fix: Fix
    conflicts: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(finding.rule.code for finding in self.findings))

    @property
    def subjects(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(finding.subject for finding in self.findings))


def by_finding(entries: Iterable[PlannedFix]) -> dict[int, PlannedFix]:
    """The entry that settles a finding, by the finding's identity (`id`)."""
    return {id(finding): entry for entry in entries for finding in entry.findings}


class _Wish(Struct):
    """A remedy, its translation as long as it is a finding's own, and the findings that wish for it."""

    remedy: Remedy
    fix: Fix | None
    findings: list[Finding]
    conflicts: list[str]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(finding.rule.code for finding in self.findings))


def plan(cured: Iterable[tuple[Finding, Sequence[Fix]]], toolbox: Toolbox) -> tuple[PlannedFix, ...]:
    """The plan for findings (the worst first) and their fixes: of each, the first; the others are alternatives.

    ``toolbox`` translates only what several remedies come to together.
    """
    wishes: list[_Wish] = []
    for finding, fixes in cured:
        for remedy, fix in list(zip(finding.remedies, fixes, strict=True))[:1]:
            _add(wishes, remedy, fix, finding)
    wishes = _without_moot(wishes)
    _find_conflicts(wishes)
    wishes = _settings_as_one(wishes)
    wishes.sort(key=lambda wish: _rank(wish.remedy))
    return tuple(
        PlannedFix(
            findings=tuple(wish.findings),
            fix=_all_verified(wish.fix or toolbox.fix(wish.remedy, wish.codes[0]), wish.codes),
            conflicts=tuple(wish.conflicts),
        )
        for wish in wishes
    )


def _rank(remedy: Remedy) -> tuple[int, bool]:
    """What is damaged is laid down anew before an installer has to make sense of it."""
    if isinstance(remedy, SetEnv) and PATHS & set(remedy.variables):
        return RANK[UnsetEnv], True
    return RANK[type(remedy)], isinstance(remedy, Install) and not remedy.force


def _settings_as_one(wishes: list[_Wish]) -> list[_Wish]:
    """Variables that nothing speaks against are set in one line, those first of all that decide what is found."""
    kept: list[_Wish] = []
    for wish in wishes:
        same = (item for item in kept if _rank(item.remedy) == _rank(wish.remedy) and not item.conflicts)
        for other in same if not wish.conflicts else ():
            if isinstance(other.remedy, SetEnv) and isinstance(wish.remedy, SetEnv):
                other.fix = None
                other.remedy = SetEnv({**other.remedy.variables, **wish.remedy.variables})
                other.findings += wish.findings
                break
        else:
            kept.append(wish)
    return kept


def _all_verified(fix: Fix, codes: Sequence[str]) -> Fix:
    """The verifying command asks for every code that the fix settles."""
    return msgspec.structs.replace(fix, verify=run(*fix.verify.argv[:-1], ",".join(codes)) if fix.verify else None)


def _add(wishes: list[_Wish], remedy: Remedy, fix: Fix, finding: Finding) -> None:
    """Join the remedy with one that is there already, where one command does for both."""
    for wish in wishes:
        joined = _joined(wish.remedy, remedy)
        if joined is not None:
            wish.fix = wish.fix if joined is wish.remedy else fix if joined is remedy else None
            wish.remedy = joined
            wish.findings.append(finding)
            return
    wishes.append(_Wish(remedy, fix, [finding], []))


def _joined(one: Remedy, other: Remedy) -> Remedy | None:
    """One remedy that does what both do; ``None`` where there is none.

    Installing goes into one call, because pip's resolver looks after the packages of one call only.
    """
    if one == other:
        return one
    if isinstance(one, Recreate) and isinstance(other, Recreate):
        return one if one.python or not other.python else other
    if isinstance(one, Install) and isinstance(other, Install) and (one.force, one.conda) == (other.force, other.conda):
        both = tuple(dict.fromkeys((*one.requirements, *other.requirements)))
        return Install(both, one.force, conda=one.conda, then=tuple(dict.fromkeys((*one.then, *other.then))))
    if isinstance(one, Remove) and isinstance(other, Remove):
        return Remove(tuple(dict.fromkeys((*one.names, *other.names))))
    if isinstance(one, UnsetEnv) and isinstance(other, UnsetEnv) and one.unless == other.unless:
        return UnsetEnv(tuple(dict.fromkeys((*one.names, *other.names))), unless=one.unless)
    if isinstance(one, UnsetEnv) and isinstance(other, SetEnv):
        one, other = other, one
    if isinstance(one, SetEnv) and isinstance(other, UnsetEnv):  # what is taken out altogether is out
        return (
            other if set(one.variables) == {"PYTHONPATH"} and "PYTHONPATH" in other.names and not other.unless else None
        )
    if isinstance(one, SetEnv) and isinstance(other, SetEnv):
        return _both_set(one, other)
    return None


def _both_set(one: SetEnv, other: SetEnv) -> SetEnv | UnsetEnv | None:
    """Settings that agree on a variable; two that each take something out of PYTHONPATH take out both."""
    if set(one.variables) == set(other.variables) == {"PYTHONPATH"}:
        first, second = one.variables["PYTHONPATH"], other.variables["PYTHONPATH"]
        separator = ";" if ";" in first + second or "\\" in first + second else ":"
        rest = [entry for entry in first.split(separator) if entry in second.split(separator)]
        return SetEnv({"PYTHONPATH": separator.join(rest)}) if rest else UnsetEnv(("PYTHONPATH",))
    shared = set(one.variables) & set(other.variables)
    if shared and all(one.variables[name] == other.variables[name] for name in shared):
        return SetEnv({**one.variables, **other.variables})
    return None


def _without_moot(wishes: list[_Wish]) -> list[_Wish]:
    """Without what a new environment settles anyway: removing from the old one, laying down anew what is in it."""
    anew = next((wish for wish in wishes if isinstance(wish.remedy, Recreate)), None)
    if anew is None:
        return wishes
    kept = []
    for wish in wishes:
        if isinstance(wish.remedy, Remove) or (isinstance(wish.remedy, Install) and wish.remedy.force):
            anew.findings += wish.findings
        else:
            kept.append(wish)
    return kept


def _find_conflicts(wishes: list[_Wish]) -> None:
    for index, wish in enumerate(wishes):
        for other in wishes[index + 1 :]:
            for words in _conflicts(wish, other):
                wish.conflicts.append(f"{words} (see {', '.join(other.codes)})")
                other.conflicts.append(f"{words} (see {', '.join(wish.codes)}); do one of the two")


def _conflicts(one: _Wish, other: _Wish) -> list[str]:
    """In words, where one of the two undoes what the other does."""
    found = []
    first, second = one.remedy, other.remedy
    if isinstance(first, SetEnv) and isinstance(second, SetEnv):
        differing = [
            name
            for name in first.variables
            if second.variables.get(name, first.variables[name]) != first.variables[name]
        ]
        found += [f"{name} is set to {first.variables[name]} and to {second.variables[name]}" for name in differing]
    for setting, unsetting in ((first, second), (second, first)):
        if isinstance(setting, SetEnv) and isinstance(unsetting, UnsetEnv):
            found += [f"{name} is set and unset" for name in setting.variables if name in unsetting.names]
        if isinstance(setting, Install) and isinstance(unsetting, Remove):
            removed = set(map(normalise, unsetting.names))
            both = [name_in(item) for item in setting.requirements if normalise(name_in(item)) in removed]
            # Removing all owners of one file and then laying down one of them is a cure, not a conflict.
            found += [f"{name} is installed and removed" for name in both if not setting.force]
    return found
