"""A virtual environment that pip or uv fills: venv, virtualenv, uv venv."""

from envdoctor.ecosystem.markers import plainly_within
from envdoctor.ecosystem.names import normalise
from envdoctor.ecosystem.origins import OriginKind
from envdoctor.ecosystem.requirements import name_in
from envdoctor.fixes import source
from envdoctor.fixes.constraints import contradictory, demands, joined, specifier_of
from envdoctor.fixes.least import capped, risks
from envdoctor.fixes.model import Applicability, Fix
from envdoctor.fixes.steps import Run
from envdoctor.fixes.target import Target
from envdoctor.fixes.tools.installers import Installer, Pip, Uv
from envdoctor.fixes.tools.recreate import anew


class Venv:
    """Speaks uv to an environment that uv made or that has no pip, else the environment's own pip."""

    def __init__(self, bedside: Target) -> None:
        self._bedside = bedside
        # An environment without pip is uv's, or made with --without-pip: uv needs none in it.
        self._uv = bedside.kind is OriginKind.UV_VENV or not bedside.has_pip
        self._installer: Installer = Uv(bedside.prefix) if self._uv else Pip(bedside.python)

    def install(self, requirements: list[str], force: bool) -> Fix:
        if force:
            words, reason = source.anew(self._bedside, requirements)
            return source.laid_down(self._installer.install(*self._installer.anew).argv, words, reason)
        wanted = joined(requirements, self._bedside.distributions)
        if clash := next((item for item in wanted if contradictory(item)), None):
            return self._agree(clash)
        return self.bring([capped(item, self._bedside.installed) for item in wanted])

    def line(self, *words: str) -> Run:
        """An installation, in the words of the installer."""
        return self._installer.install(*words)

    def bring(self, wanted: list[str]) -> Fix:
        """These requirements, word by word."""
        here = self._bedside.installed
        keys = {normalise(name): name for name in map(name_in, wanted)}
        old = [word for key in keys if key in here for word in source.again(here[key])]
        new = [name for key, name in keys.items() if key not in here]
        undo = [self._line(self._installer.install(*old))] if old else []
        undo += [self._line(self._installer.remove(new))] if new else []
        urls = [url for key in keys if key in here and (url := here[key].url)]
        reasons = [f"it takes the place of what comes from {' and '.join(urls)}"] if urls else []
        reasons += [risk] if (risk := risks(wanted, here)) else []
        return Fix(
            title="",
            steps=(self._installer.install(*wanted),),
            applicability=Applicability.UNSAFE if reasons else Applicability.SAFE,
            reason="; ".join(reasons),
            undo="; ".join(undo),
        )

    def _agree(self, clash: str) -> Fix:
        """No version suits all who want this distribution: newer releases of those who want it may."""
        name = name_in(clash)
        users = sorted({who for who, _ in demands(normalise(name), self._bedside.distributions)}, key=str.lower)
        return Fix(
            title="",
            steps=(self._installer.install("--upgrade", *users, name),),
            applicability=Applicability.UNSAFE,
            reason=f"{' and '.join(users)} want versions of {name} that exclude each other; "
            "this looks for releases that agree",
        )

    def remove(self, names: list[str]) -> Fix:
        here = self._bedside.installed
        lost = [here[key] for key in dict.fromkeys(map(normalise, names)) if key in here]
        again = [word for item in lost for word in source.again(item)]
        # A name that is given twice is installed twice, and a removal takes one of them away.
        rounds = [[name for name in dict.fromkeys(names) if names.count(name) > turn] for turn in range(len(names))]
        return Fix(
            title="",
            steps=tuple(self._installer.remove(turn) for turn in rounds if turn),
            applicability=Applicability.UNSAFE,
            reason="your own code may import what is removed",
            undo=self._line(self._installer.install(*again)) if again else "",
        )

    def recreate(self, python: str) -> Fix:
        return anew(self._bedside, python, self._uv)

    def _line(self, step: Run) -> str:
        return self._bedside.shell.run(step.argv)


def from_list(bedside: Target, files: tuple[str, ...]) -> Run:
    """What requirements files list, as they list it: their indexes, direct references and extras are kept."""
    words = [word for file in files for word in ("--requirement", bedside.project_path(file))]
    return Venv(bedside).line(*words)


def from_lock(bedside: Target, requirements: list[str], kind: str) -> Fix | None:
    """What the project's lock names is brought in as it names it, in place: nothing is to be added to the project.

    ``None`` where the lock lacks one of them, or has it in a version that does not do.
    """
    wanted = named_by_lock(bedside, requirements, kind)
    return Venv(bedside).bring(wanted) if wanted else None


def named_by_lock(bedside: Target, requirements: list[str], kind: str) -> list[str]:
    """The requirements in the versions of the project's lock; empty where it lacks one, or has another than is needed."""
    locked = bedside.locked(kind)
    wanted = []
    for requirement in requirements:
        version = locked.get(normalise(name_in(requirement)), "")
        if not version or "+" in version or not plainly_within(version, specifier_of(requirement) or ">=0"):
            return []
        wanted.append(f"{name_in(requirement)}=={version}")
    return wanted
