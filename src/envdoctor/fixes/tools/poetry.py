"""A project that Poetry manages."""

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.names import NAME, is_a
from envdoctor.ecosystem.projects import ProjectModel
from envdoctor.ecosystem.requirements import name_in
from envdoctor.fixes.model import Applicability, Fix, unmarked
from envdoctor.fixes.source import anew, laid_down
from envdoctor.fixes.steps import Run, run
from envdoctor.fixes.target import Target
from envdoctor.fixes.tools.pip import from_lock


def project_of(bedside: Target) -> str:
    """The environment's project: the folder that holds it, or the one the check-up is run in; else empty."""
    folder, name = paths.parent(bedside.prefix), paths.name(bedside.prefix)
    if name == ".venv":
        return folder
    return bedside.project_path() if bedside.project_file("poetry", "poetry.lock") else ""


class Poetry:
    """Every command names the project's folder (``--directory``), so it works from anywhere."""

    def __init__(self, bedside: Target) -> None:
        self._bedside = bedside
        self._poetry = ["poetry", "--directory", project_of(bedside)]
        self._own = bedside.project is not None and bedside.project.root == project_of(bedside)

    def install(self, requirements: list[str], force: bool) -> Fix:
        wanted = list(map(unmarked, requirements))
        if force:
            command = [*self._poetry, "run", "pip", "install", "--force-reinstall", "--no-deps"]
            if not self._bedside.has_pip:
                command = ["uv", "pip", "install", "--python", self._bedside.prefix, "--reinstall", "--no-deps"]
            return laid_down(command, *anew(self._bedside, requirements))
        if self._own and (fix := from_lock(self._bedside, requirements, "poetry.lock")):
            return fix
        return Fix(
            title="",
            steps=(run(*self._poetry, "add", *wanted),),
            applicability=Applicability.UNSAFE,
            reason="pyproject.toml and poetry.lock will name it",
            undo=self._bedside.shell.run([*self._poetry, "remove", *map(name_in, wanted)]),
        )

    def remove(self, names: list[str]) -> Fix:
        return Fix(
            title="",
            steps=(run(*self._poetry, "run", "pip", "uninstall", "--yes", *names),),
            applicability=Applicability.UNSAFE,
            reason="the next poetry install brings back what poetry.lock names",
            undo=self._bedside.shell.run([*self._poetry, "install"]),
        )

    def recreate(self, python: str) -> Fix:
        minor, path = self._bedside.available(python)
        use = run(*self._poetry, "env", "use", path or python or "python3")
        steps = [run(*self._poetry, "env", "remove", "--all"), use, run(*self._poetry, "install")]
        return Fix(
            title=f"make the environment again{f' with Python {minor or python}' if python else ''} from poetry.lock",
            steps=tuple(steps),
            applicability=Applicability.UNSAFE,
            reason="Poetry removes the project's environments first; what poetry.lock does not name goes",
        )


def lock(target: Target) -> Run:
    return run("poetry", "lock", "--project", target.root)


def sync(target: Target) -> Run:
    """``install``, not ``sync``: that one takes away what it is not told of; so does either with extras
    (https://python-poetry.org/docs/cli/#install)."""
    model = ProjectModel(target.project) if target.project else None
    words: list[str] = []
    for group in model.filled("poetry", target.installed) if model else ():
        words += ["--all-extras"] if group == "optional" else ["--with", group] if is_a(NAME, group) else []
    extras = model.filled("pyproject", target.installed) if model and "--all-extras" not in words else []
    for group in model.filled("dependency-groups", target.installed) if model else ():
        words += ["--with", group] if is_a(NAME, group) else []
    words += [word for extra in extras if is_a(NAME, extra) for word in ("--extras", extra)]
    return run("poetry", "--directory", target.root, "install", *words)
