"""What is installed by name and stands in no file of the project."""

from envdoctor.api import Distribution, Patient, Project, Resolver, normalise

# What serves the environment rather than the project.
TOOLS = ("pip", "setuptools", "wheel", "uv", "virtualenv", "envdoctor", "pipdeptree", "pkg-resources", "ipykernel")


def undeclared(project: Project, resolver: Resolver, patient: Patient) -> list[Distribution]:
    """What was installed by name, is needed by nothing else installed, and stands in no file of the project."""
    declared = {normalise(project.name or "")}
    for declaration in project.declarations:
        requirements, locked = declaration.requirements, declaration.locked
        if not isinstance(requirements, list) or not isinstance(locked, list):
            return []
        declared |= {item.key for item in requirements} | {item.key for item in locked}
    if not any(item.requirements or item.locked for item in project.declarations):
        return []
    extra = [
        item
        for item in resolver.first.values()
        if item.requested
        and item.owner is None
        and item.key not in declared
        and item.key not in TOOLS
        and item.location.startswith(f"{patient.prefix}/")
        and not _projects_own(item, project)
    ]
    needed = resolver.needed() if extra else set()
    return [item for item in extra if item.key not in needed]


def _projects_own(item: Distribution, project: Project) -> bool:
    return item.editable or (item.url or "").startswith(f"file://{project.root}")
