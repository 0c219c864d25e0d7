"""What a cure would make of the facts, so that the rules can judge it before it is printed.

Predicted are distributions that are installed, laid down anew or removed, and variables that are set or unset. Of an
installation only its requirements are known: the version may be any that they admit, so that the oldest and the newest
that bounds tell of are judged. What a new version itself requires is an index's to say, and counts as met.
"""

from collections.abc import Callable, Iterable, Sequence

import msgspec
from msgspec import Struct

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.names import normalise
from envdoctor.ecosystem.requirements import name_in
from envdoctor.ecosystem.threads import with_expected_threads
from envdoctor.ecosystem.versions import is_newer, is_within, numbers
from envdoctor.engine.findings import Finding
from envdoctor.engine.remedies import DeleteFiles, Install, Remedy, Remove, Replace, SetEnv, UnsetEnv
from envdoctor.engine.rules import Severity
from envdoctor.facts import Blas, Cpu, Distribution, Facts, Interpreter, Packages, Path, Variables
from envdoctor.fixes.constraints import joined, specifier_of

# Sections that a check may read and that are still true, or predicted, once such a remedy was carried out.
ABOUT_PACKAGES = frozenset({"packages", "interpreter", "patient", "path", "prefix", "environment", "system", "level"})
ABOUT_VARIABLES = frozenset(
    {"environment", "cpu", "blas", "patient", "system", "prefix", "level", "path", "interpreter"}
)

Judge = Callable[[Facts], Sequence[Finding]]


class Answer(Struct, frozen=True):
    """What is left of the findings that a cure is to settle, and what it would bring."""

    left: tuple[Finding, ...]
    new: tuple[Finding, ...]


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


def answer(
    facts: Facts, remedy: Remedy, findings: Sequence[Finding], before: Sequence[Finding], judge: Judge
) -> Answer:
    """What ``judge`` says of the facts after the remedy; ``before`` is what it said of these."""
    known = set(map(_mark, before))
    meant = set(map(_mark, findings))
    left: dict[tuple[str, str], Finding] = {}
    new: dict[tuple[str, str], Finding] = {}
    for then in after(facts, remedy):
        for item in judge(then):
            mark = _mark(item)
            if mark in meant:
                left.setdefault(mark, item)
            elif mark not in known and item.severity is not Severity.INFO:
                new.setdefault(mark, item)
    return Answer(tuple(left.values()), tuple(new.values()))


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
    bounds = [
        bound
        for item in distributions
        for line in [requirement, *(item.requires if isinstance(item.requires, list) else ())]
        if normalise(name_in(line)) == normalise(name_in(requirement))
        for part in specifier_of(line).split(",")
        if (bound := part.lstrip("<>=~! ").removesuffix(".*").strip())
    ]
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
    words = kept.split(";" if "\\" in kept or ";" in kept else ":")
    gone = {item.path for item in path.pythonpath if item.path not in words}
    path = msgspec.structs.replace(path, pythonpath=[item for item in path.pythonpath if item.path not in gone])
    if isinstance(interpreter, Interpreter):
        rest = [entry for entry in interpreter.sys_path if entry not in gone]
        interpreter = msgspec.structs.replace(interpreter, sys_path=rest)
    if isinstance(packages, Packages):
        left = [item for item in packages.distributions if item.location not in gone]
        packages = _laid_down(msgspec.structs.replace(packages, distributions=left), set())
    return msgspec.structs.replace(facts, path=path, interpreter=interpreter, packages=packages)
