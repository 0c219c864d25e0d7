"""Another build of a package, for another accelerator: where it comes from is data (`envdoctor.fixes.builds`)."""

import re

import msgspec

from envdoctor.ecosystem import accelerators, paths
from envdoctor.ecosystem.origins import BY_UV, OriginKind
from envdoctor.engine.remedies import InstallBuild
from envdoctor.facts import Distribution, Gpu, System
from envdoctor.fixes import builds
from envdoctor.fixes.model import Fix
from envdoctor.fixes.steps import run
from envdoctor.fixes.target import Target


def install_build(bedside: Target, remedy: InstallBuild) -> Fix:
    """Into the patient where it is the user's own environment, else into a new one."""
    if bedside.guard in ("base", "frozen"):
        return _beside_base(bedside, remedy)
    if bedside.guard:
        return _in_venv(bedside, remedy)
    kind = OriginKind.CONDA_ENV if bedside.conda else bedside.kind
    if bedside.conda and _by_pip(bedside, remedy.package):
        kind = OriginKind.VENV  # conda's package would come on top of pip's
    title, steps, applicability, reason, undo = builds.replace(
        remedy, kind, bedside.prefix, _pip(bedside), _system(bedside), tuple(bedside.installed)
    )
    spoken = tuple(run(*bedside.spoken(list(step.argv))) for step in steps)
    after = _afterwards(bedside, remedy) if steps else []
    return Fix(title=title, steps=spoken, applicability=applicability, reason="; ".join([reason, *after]), undo=undo)


def _afterwards(bedside: Target, remedy: InstallBuild) -> list[str]:
    """What the other build leaves undone: extensions of the present torch, and a lock that names the present build."""
    found = []
    if remedy.package == "torch":
        gpu = bedside.facts.gpu
        told = (
            {item.package.lower() for item in gpu.companions if item.torch or item.cuda}
            if isinstance(gpu, Gpu)
            else set()
        )
        pinned = {item.key for item in bedside.distributions if _pins_torch(item)}
        names = sorted((told | pinned) - set(builds.FAMILY))
        if names:
            found.append(f"afterwards install a build of {', '.join(names)} for the new torch")
    lock = bedside.project_file("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock") if bedside.in_project else ""
    if lock:
        found.append(
            f"{lock} still names the present build: name the index in the project too, or the next sync undoes it"
        )
    return found


def _pins_torch(item: Distribution) -> bool:
    lines = item.requires if isinstance(item.requires, list) else []
    return any(re.match(r"torch\s*\(?==", line) for line in lines)


def _system(bedside: Target) -> str:
    """The patient's system in the words of the table of builds."""
    system = bedside.facts.system
    return accelerators.system_name(system.platform, system.machine) if isinstance(system, System) else "linux-x86_64"


def _by_pip(bedside: Target, package: str) -> bool:
    """Whether the package is there and is none of conda's: those have a build string."""
    gpu = bedside.facts.gpu
    built = gpu.builds if isinstance(gpu, Gpu) and isinstance(gpu.builds, list) else []
    if isinstance(gpu, Gpu) and any(item.package.lower() == package for item in gpu.companions):
        return True  # told by a local version or a wheel's file, which conda's packages have not
    mine = [item for item in built if accelerators.stem(item.package) == accelerators.stem(package)]
    return bool(mine) and not any(item.build for item in mine)


class _pip:  # noqa: N801
    """The beginning of a pip command for the patient."""

    def __init__(self, bedside: Target, prefix: str = "", python: str = "") -> None:
        self._uv = bedside.kind in BY_UV or not bedside.has_pip if not prefix else not python
        self._prefix, self._python = prefix or bedside.prefix, python or bedside.python

    def __call__(self, verb: str) -> list[str]:
        return ["uv", "pip", verb, "--python", self._prefix] if self._uv else [self._python, "-m", "pip", verb]


def _beside_base(bedside: Target, remedy: InstallBuild) -> Fix:
    from envdoctor.fixes.tools.conda import Base

    title, steps, *_ = builds.replace(remedy, OriginKind.CONDA_ENV, bedside.prefix, _pip(bedside))
    specs = list(steps[0].argv[4:]) if steps else [remedy.package]  # after `conda install --prefix PREFIX`
    made = Base(bedside).install(specs, False)
    return Fix(
        title=f"{title}, {made.title}",
        steps=made.steps,
        applicability=made.applicability,
        reason=made.reason,
        undo=made.undo,
    )


def _in_venv(bedside: Target, remedy: InstallBuild) -> Fix:
    """A Python that nothing may be put into: the build goes into an environment made for it."""
    folder = bedside.project_path(".venv")
    if "uv" in bedside.commands:
        make, pip = run("uv", "venv", "--python", bedside.python, folder), _pip(bedside, folder)
    else:
        inside = paths.python(folder, bedside.windows)
        make, pip = run(bedside.python, "-m", "venv", folder), _pip(bedside, folder, inside)
    fresh = msgspec.structs.replace(remedy, remove=())  # there is nothing in it yet
    title, steps, applicability, reason, _ = builds.replace(fresh, OriginKind.VENV, folder, pip, _system(bedside))
    return Fix(
        title=f"{title}, in an environment of its own",
        steps=(make, *steps) if steps else (),
        applicability=applicability,
        reason=reason,
        patient=folder,
    )
