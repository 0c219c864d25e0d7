"""The fixes of all findings as one plan: joined where one cure settles many, the worst first unless one has to come
before it."""

from collections.abc import Iterable, Sequence
from typing import get_args

import msgspec
from msgspec import Struct

from envdoctor.ecosystem.names import normalise
from envdoctor.ecosystem.requirements import name_in
from envdoctor.engine.findings import Finding
from envdoctor.engine.remedies import (
    CallPip,
    Configure,
    Edit,
    Errand,
    ExportEnvironment,
    GiveBack,
    GivePip,
    Install,
    InstallBuild,
    InstallSystem,
    KeepEnv,
    LayAgain,
    Lock,
    MakePrivate,
    Manual,
    Move,
    NewEnvironment,
    Recreate,
    RegisterKernel,
    Remedy,
    Remove,
    RemoveKernel,
    Replace,
    RestoreRecord,
    RewritePaths,
    Run,
    SetEnv,
    UnsetEnv,
)
from envdoctor.engine.rules import Severity
from envdoctor.fixes import Guard, Toolbox, steps
from envdoctor.fixes.constraints import contradictory, joined, specifier_of
from envdoctor.fixes.model import Applicability, Fix
from envdoctor.fixes.steps import Step, run
from envdoctor.fixes.words import FORCED, LOADER

# What starts the patient at all comes first; settings before what obeys them; a new environment before what goes into
# it; removing before installing, since two distributions may own one file.
_ORDER: tuple[tuple[type, ...], ...] = (
    *((UnsetEnv,), (Move,), (Edit,), (Run, *get_args(Errand)), (InstallSystem,), (Recreate,)),
    *((Remove,), (Replace,), (InstallBuild,), (Install,), (SetEnv,), (KeepEnv,), (Manual,)),
)
RANK = {kind: number for number, kinds in enumerate(_ORDER) for kind in kinds}
# Nothing has to wait for these, and they wait for nothing.
FREE = (Manual, KeepEnv, Lock, ExportEnvironment, NewEnvironment, MakePrivate, RegisterKernel, RemoveKernel, CallPip)
# While these stand, other findings may be their consequence: the patient does not even start.
FIRST = ("PY008", "PY013")

# What these say decides which packages an installer sees, and which installer runs.
PATHS = {"PYTHONPATH", "PYTHONHOME", "PYTHONNOUSERSITE"}
# What begins so bears on whether an installer starts, and on what it does.
STEERING = ("PYTHON", "LD_", "DYLD_", "CONDA", "PIP_", "UV_", "VIRTUAL_ENV")


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
    def severity(self) -> Severity:
        """That of the worst finding."""
        return worst(self.findings)

    @property
    def subjects(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(finding.subject for finding in self.findings))


def worst(findings: Iterable[Finding]) -> Severity:
    return min((finding.severity for finding in findings), key=lambda severity: severity.rank, default=Severity.INFO)


def by_finding(entries: Iterable[PlannedFix]) -> dict[int, PlannedFix]:
    """The entry that settles a finding, by the finding's identity (`id`)."""
    return {id(finding): entry for entry in entries for finding in entry.findings}


class _Wish(Struct):
    """A remedy, its translation as long as it is a finding's own, and the findings that wish for it."""

    remedy: Remedy
    fix: Fix | None
    findings: list[Finding]
    conflicts: list[str]
    moot_later: bool = False  # a new environment, for a lesser fault, would settle it, too

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(finding.rule.code for finding in self.findings))


def plan(
    cured: Iterable[tuple[Finding, Sequence[Fix]]], toolbox: Toolbox, guard: Guard | None = None
) -> tuple[PlannedFix, ...]:
    """The plan for findings (the worst first) and their fixes: of each, the first; the others are alternatives.

    ``toolbox`` translates only what several remedies come to together, if ``guard`` has nothing against it.
    """
    wishes: list[_Wish] = []
    for finding, fixes in cured:
        for remedy, fix in list(zip(finding.remedies, fixes, strict=True))[:1]:
            _add(wishes, remedy, fix, finding, toolbox.apart, guard)
    wishes = _without_moot(wishes, toolbox)
    _find_conflicts(wishes, toolbox.apart)
    wishes = _settings_as_one(wishes)
    entries: dict[int, PlannedFix] = {}
    for wish in wishes:
        fix = _all_verified(wish.fix or toolbox.fix(wish.remedy, wish.codes[0]), wish.codes)
        entries[id(wish)] = PlannedFix(findings=tuple(wish.findings), fix=fix, conflicts=tuple(wish.conflicts))
    wishes.sort(key=lambda wish: _harm(wish, entries[id(wish)].fix))
    ordered = _ordered(wishes)
    if guard is not None:
        _judge_in_order(ordered, entries, guard)
    return _made_once(entries[id(wish)] for wish in ordered)


def _judge_in_order(ordered: Sequence[_Wish], entries: dict[int, PlannedFix], guard: Guard) -> None:
    """Each entry after those before it; of those that conflict only one will be done, and nobody knows which."""
    followed = [wish for wish in ordered if not wish.conflicts]
    fixes = guard.in_order([(entries[id(wish)].fix, wish.remedy, wish.findings) for wish in followed])
    for wish, fix in zip(followed, fixes, strict=True):
        entries[id(wish)] = msgspec.structs.replace(entries[id(wish)], fix=fix)


def _harm(wish: _Wish, fix: Fix) -> tuple[int, bool, int, tuple[int, bool]]:
    """The worst first; of what is equally bad, what may be run as it stands, then what a person has to do."""
    return (
        worst(wish.findings).rank,
        not any(code in FIRST for code in wish.codes),
        list(Applicability).index(fix.applicability) if fix.steps else len(Applicability),
        _rank(wish.remedy),
    )


def _ordered(wishes: Sequence[_Wish]) -> list[_Wish]:
    """In their order, but each behind those that have to come before it."""
    found: list[_Wish] = []

    def place(wish: _Wish) -> None:
        if not any(wish is other for other in found):
            for other in wishes:
                if _has_to_precede(other, wish):
                    place(other)
            found.append(wish)

    for wish in wishes:
        place(wish)
    return found


def _has_to_precede(one: _Wish, other: _Wish) -> bool:
    """Whether ``other`` would fail, or be undone, before ``one``. What is less bad holds up what is worse only where it
    decides what an installer does, or where the two touch the same thing."""
    if isinstance(one.remedy, FREE) or _settles(other.remedy) or _rank(one.remedy) >= _rank(other.remedy):
        return isinstance(one.remedy, Recreate) and isinstance(other.remedy, KeepEnv)
    if isinstance(one.remedy, Recreate) and other.moot_later:
        return False
    if isinstance(one.remedy, Run) and isinstance(other.remedy, Recreate):
        return False
    if isinstance(one.remedy, UnsetEnv | SetEnv):
        return _steers(one.remedy)
    alike = worst(one.findings).rank <= worst(other.findings).rank
    deciding = not _mild(one) and isinstance(one.remedy, Recreate | Configure)
    return alike or deciding or bool(_touched(one.remedy) & _touched(other.remedy))


def _settles(remedy: Remedy) -> bool:
    """Whether it asks for no installer, and none asks for it."""
    return isinstance(remedy, FREE) or (isinstance(remedy, UnsetEnv | SetEnv) and not _steers(remedy))


def _steers(remedy: UnsetEnv | SetEnv) -> bool:
    return any(name.startswith(STEERING) for name in _touched(remedy))


def _mild(wish: _Wish) -> bool:
    return worst(wish.findings) is Severity.INFO


def _touched(remedy: Remedy) -> set[str]:
    """The distributions or the variables that a remedy names."""
    match remedy:
        case Install(requirements):
            return {normalise(name_in(item)) for item in requirements}
        case Remove(names):
            return set(map(normalise, names))
        case Replace(remove, install):
            return {*map(normalise, remove), *(normalise(name_in(item)) for item in install)}
        case InstallBuild(package, remove=remove, along=along):
            return {normalise(package), *map(normalise, remove), *(normalise(name_in(item)) for item in along)}
        case SetEnv(variables):
            return set(variables)
        case UnsetEnv(names):
            return set(names)
        case _:
            return set()


def _made_once(entries: Iterable[PlannedFix]) -> tuple[PlannedFix, ...]:
    """An environment that an entry makes is there for those behind it: they don't make it again."""
    kept: list[PlannedFix] = []
    made: dict[str, set[Step]] = {}
    for entry in entries:
        fix, here = entry.fix, entry.fix.patient
        if here and fix.steps:
            rest = tuple(step for step in fix.steps if not (isinstance(step, steps.Run) and step in made.get(here, ())))
            made.setdefault(here, set()).update(step for step in fix.steps if isinstance(step, steps.Run))
            fix = msgspec.structs.replace(fix, steps=rest or fix.steps)
        kept.append(msgspec.structs.replace(entry, fix=fix))
    return tuple(kept)


def _rank(remedy: Remedy) -> tuple[int, bool]:
    """What is damaged is laid down again before an installer has to make sense of it."""
    if isinstance(remedy, SetEnv) and PATHS & set(remedy.variables):
        return RANK[UnsetEnv], True
    return RANK[type(remedy)], isinstance(remedy, Install) and not remedy.force


def _settings_as_one(wishes: list[_Wish]) -> list[_Wish]:
    """Variables that nothing speaks against are set in one line, those first of all that decide what is found."""
    kept: list[_Wish] = []
    for wish in wishes:
        same = (
            item
            for item in kept
            if _rank(item.remedy) == _rank(wish.remedy) and _mild(item) == _mild(wish) and not item.conflicts
        )
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


def _add(wishes: list[_Wish], remedy: Remedy, fix: Fix, finding: Finding, apart: bool, guard: Guard | None) -> None:
    """Join the remedy with one that is there already, where one command does for both.

    What cures a harm does nothing more in passing that is only worth knowing, unless the two touch the same thing, or
    an environment of its own is made (``apart``).
    """
    for wish in wishes:
        alike = _mild(wish) == (finding.severity is Severity.INFO) or isinstance(remedy, Recreate) or apart
        if not alike and wish.remedy != remedy and not _touched(wish.remedy) & _touched(remedy):
            continue
        joined = _joined(wish.remedy, remedy)
        if joined is not None and (apart or guard is None or guard.fine(joined, [*wish.findings, finding])):
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
        if {*other.requirements} <= {*one.requirements} and not other.then:  # of thousands, most ask for the same
            return one
        both = tuple(dict.fromkeys((*one.requirements, *other.requirements)))
        if any(map(contradictory, joined(both, ()))):  # one call would be refused
            return None
        return Install(both, one.force, conda=one.conda, then=tuple(dict.fromkeys((*one.then, *other.then))))
    if isinstance(one, Remove) and isinstance(other, Remove):
        return Remove(tuple(dict.fromkeys((*one.names, *other.names))))
    if isinstance(one, UnsetEnv) and isinstance(other, UnsetEnv) and _unset_alike(one, other):
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


def _unset_alike(one: UnsetEnv, other: UnsetEnv) -> bool:
    """What is taken out of a variable of the loader by hand does not keep another from being unset."""
    return one.unless == other.unless and _of_the_loader(one) == _of_the_loader(other)


def _of_the_loader(remedy: UnsetEnv) -> bool:
    return any(name in (*LOADER, *FORCED) for name in remedy.names)


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


def _without_moot(wishes: list[_Wish], toolbox: Toolbox) -> list[_Wish]:
    """Without what a new environment settles anyway: it is solved again, and nothing of the old one is left in it.

    A new environment for a lesser fault does not take the place of the small cure of a worse one.
    """
    anew = next((wish for wish in wishes if isinstance(wish.remedy, Recreate)), None)
    if anew is None:
        return wishes
    kept = []
    limit = worst(anew.findings).rank
    for wish in wishes:
        wish.moot_later = _is_moot(wish.remedy, toolbox)
        if wish.moot_later and worst(wish.findings).rank >= limit:
            anew.findings += wish.findings
        else:
            kept.append(wish)
    return kept


def _is_moot(remedy: Remedy, toolbox: Toolbox) -> bool:
    if isinstance(remedy, Install):
        return remedy.force or (not remedy.then and all(map(toolbox.comes_back, remedy.requirements)))
    return isinstance(remedy, Remove | Replace | LayAgain | GiveBack | RestoreRecord | GivePip | RewritePaths)


def _find_conflicts(wishes: list[_Wish], apart: bool) -> None:
    """``apart``: what is installed goes into an environment of its own, where nothing is removed."""
    for index, wish in enumerate(wishes):
        for other in wishes[index + 1 :]:
            for words in _conflicts(wish, other, apart):
                wish.conflicts.append(f"{words} (see {', '.join(other.codes)})")
                other.conflicts.append(f"{words} (see {', '.join(wish.codes)}); do one of the two")


def _conflicts(one: _Wish, other: _Wish, apart: bool) -> list[str]:
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
    if isinstance(first, Install) and isinstance(second, Install):
        for clash in filter(contradictory, joined((*first.requirements, *second.requirements), ())):
            found.append(f"no version of {name_in(clash)} is within {specifier_of(clash)}")
    for setting, unsetting in ((first, second), (second, first)):
        if isinstance(setting, SetEnv) and isinstance(unsetting, UnsetEnv):
            found += [f"{name} is set and unset" for name in setting.variables if name in unsetting.names]
        if isinstance(setting, Install) and isinstance(unsetting, Remove) and not apart:
            removed = set(map(normalise, unsetting.names))
            both = [name_in(item) for item in setting.requirements if normalise(name_in(item)) in removed]
            # Removing all owners of one file and then laying down one of them is a cure, not a conflict.
            found += [f"{name} is installed and removed" for name in both if not setting.force]
    return found
