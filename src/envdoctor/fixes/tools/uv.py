"""A project that uv manages: what is installed is what uv.lock says, so a change has to go through uv."""

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.names import NAME, is_a, normalise
from envdoctor.ecosystem.projects import ProjectModel
from envdoctor.ecosystem.requirements import name_in
from envdoctor.fixes.model import Applicability, Fix, unmarked
from envdoctor.fixes.steps import Run, run
from envdoctor.fixes.target import Target
from envdoctor.fixes.tools.pip import from_lock


class UvProject:
    """``uv add`` and ``uv sync`` in the project's folder; the next sync would undo a bare ``uv pip install``."""

    def __init__(self, bedside: Target) -> None:
        self._bedside = bedside
        self._root = bedside.project_path()

    def install(self, requirements: list[str], force: bool) -> Fix:
        names = list(map(name_in, requirements))
        if force:
            again = [word for name in names for word in ("--reinstall-package", name)]
            step = run("uv", "sync", "--project", self._root, "--inexact", *again)
            return Fix(title="", steps=(step,), applicability=Applicability.SAFE, reason="", undo="")
        if fix := from_lock(self._bedside, requirements, "uv.lock"):
            return fix
        return Fix(
            title="",
            steps=(run("uv", "add", "--project", self._root, *map(unmarked, requirements)),),
            applicability=Applicability.UNSAFE,
            reason="pyproject.toml and uv.lock will name it",
            undo=self._bedside.shell.run(["uv", "remove", "--project", self._root, *names]),
        )

    def remove(self, names: list[str]) -> Fix:
        return Fix(
            title="",
            steps=(run("uv", "pip", "uninstall", "--python", self._bedside.prefix, *names),),
            applicability=Applicability.UNSAFE,
            reason="the next uv sync brings back what uv.lock names",
            undo=self._bedside.shell.run(["uv", "sync", "--project", self._root, "--inexact"]),
        )

    def recreate(self, python: str) -> Fix:
        wanted = python or self._bedside.minor
        base = self._bedside.base if wanted == self._bedside.minor else ""
        chosen = ["--python", base or wanted] if wanted else []
        return Fix(
            title=f"make the environment again{f' with Python {wanted}' if wanted else ''} from uv.lock",
            steps=(
                run("uv", "venv", "--clear", *chosen, self._bedside.prefix),
                run("uv", "sync", "--project", self._root, *chosen),
            ),
            applicability=Applicability.UNSAFE,
            reason="what is installed and not in uv.lock goes",
        )


def lock(target: Target) -> Run:
    return run("uv", "lock", "--project", target.root)


def kept(target: Target) -> list[str]:
    """The words by which a sync takes nothing away: extras, groups and members that are there stay, and are updated
    (https://docs.astral.sh/uv/concepts/projects/sync/)."""
    words = ["--inexact"]
    model, project = ProjectModel(target.project) if target.project else None, target.project
    if model is None or project is None:
        return words
    for kind, option in (("pyproject", "--extra"), ("dependency-groups", "--group")):
        for group in model.filled(kind, target.installed):
            words += [option, group] if is_a(NAME, group) and (option, group) != ("--group", "dev") else []
    members = {normalise(item.name) for item in (project.workspace.members if project.workspace else ()) if item.name}
    if members - {normalise(project.name or "")} & target.installed.keys():
        words.append("--all-packages")
    return words


def sync(target: Target, *more: str) -> Run:
    """Into the patient: without a word uv takes the ``.venv`` of the project or of its workspace
    (https://docs.astral.sh/uv/concepts/projects/config/#project-environment-path)."""
    words = ("uv", "sync", "--project", target.root, *more)
    folder = paths.parent(target.prefix)
    usual = paths.name(target.prefix) == ".venv" and (folder == target.root or paths.inside(target.root, folder))
    if usual or not target.environment:
        return run(*words)
    if target.environ.get("VIRTUAL_ENV") == target.prefix or target.windows:
        return run(*words, "--active")
    return run("env", f"UV_PROJECT_ENVIRONMENT={target.prefix}", *words)


def compiled(target: Target) -> Run:
    """A lock for an environment that is no project of uv's."""
    listed = target.project_file("requirements") or target.root
    words = ("uv", "pip", "compile", "--python", target.prefix, listed)
    return run(*words, "-o", target.project_path("pylock.toml"))
