"""Which entries of a plan are carried out in a rehearsal, and which folders become overlays for them."""

import os
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from envdoctor.facts import Facts, Missing, present
from envdoctor.fixes.plan import PlannedFix
from envdoctor.fixes.steps import Edit, Run
from envdoctor.report.rehearsal import Untried

# What these begin is where a tool keeps its caches and environments, if it is a folder.
TOOLS = ("PIP_", "UV_", "CONDA_", "MAMBA_", "POETRY_", "PIPX_", "PDM_", "PIPENV_", "HATCH_", "PIXI_", "XDG_", "WORKON_")
# They change the whole computer, and speak with services outside of the namespace.
OF_THE_SYSTEM = frozenset(
    ("sudo", "doas", "apt", "apt-get", "dnf", "yum", "zypper", "pacman", "apk", "rpm", "dpkg", "emerge", "brew", "port")
)


class Part(Struct, frozen=True):
    """What is carried out, what is not, and the ``patients`` that are examined again, each once."""

    entries: tuple[PlannedFix, ...]
    untried: tuple[Untried, ...]
    patients: tuple[str, ...]


def part(plan: Iterable[PlannedFix], patient: str) -> Part:
    """The part of the plan that a program can carry out; of entries in conflict, the first."""
    entries: list[PlannedFix] = []
    untried: list[Untried] = []
    for entry in plan:
        why = _why_not(entry, any(it.conflicts for it in entries))
        if why:
            untried.append(Untried(entry.fix.title, why))
        else:
            entries.append(entry)
    patients = dict.fromkeys(entry.fix.patient or patient for entry in entries)
    return Part(tuple(entries), tuple(untried), tuple(patients))


def _why_not(entry: PlannedFix, chosen: bool) -> str:
    steps = entry.fix.steps
    if not steps or any(isinstance(step, Edit) for step in steps):
        return "by hand"
    if any(isinstance(step, Run) and os.path.basename(step.argv[0]) in OF_THE_SYSTEM for step in steps):
        return "it changes the whole computer"
    return "it conflicts with another step" if chosen and entry.conflicts else ""


def folders(facts: Facts, entries: Sequence[PlannedFix], environ: Mapping[str, str], home: str, cwd: str) -> list[str]:
    """The folders that the steps may write to: the environment's, the project's, HOME, and the tools' caches.

    With the folder that an environment lies in, it can be renamed and made again.
    """
    prefix = facts.patient.prefix or ""
    wanted = [os.path.dirname(prefix), prefix, home, cwd]
    if (project := present(facts.project)) is not None:
        wanted += [project.root, *([project.workspace.root] if project.workspace else [])]
    if (conda := present(facts.conda)) is not None:
        wanted.append(conda.root_prefix or "")
        for name in ("pkgs_dirs", "envs_dirs"):
            value = conda.settings[name].value if name in conda.settings else None
            wanted += map(str, value) if isinstance(value, list) else ()
    if (packages := present(facts.packages)) is not None and not isinstance(packages.distributions, Missing):
        wanted += [
            it.url.removeprefix("file://")
            for it in packages.distributions
            if it.editable and it.url and it.url.startswith("file:///")
        ]
    wanted += [value for name, value in environ.items() if name.startswith(TOOLS)]
    words = [word for entry in entries for step in entry.fix.steps if isinstance(step, Run) for word in step.argv[1:]]
    wanted += map(os.path.dirname, words)
    wanted += [entry.fix.patient for entry in entries]
    return [folder for folder in map(_there, wanted) if folder]


def _there(path: str) -> str:
    """The folder itself, links followed, or the nearest one above that exists; empty where none is to be laid over."""
    if not os.path.isabs(path):
        return ""
    path = os.path.realpath(path)
    while not os.path.isdir(path):
        path = os.path.dirname(path)
    return path if path != "/" and not path.startswith(("/proc", "/sys", "/dev")) else ""
