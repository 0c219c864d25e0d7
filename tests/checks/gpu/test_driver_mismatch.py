"""GPU007 driver-mismatch: loud and quiet."""

import pytest

from envdoctor.engine.rules import Severity
from envdoctor.facts import Layer, LayerStatus
from envdoctor.testing import findings, gpu, nvidia_device, outcome
from envdoctor_checks.gpu.driver_mismatch import driver_mismatch
from envdoctor_checks.gpu.gpu_without_driver import gpu_without_driver
from tests.checks.gpu._shared import words


def test_a_library_that_is_not_the_kernels_is_a_mismatch() -> None:
    layers = [Layer(name="nvml", status=LayerStatus.FAILED, code=18, version="550.54.14")]
    place = gpu(nvidia_device(usable=False), layers=layers, driver="535.104.05")
    (finding,) = findings(driver_mismatch, gpu=place)
    assert (finding.rule.code, finding.severity) == ("GPU007", Severity.ERROR)
    assert "535.104.05" in words([finding]) and "550.54.14" in words([finding])
    assert "restart" in words([finding])
    assert findings(gpu_without_driver, gpu=place) == []


@pytest.mark.parametrize("code", [4, 9, 12, 999])
def test_other_codes_are_no_mismatch(code: int) -> None:
    place = gpu(nvidia_device(usable=False), layers=[Layer(name="nvml", status=LayerStatus.FAILED, code=code)])
    assert outcome(driver_mismatch, gpu=place).findings == ()


def test_a_cuda_compat_that_does_not_go_with_the_driver_is_taken_out() -> None:
    """On an H100: the toolkit's cuda-compat of the driver's own branch, first on LD_LIBRARY_PATH, answers 803."""
    library = "/usr/local/cuda-13.0/compat/libcuda.so.580.95.05"
    layers = [
        Layer(name="nvml", status=LayerStatus.PRESENT, code=0),
        Layer(name="cuda", status=LayerStatus.FAILED, code=803, library=library),
    ]
    place = gpu(nvidia_device(usable=False), layers=layers, container="/.dockerenv")
    said = words(findings(driver_mismatch, gpu=place))
    assert "take /usr/local/cuda-13.0/compat out of LD_LIBRARY_PATH" in said
    assert "image" not in said
