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
    ProjectModel,
    Recreate,
    Remedy,
    Requirement,
    RequirementChecker,
    Rule,
    Severity,
    Surroundings,
    Sync,
    UnknownFact,
    check,
    conda_specs,
    exclude_each_other,
    first_kind,
    keeper,
    known,
    newest_python,
    paths,
    plainly_within,
    platform_of,
    pypi_keys,
    same_version,
    selected,
    synced,
)
from envdoctor_checks.project._kinds import not_the_doctors
from envdoctor_checks.project._undeclared import BY_CHANCE, met_by_chance, undeclared

REP002 = Rule("REP002", "environment-drift", Severity.WARNING, guide=("repro-1", "repro-3"), varies=(Severity.INFO,))
SHOWN = 12  # rows of evidence


@check(REP002)
def environment_drift(
    project: Project, packages: Packages, interpreter: Interpreter, patient: Patient
) -> Iterator[Finding]:
    kind = first_kind(patient)
    if kind in CONDA_ROOTS or (kind in SHARED and len(patient.origin) == 1):
        raise NotApplicable("this is no environment of the project's own")
    not_the_doctors(patient, project)
    if project.environment_of and not paths.within(project.root, project.environment_of):
        raise NotApplicable(f"the environment is another project's, {project.environment_of}")
    maker = keeper(patient, (item.installer for item in packages.distributions))
    system = interpreter.markers.get("sys_platform", "")
    model = ProjectModel(project)
    own = model.compared(
        Surroundings(maker, paths.name(patient.prefix or ""), system, platform_of(interpreter.markers))
    )
    if not own and known(project.unreadable):
        raise UnknownFact("; ".join(known(project.unreadable).values()))
    if own or patient.chosen not in BY_CHANCE or project.environment_of or project.evidence == "named by --project":
        resolver = RequirementChecker(packages.distributions, interpreter.markers)
        if not own or not met_by_chance(project, own, resolver, patient):
            yield from _other_python(model, interpreter)
    if not own:
        raise NotApplicable(f"no list of dependencies that a {maker} environment is made from")
    resolver = RequirementChecker(packages.distributions, interpreter.markers)
    if met_by_chance(project, own, resolver, patient):
        raise NotApplicable(
            "the environment lies elsewhere and has none of the packages that the project lists: it is of another project"
        )
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
    if dynamic := next((item.dynamic for item in own if item.dynamic), ""):
        raise UnknownFact(dynamic)


def _other_python(model: ProjectModel, interpreter: Interpreter) -> Iterator[Finding]:
    """The Python is none that the project asks for; one that is only to be used, where it is at hand, is a note."""
    unfit = model.unfit_pythons(interpreter.version)
    if not unfit:
        return
    first = min(unfit, key=lambda asked: asked.chosen)
    python = newest_python(first.specifier or "")
    yield Finding(
        REP002,
        "Python",
        tuple(Evidence(f"{asked.file}:{asked.line}", f"Python {asked.text}") for asked in unfit),
        f"the project asks for Python {first.text}, and {interpreter.version} runs here",
        "What works with one Python may fail with another, and not all packages have a build for both.",
        own_severity=Severity.INFO if first.chosen else Severity.WARNING,
        remedies=(_with_python(first.chosen, python, first.file),),
    )


def _with_python(chosen: bool, python: str, file: str) -> Remedy:
    if chosen or not python:
        return Manual(f"make the environment again with Python {python or 'that fits'}, or change {file}")
    return Recreate(python)


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
    clashes: list[str] = []  # what no version can meet
    for declaration in own:
        for requirement in known(declaration.requirements):
            problem = _unmet(requirement, resolver, packages, interpreter)
            if problem is not None:
                rows.setdefault(
                    problem.key or requirement.key,
                    f"{requirement.file}:{requirement.line}: {_told(requirement, problem)}",
                )
                wanted.append(_asked(requirement, problem))
                clashes += _clashes(requirement, problem, resolver)
                clashes += _excluded(requirement, declaration, resolver)
                apart += [declaration.file] if requirement.source or declaration.indexes else []
                at_fault.append(declaration.file)
        if declaration.lock:
            for locked, there, alone in _unlocked(_for(declaration, interpreter), resolver, packages):
                at_fault.append(declaration.file)
                wanted += [f"{locked.name}=={locked.version}"] if alone and locked.manager == "pip" else []
                rows.setdefault(
                    locked.key, f"{declaration.file}:{locked.line}: {locked.name} {locked.version}, installed {there}"
                )
    if clashes and not synced(maker, own):
        return rows, Manual("; ".join(clashes[:3]))
    return rows, _sync(maker, own, tuple(wanted), tuple(dict.fromkeys(apart)), tuple(dict.fromkeys(at_fault)))


def _unmet(
    requirement: Requirement, resolver: RequirementChecker, packages: Packages, interpreter: Interpreter
) -> Problem | None:
    """What is wrong with a requirement that a plain installation brings."""
    if requirement.group or not selected(requirement.selector, interpreter.markers.get("sys_platform", "")):
        return None
    if requirement.manager == "pip":
        return resolver.problem(requirement.text)
    conda = packages.conda if isinstance(packages.conda, dict) else {}
    version = conda.get(requirement.name)
    if version is None and requirement.name == "python":
        version = interpreter.version
    if version is None:  # pip's stands in for it, under its own name
        here = (resolver.first[key].version for key in sorted(pypi_keys(requirement.key)) if key in resolver.first)
        version = next((there for there in here if isinstance(there, str)), None)
    if version is None:
        return Problem(requirement.text, requirement.name, requirement.specifier or "", None)
    fits = _meets(requirement, version)
    return Problem(requirement.text, requirement.name, requirement.specifier or "", version) if fits is False else None


def _meets(requirement: Requirement, version: str) -> bool | None:
    """Whether conda takes this version for what the spec asks for; ``None`` where that can't be told."""
    spec = conda_specs.spec_of(requirement.text) if requirement.source != "url" else None
    if spec is not None and spec.version:
        return conda_specs.within(version, spec.version)
    return plainly_within(version, requirement.specifier) if requirement.specifier else True


def _clashes(requirement: Requirement, problem: Problem, resolver: RequirementChecker) -> list[str]:
    """What is installed that can't live with the list: to install what is listed would change nothing, or break it."""
    if problem.reason or requirement.manager != "pip" or problem.key != requirement.key or not problem.wanted:
        return []
    against = resolver.against(requirement.key, problem.wanted)
    if not against:
        return []
    others = " and ".join(f"{demand.by} (which needs {requirement.name}{demand.specifier})" for demand in against[:3])
    return [
        f"decide between {requirement.name}{problem.wanted} in {requirement.file} and {others}: no version suits both; "
        f"change the list, or make an environment from {requirement.file} alone"
    ]


def _excluded(requirement: Requirement, declaration: Declaration, resolver: RequirementChecker) -> list[str]:
    """What the same list asks of the same distribution, where no version meets both."""
    if not requirement.specifier or requirement.manager != "pip":
        return []
    for other in known(declaration.requirements):
        if other.key != requirement.key or other.group or other.manager != "pip" or not other.specifier:
            continue
        if not resolver.concerns(other.text) or not exclude_each_other(requirement.specifier, other.specifier):
            continue
        return [
            f"decide between {requirement.text} ({requirement.file}:{requirement.line}) and "
            f"{other.text} ({other.file}:{other.line}): no version suits both"
        ]
    return []


def _told(requirement: Requirement, problem: Problem) -> str:
    if problem.reason:
        return f"{requirement.text}: {problem.reason}"
    there = f"{problem.name} {problem.found} is installed" if problem.found else f"{problem.name} is missing"
    return f"{requirement.text}, and {there}"


def _for(declaration: Declaration, interpreter: Interpreter) -> list[Locked]:
    """What a lock has for the platform; one that knows no platform has it for all."""
    platform = platform_of(interpreter.markers)
    return [item for item in known(declaration.locked) if not platform or item.platform in ("", platform)]


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
    if synced(maker, own):
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
