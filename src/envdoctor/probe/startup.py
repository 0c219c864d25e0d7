"""Who is to blame when a Python does not start as the user has it: files whose code runs at start-up."""

import os
import re
from collections.abc import Iterable, Sequence

from envdoctor.ecosystem import paths
from envdoctor.facts.base import Missing
from envdoctor.privacy.lazy import pattern
from envdoctor.probe.interrogation import Try
from envdoctor.probe.world import World

CUSTOMIZE = ("sitecustomize.py", "usercustomize.py")
# Variables that keep Python from starting where their value is none that it knows (cmdline.html#environment-variables).
SUSPECTS = (
    "PYTHONPLATLIBDIR",
    "PYTHONIOENCODING",
    "PYTHONMALLOC",
    "PYTHONHASHSEED",
    "PYTHONTRACEMALLOC",
    "PYTHONINTMAXSTRDIGITS",
    "PYTHONUTF8",
)
_FILE = pattern(r'File "([^"<>\n]+)"')
_LINE_FAILS = pattern(r"Error processing line \d+ of (.+\.pth):\n((?:\s*\n|[ ]+.*\n)*)", re.MULTILINE)
_MODULE_FAILS = pattern(r"^Error in (\w+customize); set PYTHONVERBOSE for traceback:\n(.*)$", re.MULTILINE)
_PTH = pattern(r"line \d+ of (.+\.pth)\b")


def culprits(
    world: World, tries: Sequence[Try], mode: str, site_packages: Iterable[str], user_site: str | None = None
) -> list[str]:
    """Files and variables that a failed start had and the successful one had not, those named in its traceback first.

    ``mode`` is the start that worked; with ``normal`` nobody is to blame, with ``none`` nobody can be told apart.
    """
    failed = [attempt for attempt in tries if not attempt.answered]
    if not failed or mode in ("normal", "none"):
        return []
    if mode == "isolated":
        folders = [entry for entry in world.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
        candidates = _customizers(world, folders) or [f"PYTHONPATH entry {entry}" for entry in folders]
        if user_site:
            candidates += _customizers(world, [user_site]) + executable_pth(world, [user_site])
            folders.append(user_site)
        if "PYTHONHOME" in world.environ:
            candidates.insert(0, f"PYTHONHOME={world.environ['PYTHONHOME']}")
        suspects = [f"{name}={world.environ[name]}" for name in SUSPECTS if name in world.environ]
        accused = [item for item in suspects if item.partition("=")[0] in failed[-1].stderr]
        candidates = accused or candidates or suspects or ["the user site-packages"]
    else:
        folders = list(site_packages)
        candidates = _customizers(world, folders) + executable_pth(world, folders)
    mentioned = [
        name for name in _mentioned(failed[-1].stderr) if any(paths.inside(name, folder) for folder in folders)
    ]
    mentioned += [name for name in candidates if _leads_to(world, name, mentioned)]
    return list(dict.fromkeys(mentioned)) or candidates


def complaints(world: World, stderr: str, sys_path: Iterable[str]) -> dict[str, str]:
    """The files that fail at each start and don't stop it, each with its exception (CPython: Lib/site.py)."""
    found: dict[str, str] = {}
    if "Error" not in stderr:
        return found
    for file, block in _LINE_FAILS.findall(stderr):
        said = [line.strip() for line in block.splitlines() if line.strip()]
        found[file] = said[-1] if said else "an exception"
    for name, said in _MODULE_FAILS.findall(stderr):
        folders = (entry for entry in sys_path if world.is_file(paths.join(entry, f"{name}.py")))
        found[paths.join(next(folders, "an unknown folder"), f"{name}.py")] = said.strip()
    return found


def _leads_to(world: World, pth: str, mentioned: Sequence[str]) -> bool:
    """True for a ``.pth`` file that speaks of a module or package one of the mentioned files belongs to."""
    text = world.text(pth, 200_000) if pth.endswith(".pth") else None
    tops = {os.path.relpath(file, os.path.dirname(pth)).split(os.sep)[0].removesuffix(".py") for file in mentioned}
    return isinstance(text, str) and any(re.search(rf"\b{re.escape(top)}\b", text) for top in tops - {os.pardir})


def executable_pth(world: World, folders: Iterable[str]) -> list[str]:
    """The ``.pth`` files that can't be read, and those with lines that are executed (https://docs.python.org/3/library/site.html)."""
    found = []
    for folder in folders:
        names = world.names(folder)
        for name in names if isinstance(names, list) else ():
            if name.endswith(".pth"):
                text = world.text(paths.join(folder, name), 200_000)
                if isinstance(text, Missing) or any(
                    line.startswith(("import ", "import\t")) for line in (text or "").splitlines()
                ):
                    found.append(paths.join(folder, name))
    return found


def _customizers(world: World, folders: Iterable[str]) -> list[str]:
    found = [paths.join(folder, name) for folder in folders for name in CUSTOMIZE]
    return [path for path in found if world.is_file(path)]


def _mentioned(stderr: str) -> list[str]:
    return _PTH.findall(stderr) + _FILE.findall(stderr)
