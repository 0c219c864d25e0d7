"""GPU010: Two versions of cuDNN can meet in one process."""

from collections.abc import Iterator

from envdoctor.api import (
    Confidence,
    Copy,
    Evidence,
    Finding,
    Gpu,
    Manual,
    Missing,
    NotApplicable,
    Remedy,
    Rule,
    Severity,
    Variables,
    check,
)
from envdoctor_checks.gpu._devices import nvidia
from envdoctor_checks.gpu._driver import without

GPU010 = Rule("GPU010", "cudnn-mixed", Severity.WARNING, Confidence.LIKELY, guide=("pkg-8",))


@check(GPU010, given={"gpu.cudnn": "no cuDNN from PyPI is installed"})
def cudnn_mixed(gpu: Gpu, environment: Variables | Missing | None = None) -> Iterator[Finding]:
    """Only copies with one soname can take each other's place; of one version they are the same.

    A system's cuDNN behind a wheel that finds its own by RPATH never meets it. A folder on LD_LIBRARY_PATH goes before
    what cuDNN looks for by name while it runs: its parts (``libcudnn_ops``, ``libcudnn_engines_…``).
    """
    own = [copy for copy in gpu.cudnn if copy.source in ("pip", "torch")]
    if not own:
        raise NotApplicable("no cuDNN from PyPI is installed")
    nvidia(gpu)
    for copy in (item for item in own if item.source == "pip"):
        rivals = [item for item in gpu.cudnn if item.source == "conda" and _replaces(item, copy)]
        if rivals:
            yield _finding(copy, rivals, (Manual(f"keep one: the wheel {copy.owner}, or conda's"),))
    for folder in dict.fromkeys(item.owner for item in gpu.cudnn if item.source == "variable"):
        there = [item for item in gpu.cudnn if item.source == "variable" and item.owner == folder]
        for copy in own:
            same = [item for item in there if _major(item) == _major(copy) and not _alike(item.version, copy.version)]
            parts = [item for item in same if not item.soname.startswith("libcudnn.so")]
            rivals = [item for item in parts if item.version] if copy.source == "pip" else same
            if rivals:
                variables = environment if isinstance(environment, Variables) else None
                yield _finding(copy, rivals, (without("LD_LIBRARY_PATH", folder, variables),))
                break


def _finding(copy: Copy, rivals: list[Copy], ways: tuple[Remedy, ...]) -> Finding:
    places = dict.fromkeys((item.source, item.owner, item.version) for item in rivals)
    return Finding(
        GPU010,
        copy.soname,
        (
            Evidence(copy.source, f"{copy.owner} {copy.version or ''}".strip()),
            *(
                Evidence("LD_LIBRARY_PATH" if source == "variable" else source, f"{owner} {version or ''}".strip())
                for source, owner, version in places
            ),
        ),
        f"two versions of cuDNN can meet in one process: {copy.owner}'s and that of {rivals[0].owner}",
        "cuDNN is several libraries that load one another: parts of two versions in one process fail or crash "
        "(CUDNN_STATUS_SUBLIBRARY_VERSION_MISMATCH).",
        remedies=ways,
    )


def _replaces(item: Copy, copy: Copy) -> bool:
    return item.soname == copy.soname and not _alike(item.version, copy.version)


def _major(copy: Copy) -> str:
    return copy.soname.rpartition(".")[2]


def _alike(one: str | None, other: str | None) -> bool:
    if not one or not other:
        return False
    return one.split(".")[:3] == other.split(".")[:3]
