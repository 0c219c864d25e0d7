"""A project that PDM manages: what is installed is what pdm.lock says, so a change has to go through PDM."""

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.names import NAME, is_a
from envdoctor.ecosystem.projects import ProjectModel
from envdoctor.ecosystem.requirements import name_in
from envdoctor.fixes.model import Applicability, Fix, unmarked
from envdoctor.fixes.steps import Run, run
from envdoctor.fixes.target import Target
from envdoctor.fixes.tools.pip import Venv, named_by_lock


def project_of(target: Target) -> str:
    """The environment's project: the folder that holds it, or the one the check-up is run in; else empty."""
    folder, name = paths.parent(target.prefix), paths.name(target.prefix)
    if target.project_file("pdm.lock"):
        return target.root
    return folder if name == ".venv" else ""


class Pdm:
    """``pdm add`` and ``pdm sync`` in the project's folder; the next sync would undo what anything else installs."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._project = project_of(target)

    def _pdm(self, verb: str, *words: str) -> list[str]:
        return ["pdm", verb, "--project", self._project, *words]

    def install(self, requirements: list[str], force: bool) -> Fix:
        if force:
            return self._reinstalled(requirements)
        if named_by_lock(self._target, requirements, "pdm.lock"):
            return Fix(
                title="",
                steps=(run(*self._pdm("sync")),),
                applicability=Applicability.UNSAFE,
                reason="it also changes what else differs from pdm.lock",
            )
        return Fix(
            title="",
            steps=(run(*self._pdm("add", *map(unmarked, requirements))),),
            applicability=Applicability.UNSAFE,
            reason="pyproject.toml and pdm.lock will name it",
            undo=self._target.shell.run(self._pdm("remove", *map(name_in, requirements))),
        )

    def _reinstalled(self, requirements: list[str]) -> Fix:
        """PDM lays down all or nothing again; one package alone is a matter of pip or uv, where one is at hand."""
        if self._target.has_pip or "uv" in self._target.commands:
            return Venv(self._target).install(requirements, True)
        return Fix(
            title="",
            steps=(run(*self._pdm("sync", "--reinstall")),),
            applicability=Applicability.UNSAFE,
            reason="PDM installs everything that pdm.lock names again",
        )

    def remove(self, names: list[str]) -> Fix:
        fix = Venv(self._target).remove(names)
        return Fix(
            title="",
            steps=fix.steps,
            applicability=Applicability.UNSAFE,
            reason="the next pdm sync brings back what pdm.lock names",
            undo=self._target.shell.run(self._pdm("sync")),
        )

    def recreate(self, python: str) -> Fix:
        minor, path = self._target.available(python)
        chosen = [path or python] if path or python else []
        return Fix(
            title=f"make the environment again{f' with Python {minor or python}' if python else ''} from pdm.lock",
            steps=(
                run("pdm", "venv", "--project", self._project, "create", "--force", *chosen),
                run(*self._pdm("sync")),
            ),
            applicability=Applicability.UNSAFE,
            reason="PDM removes the environment first; what pdm.lock does not name goes",
        )


def lock(target: Target) -> Run:
    return run("pdm", "lock", "--project", target.root)


def sync(target: Target) -> Run:
    """Development groups come by themselves; the extras that are there are named
    (https://pdm-project.org/en/latest/usage/dependency/#select-a-subset-of-dependency-groups-to-install)."""
    extras = ProjectModel(target.project).filled("pyproject", target.installed) if target.project else []
    more = [word for extra in extras if is_a(NAME, extra) for word in ("--group", extra)]
    return run("pdm", "sync", "--project", target.root, *more)
