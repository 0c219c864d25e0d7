"""What a cure would make of the facts, so that the rules can judge it before it is printed.

Predicted are distributions that are installed, laid down again or removed, and variables that are set or unset. Of an
installation only its requirements are known: the version may be any that they admit, so that the oldest and the newest
that bounds tell of are judged. What a new version itself requires is an index's to say, and counts as met.
"""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.names import normalise
from envdoctor.ecosystem.requirements import name_in
from envdoctor.ecosystem.threads import with_expected_threads
from envdoctor.ecosystem.versions import is_newer, is_within, numbers
from envdoctor.engine.checks import Check, Outcome
from envdoctor.engine.findings import Finding
from envdoctor.engine.remedies import FORETOLD, DeleteFiles, Install, Remedy, Remove, Replace, SetEnv, UnsetEnv
from envdoctor.engine.rules import Severity
from envdoctor.engine.run import ADVANCED, RegisteredCheck, run
from envdoctor.facts import Blas, Cpu, Distribution, Facts, Interpreter, Packages, Path, System, Variables
from envdoctor.fixes.constraints import joined, specifier_of
from envdoctor.fixes.model import Applicability, Fix

# Sections that a check may read and that are still true, or predicted, once such a remedy was carried out.
ABOUT_PACKAGES = frozenset({"packages", "interpreter", "patient", "path", "prefix", "environment", "system", "level"})
ABOUT_VARIABLES = frozenset(
    {"environment", "cpu", "blas", "patient", "system", "prefix", "level", "path", "interpreter"}
)


class Answer(Struct, frozen=True):
    """What is left of the findings that a cure is to settle, and what it would bring."""

    left: tuple[Finding, ...]
    new: tuple[Finding, ...]


class Change(Struct, frozen=True):
    """A distribution that goes from one version to another (empty: it is not there); what the new one ``requires`` is
    ``None`` where that is not known."""

    name: str
    before: str
    after: str
    requires: tuple[str, ...] | None = None


class Closure:
    """The rules that found something, or could have, ready to judge the patient as a cure would leave it.

    ``outcomes`` are those of the check-up of ``facts``; only rules that read what a cure changes, and nothing that it
    would change in a way which can't be told, are asked once more. Those of plug-ins are not.
    """

    def __init__(self, facts: Facts, outcomes: Sequence[Outcome], level: str = ADVANCED) -> None:
        self._facts = facts
        self._level = level
        own = [outcome.check for outcome in outcomes if not outcome.source]
        self._checks = {
            "environment": _concerned(own, "environment", ABOUT_VARIABLES),
            "packages": _concerned(own, "packages", ABOUT_PACKAGES),
        }
        self._before: dict[int, set[tuple[str, str]]] = {}

    def judged(self, fix: Fix, remedy: Remedy, findings: Sequence[Finding]) -> Fix:
        """The fix itself; in words, with the reason, where it would leave what it is to settle or bring something else."""
        if not fix.steps or fix.patient or not isinstance(remedy, FORETOLD):
            return fix
        said = self.answer(remedy, findings)
        if not said.left and not said.new:
            return fix
        why = f"this alone leaves: {said.left[0].title}" if said.left else f"it would bring: {said.new[0].title}"
        return msgspec.structs.replace(
            fix, title=f"{fix.title} ({why})", steps=(), applicability=Applicability.MANUAL, undo=""
        )

    def fine(self, remedy: Remedy, findings: Sequence[Finding]) -> bool:
        """Whether it settles these and brings nothing else, as far as that can be told."""
        said = self.answer(remedy, findings) if isinstance(remedy, FORETOLD) else None
        return said is None or not (said.left or said.new)

    def answer(self, remedy: Remedy, findings: Sequence[Finding]) -> Answer:
        section = "environment" if isinstance(remedy, SetEnv | UnsetEnv) else "packages"
        return self.judge(after(self._facts, remedy) if self._checks[section] else (), section, findings)

    def judge(self, thens: Iterable[Facts], section: str, findings: Sequence[Finding]) -> Answer:
        """Of these facts, which differ from the patient's in this section (packages, environment) alone."""
        meant = {_mark(finding) for finding in findings}
        left: dict[tuple[str, str], Finding] = {}
        new: dict[tuple[str, str], Finding] = {}
        for then in thens:
            for check in self._checks[section]:
                for item in run(then, check, self._level).findings:
                    mark = _mark(item)
                    if mark in meant:
                        left.setdefault(mark, item)
                    elif item.severity is not Severity.INFO and mark not in self._found(check):
                        new.setdefault(mark, item)
        return Answer(tuple(left.values()), tuple(new.values()))

    def in_order(self, plan: Sequence[tuple[Fix, Remedy, Sequence[Finding]]]) -> list[Fix]:
        """The fixes of a plan, carried out one after the other: in words where, after those before it, one would leave
        what is to be settled by then, or bring something else."""
        fixes: list[Fix] = []
        thens, meant = [self._facts], list[Finding]()
        for fix, remedy, findings in plan:
            if not fix.steps or fix.patient or not isinstance(remedy, FORETOLD):
                fixes.append(fix)
                continue
            following = _ends([later for then in thens for later in after(then, remedy)])
            bad = self._bad(following, [*meant, *findings])
            if not following or bad is None:
                thens, meant = following or thens, [*meant, *findings] if following else meant
                fixes.append(fix)
                continue
            title = f"{fix.title} (after the steps before it: {bad.title}; check again before you do it)"
            fixes.append(
                msgspec.structs.replace(fix, title=title, steps=(), applicability=Applicability.MANUAL, undo="")
            )
        return fixes

    def _bad(self, thens: Sequence[Facts], findings: Sequence[Finding]) -> Finding | None:
        """What is left of these findings, or what is new; ``None`` where nothing is."""
        for section in self._checks:
            said = self.judge(thens, section, findings)
            if found := said.left or said.new:
                return found[0]
        return None

    def _found(self, check: RegisteredCheck) -> set[tuple[str, str]]:
        """What the check finds now: a report may leave out rules of it."""
        if id(check) not in self._before:
            self._before[id(check)] = {_mark(item) for item in run(self._facts, check, self._level).findings}
        return self._before[id(check)]


def _concerned(checks: Iterable[Check], section: str, about: frozenset[str]) -> list[RegisteredCheck]:
    return [RegisteredCheck(check) for check in checks if section in check.needs and about.issuperset(check.needs)]


def after(facts: Facts, remedy: Remedy) -> list[Facts]:
    """The facts as they can be after it; none where that can't be told from facts."""
    match remedy:
        case Install(requirements, force=force, conda=False):
            packages = _known(facts)
            made = [] if packages is None else _installed(packages, requirements, force, facts.patient.prefix or "")
        case Remove(names):
            packages = _known(facts)
            made = [] if packages is None else [_without(packages, names)]
        case Replace(remove, install):
            packages = _known(facts)
            less = None if packages is None else _without(packages, remove)
            made = [] if less is None else _installed(less, install, True, facts.patient.prefix or "")
        case DeleteFiles(files):
            packages = _known(facts)
            left = [] if packages is None else [item for item in packages.leftovers if item not in files]
            made = [] if packages is None else [msgspec.structs.replace(packages, leftovers=left)]
        case SetEnv(variables):
            return _with_variables(facts, variables, ())
        case UnsetEnv(names):
            return _with_variables(facts, {}, names)
        case _:
            return []
    return [msgspec.structs.replace(facts, packages=packages) for packages in made]


def changed(facts: Facts, changes: Iterable[Change]) -> Facts:
    """The facts after these changes; where the packages are not known, as they are."""
    packages = _known(facts)
    prefix = facts.patient.prefix or ""
    for change in changes if packages is not None else ():
        key = normalise(change.name)
        assert packages is not None
        if not change.after:
            packages = _without(packages, [change.name])
            continue
        packages = _with(packages, [f"{change.name}=={change.after}"], change.before == change.after, prefix, True)
        rows = [
            msgspec.structs.replace(row, requires=[] if change.requires is None else list(change.requires))
            if row.key == key and paths.inside(row.location, prefix) and change.before != change.after
            else row
            for row in packages.distributions
        ]
        packages = msgspec.structs.replace(packages, distributions=rows)
    return facts if packages is None else msgspec.structs.replace(facts, packages=packages)


def _ends(thens: list[Facts]) -> list[Facts]:
    """The first and the last: of each step the oldest and the newest versions that may come, not every mixture."""
    return [thens[0], thens[-1]] if len(thens) > 2 else thens


def _mark(finding: Finding) -> tuple[str, str]:
    return finding.rule.code, finding.subject


def _known(facts: Facts) -> Packages | None:
    return facts.packages if isinstance(facts.packages, Packages) else None


# --- distributions ---


def _installed(packages: Packages, requirements: Sequence[str], force: bool, prefix: str) -> list[Packages]:
    """With these in the prefix: in the oldest and in the newest version that the bounds admit."""
    wanted = list(requirements) if force else joined(requirements, packages.distributions)
    return [_with(packages, wanted, force, prefix, newest) for newest in (False, True)]


def _with(packages: Packages, wanted: Sequence[str], force: bool, prefix: str, newest: bool) -> Packages:
    rows = list(packages.distributions)
    laid: set[str] = set()
    for requirement in wanted:
        key = normalise(name_in(requirement))
        old = next((item for item in rows if item.key == key and paths.inside(item.location, prefix)), None)
        version = _version(requirement, old, force, newest, packages.distributions)
        if old is not None and (old.version == version or force):
            laid.add(old.path)
            row = msgspec.structs.replace(old, problem=None, version=version, platforms=[])
            rows[rows.index(old)] = row
            continue
        place = (
            old.location
            if old
            else next((item.location for item in rows if paths.inside(item.location, prefix)), prefix)
        )
        row = Distribution(
            name=name_in(requirement),
            key=key,
            version=version,
            location=place,
            path=paths.join(place, f"{key}-{version}.dist-info"),
            installer="pip",
        )
        if old is None:
            rows.append(row)
        else:
            laid.add(old.path)
            rows[rows.index(old)] = row
    return _laid_down(msgspec.structs.replace(packages, distributions=rows), laid)


def _laid_down(packages: Packages, laid: set[str]) -> Packages:
    """Without what was wrong with the files of these, by the path of their metadata."""
    here = {item.path for item in packages.distributions}
    names = {item.name for item in packages.distributions}

    def rest(found: dict[str, list[str]]) -> dict[str, list[str]]:
        return {path: files for path, files in found.items() if path not in laid}

    return msgspec.structs.replace(
        packages,
        missing_files=rest(packages.missing_files),
        cut_off_files=rest(packages.cut_off_files),
        altered_files=None if packages.altered_files is None else rest(packages.altered_files),
        extensions=[item for item in packages.extensions if item.distribution in here - laid],
        collisions=[item for item in packages.collisions if len(set(item.claims) & names) > 1],
    )


def _version(
    requirement: str, old: Distribution | None, force: bool, newest: bool, distributions: Iterable[Distribution]
) -> str:
    """One that the requirement admits: what is there, where it will do; else the outermost that any bound tells of."""
    there = old.version if old is not None and isinstance(old.version, str) else ""
    specifier = specifier_of(requirement)
    if there and (force or not specifier or is_within(there, specifier)):
        return there
    key = normalise(name_in(requirement))
    asked = [line for item in distributions for line in (item.requires if isinstance(item.requires, list) else ())]
    bounds = dict.fromkeys(
        bound
        for line in dict.fromkeys([requirement, *asked])
        if normalise(name_in(line)) == key
        for part in specifier_of(line).split(",")
        if (bound := part.lstrip("<>=~! ").removesuffix(".*").strip())
    )
    fitting = [one for bound in bounds for one in _around(bound) if not specifier or is_within(one, specifier)]
    best = ""
    for one in fitting:
        if not best or is_newer(one, best) == newest:
            best = one
    return best or there or "1"


def _around(bound: str) -> tuple[str, ...]:
    """The bound, the one after it and the one before it."""
    parts = list(numbers(bound))
    while parts and not parts[-1]:
        parts.pop()
    before = ".".join(map(str, [*parts[:-1], parts[-1] - 1, 99])) if parts else "0"
    return bound, f"{bound}.1", before


def _without(packages: Packages, names: Sequence[str]) -> Packages:
    rows = list(packages.distributions)
    for name in names:
        item = next((row for row in rows if row.key == normalise(name)), None)
        if item is not None:
            rows.remove(item)
    return _laid_down(msgspec.structs.replace(packages, distributions=rows), set())


# --- variables ---


def _with_variables(facts: Facts, variables: dict[str, str], names: Sequence[str]) -> list[Facts]:
    known = facts.environment
    if not isinstance(known, Variables) or {"VIRTUAL_ENV", "CONDA_PREFIX"} & {*variables, *names}:
        return []  # the second say who the patient is
    values = {name: value for name, value in {**known.variables, **variables}.items() if name not in names}
    gone = {name: value for name, value in known.gone.items() if name not in names and name not in variables}
    environment = msgspec.structs.replace(known, variables=values, gone=gone)
    then = msgspec.structs.replace(facts, environment=environment)
    if isinstance(then.blas, Blas) and isinstance(then.cpu, Cpu):
        then = msgspec.structs.replace(then, blas=with_expected_threads(then.blas, then.cpu, values))
    if "PYTHONPATH" in names or "PYTHONPATH" in variables:
        then = _without_entries(then, values.get("PYTHONPATH", ""))
    return [then]


def _without_entries(facts: Facts, kept: str) -> Facts:
    """Without what PYTHONPATH brought and no longer does."""
    path, interpreter, packages = facts.path, facts.interpreter, facts.packages
    if not isinstance(path, Path):
        return facts
    on_windows = isinstance(facts.system, System) and facts.system.platform == "win32"
    words = kept.split(";" if on_windows else ":")
    gone = {item.path for item in path.pythonpath if item.path not in words}
    path = msgspec.structs.replace(path, pythonpath=[item for item in path.pythonpath if item.path not in gone])
    if isinstance(interpreter, Interpreter):
        rest = [entry for entry in interpreter.sys_path if entry not in gone]
        interpreter = msgspec.structs.replace(interpreter, sys_path=rest)
    if isinstance(packages, Packages):
        left = [item for item in packages.distributions if item.location not in gone]
        packages = _laid_down(msgspec.structs.replace(packages, distributions=left), set())
    return msgspec.structs.replace(facts, path=path, interpreter=interpreter, packages=packages)
