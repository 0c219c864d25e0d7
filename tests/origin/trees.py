"""Trees of files shaped after what tools leave, and the chain that is read from them."""

from pathlib import Path
from typing import Any

from envdoctor import testing
from envdoctor.facts import Interpreter, Missing, Packages, System
from envdoctor.facts.patient import Link
from envdoctor.origin import identify
from envdoctor.probe.environment import read_environment
from envdoctor.probe.prefix import installation, prefix
from envdoctor.probe.world import World

LINK = "-> "


def grow(root: Path, *paths: str) -> None:
    """Empty files, folders (``x/``) and links (``x -> y``) below ``root``."""
    for path in paths:
        name, arrow, target = path.partition(f" {LINK}")
        place = root / name.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        if arrow:
            place.symlink_to(target)
        elif name.endswith("/"):
            place.mkdir(exist_ok=True)
        else:
            place.touch()


def put(root: Path, path: str, text: str) -> None:
    """A file with content."""
    place = root / path.lstrip("/")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")


def chain(
    root: Path,
    path: str,
    executable: str = "bin/python3",
    *,
    platform: str = "linux",
    environ: dict[str, str] | None = None,
    distribution: str | None = None,
    interpreter: dict[str, Any] | None | Missing = None,
) -> list[Link]:
    """The chain of the Python ``path``/``executable`` in the world below ``root``.

    ``interpreter`` says what the patient answers; `Missing` where it does not start.
    """
    world = World(root=str(root), home="/home/ada", cwd="/home/ada", environ=environ or {}, platform=platform)
    outside = prefix.read(world, path, f"{path}/{executable}")
    answer: Interpreter | Missing
    if isinstance(interpreter, Missing):
        answer = interpreter
    else:
        said = {"prefix": path, "base_prefix": path, "config": {}, "paths": {}, "platform": platform}
        answer = testing.interpreter(**(said | (interpreter or {})))
    places = installation.read(world, outside, answer, Packages(distributions=[]))
    system = System(platform=platform, machine="x86_64", distribution=distribution)
    return identify(places, read_environment(world), answer, system).chain


def kinds(links: list[Link]) -> list[str]:
    return [link.kind for link in links]
