"""Replacing a package by a build for another accelerator, in the words of each tool.

Which indexes and extras there are is data (``data/gpu.toml``), each with the day on which it was seen:
they come and go.
"""

from collections.abc import Callable

from envdoctor.data import table
from envdoctor.ecosystem.origins import CONDA_LIKE, OriginKind
from envdoctor.engine.remedies import InstallBuild
from envdoctor.fixes.model import Applicability
from envdoctor.fixes.steps import Run, run

# conda's name of the package, with the build strings of its CUDA builds
CONDA_BUILDS = {"torch": "pytorch=*=*cuda*", "jaxlib": "jaxlib=*=*cuda*", "tensorflow": "tensorflow=*=*cuda*"}
Parts = tuple[str, tuple[Run, ...], Applicability, str, str]


def replace(remedy: InstallBuild, kind: OriginKind, prefix: str, pip: Callable[[str], list[str]]) -> Parts:
    """Title, steps, applicability, reason and undo of the fix; ``pip`` gives the beginning of a pip command."""
    install, remove = pip("install"), pip("uninstall")
    uv = install[0] == "uv"
    package, cuda = remedy.package, remedy.cuda
    title = remedy.title or f"install {package} for {f'CUDA {cuda}' if cuda else 'this GPU'}"
    undo = f"install the {package} that was there before (see the evidence)"
    if kind in CONDA_LIKE:
        specs = [CONDA_BUILDS.get(package, package), *([f"cuda-version={cuda.partition('.')[0]}"] if cuda else [])]
        argv = ["pixi", "add", *specs] if kind is OriginKind.PIXI else ["conda", "install", "--prefix", prefix, *specs]
        return title, (run(*argv),), Applicability.UNSAFE, "the whole environment is solved again", undo
    if package == "torch":
        return _torch(title, cuda, install, uv, undo)
    stem = "cupy" if package.startswith("cupy") else package
    rows = [row for row in table("gpu")["on_pypi"] if row["package"] == stem]
    wanted = [row for row in rows if not cuda or str(row["major"]) == cuda.partition(".")[0]]
    if not wanted:
        return f"{title}; PyPI has none that is known", (), Applicability.MANUAL, "", ""
    steps = [run(*install, wanted[0]["requirement"])]
    if stem == "cupy":
        steps.insert(0, run(*remove, *([] if uv else ["--yes"]), package))
    reason = f"it downloads gigabytes and may change other packages; known from {wanted[0]['source']}"
    return title, tuple(steps), Applicability.UNSAFE, reason, undo


def _torch(title: str, cuda: str, install: list[str], uv: bool, undo: str) -> Parts:
    """uv finds the index by itself; pip has to be told it."""
    row = index_for(cuda)
    reason = f"it downloads gigabytes; torchvision and torchaudio have to match. The index was seen on {row['seen']}"
    if uv:
        backend = f"cu{row['cuda'].replace('.', '')}" if cuda else "auto"
        argv = [*install, "--reinstall-package", "torch", f"--torch-backend={backend}", "torch"]
        return title, (run(*argv),), Applicability.UNSAFE, reason, undo
    argv = [*install, "--force-reinstall", "--index-url", row["url"], "torch"]
    return title, (run(*argv),), Applicability.UNSAFE, f"{reason} ({row['source']})", undo


def index_for(cuda: str) -> dict[str, str]:
    """The row of PyTorch's index for a CUDA version: the newest not above it, else the oldest of its major version."""
    rows: list[dict[str, str]] = table("gpu")["torch_index"]
    if not cuda:
        return rows[0]
    pair = _pair(cuda)
    same = [row for row in rows if _pair(row["cuda"])[0] == pair[0]]
    below = [row for row in same if len(pair) > 1 and _pair(row["cuda"]) <= pair]
    return (below or same[-1:] or rows[-1:])[0]


def _pair(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
