"""The rules of gpu together, and what they judge by."""

from typing import Any

import pytest

from envdoctor.facts import Build, Layer, LayerStatus, Missing
from envdoctor.testing import findings, gpu, nvidia_device, outcome, torch_build
from envdoctor_checks.gpu.architecture_not_built_in import architecture_not_built_in
from envdoctor_checks.gpu.cpu_build_on_gpu_machine import cpu_build
from envdoctor_checks.gpu.cuda_newer_than_driver import cuda_newer_than_driver
from envdoctor_checks.gpu.driver_mismatch import driver_mismatch
from envdoctor_checks.gpu.gpu_without_driver import gpu_without_driver
from tests.checks.gpu._shared import H100

ALL = [cpu_build, cuda_newer_than_driver, architecture_not_built_in, driver_mismatch, gpu_without_driver]


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.name)
@pytest.mark.parametrize("builds", [[], [torch_build()], [torch_build(None)]], ids=["none", "cuda", "cpu"])
def test_without_a_gpu_nothing_applies(check: Any, builds: list[Build]) -> None:
    assert outcome(check, gpu=gpu(builds=builds)).status == "not-applicable"


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.name)
def test_a_machine_whose_parts_fit_is_quiet(check: Any) -> None:
    assert findings(check, gpu=gpu(H100, builds=[torch_build("13.0")])) == []


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.name)
def test_a_driver_that_hangs_is_unknown(check: Any) -> None:
    why = Missing("nvml: no answer in 3 s")
    layers = [
        Layer(name="nvml", status=LayerStatus.TIMED_OUT, detail="no answer in 3 s"),
        Layer(name="cuda", status=LayerStatus.NOT_ASKED),
    ]
    device = nvidia_device(usable=why, compute_capability=why, name=why)
    builds = [torch_build(), torch_build(None, package="tensorflow")]
    place = gpu(device, builds=builds, driver="580.1", cuda_driver_version=why, layers=layers)
    result = outcome(check, gpu=place)
    assert (result.status, result.findings) == ("unknown", ())
    assert "no answer in 3 s" in result.reason
