"""Environments that hold one application: pipx and uv tool."""

from collections.abc import Sequence

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.names import normalise
from envdoctor.ecosystem.requirements import name_in
from envdoctor.fixes.model import Applicability, Fix, unmarked
from envdoctor.fixes.steps import run
from envdoctor.fixes.target import Target
from envdoctor.fixes.tools.installers import Pip
from envdoctor.fixes.tools.pip import Venv


class _Application(Venv):
    """What the application needs is mended in place, so that neither it nor what was added to it changes; only
    what is new is the tool's to add."""

    def __init__(self, bedside: Target) -> None:
        super().__init__(bedside)
        self._name = paths.name(bedside.prefix)

    def _is_new(self, requirements: Sequence[str]) -> bool:
        here = self._bedside.installed
        lines = [line for item in here.values() for line in (item.requires if isinstance(item.requires, list) else ())]
        known = {*here, *(normalise(name_in(line)) for line in lines)}
        return any(normalise(name_in(requirement)) not in known for requirement in requirements)


class _RunPip(Pip):
    """pip by way of pipx, which has it for all its environments."""

    def __init__(self, name: str) -> None:
        self._pip = ("pipx", "runpip", name)


class Pipx(_Application):
    """``pipx inject`` leaves alone what is there in any version, and ``uninject`` what was not injected: those are for
    what is new. pipx has pip or uv do the rest, and both take pip's words."""

    def __init__(self, bedside: Target) -> None:
        super().__init__(bedside)
        self._uv = False
        self._installer = _RunPip(self._name)

    def install(self, requirements: list[str], force: bool) -> Fix:
        if force or not self._is_new(requirements):
            return super().install(requirements, force)
        wanted = list(map(unmarked, requirements))
        undo = self._bedside.shell.run(["pipx", "uninject", self._name, *map(name_in, wanted)])
        return Fix(
            title="", steps=(run("pipx", "inject", self._name, *wanted),), applicability=Applicability.SAFE, undo=undo
        )

    def recreate(self, python: str) -> Fix:
        minor, path = self._bedside.available(python)
        chosen = ["--python", path] if path else ["--python", python, "--fetch-missing-python"] if python else []
        return Fix(
            title=f"install {self._name} again{f' with Python {minor or python}' if python else ''}",
            steps=(run("pipx", "reinstall", *chosen, self._name),),
            applicability=Applicability.UNSAFE,
            reason="pipx takes the newest release that fits",
        )


class UvTool(_Application):
    def install(self, requirements: list[str], force: bool) -> Fix:
        if force or not self._is_new(requirements):
            return super().install(requirements, force)
        more = [word for item in requirements for word in ("--with", unmarked(item))]
        return Fix(
            title="",
            steps=(run("uv", "tool", "install", *more, self._name),),
            applicability=Applicability.UNSAFE,
            reason="uv replaces what was given with --with before (uv-receipt.toml names it)",
        )

    def recreate(self, python: str) -> Fix:
        """``--force``, for uv does not touch an environment whose Python is gone otherwise."""
        chosen = python or self._bedside.base
        return Fix(
            title=f"install {self._name} again{f' with Python {python}' if python else ''}",
            steps=(run("uv", "tool", "install", "--force", *(["--python", chosen] if chosen else []), self._name),),
            applicability=Applicability.UNSAFE,
            reason="uv takes the newest release that fits, and nothing of what was given with --with before "
            "(uv-receipt.toml names it)",
        )
