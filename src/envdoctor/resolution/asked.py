"""Which installations of a plan can be resolved dry, and by which command: pure but for the lists that ``read`` reads."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.versions import is_within
from envdoctor.fixes.steps import Run, Step

PIP = "22.2"  # the first with --dry-run and --report (https://pip.pypa.io/en/stable/news/#v22-2)
ONLY_WHEELS = ("--only-binary", ":all:")  # a dry run of a source distribution executes its setup.py
BY_PIP = ("install", "--dry-run", "--quiet", "--report", "-", "--no-input", "--disable-pip-version-check", *ONLY_WHEELS)
BY_UV = ("pip", "install", "--dry-run", "--color", "never", "--no-python-downloads", *ONLY_WHEELS)

# Options of an installation that the plans hold, and whether a word follows each.
PLAIN = ("--upgrade", "--force-reinstall", "--no-deps", "--reinstall", "--pre", "--prefer-binary", "--user")
VALUED = ("--index-url", "--extra-index-url", "--find-links", "--reinstall-package", "--index", "-i", "-f", "--hash")
LISTS = ("-r", "--requirement", "-c", "--constraint")
MINOR = re.compile(r"(?:python)?(3\.\d+)")
EMPTY = "{empty}"  # a word that stands for an empty folder
DEEPEST = 10  # lists that name lists


class Dry(Struct, frozen=True):
    """A dry run: ``argv``, by ``tool`` (pip, uv). ``anew``: for an environment that has nothing in it yet."""

    argv: tuple[str, ...]
    tool: str
    anew: bool = False


class Hand(Struct, frozen=True):
    """What is at hand: ``uv`` is its path (empty: none), ``pip`` the patient's version of it, ``minor`` its Python's."""

    uv: str = ""
    pip: str = ""
    minor: str = ""


def installs(step: Step) -> bool:
    """Whether it is an installation by pip or uv."""
    return isinstance(step, Run) and bool(_words(step.argv)[0])


def _words(argv: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The Python, or the prefix, that is filled, and what is asked for; empty where it is no installation."""
    if tuple(argv[1:4]) == ("-m", "pip", "install"):
        return argv[0], tuple(argv[4:])
    if tuple(argv[:4]) == ("uv", "pip", "install", "--python"):
        return argv[4], tuple(argv[5:])
    return "", ()


def asked(steps: Sequence[Step], index: int, hand: Hand, read: Callable[[str], str | None]) -> Dry | str:
    """The dry run of a step that `installs`, or why there is none; the steps before it may make the environment."""
    step = steps[index]
    assert isinstance(step, Run)
    where, words = _words(step.argv)
    if why := next(unsuitable(words, read), ""):
        return why
    made = next((it for it in map(_made, steps[:index]) if it), "")
    if made:
        return _anew(made, words, hand)
    if step.argv[0] == "uv":
        return Dry((hand.uv, *BY_UV, "--python", where, *words), "uv") if hand.uv else "uv is not at hand"
    if hand.pip and is_within(hand.pip, f">={PIP}"):
        return Dry((*step.argv[:3], *BY_PIP, *words), "pip")
    if hand.uv:
        translated = ["--reinstall" if word == "--force-reinstall" else word for word in words]
        return Dry((hand.uv, *BY_UV, "--python", where, *translated), "uv")
    return f"pip {hand.pip} can't do it ({PIP} or newer can), and uv is not at hand" if hand.pip else "pip is not known"


def _anew(python: str, words: Sequence[str], hand: Hand) -> Dry | str:
    """Of an environment that is made first: what is there now is no matter."""
    found = MINOR.fullmatch(python)
    if found and found[1] != hand.minor:
        if not hand.uv:
            return "only uv can do it for another Python than the one at hand, and uv is not at hand"
        return Dry((hand.uv, *BY_UV, "--python-version", found[1], "--target", EMPTY, *words), "uv", True)
    if found or not python:
        return "the Python of the new environment is not there yet"
    if hand.uv:
        return Dry((hand.uv, *BY_UV, "--python", python, "--target", EMPTY, *words), "uv", True)
    return Dry((python, "-m", "pip", *BY_PIP, "--ignore-installed", *words), "pip", True)


def _made(step: Step) -> str:
    """The Python of the environment that a step makes, as a path or as a version; empty where it makes none."""
    if not isinstance(step, Run):
        return ""
    argv = step.argv
    if argv[1:3] == ("-m", "venv"):
        return argv[0]
    if argv[:2] == ("uv", "venv") or argv[0] == "virtualenv":
        return argv[argv.index("--python") + 1] if "--python" in argv[:-1] else "?"
    return ""


def unsuitable(words: Iterable[str], read: Callable[[str], str | None], depth: int = 0) -> Iterator[str]:
    """What stands against a dry run: what would have to be built, and what is not known."""
    rest = iter(words)
    for word in rest:
        option, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if option in LISTS:
            yield from _of_list(value if equals else next(rest, ""), read, depth)
        elif option in VALUED:
            _ = value if equals else next(rest, "")
        elif option in ("-e", "--editable"):
            yield f"{value if equals else next(rest, '')} would have to be built"
        elif word.startswith("-"):
            if option not in PLAIN and option != "--torch-backend":
                yield f"{option} is not understood"
        elif _is_built(word):
            yield f"{word} would have to be built"


def _of_list(path: str, read: Callable[[str], str | None], depth: int) -> Iterator[str]:
    text = read(path) if depth < DEEPEST else None
    if text is None:
        yield f"{path} can't be read"
        return
    folder = paths.parent(path)
    for line in text.replace("\\\n", " ").splitlines():
        line = re.sub(r"(^|\s)#.*", "", line).strip()
        if not line.startswith("-"):
            requirement = line.partition(" --")[0].strip()
            if requirement and _is_built(requirement):
                yield f"{requirement} (in {path}) would have to be built"
            continue
        first, _, value = line.replace("=", " ", 1).partition(" ") if line.startswith("--") else line.partition(" ")
        words = [first, value.strip()] if value.strip() else [first]
        if first in LISTS and not paths.absolute(words[-1]):
            words[-1] = paths.join(folder, words[-1])
        yield from unsuitable(words, read, depth + 1)


def _is_built(requirement: str) -> bool:
    """Whether it names a place that is no wheel: a folder, an archive, a repository."""
    url = requirement.partition(";")[0].partition("@")[2].strip() if "@" in requirement else ""
    plain = requirement.partition(";")[0].strip()
    place = url or (plain if "/" in plain or "\\" in plain or plain.startswith(".") else "")
    return bool(place) and not place.partition("#")[0].endswith(".whl")
