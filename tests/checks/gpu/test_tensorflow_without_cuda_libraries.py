"""GPU011 tensorflow-without-cuda-libraries: loud and quiet."""

from typing import Any

import pytest

from envdoctor.engine.remedies import Install
from envdoctor.engine.rules import Severity
from envdoctor.facts import CudaWheel
from envdoctor.testing import findings, gpu, outcome
from envdoctor_checks.gpu.tensorflow_without_cuda_libraries import tensorflow_without_cuda_libraries
from tests.checks.gpu._shared import CUDNN12, H100, built


def test_tensorflow_without_cudas_libraries_is_found() -> None:
    tensorflow = built("tensorflow", "12.5.1")
    (finding,) = findings(tensorflow_without_cuda_libraries, gpu=gpu(H100, builds=[tensorflow]))
    assert (finding.rule.code, finding.severity) == ("GPU011", Severity.WARNING)
    assert finding.remedies == (Install(("tensorflow[and-cuda]",)),)


@pytest.mark.parametrize("changes", [{"libraries": [CUDNN12]}, {"toolkits": ["/usr/local/cuda"]}])
def test_tensorflow_with_wheels_or_a_toolkit_is_quiet(changes: dict[str, Any]) -> None:
    place = gpu(H100, builds=[built("tensorflow", "12.5.1")], **changes)
    assert findings(tensorflow_without_cuda_libraries, gpu=place) == []


def test_tensorflow_without_a_gpu_needs_none() -> None:
    place = gpu(builds=[built("tensorflow", "12.5.1")])
    assert outcome(tensorflow_without_cuda_libraries, gpu=place).status == "not-applicable"


@pytest.mark.parametrize(
    "changes",
    [
        {"libraries": [CudaWheel(name="nvidia-cudnn-cu13", version="9.20.0.48", cuda="13")]},
        {"toolkits": ["/usr/local/cuda-13.0/lib64/libcudart.so.13"]},
        {"toolkits": ["/usr/local/cuda-13.0"]},
        {"toolkits": ["conda: cuda-cudart 13.0.96"]},
    ],
)
def test_libraries_of_another_major_version_dont_help(changes: dict[str, Any]) -> None:
    place = gpu(H100, builds=[built("tensorflow", "12.5.1")], **changes)
    (finding,) = findings(tensorflow_without_cuda_libraries, gpu=place)
    assert "13" in finding.evidence[1].value


@pytest.mark.parametrize(
    "toolkit", ["/usr/local/cuda-12.6", "/opt/lib/libcudart.so.12", "conda: cudatoolkit 12.1", "/opt/cuda"]
)
def test_a_toolkit_of_its_major_version_is_quiet(toolkit: str) -> None:
    place = gpu(H100, builds=[built("tensorflow", "12.5.1")], toolkits=[toolkit])
    assert findings(tensorflow_without_cuda_libraries, gpu=place) == []
