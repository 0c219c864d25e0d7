"""GPU008 gpu-without-driver: loud and quiet."""

import pytest

from envdoctor.engine.rules import Severity
from envdoctor.facts import Build, Layer, LayerStatus
from envdoctor.testing import environment, findings, gpu, nvidia_device, outcome, torch_build
from envdoctor_checks.gpu.gpu_without_driver import gpu_without_driver
from tests.checks.gpu._shared import card, words


def absent(*names: str) -> list[Layer]:
    return [Layer(name=name, status=LayerStatus.ABSENT) for name in names]


def test_hardware_without_a_driver_is_found() -> None:
    layers = absent("kernel-driver", "nvml", "cuda")
    place = gpu(card(), driver=None, cuda_driver_version=None, layers=layers, builds=[torch_build()])
    (finding,) = findings(gpu_without_driver, gpu=place)
    assert (finding.rule.code, finding.severity) == ("GPU008", Severity.WARNING)
    assert "install the NVIDIA driver" in words([finding])


@pytest.mark.parametrize("builds", [[], [torch_build(None)]], ids=["none", "cpu"])
def test_a_gpu_that_no_package_is_built_for_is_no_warning(builds: list[Build]) -> None:
    """A laptop with nouveau, a container on another's machine: nothing here wants the GPU."""
    layers = absent("kernel-driver", "nvml", "cuda")
    place = gpu(card(), driver=None, cuda_driver_version=None, layers=layers, builds=builds, container="/.dockerenv")
    (finding,) = findings(gpu_without_driver, gpu=place)
    assert finding.severity is Severity.INFO


def test_a_gpu_without_a_driver_that_is_hidden_on_purpose_is_not_missed() -> None:
    layers = absent("kernel-driver", "nvml", "cuda")
    place = gpu(card(), layers=layers, builds=[torch_build()], hidden="CUDA_VISIBLE_DEVICES=")
    assert outcome(gpu_without_driver, gpu=place).status == "not-applicable"


def test_a_driver_whose_module_is_not_loaded_is_not_to_be_installed() -> None:
    layers = [*absent("kernel-driver"), Layer(name="nvml", status=LayerStatus.FAILED, code=9)]
    layers.append(Layer(name="cuda", status=LayerStatus.FAILED, code=100))
    (finding,) = findings(gpu_without_driver, gpu=gpu(card(), driver=None, layers=layers))
    assert "modprobe nvidia" in words([finding])
    assert "no Python package brings it" not in words([finding])


def test_a_container_that_has_the_gpu_and_no_libcuda_is_told_of_its_capabilities() -> None:
    layers = [Layer(name="nvml", status=LayerStatus.PRESENT, code=0), *absent("cuda")]
    device = nvidia_device(usable=False)
    place = gpu(device, cuda_driver_version=None, layers=layers, container="/.dockerenv")
    (finding,) = findings(gpu_without_driver, gpu=place)
    assert "NVIDIA_DRIVER_CAPABILITIES" in words([finding])
    assert "--gpus" not in words([finding])


def test_a_compatibility_library_that_the_gpu_refuses_is_named() -> None:
    library = "/usr/local/cuda/compat/libcuda.so.1"
    layers = [
        Layer(name="nvml", status=LayerStatus.PRESENT),
        Layer(name="cuda", status=LayerStatus.FAILED, code=804, library=library),
    ]
    place = gpu(nvidia_device(usable=False), layers=layers, container="/.dockerenv")
    (finding,) = findings(gpu_without_driver, gpu=place)
    assert library in words([finding])
    assert "--gpus" not in words([finding])


def test_a_card_that_is_passed_through_to_a_virtual_machine_is_not_this_systems() -> None:
    place = gpu(card(kernel_driver="vfio-pci"), driver=None, cuda_driver_version=None, layers=absent("cuda"))
    assert outcome(gpu_without_driver, gpu=place).status == "not-applicable"


def test_in_a_container_the_flag_is_named_and_no_driver() -> None:
    layers = absent("kernel-driver", "nvml", "cuda")
    place = gpu(card(), driver=None, cuda_driver_version=None, layers=layers, container="/.dockerenv")
    (finding,) = findings(gpu_without_driver, gpu=place)
    assert "--gpus all" in words([finding])
    assert "install" not in words([finding])


def test_in_wsl_never_a_linux_driver() -> None:
    layers = [*absent("kernel-driver", "nvml", "cuda"), Layer(name="wsl", status=LayerStatus.PRESENT, detail="NVIDIA")]
    place = gpu(driver=None, cuda_driver_version=None, layers=layers, wsl=True)
    (finding,) = findings(gpu_without_driver, gpu=place)
    assert "never install a Linux driver" in words([finding])
    plain = gpu(layers=[Layer(name="wsl", status=LayerStatus.PRESENT)], wsl=True)
    assert outcome(gpu_without_driver, gpu=plain).status == "not-applicable"


def test_a_driver_without_libcuda_is_found() -> None:
    layers = [Layer(name="kernel-driver", status=LayerStatus.PRESENT, version="535.104.05"), *absent("nvml", "cuda")]
    (finding,) = findings(gpu_without_driver, gpu=gpu(card(), cuda_driver_version=None, layers=layers))
    assert "libcuda" in finding.title


@pytest.mark.parametrize("status", [LayerStatus.DENIED, LayerStatus.TIMED_OUT])
def test_denied_and_timed_out_are_not_absent(status: LayerStatus) -> None:
    layers = [
        Layer(name="kernel-driver", status=LayerStatus.PRESENT),
        Layer(name="nvml", status=status),
        *absent("cuda"),
    ]
    result = outcome(gpu_without_driver, gpu=gpu(card(), layers=layers))
    assert (result.status, result.findings) == ("unknown", ())
    assert status in result.reason


# --- what the layers answer: code, cause and cure ---


def present(*codes: Layer) -> list[Layer]:
    return [Layer(name="kernel-driver", status=LayerStatus.PRESENT, version="580.95.05"), *codes]


def nvml(code: int = 0) -> Layer:
    return Layer(name="nvml", status=LayerStatus.FAILED if code else LayerStatus.PRESENT, code=code)


def cuda(code: int, library: str = "/usr/lib/libcuda.so.1") -> Layer:
    return Layer(name="cuda", status=LayerStatus.FAILED, code=code, library=library)


@pytest.mark.parametrize("container", [None, "/.dockerenv"])
@pytest.mark.parametrize(
    ("layers", "word"),
    [
        ([nvml(), cuda(802)], "nvidia-fabricmanager"),
        ([nvml(), cuda(805)], "Multi-Process Service"),
        ([nvml(), cuda(34, "/usr/local/cuda/lib64/stubs/libcuda.so")], "/usr/local/cuda/lib64/stubs out of"),
        ([nvml(999), cuda(100)], "unknown error"),
        ([nvml(15), cuda(100)], "fallen off the bus"),
        ([nvml(), cuda(46)], "compute mode"),
        ([nvml(), cuda(2)], "ulimit -v"),
        ([nvml(), cuda(999)], "nvidia"),
        ([nvml(), cuda(100)], "/dev/nvidia-uvm"),
    ],
)
def test_a_code_has_its_cause_and_its_cure(layers: list[Layer], word: str, container: str | None) -> None:
    device = nvidia_device(usable=False)
    place = gpu(device, layers=present(*layers), builds=[torch_build("13.0")], container=container)
    (finding,) = findings(gpu_without_driver, gpu=place)
    assert finding.severity is Severity.WARNING
    said = words([finding])
    assert word in said
    assert "--gpus" not in said
    assert "{" not in finding.title + str(finding.remedies[0])


def test_a_container_that_lost_its_gpu_is_started_again_and_a_machine_is_restarted() -> None:
    layers = present(nvml(999), cuda(100))
    inside = words(findings(gpu_without_driver, gpu=gpu(card(), layers=layers, container="/.dockerenv")))
    outside = words(findings(gpu_without_driver, gpu=gpu(card(), layers=layers)))
    assert "start the container again" in inside
    assert "restart the machine" in outside


def test_a_container_whose_gpu_is_no_longer_to_be_seen_is_judged_by_what_the_libraries_say() -> None:
    lost = gpu(layers=[nvml(999), cuda(100)], builds=[torch_build("13.0")], container="/.dockerenv")
    assert len(findings(gpu_without_driver, gpu=lost)) == 1
    never = gpu(layers=[nvml(9), cuda(100)], builds=[torch_build("13.0")], container="/.dockerenv")
    assert outcome(gpu_without_driver, gpu=never).status == "not-applicable"


def test_a_split_gpu_without_a_part_is_told_how_to_make_one() -> None:
    device = nvidia_device(usable=False, mig=True)
    (finding,) = findings(gpu_without_driver, gpu=gpu(device, layers=present(nvml(), cuda(100))))
    assert "nvidia-smi mig" in words([finding])
    parts = nvidia_device(usable=False, mig=True, instances=["MIG-5c89852c"])
    (other,) = findings(gpu_without_driver, gpu=gpu(parts, layers=present(nvml(), cuda(100))))
    assert "nvidia-smi mig" not in words([other])


def test_a_wrong_order_of_devices_is_the_variables_fault() -> None:
    place = gpu(nvidia_device(usable=False), layers=present(nvml(), cuda(101)))
    (finding,) = findings(gpu_without_driver, gpu=place, environment=environment(CUDA_DEVICE_ORDER="garbage"))
    assert "CUDA_DEVICE_ORDER" in finding.title
    assert outcome(gpu_without_driver, gpu=place, environment=environment()).status == "unknown"


def test_in_wsl_a_linux_drivers_libcuda_is_taken_out() -> None:
    layers = [nvml(), cuda(500, "/usr/lib/x86_64-linux-gnu/libcuda.so.1")]
    place = gpu(nvidia_device(usable=False), layers=layers, wsl=True)
    assert "installed within WSL" in words(findings(gpu_without_driver, gpu=place))
    own = gpu(nvidia_device(usable=False), layers=[nvml(), cuda(500, "/usr/lib/wsl/lib/libcuda.so.1")], wsl=True)
    assert "update the NVIDIA driver on Windows" in words(findings(gpu_without_driver, gpu=own))


def test_a_code_that_is_not_known_is_unknown() -> None:
    place = gpu(nvidia_device(usable=False), layers=present(nvml(), cuda(304)))
    assert outcome(gpu_without_driver, gpu=place).status == "unknown"


def test_a_container_with_the_drivers_libraries_is_not_told_to_ask_for_them() -> None:
    layers = [Layer(name="kernel-driver", status=LayerStatus.ABSENT), nvml(9), cuda(100)]
    said = words(findings(gpu_without_driver, gpu=gpu(card(), driver=None, layers=layers, container="/.dockerenv")))
    assert "on the host" in said
    assert "--gpus" not in said


def test_where_a_folder_has_to_go_the_variable_that_names_it_is_shown() -> None:
    """The folder may hold a link: the loader's own path is then another one."""
    place = gpu(nvidia_device(usable=False), layers=present(nvml(), cuda(34, "/usr/local/cuda/stubs/libcuda.so")))
    said = words(findings(gpu_without_driver, gpu=place, environment=environment(LD_LIBRARY_PATH="/tmp/stub:/opt/x")))
    assert "/tmp/stub:/opt/x" in said
