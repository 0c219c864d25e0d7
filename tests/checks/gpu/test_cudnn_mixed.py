"""GPU010 cudnn-mixed: loud and quiet."""

import pytest

from envdoctor.engine.rules import Severity
from envdoctor.facts import Copy
from envdoctor.testing import findings, gpu
from envdoctor_checks.gpu.cudnn_mixed import cudnn_mixed
from tests.checks.gpu._shared import H100


def copies(*others: Copy) -> list[Copy]:
    return [Copy(source="pip", owner="nvidia-cudnn-cu12", soname="libcudnn.so.9", version="9.28.0.42"), *others]


@pytest.mark.parametrize(("source", "level"), [("conda", Severity.WARNING), ("system", Severity.INFO)])
def test_a_second_cudnn_of_another_version_is_found(source: str, level: Severity) -> None:
    """NVIDIA's images for Docker bring a cuDNN, and PyTorch's wheels find their own by RPATH: no warning there."""
    other = Copy(source=source, owner="/somewhere/lib", soname="libcudnn.so.9", version="9.10.1")
    (finding,) = findings(cudnn_mixed, gpu=gpu(H100, cudnn=copies(other)))
    assert (finding.rule.code, finding.severity) == ("GPU010", level)


@pytest.mark.parametrize(("soname", "version"), [("libcudnn.so.8", "8.9.7"), ("libcudnn.so.9", "9.28.0")])
def test_another_soname_or_the_same_version_is_quiet(soname: str, version: str) -> None:
    other = Copy(source="system", owner="/usr/lib64", soname=soname, version=version)
    assert findings(cudnn_mixed, gpu=gpu(H100, cudnn=copies(other))) == []
