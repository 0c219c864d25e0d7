"""The model of the project around the working directory: what it lists, locks and asks for, each with file and line."""

import os
from collections.abc import Callable
from functools import cached_property
from typing import Any

from envdoctor.facts.base import Missing
from envdoctor.facts.project import AskedPython, Declaration, Locked, Member, Project, Requirement, ToolMark, Workspace
from envdoctor.probe.project import place as places
from envdoctor.probe.project.catalogue import FOLDERS, PYTHONS, Entry, entry
from envdoctor.probe.project.place import MARKERS, Place, locate, owner
from envdoctor.probe.project.specs import MOST_LISTED, TOO_MANY, Broken, Manifest
from envdoctor.probe.world import World

LIMIT = 50_000_000  # bytes of one file
LISTS = 4 << 20  # bytes of all lists of a project together, those that name one another read again and again
MOST_FILES = 300  # of one folder
SCRIPTS = 40  # at the top of a project, whose beginnings are looked at
HEAD = 4096  # bytes of one
KEEPERS = {  # whose a lock is, or a file
    "uv.lock": "uv",
    "poetry.lock": "poetry",
    "pdm.lock": "pdm",
    "pixi.lock": "pixi",
    "Pipfile.lock": "pipenv",
    "conda-lock": "conda-lock",
    "explicit": "conda",
    "requirements.lock": "pip-tools",
    "Pipfile": "pipenv",
    "pixi": "pixi",
    "environment.yml": "conda",
    "requirements": "pip",
}


def find(world: World, project: str | None = None, prefix: str = "") -> Project | None | Missing:
    """The project that ``project`` names, or the nearest one upwards from the working directory, below HOME.

    ``prefix`` is the patient's.
    """
    place = locate(world, project)
    return place if place is None or isinstance(place, Missing) else read(world, place, prefix)


def read(world: World, place: Place, prefix: str) -> Project:
    """The project at a place that was found (`locate`)."""
    root, names, evidence = place
    reader = _Reader(world, root)
    reader.folder("", names)
    if not reader.declarations:
        reader.scripts(names)
    reader.around()
    return Project(
        root=root,
        evidence=evidence,
        declarations=[reader.judged(reader.bounded(declaration)) for declaration in reader.declarations],
        unreadable=reader.unreadable,
        name=reader.name,
        environment_of=owner(world, prefix) if prefix else None,
        file=_some_file(world, root, names),
        tools=sorted(reader.tools, key=lambda mark: not mark.lock),
        pythons=reader.pythons,
        workspace=reader.workspace,
        part=places.part(world, root),
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
        self.tools: list[ToolMark] = []
        self.pythons: list[AskedPython] = []
        self.workspace: Workspace | None = None
        self._manifest = Manifest()
        self._documents: dict[str, dict[str, Any]] = {}  # what stands in pyproject.toml and Pipfile
        self._digests: dict[str, str] = {}  # of the list, as the locks have it
        self._left = LISTS

    def folder(self, at: str, names: list[str], below: bool = True, purpose: str = "") -> None:
        """The lists in one folder of the project, and in those below it that usually hold some."""
        for name in names[:MOST_FILES] if at else names:
            path = f"{at}/{name}" if at else name
            if below and name.lower() in FOLDERS:
                inside = self.world.names(f"{self.root}/{path}")
                if isinstance(inside, list) and not {"pyvenv.cfg", "conda-meta"} & set(inside):
                    self.folder(path, inside, below=False, purpose=purpose)
                continue
            if name in PYTHONS and not at:
                self._wants(path, name)
                continue
            found = entry(path if not at.startswith("..") else name)
            if found is not None:
                self.file(path, found, purpose)

    def file(self, path: str, found: Entry, purpose: str = "") -> None:
        """One file, read as what it is taken for; ``purpose`` outranks what its name tells."""
        purpose = purpose or found.purpose
        before = len(self.declarations)
        if found.kind == "explicit":
            self._conda_list(path, found)
        elif found.lock and found.kind != "requirements":
            self._lock(path, found.kind)
        elif found.kind == "requirements":
            self._requirements(path, found)
        elif found.kind == "environment.yml":
            self._environment(path, found)
        elif found.kind == "image":
            self._image(path)
        else:
            self._manifested(path, found.kind, not purpose or purpose == "run")
        for at in range(before, len(self.declarations)):
            item = self.declarations[at]
            self.declarations[at] = _changed(item, purpose=purpose, system=found.system)
            if item.kind in KEEPERS and purpose == "run":
                self.tools.append(ToolMark(tool=KEEPERS[item.kind], file=path, lock=item.lock))

    # What stands around the project.

    def around(self) -> None:
        """The workspace that the project is the root or a member of, else the repository around it."""
        told = self._manifest
        if told.workspace:
            self._members(self.root, told, "uv")
        else:
            for folder in told.folders:
                self._member(os.path.normpath(folder).replace("\\", "/"))
            above = self._above()
            if above is not None:
                self._members(*above)
            elif self._grounds != self.world.resolve(self.root):
                self._listed_above(self._grounds, "above")

    def _above(self) -> tuple[str, Manifest, str] | None:
        """The root of the workspace that the project is a member of."""
        if not any(item.file == "pyproject.toml" for item in self.declarations):
            return None
        folder = os.path.dirname(self.root)
        while folder not in (self.world.home, os.path.dirname(folder)):
            text = self.world.text(f"{folder}/pyproject.toml", LISTS)
            if isinstance(text, str) and ".workspace" in text:
                from envdoctor.probe.project.pyproject import pyproject

                relative = os.path.relpath(self.root, folder).replace("\\", "/")
                try:
                    told = pyproject(text, "pyproject.toml")
                except Broken:
                    return None
                if told.workspace and places.belongs(relative, told.members):
                    return None if places.belongs(relative, told.strangers) else (folder, told, "uv")
            if self.world.exists(f"{folder}/.git"):
                return None
            folder = os.path.dirname(folder)
        return None

    def _members(self, root: str, told: Manifest, tool: str) -> None:
        """Reads the workspace's lock and lists where they stand above, and those of its members."""
        folders = places.members(self.world, root, told.members, told.strangers)
        back = "" if root == self.root else os.path.relpath(root, self.root).replace("\\", "/")
        if back:
            self._also = self.world.resolve(root)
            self._listed_above(root, "above")
        found = []
        for folder in folders:
            path = os.path.normpath(f"{back}/{folder}" if back else folder).replace("\\", "/")
            name = self._member(path) if path != "." else self.name
            found.append(Member(folder=path, name=name))
        self.workspace = Workspace(root=root, tool=tool, members=found)

    def _member(self, folder: str) -> str | None:
        """Another project of the workspace: its lists, which are not this one's; and its name."""
        path = f"{folder}/pyproject.toml"
        if folder.startswith("/") or not self.world.is_file(f"{self.root}/{path}"):
            return None
        name, manifest, pythons, tools = self.name, self._manifest, [*self.pythons], [*self.tools]
        self.name = None
        self.file(path, Entry("pyproject"), "member")
        told = self.name
        self.name, self._manifest, self.pythons, self.tools = name, manifest, pythons, tools
        return told

    def _listed_above(self, folder: str, purpose: str) -> None:
        """Lists and locks of the workspace's root, or of the repository around the project."""
        names = self.world.names(folder)
        if not isinstance(names, list):
            return
        back = os.path.relpath(folder, self.world.resolve(self.root) if folder == self._grounds else self.root)
        name, manifest, pythons = self.name, self._manifest, [*self.pythons]
        self.folder(back.replace("\\", "/"), names, below=False, purpose=purpose)
        self.name, self._manifest, self.pythons = name, manifest, pythons

    # How a file is read.

    _also = ""  # the workspace's root, with all links followed

    def _text(self, path: str) -> str | None:
        stray = self._stray(path)
        text = stray or self.world.text(f"{self.root}/{path}", LIMIT)
        if isinstance(text, Missing):
            self.unreadable[path] = text.reason
            return None
        return text

    def _stray(self, path: str) -> Missing | None:
        """Why a file is not read: it lies elsewhere, and a list must not carry what is there into a report.

        Within is what lies in the project, in its workspace, or in the repository around it.
        """
        file = self.world.resolve(f"{self.root}/{path}")
        if _within(file, self._grounds) or (self._also and _within(file, self._also)):
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

    def bounded(self, declaration: Declaration) -> Declaration:
        """The same, unknown where no person and no program has written so long a list."""
        if isinstance(declaration.requirements, Missing) or len(declaration.requirements) <= MOST_LISTED:
            return declaration
        import msgspec

        return msgspec.structs.replace(declaration, requirements=self._broken(declaration.file, Broken(0, TOO_MANY)))

    def _broken(self, path: str, error: Broken) -> Missing:
        """A file that is not what its name says: told once, with the line."""
        line = f":{error.line}" if error.line else ""
        self.unreadable[path] = f"{self.root}/{path}{line}: {error.what}"
        return Missing(self.unreadable[path])

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

    # The formats.

    def _wants(self, path: str, name: str) -> None:
        text = self._text(path)
        if text is not None:
            from envdoctor.probe.project.small_files import pythons

            try:
                self.pythons += pythons(name, text, path)
            except Broken as error:
                self._broken(path, error)

    def _requirements(self, path: str, found: Entry) -> None:
        """A requirements file; what conda wrote goes by such a name, too."""
        from envdoctor.probe.project import conda_lists, requirements_txt

        requirements: list[Requirement] | Missing
        text: str | None = None
        texts: list[str] = []

        def read(name: str) -> str | None:
            inside = self._nested(name)
            texts.append(inside or "")
            return inside

        try:
            text = self._nested(path)
            text = self._text(path) if text is None else text
            if text is None:
                return
            if "=" in text and conda_lists.sniff(text):
                self._conda_list(path, found)
                return
            requirements = requirements_txt.parse(text, path, read)
        except Broken as error:
            if found.loose and text is not None:
                return  # a text of another kind
            requirements = self._broken(path, error)
        indexes = [host for part in (text or "", *texts) for host in requirements_txt.indexes(part)]
        if found.lock and isinstance(requirements, list):
            self.declarations.append(
                Declaration(file=path, kind="requirements.lock", lock=True, locked=_exactly(requirements))
            )
            return
        self.declarations.append(
            Declaration(file=path, kind="requirements", requirements=requirements, indexes=indexes)
        )

    def _conda_list(self, path: str, found: Entry) -> None:
        from envdoctor.probe.project import conda_lists

        text = self._text(path)
        kind = conda_lists.sniff(text) if text is not None else ""
        if text is None or (found.loose and not kind):
            return
        locked: list[Locked] | Missing
        platforms: list[str] = []
        try:
            locked, platforms = conda_lists.packages(text)
        except Broken as error:
            locked = self._broken(path, error)
        self.declarations.append(
            Declaration(file=path, kind=kind or "explicit", lock=True, locked=locked, platforms=platforms)
        )

    def _environment(self, path: str, found: Entry) -> None:
        from envdoctor.probe.project.yaml import environment

        text = self._text(path)
        if text is None:
            return
        try:
            told = environment(text, path, self._nested)
        except Broken as error:
            if not found.loose:
                self.declarations.append(
                    Declaration(file=path, kind="environment.yml", requirements=self._broken(path, error))
                )
            return
        if told.listed or not found.loose:
            self.declarations.append(
                Declaration(
                    file=path,
                    kind="environment.yml",
                    requirements=told.requirements,
                    name=told.name,
                    dynamic=told.dynamic,
                    indexes=told.indexes,
                )
            )

    def _image(self, path: str) -> None:
        from envdoctor.probe.project.small_files import image

        text = self._text(path)
        if text is not None and (found := image(text, path, self._nested)):
            self.declarations.append(Declaration(file=path, kind="image", requirements=found))

    def scripts(self, names: list[str]) -> None:
        """What the scripts at the top say of themselves, where nothing else says anything."""
        from envdoctor.probe.project.small_files import script

        for name in [name for name in names if name.endswith(".py")][:SCRIPTS]:
            data = self.world.read(f"{self.root}/{name}", HEAD)
            if isinstance(data, bytes) and b"# /// script" in data and self._stray(name) is None:
                try:
                    told = script(data.decode("utf-8", "replace"), name)
                except Broken as error:
                    self._broken(name, error)
                    continue
                for kind, found in told.lists.items() if told else ():
                    self.declarations.append(Declaration(file=name, kind=kind, requirements=found, purpose="script"))

    def _manifested(self, path: str, kind: str, own: bool) -> None:
        """A file of one project: its lists, and what else it says."""
        text = self._text(path)
        if text is None:
            return
        try:
            told = _manifest(kind, text, path, self._nested)
        except Broken as error:
            missing = self._broken(path, error)
            if kind in ("Pipfile", "pixi"):
                self.declarations.append(Declaration(file=path, kind=kind, requirements=missing))
            return
        self.name = self.name or told.name
        self._documents[path] = told.document
        if own:
            self._manifest = told if kind == "pyproject" else self._manifest
            self.pythons += told.pythons
            self.tools += told.tools
        for name in dict.fromkeys([*told.lists, *told.dynamic]):
            self.declarations.append(
                Declaration(
                    file=path,
                    kind=name,
                    requirements=told.lists.get(name, []),
                    dynamic=told.dynamic.get(name, ""),
                    indexes=told.indexes,
                )
            )

    def _lock(self, path: str, kind: str) -> None:
        text = self._text(path)
        if text is None:
            return
        from envdoctor.probe.project import freshness, locks

        read = {"Pipfile.lock": locks.pipfile, "pixi.lock": locks.yaml, "conda-lock": locks.yaml}.get(kind, locks.toml)
        locked: list[Locked] | Missing
        try:
            locked = read(text)
            if not locked and not locks.is_one(text, kind):
                raise Broken(
                    0, f"not a lock: {'empty' if not text.strip() else 'neither a package nor a version in it'}"
                )
        except Broken as error:
            locked = self._broken(path, error)
        else:
            self._digests[path] = freshness.digest_in(text, kind) if kind in freshness.LISTS else ""
        self.declarations.append(Declaration(file=path, kind=kind, lock=True, locked=locked))

    def judged(self, declaration: Declaration) -> Declaration:
        """A lock, with whether the list beside it is the one that it was made from."""
        digest = self._digests.get(declaration.file, "")
        if not digest:
            return declaration
        from envdoctor.probe.project import freshness

        folder, _, _ = declaration.file.rpartition("/")
        name = freshness.LISTS[declaration.kind]
        document = self._documents.get(f"{folder}/{name}" if folder else name)
        if document is None:
            return declaration
        import msgspec

        return msgspec.structs.replace(declaration, stale=freshness.stale(declaration.kind, document, digest))


def _manifest(kind: str, text: str, path: str, nested: Callable[[str], str | None]) -> Manifest:
    if kind == "pyproject":
        from envdoctor.probe.project.pyproject import pyproject

        return pyproject(text, path, nested)
    if kind in ("setup.cfg", "setup.py"):
        if "setup" not in text and "install_requires" not in text and "[options" not in text:
            return Manifest()
        from envdoctor.probe.project import setup_files

        return setup_files.setup_cfg(text, path, nested) if kind == "setup.cfg" else setup_files.setup_py(text, path)
    from envdoctor.probe.project import toml

    if kind == "hatch":
        from envdoctor.probe.project.pyproject import hatch_environments

        environments = toml.table_of(toml.load(text), "envs")
        return Manifest(lists={"hatch": hatch_environments(environments, path, toml.Lines(text))})
    return toml.pixi_manifest(text, path) if kind == "pixi" else toml.pipfile(text, path)


def _exactly(requirements: list[Requirement]) -> list[Locked]:
    """What a list of exact versions locks."""
    return [
        Locked(name=item.name, key=item.key, version=item.specifier[2:], line=item.line, source=item.source)
        for item in requirements
        if item.specifier and item.specifier.startswith("==") and not set(item.specifier) & set("*,")
    ]


def _changed(item: Declaration, **values: str) -> Declaration:
    import msgspec

    return msgspec.structs.replace(item, **values)
