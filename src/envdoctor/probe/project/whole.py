"""The project around the working directory, and the files in it that list dependencies."""

import os
from collections.abc import Callable
from functools import cached_property

from envdoctor.facts.base import Missing
from envdoctor.facts.project import Declaration, Locked, Project, Requirement
from envdoctor.probe.project.specs import Broken
from envdoctor.probe.world import World

MARKERS = ("pyproject.toml", "environment.yml", "environment.yaml", "pixi.toml", "setup.py", "setup.cfg", "Pipfile")
FOLDERS = ("requirements", "binder")
LOCKS = {
    "uv.lock": "uv.lock",
    "poetry.lock": "poetry.lock",
    "pdm.lock": "pdm.lock",
    "pixi.lock": "pixi.lock",
    "Pipfile.lock": "Pipfile.lock",
    "conda-lock.yml": "conda-lock",
}

LIMIT = 50_000_000  # bytes of one file
LISTS = 4 << 20  # bytes of all lists of a project together, those that name one another read again and again


def find(world: World, project: str | None = None, prefix: str = "") -> Project | None | Missing:
    """The project that ``project`` names, or the nearest one upwards from the working directory, below HOME.

    ``prefix`` is the patient's.
    """
    place = locate(world, project)
    return place if place is None or isinstance(place, Missing) else _read(world, place, prefix)


def owner(world: World, prefix: str) -> str | None:
    """The project that carries the environment at ``prefix`` in its folder (``.venv``, ``.pixi/envs/NAME``)."""
    folder = os.path.dirname(prefix)
    if os.path.basename(folder) == "envs" and os.path.basename(os.path.dirname(folder)) == ".pixi":
        folder = os.path.dirname(os.path.dirname(folder))
    names = world.names(folder) if folder not in ("", os.sep, world.home) else None
    return folder if isinstance(names, list) and _marker(world, folder, names) else None


def locate(world: World, project: str | None = None) -> tuple[str, list[str], str] | None | Missing:
    """The project's folder, the names in it, and what makes it one: nothing is read yet."""
    if project is not None:
        root = os.path.normpath(os.path.join(world.cwd, project))
        names = world.names(root)
        if names is None:
            return Missing(f"{project}: no such folder")
        return names if isinstance(names, Missing) else (root, names, "named by --project")
    folder = world.cwd
    while folder != world.home and folder != os.path.dirname(folder):
        names = world.names(folder)
        if isinstance(names, list):
            evidence = _marker(world, folder, names)
            if evidence:
                return folder, names, evidence
        folder = os.path.dirname(folder)
    return None


def _marker(world: World, folder: str, names: list[str]) -> str | None:
    for name in names:
        if name in MARKERS or (name.startswith("requirements") and name.endswith((".txt", ".in"))):
            return name
        if name in FOLDERS and world.is_dir(f"{folder}/{name}"):
            return name
    if ".git" in names and any(name.endswith((".py", ".ipynb")) for name in names):
        return ".git"
    return None


def _read(world: World, place: tuple[str, list[str], str], prefix: str) -> Project:
    root, names, evidence = place
    reader = _Reader(world, root)
    for name in names:
        if name in FOLDERS:
            inside = world.names(f"{root}/{name}")
            for item in inside if isinstance(inside, list) else ():
                reader.file(f"{name}/{item}", item, inside_folder=True)
        else:
            reader.file(name, name)
    return Project(
        root=root,
        evidence=evidence,
        declarations=reader.declarations,
        unreadable=reader.unreadable,
        name=reader.name,
        environment_of=owner(world, prefix) if prefix else None,
        file=_some_file(world, root, names),
    )


def _some_file(world: World, root: str, names: list[str]) -> str | None:
    """A file at the top of the project: one that describes it, else the README, else the first that is not hidden."""
    order = {name: number for number, name in enumerate(MARKERS)}
    shown = [name for name in names if not name.startswith(".")]
    shown.sort(key=lambda name: (order.get(name, len(order)), not name.upper().startswith("README"), name))
    return next((name for name in shown if world.is_file(f"{root}/{name}")), None)


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith((folder.rstrip("/\\") + os.sep, folder.rstrip("/") + "/"))


class _Reader:
    """Reads the files of one project, each by its format."""

    def __init__(self, world: World, root: str) -> None:
        self.world = world
        self.root = root
        self.declarations: list[Declaration] = []
        self.unreadable: dict[str, str] = {}
        self.name: str | None = None
        self._left = LISTS

    def file(self, path: str, name: str, inside_folder: bool = False) -> None:
        """One file, if it is of a known format."""
        if name in LOCKS or (name.startswith("pylock.") and name.endswith(".toml")):
            self._lock(path, LOCKS.get(name, "pylock"))
        elif name.endswith((".yml", ".yaml")) and ("environment" in name or inside_folder):
            self._list(path, "environment.yml")
        elif name.endswith((".txt", ".in")) and ("requirements" in name or path.startswith("requirements/")):
            self._list(path, "requirements")
        elif name == "Pipfile":
            self._list(path, "Pipfile")
        elif name == "pixi.toml":
            self._list(path, "pixi")
        elif name in ("setup.py", "setup.cfg") and not inside_folder:
            text = self._text(path)
            if text is not None and "install_requires" in text:
                self.declarations.append(Declaration(file=path, kind=name))
        elif name == "pyproject.toml" and not inside_folder:
            self._pyproject(path)

    def _text(self, path: str) -> str | None:
        stray = self._stray(path)
        text = stray or self.world.text(f"{self.root}/{path}", LIMIT)
        if isinstance(text, Missing):
            self.unreadable[path] = text.reason
            return None
        return text

    def _stray(self, path: str) -> Missing | None:
        """Why a file is not read: it lies elsewhere, and a list must not carry what is there into a report.

        Within is what lies in the project, or in the repository around it.
        """
        file = self.world.resolve(f"{self.root}/{path}")
        if _within(file, self._grounds):
            return None
        return Missing(f"{self.root}/{path}: it lies outside the project ({file}), and is not read")

    @cached_property
    def _grounds(self) -> str:
        """The project's folder, or the repository's around it, with all links followed."""
        folder = root = self.world.resolve(self.root)
        home = self.world.resolve(self.world.home)
        while folder not in (home, os.path.dirname(folder)):
            if self.world.exists(f"{folder}/.git"):
                return folder
            folder = os.path.dirname(folder)
        return root

    def _broken(self, path: str, error: Broken) -> Missing:
        """A file that is not what its name says: told once, with the line."""
        line = f":{error.line}" if error.line else ""
        self.unreadable[path] = f"{self.root}/{path}{line}: {error.what}"
        return Missing(self.unreadable[path])

    def _list(self, path: str, kind: str) -> None:
        requirements: list[Requirement] | Missing
        text: str | None = None
        try:
            text = self._nested(path) if kind == "requirements" else None
            text = self._text(path) if text is None else text
            if text is None:
                return
            requirements = _requirements(kind, text, path, self._nested)
        except Broken as error:
            requirements = self._broken(path, error)
        indexes: list[str] = []
        if kind == "requirements" and text is not None:
            from envdoctor.probe.project.requirements_txt import indexes as of_file

            indexes = of_file(text)
        self.declarations.append(Declaration(file=path, kind=kind, requirements=requirements, indexes=indexes))

    def _nested(self, path: str) -> str | None:
        from envdoctor.probe.project.requirements_txt import decode

        stray = self._stray(path)
        if stray is not None:
            raise Broken(0, stray.reason)
        data = self.world.read(f"{self.root}/{path}", min(LIMIT, self._left + 1))
        if not isinstance(data, bytes):
            return None
        self._left -= len(data)
        if self._left < 0:
            raise Broken(0, f"more than {LISTS >> 20} MB of lists")
        return decode(data)

    def _pyproject(self, path: str) -> None:
        text = self._text(path)
        if text is None:
            return
        from envdoctor.probe.project.toml import pyproject

        try:
            self.name, lists = pyproject(text, path, self._nested)
        except Broken as error:
            self._broken(path, error)
            return
        self.declarations += [Declaration(file=path, kind=kind, requirements=found) for kind, found in lists.items()]

    def _lock(self, path: str, kind: str) -> None:
        text = self._text(path)
        if text is None:
            return
        from envdoctor.probe.project import locks

        read = {"Pipfile.lock": locks.pipfile, "pixi.lock": locks.yaml, "conda-lock": locks.yaml}.get(kind, locks.toml)
        locked: list[Locked] | Missing
        try:
            locked = read(text)
        except Broken as error:
            locked = self._broken(path, error)
        self.declarations.append(Declaration(file=path, kind=kind, lock=True, locked=locked))


def _requirements(kind: str, text: str, path: str, nested: Callable[[str], str | None]) -> list[Requirement]:
    if kind == "requirements":
        from envdoctor.probe.project.requirements_txt import parse

        return parse(text, path, nested)
    if kind == "environment.yml":
        from envdoctor.probe.project.yaml import environment

        return environment(text, path, nested)
    from envdoctor.probe.project import toml

    return toml.pixi_manifest(text, path) if kind == "pixi" else toml.pipfile(text, path)
