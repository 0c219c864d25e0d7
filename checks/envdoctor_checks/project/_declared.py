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
        found += [item for item in requirements if not item.group and not _furniture(item)]
    return found


def lock_of(project: Project) -> Declaration | None:
    """The lock, or the list that is as good as one: every version exact."""
    for declaration in project.declarations:
        requirements = declaration.requirements
        told = [item for item in requirements if not _furniture(item)] if isinstance(requirements, list) else []
        if declaration.lock or (told and all(map(_exact, told))):
            return declaration
    return None


def _furniture(requirement: Requirement) -> bool:
    """The Python, and the ``pip`` that conda is asked for so that the ``pip:`` part works."""
    return requirement.key == "python" or (requirement.key == "pip" and requirement.manager == "conda")


def _exact(requirement: Requirement) -> bool:
    specifier = requirement.specifier
    return specifier is None or (specifier.startswith("==") and not specifier.endswith("*") and "," not in specifier)
