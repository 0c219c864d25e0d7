"""A workspace of pixi: the manifest says what is in it, so every change goes through the manifest."""

from collections.abc import Mapping, Sequence

from envdoctor.ecosystem import paths
from envdoctor.fixes.model import Applicability, Fix
from envdoctor.fixes.names import conda_name, conda_spec
from envdoctor.fixes.steps import Edit, Run, run
from envdoctor.fixes.target import Target


class Pixi:
    """The workspace is the folder above ``.pixi/envs/NAME``; ``--manifest-path`` takes it from anywhere."""

    def __init__(self, bedside: Target) -> None:
        self._bedside = bedside
        above = paths.parent(bedside.prefix)
        inside = paths.parts(above)[-2:] == [".pixi", "envs"]
        root = paths.parent(paths.parent(above)) if inside else bedside.project_path() or above
        self._root = root
        self._environment = paths.name(bedside.prefix) if inside else "default"

    def _pixi(self, verb: str, *words: str) -> list[str]:
        return ["pixi", verb, "--manifest-path", self._root, *words]

    def install(self, requirements: list[str], force: bool) -> Fix:
        if force:
            return self.reinstall([conda_name(item) for item in requirements])
        specs = list(map(conda_spec, requirements))
        return Fix(
            title="",
            steps=(run(*self._pixi("add", *specs)),),
            applicability=Applicability.UNSAFE,
            reason="the manifest and pixi.lock will name it; pixi solves the whole workspace again",
            undo=self._bedside.shell.run(self._pixi("remove", *map(conda_name, requirements))),
        )

    def reinstall(self, names: list[str]) -> Fix:
        """Lay down again the packages that conda's channels know by these names."""
        step = run(*self._pixi("reinstall", "--environment", self._environment, *names))
        return Fix(title="", steps=(step,), applicability=Applicability.SAFE)

    def remove(self, names: list[str]) -> Fix:
        return Fix(
            title="",
            steps=(run(*self._pixi("remove", *map(conda_name, names))),),
            applicability=Applicability.UNSAFE,
            reason="your own code may import what is removed",
            undo=self._bedside.shell.run(self._pixi("add", *map(conda_name, names))),
        )

    def recreate(self, python: str) -> Fix:
        pin = [run(*self._pixi("add", f"python={python}.*"))] if python else []
        clean = run(*self._pixi("clean", "--environment", self._environment))
        return Fix(
            title=f"make the environment again{f' with Python {python}' if python else ''} from the manifest",
            steps=(*pin, clean, run(*self._pixi("install", "--environment", self._environment))),
            applicability=Applicability.UNSAFE,
            reason="what is installed and not in the manifest goes",
        )


def build(target: Target, specs: Sequence[str]) -> Run:
    """These builds into the workspace."""
    return run("pixi", "add", *specs)


def keep(target: Target, variables: Mapping[str, str], title: str) -> Fix:
    """Variables of the manifest (https://pixi.sh/latest/reference/pixi_manifest/#the-activation-table)."""
    lines = "\n".join(f'{name} = "{value}"' for name, value in variables.items())
    edit = Edit(target.project_path("pixi.toml"), f"[activation.env]\n{lines}")
    return Fix(title=title, steps=(edit,), applicability=Applicability.MANUAL)


def lock(target: Target) -> Run:
    return run("pixi", "lock", "--manifest-path", target.root)


def sync(target: Target) -> Run:
    return run("pixi", "install", "--manifest-path", target.root)


def begin() -> Run:
    return run("pixi", "init")
