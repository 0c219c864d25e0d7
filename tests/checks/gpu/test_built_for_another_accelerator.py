"""GPU014 built-for-another-accelerator: loud and quiet."""

import pytest

from envdoctor.engine.remedies import InstallBuild
from envdoctor.engine.rules import Severity
from envdoctor.facts import Device
from envdoctor.testing import findings, gpu, outcome, torch_build
from envdoctor_checks.gpu.built_for_another_accelerator import built_for_another_accelerator
from tests.checks.gpu._shared import H100, card, words

RADEON = Device(vendor="amd", name="gfx1100", architecture="gfx1100", usable=True, source="kfd")


@pytest.mark.parametrize("backend", ["rocm", "xpu"])
def test_torch_for_another_maker_on_an_nvidia_machine_is_found(backend: str) -> None:
    (finding,) = findings(built_for_another_accelerator, gpu=gpu(H100, builds=[torch_build(None, backend=backend)]))
    assert (finding.rule.code, finding.severity) == ("GPU014", Severity.WARNING)
    (way,) = finding.remedies
    assert isinstance(way, InstallBuild) and way.cuda == "13.0"


def test_pypis_torch_on_a_radeon_is_found() -> None:
    place = gpu(RADEON, builds=[torch_build("13.2")], driver=None, cuda_driver_version=None)
    assert "rocm7.2" in words(findings(built_for_another_accelerator, gpu=place))


def test_a_display_adapter_that_no_build_could_use_is_quiet() -> None:
    small = Device(vendor="amd", name="gfx1036", architecture="gfx1036", usable=True, source="kfd")
    intel = Device(vendor="intel", name=None, usable=False, source="pci")
    for device in (small, intel):
        assert findings(built_for_another_accelerator, gpu=gpu(device, builds=[torch_build("13.2")])) == []


def test_what_fits_one_of_the_gpus_is_quiet() -> None:
    assert findings(built_for_another_accelerator, gpu=gpu(H100, RADEON, builds=[torch_build("13.0")])) == []
    rocm = torch_build(None, backend="rocm", architectures=["gfx1100"])
    assert findings(built_for_another_accelerator, gpu=gpu(H100, RADEON, builds=[rocm])) == []
    denied = Device(vendor="amd", name="gfx1100", architecture="gfx1100", usable=False, source="kfd")
    assert findings(built_for_another_accelerator, gpu=gpu(denied, builds=[rocm])) == []


def test_an_nvidia_gpu_without_a_driver_is_another_rules_matter() -> None:
    place = gpu(card(), builds=[torch_build(None, backend="rocm")])
    assert findings(built_for_another_accelerator, gpu=place) == []


def test_without_a_gpu_it_does_not_apply() -> None:
    assert outcome(built_for_another_accelerator, gpu=gpu(builds=[torch_build("13.0")])).status == "not-applicable"
