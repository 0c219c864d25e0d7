"""GPU006 cuda-library-shadowed: loud and quiet."""

import pytest

from envdoctor.engine.remedies import UnsetEnv
from envdoctor.engine.rules import Severity
from envdoctor.facts import Shadow
from envdoctor.testing import findings, gpu, outcome
from envdoctor_checks.gpu.cuda_library_shadowed import cuda_library_shadowed
from tests.checks.gpu._shared import CUDNN12, H100


@pytest.mark.parametrize(("certain", "level"), [([], Severity.INFO), (["tensorflow"], Severity.WARNING)])
def test_a_shadowed_library_is_certain_where_it_is_found_by_runpath(certain: list[str], level: Severity) -> None:
    shadow = Shadow(soname="libcudnn.so.9", folder="/opt/cuda/lib64", wheel="nvidia-cudnn-cu12", certain=certain)
    (finding,) = findings(cuda_library_shadowed, gpu=gpu(H100, libraries=[CUDNN12], shadowed=[shadow, shadow]))
    assert (finding.rule.code, finding.severity, finding.subject) == ("GPU006", level, "/opt/cuda/lib64")
    assert outcome(cuda_library_shadowed, gpu=gpu(libraries=[CUDNN12], shadowed=[shadow])).status == "not-applicable"


def test_nothing_shadowed_is_quiet() -> None:
    assert findings(cuda_library_shadowed, gpu=gpu(H100, libraries=[CUDNN12])) == []


def test_a_preloaded_library_is_certain_and_names_its_variable() -> None:
    """On an H100: LD_PRELOAD of another libcudnn.so.9 ends `import torch` with an undefined symbol."""
    shadow = Shadow(soname="libcudnn.so.9", folder="/apps", wheel="nvidia-cudnn-cu12", variable="LD_PRELOAD")
    (finding,) = findings(cuda_library_shadowed, gpu=gpu(H100, libraries=[CUDNN12], shadowed=[shadow]))
    assert finding.severity is Severity.WARNING
    (way,) = finding.remedies
    assert isinstance(way, UnsetEnv) and way.names == ("LD_PRELOAD",)
