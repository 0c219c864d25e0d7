"""GPU013 device-file-denied: loud and quiet."""

import pytest

from envdoctor.engine.checks import Check
from envdoctor.engine.rules import Severity
from envdoctor.facts import Device, Layer, LayerStatus, Missing, Node
from envdoctor.testing import findings, gpu, nvidia_device, outcome, packages, torch_build
from envdoctor_checks.gpu import CHECKS
from envdoctor_checks.gpu.device_file_denied import device_file_denied
from tests.checks.gpu._shared import H100, card, words

WHY = Missing("nvml: Insufficient Permissions")
LAYERS = [
    Layer(name="pci", status=LayerStatus.PRESENT),
    Layer(name="kernel-driver", status=LayerStatus.PRESENT, version="580.159.04"),
    Layer(name="nvml", status=LayerStatus.DENIED, code=4, detail="Insufficient Permissions"),
    Layer(name="cuda", status=LayerStatus.FAILED, code=100, detail="CUDA_ERROR_NO_DEVICE"),
]


def test_nvidias_files_that_are_not_for_this_user_are_found_with_the_group() -> None:
    node = Node(path="/dev/nvidiactl", group="compute", mode="0660")
    place = gpu(card(usable=WHY), builds=[torch_build("13.0")], layers=LAYERS, refused=[node])
    (finding,) = findings(device_file_denied, gpu=place)
    assert (finding.rule.code, finding.severity) == ("GPU013", Severity.ERROR)
    assert "usermod -aG compute" in words([finding])


def test_where_no_group_may_open_them_the_administrator_is_asked() -> None:
    node = Node(path="/dev/nvidiactl", group="root", mode="0600")
    place = gpu(card(usable=WHY), builds=[torch_build("13.0")], layers=LAYERS, refused=[node])
    assert "who administers this machine" in words(findings(device_file_denied, gpu=place))


def test_in_a_container_it_is_started_otherwise() -> None:
    place = gpu(card(usable=WHY), builds=[torch_build("13.0")], layers=LAYERS, container="/.dockerenv")
    assert "--group-add" in words(findings(device_file_denied, gpu=place))


def test_without_a_package_that_wants_the_gpu_it_is_information() -> None:
    (finding,) = findings(device_file_denied, gpu=gpu(card(usable=WHY), layers=LAYERS))
    assert finding.severity is Severity.INFO


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_the_other_rules_leave_it_to_this_one(check: Check) -> None:
    place = gpu(card(usable=WHY), builds=[torch_build("13.0")], layers=LAYERS, cuda_driver_version="13.0")
    if check.name != device_file_denied.name:
        result = outcome(check, gpu=place, packages=packages())
        assert result.findings == ()
        assert result.status != "unknown"


def test_amds_compute_device_has_its_group() -> None:
    radeon = Device(vendor="amd", name="gfx1100", architecture="gfx1100", usable=False, source="kfd")
    layers = [Layer(name="kfd", status=LayerStatus.DENIED, detail="gfx1100")]
    place = gpu(
        radeon, builds=[torch_build(None, backend="rocm")], layers=layers, driver=None, cuda_driver_version=None
    )
    assert "usermod -aG render" in words(findings(device_file_denied, gpu=place))


def test_a_gpu_that_works_is_quiet() -> None:
    other = Node(path="/dev/nvidia1", group="root", mode="0600")  # one card of several, given to others
    assert findings(device_file_denied, gpu=gpu(H100, refused=[other])) == []
    assert outcome(device_file_denied, gpu=gpu()).status == "not-applicable"
    assert findings(device_file_denied, gpu=gpu(nvidia_device(usable=False))) == []
