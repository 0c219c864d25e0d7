"""What is installed by name and stands in no file of the project; whether the environment is the project's at all."""

from envdoctor.api import Declaration, Distribution, Patient, Project, ProjectModel, RequirementChecker, known, paths

# What serves the environment rather than the project.
TOOLS = ("pip", "setuptools", "wheel", "uv", "virtualenv", "envdoctor", "pipdeptree", "pkg-resources", "ipykernel")
BARE = {"pip", "setuptools", "wheel"}  # what a new environment may hold
BY_CHANCE = ("named by --python",)  # not because it is in use


def undeclared(project: Project, resolver: RequirementChecker, patient: Patient) -> list[Distribution]:
    """What was installed by name, is needed by nothing else installed, and stands in no file of the project."""
    declared = ProjectModel(project).declared()
    if declared is None:
        return []
    extra = [
        item
        for item in resolver.first.values()
        if item.requested
        and item.owner is None
        and item.key not in declared
        and item.key not in TOOLS
        and paths.inside(item.location, patient.prefix)
        and not _projects_own(item, project)
    ]
    needed = resolver.needed() if extra else set()
    return [item for item in extra if item.key not in needed]


def _projects_own(item: Distribution, project: Project) -> bool:
    return item.editable or (item.url or "").startswith(f"file://{project.root}")


def met_by_chance(project: Project, own: list[Declaration], resolver: RequirementChecker, patient: Patient) -> bool:
    """An environment that was made for something else and is examined inside a clone: nothing of three things or
    more that the project lists is in it, and other things are."""
    asked = [requirement for declaration in own for requirement in known(declaration.requirements)]
    keys, installed = {requirement.key for requirement in asked}, set(resolver.first)
    return (
        patient.chosen in BY_CHANCE
        and project.environment_of is None
        and project.evidence != "named by --project"
        and all(requirement.manager == "pip" for requirement in asked)
        and len(keys) > 2
        and not keys & installed
        and bool(installed - BARE)
    )
