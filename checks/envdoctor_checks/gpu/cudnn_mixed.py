"""GPU010: cuDNN from PyPI stands beside conda's, with the same soname and another version."""

from collections.abc import Iterator

from envdoctor.api import Confidence, Evidence, Finding, Gpu, Manual, NotApplicable, Rule, Severity, check
from envdoctor_checks.gpu._devices import nvidia

GPU010 = Rule("GPU010", "cudnn-mixed", Severity.WARNING, Confidence.LIKELY, guide=("pkg-8",), varies=(Severity.INFO,))


@check(GPU010)
def cudnn_mixed(gpu: Gpu) -> Iterator[Finding]:
    """Only copies with one soname can take each other's place; of one version they are the same."""
    pip = [copy for copy in gpu.cudnn if copy.source == "pip"]
    others = [copy for copy in gpu.cudnn if copy.source != "pip"]
    if not pip:
        raise NotApplicable("no cuDNN from PyPI is installed")
    nvidia(gpu)
    for copy in pip:
        rivals = [item for item in others if item.soname == copy.soname and not _alike(item.version, copy.version)]
        if not rivals:
            continue
        yield Finding(
            GPU010,
            copy.soname,
            (
                Evidence("pip", f"{copy.owner} {copy.version}"),
                *(Evidence(item.source, f"{item.owner} {item.version or ''}".strip()) for item in rivals),
            ),
            f"{copy.soname} is there more than once, in different versions",
            "cuDNN is several libraries that load one another: parts of two versions in one process fail or crash.",
            own_severity=None if any(item.source == "conda" for item in rivals) else Severity.INFO,
            remedies=(Manual(f"keep one: the wheel {copy.owner}, or the {rivals[0].source}'s"),),
        )


def _alike(one: str | None, other: str | None) -> bool:
    if not one or not other:
        return False
    return one.split(".")[:3] == other.split(".")[:3]
