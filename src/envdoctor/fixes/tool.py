"""Environments that hold one application: pipx and uv tool."""

import os

from envdoctor.fixes.bedside import Bedside
from envdoctor.fixes.model import Fix, argv, unmarked


class Pipx:
    def __init__(self, bedside: Bedside) -> None:
        self._bedside = bedside
        self._name = os.path.basename(bedside.prefix.rstrip("/\\").replace("\\", "/"))

    def install(self, requirements: list[str], force: bool) -> Fix:
        wanted = list(map(unmarked, requirements))
        if force:
            return self.recreate("")
        undo = self._bedside.shell.run(["pipx", "uninject", self._name, *wanted])
        return Fix(title="", steps=(argv("pipx", "inject", self._name, *wanted),), applicability="safe", undo=undo)

    def remove(self, names: list[str]) -> Fix:
        return Fix(
            title="",
            steps=(argv("pipx", "uninject", self._name, *names),),
            applicability="unsafe",
            reason=f"{self._name} may use it",
            undo=self._bedside.shell.run(["pipx", "inject", self._name, *names]),
        )

    def recreate(self, python: str) -> Fix:
        minor, path = self._bedside.available(python)
        chosen = (
            ["--python", path] if python and path else ["--python", python, "--fetch-missing-python"] if python else []
        )
        return Fix(
            title=f"install {self._name} anew{f' with Python {minor or python}' if python else ''}",
            steps=(argv("pipx", "reinstall", *chosen, self._name),),
            applicability="unsafe",
            reason="pipx takes the newest release that fits",
        )


class UvTool:
    def __init__(self, bedside: Bedside) -> None:
        self._bedside = bedside
        self._name = os.path.basename(bedside.prefix.rstrip("/\\").replace("\\", "/"))

    def install(self, requirements: list[str], force: bool) -> Fix:
        if force:
            return self.recreate("")
        more = [word for item in requirements for word in ("--with", unmarked(item))]
        return Fix(
            title="",
            steps=(argv("uv", "tool", "install", *more, self._name),),
            applicability="unsafe",
            reason="uv replaces what was given with --with before",
        )

    def remove(self, names: list[str]) -> Fix:
        return self.recreate("")

    def recreate(self, python: str) -> Fix:
        chosen = ["--python", python] if python else []
        return Fix(
            title=f"install {self._name} anew{f' with Python {python}' if python else ''}",
            steps=(argv("uv", "tool", "install", "--reinstall", *chosen, self._name),),
            applicability="unsafe",
            reason="uv takes the newest release that fits",
        )
