"""Another build of a package, for another accelerator. Which builds there are is data (``data/gpu_builds.toml``), each index
with the day on which it was seen: they come and go. The commands are those of `envdoctor.fixes.tools`."""

import re
from collections.abc import Sequence

import msgspec

from envdoctor.ecosystem import accelerators, paths
from envdoctor.ecosystem.origins import BY_UV, OriginKind
from envdoctor.ecosystem.requirements import name_in
from envdoctor.ecosystem.versions import numbers
from envdoctor.engine.remedies import InstallBuild
from envdoctor.facts import Distribution, Gpu, System
from envdoctor.fixes.fresh import beside
from envdoctor.fixes.model import Applicability, Fix
from envdoctor.fixes.target import Target
from envdoctor.fixes.tools.installers import Installer, Pip, Uv

# Built together with torch, for one CUDA: they are replaced together.
FAMILY = ("torchvision", "torchaudio", "torchcodec")
RAPIDS = ("cudf", "dask-cudf", "cuml", "cugraph", "cuvs", "cucim", "raft-dask")


def install_build(target: Target, remedy: InstallBuild) -> Fix:
    """Into the patient where it is the user's own environment, else into a new one."""
    if target.guard in ("base", "frozen"):
        return _beside_base(target, remedy)
    if target.guard:
        return _in_venv(target, remedy)
    if remedy.package in FAMILY and target.conda and _is_condas(target, "torch"):
        return _family_from_channels(target, remedy)
    by_conda = target.conda and not _by_pip(target, remedy.package)  # else conda's package would come on top of pip's
    if by_conda or target.kind is OriginKind.PIXI:
        fix = _from_channels(target, remedy)
    else:
        uv = target.kind in BY_UV or not target.has_pip
        fix = _from_wheels(target, remedy, Uv(target.prefix) if uv else Pip(target.python), tuple(target.installed))
    after = _afterwards(target, remedy) if fix.steps else []
    return msgspec.structs.replace(fix, reason="; ".join([fix.reason, *after]))


def _title(remedy: InstallBuild) -> str:
    return remedy.title or f"install {remedy.package} for {f'CUDA {remedy.cuda}' if remedy.cuda else 'this GPU'}"


def _undo(remedy: InstallBuild) -> str:
    return f"install the {remedy.package} that was there before (see the evidence)"


def _specs(remedy: InstallBuild) -> list[str]:
    """What conda's channels are asked for: the build, and the major version of CUDA that it is for."""
    from envdoctor.fixes.tools.conda import CUDA_BUILDS

    name, cuda = accelerators.stem(remedy.package), remedy.cuda.partition(".")[0]
    return [CUDA_BUILDS.get(name, name), *([f"cuda-version={cuda}"] if cuda else [])]


def _title_of_channels(remedy: InstallBuild) -> str:
    name, cuda = accelerators.stem(remedy.package), remedy.cuda.partition(".")[0]
    return f"install {name} for CUDA {cuda} from the environment's channels" if cuda else _title(remedy)


def _from_channels(target: Target, remedy: InstallBuild) -> Fix:
    from envdoctor.fixes.tools import conda, pixi

    line = pixi.build if target.kind is OriginKind.PIXI else conda.build
    return Fix(
        title=_title_of_channels(remedy),
        steps=(line(target, _specs(remedy)),),
        applicability=Applicability.UNSAFE,
        reason="the whole environment is solved again",
        undo=_undo(remedy),
    )


def _family_from_channels(target: Target, remedy: InstallBuild) -> Fix:
    """Torch is conda's: pip's builds go, and conda's, which are made for its torch, take their place."""
    from envdoctor.fixes.tools import conda

    names = [remedy.package, *(name_in(item) for item in remedy.along)]
    return Fix(
        title=f"install {', '.join(names)} from the channels that torch is from",
        steps=(Pip(target.python).remove(names), conda.build(target, names)),
        applicability=Applicability.UNSAFE,
        reason="the whole environment is solved again",
        undo=f"install the {', '.join(names)} that {'was' if len(names) == 1 else 'were'} there before (see the evidence)",
    )


def _is_condas(target: Target, package: str) -> bool:
    """Whether conda has put it there; pip's copies have no build string."""
    gpu = target.facts.gpu
    built = gpu.builds if isinstance(gpu, Gpu) and isinstance(gpu.builds, list) else []
    return any(item.package == package and item.build for item in built)


def _from_wheels(target: Target, remedy: InstallBuild, installer: Installer, installed: Sequence[str]) -> Fix:
    """``installed`` are the names of the distributions there: those that have to match come along."""
    package = remedy.package
    if package in FAMILY:
        return _companion(remedy, installer)
    offer = chosen(remedy, _system(target))
    if offer is None:
        title = f"{_title(remedy)}; no index is known to have it for this system"
        return Fix(title=title, steps=(), applicability=Applicability.MANUAL)
    steps = [installer.remove(remedy.remove)] if remedy.remove else []
    if offer.index:
        names = [offer.requirement, *(name for name in FAMILY if package == "torch" and name in installed)]
        steps.append(installer.from_index(names, offer.cuda, offer.index))
        also = "" if len(names) > 1 else "torchvision and torchaudio have to match. "
        reason = f"it downloads gigabytes. {also}The index was seen on {offer.seen} ({offer.source})"
    else:
        steps.append(installer.install(offer.requirement, *_along(offer, remedy.remove)))
        reason = f"it downloads gigabytes and may change other packages; known from {offer.source}"
    return Fix(
        title=_title(remedy),
        steps=tuple(steps),
        applicability=Applicability.UNSAFE,
        reason=reason,
        undo=_undo(remedy),
    )


def _along(offer: accelerators.Offer, removed: Sequence[str]) -> list[str]:
    """What else of RAPIDS was for the other CUDA: ``cuml-cu13`` comes back as ``cuml-cu12``."""
    if not offer.requirement.endswith(f"-cu{offer.cuda}"):
        return []
    bases = [name.lower().rpartition("-cu")[0] for name in removed]
    return [f"{base}-cu{offer.cuda}" for base in bases if base in RAPIDS and base != offer.package]


def _companion(remedy: InstallBuild, installer: Installer) -> Fix:
    """One of torch's family, from the index that torch itself comes from, and nothing else with it."""
    backend = f"cu{remedy.cuda.replace('.', '')}" if remedy.cuda else "cpu"
    name = f"{remedy.package}=={remedy.last}" if remedy.last else remedy.package
    those = f"the {', '.join([remedy.package, *map(name_in, remedy.along)])}"
    return Fix(
        title=_title(remedy),
        steps=(installer.companions([name, *remedy.along], backend),),
        applicability=Applicability.UNSAFE,
        reason="it replaces the other builds" if remedy.along else "it replaces the other build",
        undo=f"install {those} that were there before (see the evidence)" if remedy.along else _undo(remedy),
    )


def chosen(remedy: InstallBuild, system: str) -> accelerators.Offer | None:
    """The row that the remedy means: of its CUDA and release; else the newest CUDA not above it, or the oldest of its
    major version.
    """
    rows = accelerators.offers(accelerators.stem(remedy.package), system)
    exact = [row for row in rows if row.cuda == remedy.cuda and remedy.last in ("", row.last)]
    wanted = numbers(remedy.cuda)
    same = [row for row in rows if not wanted or row.major == wanted[0]]
    below = [row for row in same if not wanted or numbers(row.cuda) <= wanted]
    oldest = sorted(same, key=lambda row: numbers(row.cuda))[:1]
    return next(iter(exact or below or oldest), None)


def _afterwards(target: Target, remedy: InstallBuild) -> list[str]:
    """What the other build leaves undone: extensions of the present torch, and a lock that names the present build."""
    found = []
    if remedy.package == "torch":
        gpu = target.facts.gpu
        told = (
            {item.package.lower() for item in gpu.companions if item.torch or item.cuda}
            if isinstance(gpu, Gpu)
            else set()
        )
        pinned = {item.key for item in target.distributions if _pins_torch(item)}
        names = sorted((told | pinned) - set(FAMILY))
        if names:
            found.append(f"afterwards install a build of {', '.join(names)} for the new torch")
    lock = target.project_file("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock") if target.in_project else ""
    if lock:
        found.append(
            f"{lock} still names the present build: name the index in the project too, or the next sync undoes it"
        )
    return found


def _pins_torch(item: Distribution) -> bool:
    lines = item.requires if isinstance(item.requires, list) else []
    return any(re.match(r"torch\s*\(?==", line) for line in lines)


def _system(target: Target) -> str:
    """The patient's system in the words of the table of builds."""
    system = target.facts.system
    return accelerators.system_name(system.platform, system.machine) if isinstance(system, System) else "linux-x86_64"


def _by_pip(target: Target, package: str) -> bool:
    """Whether the package is there and is none of conda's: those have a build string."""
    gpu = target.facts.gpu
    built = gpu.builds if isinstance(gpu, Gpu) and isinstance(gpu.builds, list) else []
    if isinstance(gpu, Gpu) and any(item.package.lower() == package for item in gpu.companions):
        return True  # told by a local version or a wheel's file, which conda's packages have not
    mine = [item for item in built if accelerators.stem(item.package) == accelerators.stem(package)]
    return bool(mine) and not any(item.build for item in mine)


def _beside_base(target: Target, remedy: InstallBuild) -> Fix:
    from envdoctor.fixes.tools.conda import Base

    made = Base(target).install(_specs(remedy), False)
    return msgspec.structs.replace(made, title=f"{_title_of_channels(remedy)}, {made.title}")


def _in_venv(target: Target, remedy: InstallBuild) -> Fix:
    """A Python that nothing may be put into: the build goes into an environment made for it."""
    folder = target.project_path(".venv")
    by_uv = "uv" in target.commands
    make = (Uv if by_uv else Pip).environment(target.python, folder)
    installer = Uv(folder) if by_uv else Pip(paths.python(folder, target.windows))
    fresh = msgspec.structs.replace(remedy, remove=())  # there is nothing in it yet
    fix = _from_wheels(target, fresh, installer, ())
    made = Fix(
        title=f"{fix.title}, in an environment of its own",
        steps=(make, *fix.steps) if fix.steps else (),
        applicability=fix.applicability,
        reason=fix.reason,
        patient=folder,
    )
    return beside(target, made)
