"""Replacing a package by a build for another accelerator, in the words of each tool.

Which builds there are is data (``data/gpu_builds.toml``), each index with the day on which it was seen: they come and go.
"""

from collections.abc import Callable, Sequence

from envdoctor.ecosystem import accelerators
from envdoctor.ecosystem.origins import CONDA_LIKE, OriginKind
from envdoctor.ecosystem.versions import numbers
from envdoctor.engine.remedies import InstallBuild
from envdoctor.fixes.model import Applicability
from envdoctor.fixes.steps import Run, run

# conda's name of the package, with the build strings of its CUDA builds
CONDA_BUILDS = {"torch": "pytorch=*=*cuda*", "jaxlib": "jaxlib=*=*cuda*", "tensorflow": "tensorflow=*=*cuda*"}
# Built together with torch, for one CUDA: they are replaced together.
FAMILY = ("torchvision", "torchaudio")
RAPIDS = ("cudf", "dask-cudf", "cuml", "cugraph", "cuvs", "cucim", "raft-dask")
Parts = tuple[str, tuple[Run, ...], Applicability, str, str]


def replace(
    remedy: InstallBuild,
    kind: OriginKind,
    prefix: str,
    pip: Callable[[str], list[str]],
    system: str = "linux-x86_64",
    installed: Sequence[str] = (),
) -> Parts:
    """Title, steps, applicability, reason and undo of the fix; ``pip`` gives the beginning of a pip command.

    ``installed`` are the names of the distributions there: those that have to match come along.
    """
    install, remove = pip("install"), pip("uninstall")
    uv = install[0] == "uv"
    package, cuda = remedy.package, remedy.cuda
    title = remedy.title or f"install {package} for {f'CUDA {cuda}' if cuda else 'this GPU'}"
    undo = f"install the {package} that was there before (see the evidence)"
    if kind in CONDA_LIKE:
        name = accelerators.stem(package)
        specs = [CONDA_BUILDS.get(name, name), *([f"cuda-version={cuda.partition('.')[0]}"] if cuda else [])]
        title = f"install {name} for CUDA {cuda.partition('.')[0]} from the environment's channels" if cuda else title
        argv = ["pixi", "add", *specs] if kind is OriginKind.PIXI else ["conda", "install", "--prefix", prefix, *specs]
        return title, (run(*argv),), Applicability.UNSAFE, "the whole environment is solved again", undo
    if package in FAMILY:
        return _companion(remedy, title, install, uv, undo)
    offer = chosen(remedy, system)
    if offer is None:
        return f"{title}; no index is known to have it for this system", (), Applicability.MANUAL, "", ""
    steps = [run(*remove, *([] if uv else ["--yes"]), *remedy.remove)] if remedy.remove else []
    if offer.index:
        names = [offer.requirement, *(name for name in FAMILY if package == "torch" and name in installed)]
        steps.append(run(*_from_index(offer, names, install, uv)))
        also = "" if len(names) > 1 else "torchvision and torchaudio have to match. "
        reason = f"it downloads gigabytes. {also}The index was seen on {offer.seen} ({offer.source})"
    else:
        steps.append(run(*install, offer.requirement, *_along(offer, remedy.remove)))
        reason = f"it downloads gigabytes and may change other packages; known from {offer.source}"
    return title, tuple(steps), Applicability.UNSAFE, reason, undo


def _along(offer: accelerators.Offer, removed: Sequence[str]) -> list[str]:
    """What else of RAPIDS was for the other CUDA: ``cuml-cu13`` comes back as ``cuml-cu12``."""
    if not offer.requirement.endswith(f"-cu{offer.cuda}"):
        return []
    bases = [name.lower().rpartition("-cu")[0] for name in removed]
    return [f"{base}-cu{offer.cuda}" for base in bases if base in RAPIDS and base != offer.package]


def _companion(remedy: InstallBuild, title: str, install: list[str], uv: bool, undo: str) -> Parts:
    """One of torch's family, from the index that torch itself comes from, and nothing else with it."""
    word = f"cu{remedy.cuda.replace('.', '')}" if remedy.cuda else "cpu"
    name = f"{remedy.package}=={remedy.last}" if remedy.last else remedy.package
    options = ["--no-deps", "--force-reinstall", "--index-url", f"https://download.pytorch.org/whl/{word}"]
    if uv:
        options = ["--no-deps", "--reinstall-package", remedy.package, f"--torch-backend={word}"]
    return title, (run(*install, *options, name),), Applicability.UNSAFE, "it replaces the other build", undo


def _from_index(offer: accelerators.Offer, names: list[str], install: list[str], uv: bool) -> list[str]:
    """uv finds the index by its name; pip has to be told it."""
    if uv:
        again = [word for name in names for word in ("--reinstall-package", name.partition("==")[0])]
        return [*install, *again, f"--torch-backend=cu{offer.cuda.replace('.', '')}", *names]
    return [*install, "--force-reinstall", "--index-url", offer.index, *names]


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
