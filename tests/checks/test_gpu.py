"""GPU001–GPU003, GPU007, GPU008: hardware, driver, builds; and the pure judgement behind them."""

from typing import Any

import pytest

from envdoctor.builds import index_for
from envdoctor.data import table
from envdoctor.facts import Build, Device, Layer, Link, Missing, System
from envdoctor.fixes import Toolbox
from envdoctor.rules import Finding, InstallBuild, Manual, Severity
from envdoctor_checks.gpu import cpu_build, cuda_newer_than_driver
from envdoctor_checks.gpu_architectures import architecture_not_built_in
from envdoctor_checks.gpu_driver import driver_mismatch, gpu_without_driver
from envdoctor_checks.gpu_fit import architecture_fit, driver_fit
from tests.build import (
    PREFIX,
    distribution,
    facts,
    findings,
    gpu,
    nvidia_device,
    outcome,
    packages,
    patient,
    torch_build,
)

V100 = nvidia_device("Tesla V100-SXM2-32GB", "7.0")
H100 = nvidia_device()
OLD = {"driver": "535.104.05", "cuda_driver_version": "12.2"}
ALL = [cpu_build, cuda_newer_than_driver, architecture_not_built_in, driver_mismatch, gpu_without_driver]


def words(found: list[Finding]) -> str:
    """All that the findings say to a user."""
    parts: list[str] = []
    for item in found:
        parts += [item.title, item.why, *(row.value for row in item.evidence), *(str(fix) for fix in item.remedies)]
    return "\n".join(parts)


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
    layers = [Layer(name="nvml", status="timed-out", detail="no answer in 3 s"), Layer(name="cuda", status="not-asked")]
    device = nvidia_device(usable=why, compute_capability=why, name=why)
    builds = [torch_build(), torch_build(None, package="tensorflow")]
    place = gpu(device, builds=builds, driver="580.1", cuda_driver_version=why, layers=layers)
    result = outcome(check, gpu=place)
    assert (result.status, result.findings) == ("unknown", ())
    assert "no answer in 3 s" in result.reason


def test_a_recording_without_accelerators_is_not_judged() -> None:
    assert outcome(cpu_build, gpu=None).status == "not-applicable"


# --- GPU001 ---


@pytest.mark.parametrize("package", ["torch", "tensorflow"])
def test_a_build_for_the_cpu_on_a_machine_with_a_gpu_is_found(package: str) -> None:
    (finding,) = findings(cpu_build, gpu=gpu(H100, builds=[torch_build(None, package=package)]))
    assert (finding.rule.code, finding.level, finding.subject) == ("GPU001", Severity.WARNING, package)
    assert finding.remedies == (InstallBuild(package, "13.0"),)


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


# --- GPU002 ---


def test_torch_for_cuda_13_with_driver_535_names_both_versions_and_both_ways_out() -> None:
    (finding,) = findings(cuda_newer_than_driver, gpu=gpu(H100, builds=[torch_build()], **OLD))
    assert (finding.rule.code, finding.level) == ("GPU002", Severity.ERROR)
    said = words([finding])
    assert "13.2" in said and "535.104.05" in said and "12.2" in said
    driver, build = finding.remedies
    assert isinstance(driver, Manual) and "580" in driver.title
    assert build == InstallBuild("torch", "12.2")


def test_without_a_libcuda_the_drivers_own_version_counts() -> None:
    place = gpu(H100, builds=[torch_build()], driver="535.104.05", cuda_driver_version=None)
    (finding,) = findings(cuda_newer_than_driver, gpu=place)
    assert finding.level == Severity.ERROR
    assert findings(cuda_newer_than_driver, gpu=gpu(H100, builds=[torch_build()], cuda_driver_version=None)) == []


def test_cuda_compat_counts() -> None:
    place = gpu(H100, builds=[torch_build("13.0")], driver="535.104.05", cuda_driver_version="13.0")
    assert findings(cuda_newer_than_driver, gpu=place) == []


def test_within_one_major_version_it_is_information() -> None:
    (finding,) = findings(cuda_newer_than_driver, gpu=gpu(H100, builds=[torch_build("12.8")], **OLD))
    assert finding.level == Severity.INFO
    assert finding.nothing_to_do


def test_a_driver_is_named_where_it_helps_one_of_the_gpus() -> None:
    (finding,) = findings(cuda_newer_than_driver, gpu=gpu(H100, V100, builds=[torch_build()], **OLD))
    assert "580" in words([finding])


def test_a_plug_in_of_jax_is_replaced_by_jaxs_extra() -> None:
    plugin = torch_build("13", package="jax-cuda13-plugin", architectures=[])
    (finding,) = findings(cuda_newer_than_driver, gpu=gpu(H100, builds=[plugin], **OLD))
    assert Toolbox(facts()).fix(finding.remedies[1], "GPU002").steps[0]["argv"][-1] == "jax[cuda12]"


def test_in_a_container_the_driver_is_the_hosts() -> None:
    (finding,) = findings(cuda_newer_than_driver, gpu=gpu(H100, builds=[torch_build()], container="/.dockerenv", **OLD))
    assert "on the host" in words([finding])


def test_what_a_build_is_for_may_be_unknown() -> None:
    build = torch_build(cuda="13.2", package="numba-cuda").__class__(
        package="numba-cuda", version="0.30", cuda=Missing("not told"), architectures=[], backend="cuda"
    )
    assert outcome(cuda_newer_than_driver, gpu=gpu(H100, builds=[build])).status == "unknown"


# --- GPU003 ---


def test_an_old_gpu_needs_an_older_build_and_no_driver() -> None:
    place = gpu(V100, builds=[torch_build()])
    (finding,) = findings(architecture_not_built_in, gpu=place)
    assert (finding.rule.code, finding.level) == ("GPU003", Severity.ERROR)
    assert "7.0" in finding.title
    assert finding.remedies[0] == InstallBuild("torch", "12", title="install a build of torch for CUDA 12")
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
    assert "newer build" in words([finding])


@pytest.mark.parametrize(
    ("capability", "entries", "verdict"),
    [
        ("9.0", "sm_80 sm_90", "fits"),
        ("8.9", "sm_80 sm_86", "fits"),  # binary code: same major, equal or higher minor
        ("8.0", "sm_86", "does not fit"),
        ("7.0", "sm_75", "does not fit"),
        ("12.0", "sm_90 compute_90", "fits"),  # PTX reaches newer ones
        ("7.0", "compute_90", "does not fit"),
        ("9.0", "sm_90a", "fits"),
        ("10.3", "sm_100a", "does not fit"),  # ties the code to exactly that device
        ("10.3", "sm_100f", "fits"),
        ("12.0", "compute_90a", "does not fit"),
        ("12.0", "sm_100", "does not fit"),
    ],
)
def test_architectures_fit_by_nvidias_rules(capability: str, entries: str, verdict: str) -> None:
    fit = architecture_fit(capability, entries.split())
    assert fit and fit.verdict == verdict


def test_nothing_listed_is_no_judgement() -> None:
    assert architecture_fit("9.0", []) is None
    assert architecture_fit("9.0", ["gfx942"]) is None


@pytest.mark.parametrize(
    ("build", "offered", "driver", "verdict"),
    [
        ("13.2", "12.2", "535.104.05", "does not fit"),
        ("12.8", "12.2", "535.104.05", "limited"),
        ("11.8", "12.2", "535.104.05", "fits"),
        ("12", "12.2", None, "fits"),
        ("13", "13.0", None, "fits"),
        ("10.2", "10.1", "418.40", "does not fit"),
        ("12.6", None, "525.60.13", "fits"),
        ("12.6", None, "525.60.11", "does not fit"),
        ("13.0", None, "580.65.06", "fits"),
        ("11.8", None, "450.80.02", "fits"),
    ],
)
def test_builds_fit_drivers_by_nvidias_table(build: str, offered: str | None, driver: str | None, verdict: str) -> None:
    fit = driver_fit(build, offered, driver)
    assert fit and fit.verdict == verdict


def test_windows_has_its_own_drivers() -> None:
    fit = driver_fit("12.6", None, "527.00", windows=True)
    assert fit and fit.verdict == "does not fit"


def test_what_the_table_does_not_know_is_no_judgement() -> None:
    assert driver_fit("99.0", None, "580.65.06") is None


def test_every_row_of_the_table_has_a_source() -> None:
    document = table("gpu")
    assert document["as_of"]
    for rows in document.values():
        for row in rows if isinstance(rows, list) else ():
            assert row["source"].startswith("https://")
    assert all(row["seen"] for row in document["torch_index"])


@pytest.mark.parametrize(
    ("cuda", "index"),
    [("13.0", "13.0"), ("13.9", "13.2"), ("13", "13.0"), ("12.2", "12.6"), ("12", "12.6"), ("11.4", "11.8")],
)
def test_torchs_index_is_of_the_drivers_major_version(cuda: str, index: str) -> None:
    assert index_for(cuda)["cuda"] == index


def test_an_old_gpu_beside_one_that_fits_is_a_warning_and_alone_an_error() -> None:
    (alone,) = findings(architecture_not_built_in, gpu=gpu(V100, builds=[torch_build()]))
    (beside,) = findings(architecture_not_built_in, gpu=gpu(V100, H100, builds=[torch_build()]))
    assert (alone.level, beside.level) == (Severity.ERROR, Severity.WARNING)
    assert "CUDA_VISIBLE_DEVICES" in words([beside])
    assert "CUDA_VISIBLE_DEVICES" not in words([alone])


def test_a_gpu_that_is_hidden_from_programs_is_not_judged() -> None:
    hidden = nvidia_device("Tesla V100-SXM2-32GB", "7.0", hidden=True)
    assert findings(architecture_not_built_in, gpu=gpu(hidden, H100, builds=[torch_build()])) == []


@pytest.mark.parametrize("check", [architecture_not_built_in, cuda_newer_than_driver], ids=lambda check: check.name)
def test_where_all_are_hidden_builds_are_not_judged(check: Any) -> None:
    place = gpu(V100, builds=[torch_build()], hidden="CUDA_VISIBLE_DEVICES=-1", **OLD)
    assert outcome(check, gpu=place).status == "not-applicable"


# --- GPU007, GPU008 ---


def test_a_library_that_is_not_the_kernels_is_a_mismatch() -> None:
    layers = [Layer(name="nvml", status="failed", code=18, version="550.54.14")]
    place = gpu(nvidia_device(usable=False), layers=layers, driver="535.104.05")
    (finding,) = findings(driver_mismatch, gpu=place)
    assert (finding.rule.code, finding.level) == ("GPU007", Severity.ERROR)
    assert "535.104.05" in words([finding]) and "550.54.14" in words([finding])
    assert "restart" in words([finding])
    assert findings(gpu_without_driver, gpu=place) == []


@pytest.mark.parametrize("code", [4, 9, 12, 999])
def test_other_codes_are_no_mismatch(code: int) -> None:
    place = gpu(nvidia_device(usable=False), layers=[Layer(name="nvml", status="failed", code=code)])
    assert outcome(driver_mismatch, gpu=place).findings == ()


def card(**changes: Any) -> Device:
    """An NVIDIA card that only the bus knows."""
    unknown = Missing("the bus does not tell")
    values: dict[str, Any] = {
        "name": unknown,
        "compute_capability": unknown,
        "usable": False,
        "source": "pci",
        "kernel_driver": None,
    }
    return nvidia_device(**(values | changes))


def absent(*names: str) -> list[Layer]:
    return [Layer(name=name, status="absent") for name in names]


def test_hardware_without_a_driver_is_found() -> None:
    layers = absent("kernel-driver", "nvml", "cuda")
    place = gpu(card(), driver=None, cuda_driver_version=None, layers=layers, builds=[torch_build()])
    (finding,) = findings(gpu_without_driver, gpu=place)
    assert (finding.rule.code, finding.level) == ("GPU008", Severity.WARNING)
    assert "install the NVIDIA driver" in words([finding])


@pytest.mark.parametrize("builds", [[], [torch_build(None)]], ids=["none", "cpu"])
def test_a_gpu_that_no_package_is_built_for_is_no_warning(builds: list[Build]) -> None:
    """A laptop with nouveau, a container on another's machine: nothing here wants the GPU."""
    layers = absent("kernel-driver", "nvml", "cuda")
    place = gpu(card(), driver=None, cuda_driver_version=None, layers=layers, builds=builds, container="/.dockerenv")
    (finding,) = findings(gpu_without_driver, gpu=place)
    assert finding.level is Severity.INFO


def test_a_gpu_without_a_driver_that_is_hidden_on_purpose_is_not_missed() -> None:
    layers = absent("kernel-driver", "nvml", "cuda")
    place = gpu(card(), layers=layers, builds=[torch_build()], hidden="CUDA_VISIBLE_DEVICES=")
    assert outcome(gpu_without_driver, gpu=place).status == "not-applicable"


def test_a_driver_whose_module_is_not_loaded_is_not_to_be_installed() -> None:
    layers = [*absent("kernel-driver"), Layer(name="nvml", status="failed", code=9)]
    layers.append(Layer(name="cuda", status="failed", code=100))
    (finding,) = findings(gpu_without_driver, gpu=gpu(card(), driver=None, layers=layers))
    assert "modprobe nvidia" in words([finding])
    assert "no Python package brings it" not in words([finding])


def test_a_container_that_has_the_gpu_and_no_libcuda_is_told_of_its_capabilities() -> None:
    layers = [Layer(name="nvml", status="present", code=0), *absent("cuda")]
    device = nvidia_device(usable=False)
    place = gpu(device, cuda_driver_version=None, layers=layers, container="/.dockerenv")
    (finding,) = findings(gpu_without_driver, gpu=place)
    assert "NVIDIA_DRIVER_CAPABILITIES" in words([finding])
    assert "--gpus" not in words([finding])


def test_a_compatibility_library_that_the_gpu_refuses_is_named() -> None:
    library = "/usr/local/cuda/compat/libcuda.so.1"
    layers = [Layer(name="nvml", status="present"), Layer(name="cuda", status="failed", code=804, library=library)]
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
    layers = [*absent("kernel-driver", "nvml", "cuda"), Layer(name="wsl", status="present", detail="NVIDIA")]
    place = gpu(driver=None, cuda_driver_version=None, layers=layers, wsl=True)
    (finding,) = findings(gpu_without_driver, gpu=place)
    assert "never install a Linux driver" in words([finding])
    plain = gpu(layers=[Layer(name="wsl", status="present")], wsl=True)
    assert outcome(gpu_without_driver, gpu=plain).status == "not-applicable"


def test_a_driver_without_libcuda_is_found() -> None:
    layers = [Layer(name="kernel-driver", status="present", version="535.104.05"), *absent("nvml", "cuda")]
    (finding,) = findings(gpu_without_driver, gpu=gpu(card(), cuda_driver_version=None, layers=layers))
    assert "libcuda" in finding.title


@pytest.mark.parametrize("status", ["denied", "timed-out"])
def test_denied_and_timed_out_are_not_absent(status: str) -> None:
    layers = [Layer(name="kernel-driver", status="present"), Layer(name="nvml", status=status), *absent("cuda")]
    result = outcome(gpu_without_driver, gpu=gpu(card(), layers=layers))
    assert (result.status, result.findings) == ("unknown", ())
    assert status in result.reason


# --- fixes ---


@pytest.mark.parametrize(
    ("kind", "command"),
    [
        ("uv-venv", f"uv pip install --python {PREFIX} --reinstall-package torch --torch-backend=cu126 torch"),
        ("conda-env", f"conda install --prefix {PREFIX} pytorch=*=*cuda* cuda-version=12"),
        ("pixi", "pixi add pytorch=*=*cuda* cuda-version=12"),
    ],
)
def test_a_build_is_replaced_in_the_patients_own_tool(kind: str, command: str) -> None:
    toolbox = Toolbox(facts(patient=patient(origin=[Link(kind=kind)])))
    fix = toolbox.fix(InstallBuild("torch", "12.2"), "GPU002")
    assert [" ".join(step["argv"]) for step in fix.steps] == [command]
    assert fix.applicability == "unsafe"


def test_with_pip_the_index_is_named_with_the_day_it_was_seen() -> None:
    toolbox = Toolbox(facts(packages=packages(distribution("pip"))))
    fix = toolbox.fix(InstallBuild("torch", "12.2"), "GPU002")
    assert "https://download.pytorch.org/whl/cu126" in fix.steps[0]["argv"]
    assert index_for("12.2")["seen"] in fix.reason


def test_tensorflow_on_windows_is_for_wsl() -> None:
    windows = System(platform="win32", machine="AMD64")
    build = torch_build(None, package="tensorflow")
    (finding,) = findings(cpu_build, gpu=gpu(H100, builds=[build]), system=windows)
    assert "WSL" in words([finding])
