"""What a project asks for directly, and whether it has a lock."""

from envdoctor.api import Declaration, Project, Requirement, UnknownFact, known


def asked_for_directly(project: Project) -> list[Requirement]:
    """What a plain installation brings. Raises `UnknownFact` naming a broken file and its line."""
    unreadable = known(project.unreadable)
    if unreadable:
        raise UnknownFact("; ".join(unreadable.values()))
    found = []
    for declaration in project.declarations:
        requirements = known(declaration.requirements)
        found += [item for item in requirements if not item.group and item.key != "python"]
    return found


def lock_of(project: Project) -> Declaration | None:
    """The lock, or the list that is as good as one: every version exact."""
    for declaration in project.declarations:
        requirements = declaration.requirements
        if declaration.lock or (isinstance(requirements, list) and requirements and all(map(_exact, requirements))):
            return declaration
    return None


def _exact(requirement: Requirement) -> bool:
    specifier = requirement.specifier
    return specifier is None or (specifier.startswith("==") and not specifier.endswith("*") and "," not in specifier)
