"""GPU003 architecture-not-built-in: loud and quiet."""

from typing import Any

import pytest

from envdoctor.engine.remedies import InstallBuild
from envdoctor.engine.rules import Severity
from envdoctor.facts import Build, Device, System
from envdoctor.testing import changed, findings, gpu, nvidia_device, outcome, torch_build
from envdoctor_checks.gpu.architecture_not_built_in import architecture_not_built_in
from envdoctor_checks.gpu.cuda_newer_than_driver import cuda_newer_than_driver
from tests.checks.gpu._shared import H100, OLD, V100, built, words


def test_an_old_gpu_needs_an_older_build_and_no_driver() -> None:
    place = gpu(V100, builds=[torch_build()])
    (finding,) = findings(architecture_not_built_in, gpu=place)
    assert (finding.rule.code, finding.severity) == ("GPU003", Severity.ERROR)
    assert "7.0" in finding.title
    (way,) = finding.remedies
    assert isinstance(way, InstallBuild) and (way.cuda, way.last) == ("12.6", "2.14.1")
    everything = words([finding, *findings(cuda_newer_than_driver, gpu=gpu(V100, builds=[torch_build()], **OLD))])
    assert "update" not in everything and "580" not in everything


def test_h100_fits_the_same_build() -> None:
    assert findings(architecture_not_built_in, gpu=gpu(H100, builds=[torch_build()])) == []


def test_of_two_different_gpus_only_the_old_one_is_named() -> None:
    (finding,) = findings(architecture_not_built_in, gpu=gpu(H100, V100, V100, builds=[torch_build()]))
    assert finding.subject == "torch on Tesla V100-SXM2-32GB"


def test_a_new_gpu_needs_a_newer_build() -> None:
    old = torch_build("12.4", architectures=["sm_50", "sm_60", "sm_70", "sm_80", "sm_90"])
    blackwell = nvidia_device("NVIDIA GeForce RTX 5090", "12.0")
    (finding,) = findings(architecture_not_built_in, gpu=gpu(blackwell, builds=[old]))
    (way,) = finding.remedies
    assert isinstance(way, InstallBuild) and way.cuda == "13.0"


def test_an_old_gpu_beside_one_that_fits_is_a_warning_and_alone_an_error() -> None:
    (alone,) = findings(architecture_not_built_in, gpu=gpu(V100, builds=[torch_build()]))
    (beside,) = findings(architecture_not_built_in, gpu=gpu(V100, H100, builds=[torch_build()]))
    assert (alone.severity, beside.severity) == (Severity.ERROR, Severity.WARNING)
    assert "CUDA_VISIBLE_DEVICES" in words([beside])
    assert "CUDA_VISIBLE_DEVICES" not in words([alone])


def test_a_gpu_that_is_hidden_from_programs_is_not_judged() -> None:
    hidden = nvidia_device("Tesla V100-SXM2-32GB", "7.0", hidden=True)
    assert findings(architecture_not_built_in, gpu=gpu(hidden, H100, builds=[torch_build()])) == []


@pytest.mark.parametrize("check", [architecture_not_built_in, cuda_newer_than_driver], ids=lambda check: check.name)
def test_where_all_are_hidden_builds_are_not_judged(check: Any) -> None:
    place = gpu(V100, builds=[torch_build()], hidden="CUDA_VISIBLE_DEVICES=-1", **OLD)
    assert outcome(check, gpu=place).status == "not-applicable"


@pytest.mark.parametrize("package", ["jax-cuda13-plugin", "cupy-cuda13x", "numba-cuda", "cudf-cu13"])
def test_what_compiles_when_it_runs_knows_no_older_devices_than_its_cuda(package: str) -> None:
    build = built(package, "13")
    (finding,) = findings(architecture_not_built_in, gpu=gpu(V100, builds=[build]))
    way = finding.remedies[0]
    assert isinstance(way, InstallBuild) and way.cuda == "12"
    assert findings(architecture_not_built_in, gpu=gpu(H100, builds=[build])) == []
    older = changed(build, package=package.replace("13", "12"), cuda="12")
    assert findings(architecture_not_built_in, gpu=gpu(V100, builds=[older])) == []


def test_amds_architectures_are_exact() -> None:
    card = Device(vendor="amd", name=None, architecture="gfx1103", usable=True, source="kfd")
    build = torch_build(None, backend="rocm", architectures=["gfx1100", "gfx1101"])
    (finding,) = findings(architecture_not_built_in, gpu=gpu(card, builds=[build]))
    assert "gfx1103" in finding.title
    assert "rocm7.2" in words([finding])
    fitting = changed(build, architectures=["gfx90a:sramecc+:xnack-", "gfx1103"])
    assert findings(architecture_not_built_in, gpu=gpu(card, builds=[fitting])) == []


def test_a_device_for_which_nothing_is_built_gets_words_and_no_command() -> None:
    """PyTorch's wheels for Arm have no code for Turing."""
    arm = System(platform="linux", machine="aarch64")
    build = torch_build("13.0", architectures=["sm_80", "sm_90", "sm_100", "sm_110", "sm_120"])
    place = gpu(nvidia_device("NVIDIA T4G", "7.5"), builds=[build])
    (finding,) = findings(architecture_not_built_in, gpu=place, system=arm)
    assert finding.remedies == ()
    assert "no build of torch that was known on" in finding.nothing_to_do
    orin = gpu(nvidia_device("Orin", "8.7"), builds=[build], driver="540.4.0", cuda_driver_version="12.6")
    (finding,) = findings(architecture_not_built_in, gpu=orin, system=arm)
    assert "Jetson" in words([finding])


@pytest.mark.parametrize(("name", "capability"), [("NVIDIA GB10", "12.1"), ("NVIDIA Thor", "11.0"), ("A10G", "8.6")])
def test_new_devices_on_arm_are_quiet(name: str, capability: str) -> None:
    build = torch_build("13.0", architectures=["sm_80", "sm_90", "sm_100", "sm_110", "sm_120"])
    arm = System(platform="linux", machine="aarch64")
    assert (
        findings(architecture_not_built_in, gpu=gpu(nvidia_device(name, capability), builds=[build]), system=arm) == []
    )


BLACKWELL = nvidia_device("NVIDIA GeForce RTX 5090", "12.0")
B200 = nvidia_device("NVIDIA B200", "10.0")
NEW = {"driver": "580.95.05", "cuda_driver_version": "13.0"}
TENSORFLOW = ["sm_60", "sm_70", "sm_80", "sm_89", "compute_90"]


def tensorflow(architectures: list[str], version: str = "2.21.0") -> Build:
    return Build(package="tensorflow", version=version, cuda="12.5.1", architectures=architectures, backend="cuda")


@pytest.mark.parametrize("device", [BLACKWELL, B200], ids=lambda device: device.name)
@pytest.mark.parametrize("version", ["2.21.0", "2.19.0"])
def test_tensorflows_wheels_fail_on_blackwell_and_nvidias_container_is_named(device: Device, version: str) -> None:
    (finding,) = findings(architecture_not_built_in, gpu=gpu(device, builds=[tensorflow(TENSORFLOW, version)], **NEW))
    assert "tensorflow has no code" in finding.title
    assert "catalog.ngc.nvidia.com" in words([finding])


def test_tensorflow_on_hopper_and_a_build_of_ones_own_on_blackwell_are_quiet() -> None:
    assert findings(architecture_not_built_in, gpu=gpu(H100, builds=[tensorflow(TENSORFLOW)], **NEW)) == []
    own = [*TENSORFLOW, "sm_100", "sm_120"]
    assert findings(architecture_not_built_in, gpu=gpu(BLACKWELL, B200, builds=[tensorflow(own)], **NEW)) == []


def onnxruntime(version: str, cuda: str = "13.0") -> Build:
    return Build(package="onnxruntime-gpu", version=version, cuda=cuda, architectures=[], backend="cuda")


@pytest.mark.parametrize(
    ("device", "build", "wanted"),
    [
        (B200, onnxruntime("1.31.1"), "<1.29"),  # left out since 1.29
        (V100, onnxruntime("1.31.1"), "<1.27"),  # CUDA 13 has no code for it
        (nvidia_device("NVIDIA GeForce GTX 980", "5.2"), onnxruntime("1.26.0", "12.8"), ""),
    ],
)
def test_onnx_runtime_is_judged_by_what_its_makers_list(device: Device, build: Build, wanted: str) -> None:
    (finding,) = findings(architecture_not_built_in, gpu=gpu(device, builds=[build], **NEW))
    titles = [str(way.title) for way in finding.remedies if isinstance(way, InstallBuild)]
    assert all(wanted in title for title in titles) and bool(titles) == bool(wanted)


@pytest.mark.parametrize(
    ("device", "build"),
    [
        (H100, onnxruntime("1.31.1")),
        (BLACKWELL, onnxruntime("1.31.1")),
        (B200, onnxruntime("1.28.0")),
        (V100, onnxruntime("1.26.0", "12.8")),
        (B200, onnxruntime("1.99.0")),  # newer than what is known
    ],
)
def test_onnx_runtime_where_it_has_code_or_nothing_is_known_is_quiet(device: Device, build: Build) -> None:
    assert findings(architecture_not_built_in, gpu=gpu(device, builds=[build], **NEW)) == []
