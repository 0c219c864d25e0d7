"""A virtual environment that pip or uv fills: venv, virtualenv, uv venv."""

from envdoctor.fixes.bedside import Bedside
from envdoctor.fixes.constraints import contradictory, demands, joined
from envdoctor.fixes.model import Fix, argv, name_of, unmarked
from envdoctor.names import normalise

MOST_NAMES = 60  # a longer command line is read by nobody


class Venv:
    """Speaks uv to an environment that uv made or that has no pip, else the environment's own pip."""

    def __init__(self, bedside: Bedside) -> None:
        self._bedside = bedside
        # An environment without pip is uv's, or made with --without-pip: uv needs none in it.
        self._uv = bedside.kind == "uv-venv" or not bedside.has_pip

    def _install(self, *words: str) -> list[str]:
        if self._uv:
            return ["uv", "pip", "install", "--python", self._bedside.prefix, *words]
        return [self._bedside.python, "-m", "pip", "install", *words]

    def _uninstall(self, *names: str) -> list[str]:
        if self._uv:
            return ["uv", "pip", "uninstall", "--python", self._bedside.prefix, *names]
        return [self._bedside.python, "-m", "pip", "uninstall", "--yes", *names]

    def install(self, requirements: list[str], force: bool) -> Fix:
        here = {item.key: item.version for item in self._bedside.distributions}
        if force:
            flags = ["--reinstall", "--no-deps"] if self._uv else ["--force-reinstall", "--no-deps"]
            # What lies there is laid down anew, not replaced by another version that happens to be newer.
            versions = [here.get(normalise(requirement)) for requirement in requirements]
            wanted = [
                f"{requirement}=={version}" if isinstance(version, str) else unmarked(requirement)
                for requirement, version in zip(requirements, versions, strict=True)
            ]
            return Fix(title="", steps=(argv(*self._install(*flags, *wanted)),), applicability="safe", undo="")
        wanted = joined(requirements, self._bedside.distributions)
        if clash := next((item for item in wanted if contradictory(item)), None):
            return self._agree(clash)
        old = [
            f"{name}=={version}"
            for name in map(name_of, wanted)
            if isinstance(version := here.get(normalise(name)), str)
        ]
        new = [name for name in map(name_of, wanted) if normalise(name) not in here]
        undo = [self._line(self._install(*old))] if old else []
        undo += [self._line(self._uninstall(*new))] if new else []
        return Fix(title="", steps=(argv(*self._install(*wanted)),), applicability="safe", undo="; ".join(undo))

    def _agree(self, clash: str) -> Fix:
        """No version suits all who want this distribution: newer releases of those who want it may."""
        name = name_of(clash)
        users = sorted({who for who, _ in demands(normalise(name), self._bedside.distributions)}, key=str.lower)
        return Fix(
            title="",
            steps=(argv(*self._install("--upgrade", *users, name)),),
            applicability="unsafe",
            reason=f"{' and '.join(users)} want versions of {name} that exclude each other; "
            "this looks for releases that agree",
        )

    def remove(self, names: list[str]) -> Fix:
        here = {item.key: item.version for item in self._bedside.distributions}
        again = [
            f"{name}=={here[normalise(name)]}"
            for name in dict.fromkeys(names)
            if isinstance(here.get(normalise(name)), str)
        ]
        # A name that is given twice is installed twice, and a removal takes one of them away.
        rounds = [[name for name in dict.fromkeys(names) if names.count(name) > turn] for turn in range(len(names))]
        return Fix(
            title="",
            steps=tuple(argv(*self._uninstall(*turn)) for turn in rounds if turn),
            applicability="unsafe",
            reason="your own code may import what is removed",
            undo=self._line(self._install(*again)) if again else "",
        )

    def recreate(self, python: str) -> Fix:
        bedside = self._bedside
        uv = bedside.kind == "uv-venv" or "uv" in bedside.commands
        minor, path = bedside.available(python)
        inside = path.startswith(f"{bedside.prefix}/")
        if uv and (bedside.kind == "uv-venv" or not path or inside):
            wanted = python or bedside.minor
            step = argv("uv", "venv", "--clear", *(["--python", wanted] if wanted else []), bedside.prefix)
            refill = self._refill(["uv", "pip", "install", "--python", bedside.prefix])
        elif path and not inside:
            if bedside.kind == "virtualenv" and "virtualenv" in bedside.commands:
                step = argv("virtualenv", "--clear", "--python", path, bedside.prefix)
            else:
                step = argv(path, "-m", "venv", "--clear", bedside.prefix)
            refill = self._refill([self._bedside.python, "-m", "pip", "install"])
            wanted = minor
        else:
            return _by_hand(bedside, python)
        contents = " and install anew what was asked for" if refill else ""
        return Fix(
            title=f"make the environment anew{f' with Python {wanted}' if wanted else ''}{contents}",
            steps=(step, *refill),
            applicability="unsafe",
            reason="everything in the environment is removed first",
        )

    def _refill(self, installer: list[str]) -> list[dict[str, list[str]]]:
        """The step that brings back what was in it: from the project's list where it has one, else by name."""
        if listed := self._bedside.project_file("requirements"):
            return [argv(*installer, "-r", listed)]
        names = self._bedside.top_level
        return [argv(*installer, *names)] if 0 < len(names) <= MOST_NAMES else []

    def _line(self, words: list[str]) -> str:
        return self._bedside.shell.run(words)


def _by_hand(bedside: Bedside, python: str) -> Fix:
    wanted = python or bedside.minor
    command = argv("uv", "venv", "--clear", *(["--python", wanted] if wanted else []), bedside.prefix)
    missing = f"no Python {wanted} and no uv is at hand" if wanted else "no Python to make it from is at hand"
    words = f"{missing}: install uv (https://docs.astral.sh/uv/getting-started/installation/), then run this"
    return Fix(title=words, steps=(command,), applicability="manual")
