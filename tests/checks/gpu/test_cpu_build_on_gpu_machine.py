"""GPU001 cpu-build-on-gpu-machine: loud and quiet."""

import pytest

from envdoctor.engine.remedies import InstallBuild
from envdoctor.engine.rules import Severity
from envdoctor.facts import Device, System
from envdoctor.testing import distribution, findings, gpu, nvidia_device, outcome, packages, torch_build
from envdoctor_checks.gpu.cpu_build_on_gpu_machine import cpu_build
from tests.checks.gpu._shared import H100, words


def test_a_recording_without_accelerators_is_not_judged() -> None:
    assert outcome(cpu_build, gpu=None).status == "not-applicable"


@pytest.mark.posix
@pytest.mark.parametrize("package", ["torch", "tensorflow"])
def test_a_build_for_the_cpu_on_a_machine_with_a_gpu_is_found(package: str) -> None:
    (finding,) = findings(cpu_build, gpu=gpu(H100, builds=[torch_build(None, package=package)]))
    assert (finding.rule.code, finding.severity, finding.subject) == ("GPU001", Severity.WARNING, package)
    (way,) = finding.remedies
    assert isinstance(way, InstallBuild)
    assert (way.package, way.cuda) == (package, {"torch": "13.0", "tensorflow": "12.5"}[package])


def test_a_gpu_that_cannot_be_used_does_not_accuse_the_build() -> None:
    assert (
        outcome(cpu_build, gpu=gpu(nvidia_device(usable=False), builds=[torch_build(None)])).status == "not-applicable"
    )


def test_a_gpu_that_is_hidden_on_purpose_is_not_missed() -> None:
    place = gpu(H100, builds=[torch_build(None)], hidden="CUDA_VISIBLE_DEVICES=-1")
    assert outcome(cpu_build, gpu=place).status == "not-applicable"


def test_an_amd_gpu_in_use_wants_rocms_torch_and_a_display_adapter_wants_nothing() -> None:
    card = Device(vendor="amd", name=None, architecture="gfx942", usable=True, source="kfd")
    (finding,) = findings(cpu_build, gpu=gpu(card, builds=[torch_build(None)]))
    assert "ROCm" in words([finding])
    display = Device(vendor="intel", name=None, usable=False, source="pci")
    assert outcome(cpu_build, gpu=gpu(display, builds=[torch_build(None)])).status == "not-applicable"


def amd(architecture: str) -> Device:
    return Device(vendor="amd", name=None, architecture=architecture, usable=True, source="kfd")


@pytest.mark.parametrize("architecture", ["gfx1036", "gfx1035", "gfx90c"])
def test_the_small_gpu_inside_an_amd_processor_is_no_gpu_that_torch_could_use(architecture: str) -> None:
    """Every Ryzen 7000 has one, and the compute driver lists it."""
    assert outcome(cpu_build, gpu=gpu(amd(architecture), builds=[torch_build(None)])).findings == ()


@pytest.mark.parametrize("architecture", ["gfx1036", "gfx1100"])
def test_beside_an_nvidia_gpu_an_amd_one_does_not_decide(architecture: str) -> None:
    builds = [torch_build(None), torch_build(None, package="tensorflow")]
    found = findings(cpu_build, gpu=gpu(amd(architecture), H100, builds=builds))
    assert [item.subject for item in found] == ["torch", "tensorflow"]
    assert "ROCm" not in words(found)


def test_a_gpu_too_old_for_todays_builds_is_not_missed() -> None:
    old = nvidia_device("GeForce GT 710", "3.5")
    assert outcome(cpu_build, gpu=gpu(old, builds=[torch_build(None)])).status == "not-applicable"
    (finding,) = findings(cpu_build, gpu=gpu(old, H100, builds=[torch_build(None)]))
    assert str(H100.name) in words([finding])
    assert str(old.name) not in words([finding])


def test_metal_is_not_cpu_only() -> None:
    apple = Device(vendor="apple", name="Apple GPU (Metal)", usable=True, source="metal")
    assert outcome(cpu_build, gpu=gpu(apple, builds=[torch_build(None, backend="metal")])).findings == ()


def test_condas_jaxlib_for_the_cpu_is_found() -> None:
    jaxlib = torch_build(None, package="jaxlib", build="cpu_py312h9a3b7e5_0")
    (finding,) = findings(cpu_build, gpu=gpu(H100, builds=[jaxlib]))
    assert "cpu_py312h9a3b7e5_0" in words([finding])


def test_tensorflow_on_windows_is_for_wsl() -> None:
    windows = System(platform="win32", machine="AMD64")
    build = torch_build(None, package="tensorflow")
    (finding,) = findings(cpu_build, gpu=gpu(H100, builds=[build]), system=windows)
    assert "WSL" in words([finding])


def test_tensorflow_on_arm_is_nvidias_containers_and_no_command_for_pip() -> None:
    arm = System(platform="linux", machine="aarch64")
    (finding,) = findings(cpu_build, gpu=gpu(H100, builds=[torch_build(None, package="tensorflow")]), system=arm)
    assert "container" in words([finding])
    assert not any(isinstance(way, InstallBuild) for way in finding.remedies)


def test_a_driver_too_old_for_every_build_is_what_has_to_change() -> None:
    place = gpu(H100, builds=[torch_build(None)], driver="440.33.01", cuda_driver_version="10.2")
    (finding,) = findings(cpu_build, gpu=place)
    assert "update the NVIDIA driver" in words([finding])
    assert not any(isinstance(way, InstallBuild) for way in finding.remedies)


def test_no_build_for_the_card_is_said_where_the_check_does_not_apply() -> None:
    arm = System(platform="linux", machine="aarch64")
    result = outcome(cpu_build, gpu=gpu(nvidia_device("T4G", "7.5"), builds=[torch_build(None)]), system=arm)
    assert (result.status, result.findings) == ("not-applicable", ())
    assert "no build of torch" in result.reason


def test_tensorflow_for_the_cpu_goes_before_the_other_distribution_comes() -> None:
    """Both are the one package `tensorflow`: they would overwrite each other's files."""
    cpu = torch_build(None, package="tensorflow")
    (finding,) = findings(cpu_build, gpu=gpu(H100, builds=[cpu]), packages=packages(distribution("tensorflow-cpu")))
    (way,) = finding.remedies
    assert isinstance(way, InstallBuild) and way.remove == ("tensorflow-cpu",)
