"""REP002: The environment is not what the project's files say."""

from collections.abc import Iterator

from envdoctor.api import (
    CONDA_ROOTS,
    SHARED,
    Declaration,
    Distribution,
    Evidence,
    Finding,
    Install,
    Interpreter,
    Locked,
    Manual,
    NotApplicable,
    OriginKind,
    Packages,
    Patient,
    Problem,
    Project,
    Remedy,
    Requirement,
    RequirementChecker,
    Rule,
    Severity,
    Sync,
    UnknownFact,
    check,
    first_kind,
    keeper,
    known,
    paths,
    plainly_within,
    same_version,
)
from envdoctor_checks.project._kinds import FILES, OTHERS, SYNCED
from envdoctor_checks.project._undeclared import met_by_chance, undeclared

REP002 = Rule("REP002", "environment-drift", Severity.WARNING, guide=("repro-1", "repro-3"), varies=(Severity.INFO,))
SHOWN = 12  # rows of evidence


@check(REP002)
def environment_drift(
    project: Project, packages: Packages, interpreter: Interpreter, patient: Patient
) -> Iterator[Finding]:
    kind = first_kind(patient)
    if kind in CONDA_ROOTS or (kind in SHARED and len(patient.origin) == 1):
        raise NotApplicable("this is no environment of the project's own")
    if project.environment_of and not paths.within(project.root, project.environment_of):
        raise NotApplicable(f"the environment is another project's, {project.environment_of}")
    maker = keeper(patient, (item.installer for item in packages.distributions))
    own = _compared(project, FILES.get(maker, OTHERS))
    if not own and maker is OriginKind.CONDA_ENV:
        own = _compared(project, OTHERS)  # made by conda, filled by pip
    if not own and known(project.unreadable):
        raise UnknownFact("; ".join(known(project.unreadable).values()))
    if not own:
        raise NotApplicable(f"no list of dependencies that a {maker} environment is made from")
    resolver = RequirementChecker(packages.distributions, interpreter.markers)
    if met_by_chance(project, own, resolver, patient):
        raise NotApplicable("the environment lies elsewhere and holds nothing that the project lists: it is another's")
    rows, remedy = _drift(maker, own, resolver, packages, interpreter)
    if rows:
        names = list(rows)
        yield Finding(
            REP002,
            "the environment",
            (
                *(Evidence(name, row) for name, row in list(rows.items())[:SHOWN]),
                *([Evidence("and", f"{len(rows) - SHOWN} more")] if len(rows) > SHOWN else []),
                *(Evidence("index", f"{item.file} takes from {place}") for item in own for place in item.indexes),
            ),
            f"the environment is not what {' and '.join(dict.fromkeys(item.file for item in own))} "
            f"{'says' if len({item.file for item in own}) == 1 else 'say'}: "
            f"{', '.join(names[:5])}{f' and {len(names) - 5} more' if len(names) > 5 else ''}",
            "What runs here is not what another machine will get from the project's files.",
            remedies=(remedy,),
        )
    extra = undeclared(project, resolver, patient)
    if extra:
        yield _extra(extra)
    unreadable = known(project.unreadable)
    if unreadable:
        raise UnknownFact("; ".join(unreadable.values()))


def _drift(
    maker: OriginKind,
    own: list[Declaration],
    resolver: RequirementChecker,
    packages: Packages,
    interpreter: Interpreter,
) -> tuple[dict[str, str], Remedy]:
    """What is wrong, by distribution, and what brings it in line."""
    rows: dict[str, str] = {}
    wanted: list[str] = []
    apart: list[str] = []  # lists that say where something comes from
    at_fault: list[str] = []
    for declaration in own:
        for requirement in known(declaration.requirements):
            problem = _unmet(requirement, resolver, packages, interpreter)
            if problem is not None:
                rows.setdefault(
                    problem.key or requirement.key,
                    f"{requirement.file}:{requirement.line}: {_told(requirement, problem)}",
                )
                wanted.append(_asked(requirement, problem))
                apart += [declaration.file] if requirement.source or declaration.indexes else []
                at_fault.append(declaration.file)
        if declaration.lock:
            for locked, there, alone in _unlocked(known(declaration.locked), resolver, packages):
                at_fault.append(declaration.file)
                wanted += [f"{locked.name}=={locked.version}"] if alone and locked.manager == "pip" else []
                rows.setdefault(
                    locked.key, f"{declaration.file}:{locked.line}: {locked.name} {locked.version}, installed {there}"
                )
    return rows, _sync(maker, own, tuple(wanted), tuple(dict.fromkeys(apart)), tuple(dict.fromkeys(at_fault)))


def _compared(project: Project, kinds: tuple[str, ...]) -> list[Declaration]:
    """The lists and locks that this environment is made from; of several requirements files the main one."""
    found = [declaration for declaration in project.declarations if declaration.kind in kinds]
    for declaration in found:
        known(declaration.requirements)
        known(declaration.locked)
    files = [declaration for declaration in found if declaration.kind == "requirements"]
    main = [item for item in files if paths.name(item.file) in ("requirements.txt", "base.txt", "main.txt")]
    environments = [declaration for declaration in found if declaration.kind == "environment.yml"]
    chosen = [item for item in environments if item.file in ("environment.yml", "environment.yaml")] or environments[:1]
    keep = main[:1] or (files if len(files) == 1 else [])
    rest = [item for item in found if item.kind not in ("requirements", "environment.yml")]
    return [*rest, *keep, *chosen]


def _unmet(
    requirement: Requirement, resolver: RequirementChecker, packages: Packages, interpreter: Interpreter
) -> Problem | None:
    """What is wrong with a requirement that a plain installation brings."""
    if requirement.group:
        return None
    if requirement.manager == "pip":
        return resolver.problem(requirement.text)
    conda = packages.conda if isinstance(packages.conda, dict) else {}
    version = conda.get(requirement.name)
    if version is None and requirement.name == "python":
        version = interpreter.version
    if version is None and requirement.key in resolver.first:
        there = resolver.first[requirement.key].version  # pip's stands in for it
        version = there if isinstance(there, str) else None
    if version is None:
        return Problem(requirement.text, requirement.name, requirement.specifier or "", None)
    fits = plainly_within(version, requirement.specifier) if requirement.specifier else True
    return Problem(requirement.text, requirement.name, requirement.specifier or "", version) if fits is False else None


def _told(requirement: Requirement, problem: Problem) -> str:
    if problem.reason:
        return f"{requirement.text}: {problem.reason}"
    there = f"{problem.name} {problem.found} is installed" if problem.found else f"{problem.name} is missing"
    return f"{requirement.text}, and {there}"


def _unlocked(
    locked: list[Locked], resolver: RequirementChecker, packages: Packages
) -> Iterator[tuple[Locked, str, bool]]:
    """Installed packages whose version is none of those that the lock has for them, and whether it has one only."""
    by_key: dict[tuple[str, str], list[Locked]] = {}
    for item in locked:
        by_key.setdefault((item.manager, item.key), []).append(item)
    conda = packages.conda if isinstance(packages.conda, dict) else {}
    for (manager, key), items in by_key.items():
        distribution = resolver.first.get(key)
        there = conda.get(items[0].name) if manager == "conda" else distribution.version if distribution else None
        if not isinstance(there, str) or (distribution is not None and distribution.editable):
            continue
        if not any(_same(item.version, there) for item in items):
            yield items[0], there, len(items) == 1


def _same(locked: str, installed: str) -> bool:
    """Equal, a build's local part (``+cpu``) left out where the lock has none."""
    plain = installed if "+" in locked else installed.partition("+")[0]
    return locked == plain or plainly_within(plain, f"=={locked}") is True or same_version(locked, plain)


def _asked(requirement: Requirement, problem: Problem) -> str:
    """What to install for it, with the extras that it names."""
    if problem.reason:
        return requirement.text
    bracket = requirement.text.partition(";")[0].partition("@")[0].partition("[")[2]
    extras = f"[{bracket.partition(']')[0]}]" if bracket and problem.key == requirement.key else ""
    return f"{problem.name}{extras}{problem.wanted}"


def _sync(
    maker: OriginKind,
    own: list[Declaration],
    wanted: tuple[str, ...],
    apart: tuple[str, ...],
    at_fault: tuple[str, ...],
) -> Remedy:
    """What brings the environment in line: the tool that made it, where its files say all that is in it; ``at_fault``
    are the files that are not met, ``apart`` those of them that say where something comes from."""
    if any(declaration.kind in SYNCED.get(maker, ()) for declaration in own):
        return Sync(at_fault)
    if apart:
        if all(declaration.kind == "requirements" for declaration in own if declaration.file in apart):
            return Sync(at_fault)
        return Manual("install with the project's own tool: an index may have something else under these names")
    return Install(wanted) if wanted else Manual("install the versions that the lock file names")


def _extra(extra: list[Distribution]) -> Finding:
    names = [item.name for item in extra]
    return Finding(
        REP002,
        "undeclared",
        tuple(Evidence(item.name, f"{item.version}, installed by name ({item.installer})") for item in extra[:SHOWN]),
        f"installed directly and declared nowhere: {', '.join(names[:8])}{' …' if len(names) > 8 else ''}",
        "If the project imports them, another machine will lack them; if not, they are only in the way.",
        own_severity=Severity.INFO,
        remedies=(Manual("add to the project's list what it imports; remove the rest"),),
    )
