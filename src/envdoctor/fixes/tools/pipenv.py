"""A project that Pipenv manages. It has no option for the project's folder: a variable names the Pipfile
(https://pipenv.pypa.io/en/latest/configuration.html, PIPENV_PIPFILE)."""

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.names import NAME, is_a
from envdoctor.ecosystem.projects import ProjectModel
from envdoctor.ecosystem.requirements import name_in
from envdoctor.facts import Installation
from envdoctor.fixes.model import Applicability, Fix, unmarked
from envdoctor.fixes.source import anew
from envdoctor.fixes.steps import SetEnv, Step, run
from envdoctor.fixes.target import Target
from envdoctor.fixes.tools.pip import named_by_lock


def project_of(target: Target) -> str:
    """The project that the environment names, or whose folder holds it, or that of the check-up; else empty."""
    places = target.facts.installation.places if isinstance(target.facts.installation, Installation) else []
    if places and (named := places[0].telling.get(".project", "")):
        return named
    folder, name = paths.parent(target.prefix), paths.name(target.prefix)
    if name == ".venv":
        return folder
    return target.root if target.project_file("Pipfile", "Pipfile.lock") else ""


def _steps(target: Target, project: str, *words: str, **settings: str) -> tuple[Step, ...]:
    """Another environment that happens to be active is not to be changed in its place."""
    settings = {"PIPENV_PIPFILE": paths.join(project, "Pipfile"), "PIPENV_IGNORE_VIRTUALENVS": "1", **settings}
    if target.windows:
        return SetEnv(settings), run("pipenv", *words)
    return (run("env", *(f"{name}={value}" for name, value in settings.items()), "pipenv", *words),)


class Pipenv:
    """``pipenv install`` and ``pipenv sync``: Pipfile.lock says what is installed."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._project = project_of(target)

    def _pipenv(self, *words: str, **settings: str) -> tuple[Step, ...]:
        return _steps(self._target, self._project, *words, **settings)

    def _undo(self, *words: str) -> str:
        return "; ".join(filter(None, map(self._target.shell.command, self._pipenv(*words))))

    def install(self, requirements: list[str], force: bool) -> Fix:
        if force:
            words, reason = anew(self._target, requirements)
            return Fix(
                title="",
                steps=self._pipenv("run", "pip", "install", "--force-reinstall", "--no-deps", *words),
                applicability=Applicability.UNSAFE if reason else Applicability.SAFE,
                reason=reason,
            )
        if named_by_lock(self._target, requirements, "Pipfile.lock"):
            return Fix(
                title="",
                steps=self._pipenv("sync"),
                applicability=Applicability.UNSAFE,
                reason="it also changes what else differs from Pipfile.lock",
            )
        return Fix(
            title="",
            steps=self._pipenv("install", *map(unmarked, requirements)),
            applicability=Applicability.UNSAFE,
            reason="Pipfile and Pipfile.lock will name it",
            undo=self._undo("uninstall", *map(name_in, requirements)),
        )

    def remove(self, names: list[str]) -> Fix:
        return Fix(
            title="",
            steps=self._pipenv("run", "pip", "uninstall", "--yes", *names),
            applicability=Applicability.UNSAFE,
            reason="the next pipenv sync brings back what Pipfile.lock names",
            undo=self._undo("sync"),
        )

    def recreate(self, python: str) -> Fix:
        minor, path = self._target.available(python)
        chosen = ["--python", path or python] if path or python else []
        inside = {"PIPENV_VENV_IN_PROJECT": "1"} if self._target.prefix.endswith(".venv") else {}
        return Fix(
            title=f"make the environment again{f' with Python {minor or python}' if python else ''} from Pipfile.lock",
            steps=(*self._pipenv("--rm"), *self._pipenv("sync", *chosen, **inside)),
            applicability=Applicability.UNSAFE,
            reason="Pipenv removes the environment first; what Pipfile.lock does not name goes",
        )


def lock(target: Target) -> tuple[Step, ...]:
    return _steps(target, target.root, "lock")


def sync(target: Target) -> tuple[Step, ...]:
    """With the categories that are there (https://pipenv.pypa.io/en/latest/pipfile.html#package-category-groups)."""
    groups = ProjectModel(target.project).filled("Pipfile", target.installed) if target.project else []
    named = [group for group in groups if is_a(NAME, group) and group not in ("dev", "optional")]
    if named:
        named = ["packages", *(["dev-packages"] if "dev" in groups else []), *named]
        return _steps(target, target.root, "sync", "--categories", ",".join(named))
    return _steps(target, target.root, "sync", *(["--dev"] if "dev" in groups else []))
