"""The layers of accelerators: files, then fake libraries that are found and called as the real ones are."""

import os
import time
from pathlib import Path

import pytest

from envdoctor.facts import Missing, System
from envdoctor.probe.gpu import whole as probe
from envdoctor.probe.gpu.files import gfx, look, parse_driver
from envdoctor.probe.gpu.visible import hidden, seen
from envdoctor.testing import facts, outcome
from envdoctor_checks.gpu import CHECKS
from tests.support.accelerators import (
    A100_SPLIT,
    CRASH,
    H100,
    HANG,
    LINUX,
    V100,
    cuda,
    examine,
    kernel_driver,
    machine,
    nvml,
    on_bus,
    statuses,
    still_running,
    world,
)
from tests.support.patients import write

OBEYS = """const char *value = getenv("CUDA_VISIBLE_DEVICES");
  if (value && strcmp(value, "0")) return value[0] == '?' ? 101 : 100;"""


def test_a_machine_without_a_gpu_is_absent_and_starts_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_bus(tmp_path, vendor="0x8086", kind="0x020000")  # a network card
    on_bus(tmp_path, vendor="0x1a03", kind="0x030000")  # a server's management display
    monkeypatch.setattr(probe, "Inquiry", lambda *_: pytest.fail("a child was started"))
    gpu = examine(world(tmp_path))
    assert (gpu.devices, gpu.driver, gpu.cuda_driver_version, gpu.builds) == ([], None, None, [])
    assert statuses(gpu) == {"pci": "absent", "kernel-driver": "absent", "nvml": "absent", "cuda": "absent"}


def test_a_machine_without_a_gpu_costs_less_than_a_millisecond_rules_included(tmp_path: Path) -> None:
    """Of the processor's time: what other programs take of it is not this one's. A millisecond is what a loop over 20,000
    numbers takes where Python makes 20 million such steps a second; a machine that is slower has more of it."""
    for _ in range(30):
        on_bus(tmp_path, vendor="0x8086", kind="0x060400", driver=None)
    place = world(tmp_path)
    known = facts()
    others = {name: getattr(known, name) for check in CHECKS for name in check.needs}
    best = 1.0
    for _ in range(100):
        began = time.thread_time()
        read = examine(place)
        for check in CHECKS:
            outcome(check, **{name: read if name == "gpu" else others[name] for name in check.needs})
        best = min(best, time.thread_time() - began)
    yardstick = 1.0
    for _ in range(100):
        began = time.thread_time()
        sum(number * number for number in range(20_000))
        yardstick = min(yardstick, time.thread_time() - began)
    assert best < max(0.001, yardstick)


def test_all_layers_of_a_healthy_machine_agree(tmp_path: Path) -> None:
    gpu = examine(machine(tmp_path / "root", tmp_path / "lib", H100))
    assert isinstance(gpu.devices, list)
    (device,) = gpu.devices
    assert (device.vendor, device.name, device.compute_capability) == ("nvidia", H100.name, "9.0")
    assert device.memory == 85899345920
    assert device.usable is True
    assert (gpu.driver, gpu.cuda_driver_version) == ("535.104.05", "12.2")
    assert statuses(gpu) == dict.fromkeys(("pci", "kernel-driver", "nvml", "cuda"), "present")


def test_two_different_gpus_are_two_devices(tmp_path: Path) -> None:
    gpu = examine(machine(tmp_path / "root", tmp_path / "lib", H100, V100))
    assert isinstance(gpu.devices, list)
    assert [device.compute_capability for device in gpu.devices] == ["9.0", "7.0"]


def test_a_split_gpu_names_its_parts(tmp_path: Path) -> None:
    gpu = examine(machine(tmp_path / "root", tmp_path / "lib", A100_SPLIT))
    assert isinstance(gpu.devices, list)
    assert gpu.devices[0].mig
    assert gpu.devices[0].instances == ["MIG-5c89852c", "MIG-5c89852c"]


def test_hidden_devices_are_still_asked_for(tmp_path: Path) -> None:
    place = machine(tmp_path / "root", tmp_path / "lib", H100)
    cuda(tmp_path / "lib", H100, at_init=OBEYS)
    gpu = examine(world(tmp_path / "root", tmp_path / "lib", CUDA_VISIBLE_DEVICES="-1"))
    assert place.environ.get("CUDA_VISIBLE_DEVICES") is None
    assert statuses(gpu)["cuda"] == "present"
    assert gpu.hidden == "CUDA_VISIBLE_DEVICES=-1"
    assert examine(world(tmp_path / "root", tmp_path / "lib", CUDA_VISIBLE_DEVICES="0")).hidden is None


def test_libraries_are_found_where_a_driver_puts_them(tmp_path: Path) -> None:
    folder = tmp_path / "usr/lib/x86_64-linux-gnu"
    on_bus(tmp_path)
    kernel_driver(tmp_path)
    nvml(folder, H100)
    cuda(folder, H100)
    gpu = examine(world(tmp_path))
    assert statuses(gpu)["nvml"] == statuses(gpu)["cuda"] == "present"


@pytest.mark.parametrize(
    ("code", "status"), [(9, "failed"), (18, "failed"), (4, "denied"), (17, "denied"), (999, "failed")]
)
def test_nvmls_refusals_are_kept_apart(tmp_path: Path, code: int, status: str) -> None:
    on_bus(tmp_path / "root")
    kernel_driver(tmp_path / "root", "535.104.05")
    nvml(tmp_path / "lib", code=code, library="550.54.14")
    gpu = examine(world(tmp_path / "root", tmp_path / "lib"))
    (layer,) = [layer for layer in gpu.layers if layer.name == "nvml"]
    assert (layer.status, layer.code, layer.version) == (status, code, "550.54.14")


def test_a_library_that_is_not_there_is_absent(tmp_path: Path) -> None:
    on_bus(tmp_path)
    kernel_driver(tmp_path)
    gpu = examine(world(tmp_path))
    assert statuses(gpu)["nvml"] == statuses(gpu)["cuda"] == "absent"
    assert isinstance(gpu.devices, list)
    assert (gpu.devices[0].source, gpu.devices[0].usable) == ("pci", False)
    assert gpu.cuda_driver_version is None


def test_a_library_that_may_not_be_read_is_denied_and_one_of_another_kind_failed(tmp_path: Path) -> None:
    on_bus(tmp_path / "root")
    write(tmp_path / "lib/libcuda.so.1", "no library at all")
    gpu = examine(world(tmp_path / "root", tmp_path / "lib"))
    assert statuses(gpu)["cuda"] == "failed"


@pytest.mark.parametrize("sick", ["nvml", "cuda"])
def test_a_library_that_hangs_is_timed_out_and_leaves_nothing_running(tmp_path: Path, sick: str) -> None:
    libraries = tmp_path / "lib"
    place = machine(tmp_path / "root", libraries, H100)
    (nvml if sick == "nvml" else cuda)(libraries, H100, at_init=f"signal(SIGTERM, SIG_IGN); {HANG}")
    began = time.monotonic()
    gpu = examine(place, timeout=1.0)
    assert 1.0 <= time.monotonic() - began < 10.0
    assert statuses(gpu)[sick] == "timed-out"
    assert isinstance(gpu.cuda_driver_version, Missing) or sick == "cuda"
    if sick == "nvml":
        assert statuses(gpu)["cuda"] == "not-asked"
    assert isinstance(gpu.devices, list)
    assert isinstance(gpu.devices[0].usable, Missing)
    assert still_running(str(libraries)) == []


def test_a_library_that_crashes_says_so(tmp_path: Path) -> None:
    place = machine(tmp_path / "root", tmp_path / "lib", H100)
    cuda(tmp_path / "lib", H100, at_init=CRASH)
    gpu = examine(place)
    (layer,) = [layer for layer in gpu.layers if layer.name == "cuda"]
    assert layer.status == "failed"
    assert "SIGSEGV" in layer.detail
    assert statuses(gpu)["nvml"] == "present"


def test_nvidia_smi_is_asked_last_and_for_the_rest(tmp_path: Path) -> None:
    on_bus(tmp_path)
    kernel_driver(tmp_path)
    write(tmp_path / "bin/nvidia-smi", "#!/bin/sh\necho 'Tesla T4, 7.5, 15360, 535.104.05, 00000000:01:00.0'\n", 0o755)
    gpu = examine(world(tmp_path))
    assert isinstance(gpu.devices, list)
    assert [(device.name, device.compute_capability) for device in gpu.devices] == [("Tesla T4", "7.5")]
    assert gpu.devices[0].memory == 15360 << 20
    assert statuses(gpu)["nvidia-smi"] == "present"


def test_nvidia_smi_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    write(tmp_path / "bin/nvidia-smi", "#!/bin/sh\ntrap '' TERM\n/bin/sleep 60 & /bin/sleep 60\n", 0o755)
    gpu = examine(world(tmp_path), timeout=1.0)
    assert statuses(gpu)["nvidia-smi"] == "timed-out"
    assert isinstance(gpu.devices, Missing)
    assert isinstance(gpu.driver, Missing)
    assert still_running(str(tmp_path)) == []


def test_wsl_brings_its_own_library(tmp_path: Path) -> None:
    write(tmp_path / "dev/dxg", "")
    write(tmp_path / "usr/lib/wsl/drivers/nv_dispi.inf_amd64_0123456789abcdef/libcuda.so.1.1", "")
    cuda(tmp_path / "usr/lib/wsl/lib", H100, version=13000)
    gpu = examine(world(tmp_path))
    assert gpu.wsl
    assert gpu.cuda_driver_version == "13.0"
    assert isinstance(gpu.devices, list)
    assert gpu.devices[0].source == "cuda"


def test_windows_own_drivers_are_no_nvidia_gpu(tmp_path: Path) -> None:
    """WSL mounts the whole driver store; these two are part of every Windows."""
    write(tmp_path / "dev/dxg", "")
    for name in ("nvraid.inf_amd64_0123456789abcdef", "nvdimm.inf_amd64_0123456789abcdef", "iigd_dch.inf_amd64_01"):
        (tmp_path / "usr/lib/wsl/drivers" / name).mkdir(parents=True)
    assert not look(world(tmp_path)).wsl_nvidia
    write(tmp_path / "usr/lib/wsl/drivers/nv_dispi.inf_amd64_0123456789abcdef/libcuda.so.1.1", "")
    assert look(world(tmp_path)).wsl_nvidia


GPU_UUID = "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6"
ANSWERS = {
    "nvml": {"devices": [{"capability": "9.0", "uuid": "GPU-1"}, {"capability": "7.0", "uuid": GPU_UUID}]},
    "cuda": {"devices": [{"capability": "9.0"}, {"capability": "7.0"}]},
}


@pytest.mark.parametrize(
    ("value", "capabilities"),
    [
        ("0", ["9.0"]),
        (" 1 , 0", ["7.0", "9.0"]),
        ("1,-1,0", ["7.0"]),
        ("-1,0", []),
        ("", []),
        ("2", []),
        ("0,0", []),
        ("9" * 30, []),
        ("GPU-89", ["7.0"]),
        ("GPU-ffff", []),
    ],
)
def test_where_the_second_child_is_silent_the_variables_rules_stand_in(value: str, capabilities: list[str]) -> None:
    found = seen(None, ANSWERS, value)
    assert found is not None
    assert found.capabilities == capabilities
    assert (hidden(found, ANSWERS) is not None) == (capabilities == [])


def test_where_no_library_answers_only_what_is_written_on_purpose_hides() -> None:
    def all_hidden(value: str | None) -> str | None:
        return hidden(seen(None, {}, value), {})

    assert all_hidden("0") is all_hidden(GPU_UUID) is all_hidden("99") is all_hidden(None) is None
    assert all_hidden("-1") == "CUDA_VISIBLE_DEVICES=-1"


@pytest.mark.parametrize(
    ("value", "code", "left"), [("0", 0, ["9.0"]), ("all", 100, []), ("?", 101, []), ("", 100, [])]
)
def test_the_driver_is_asked_with_the_variable_as_it_stands(
    tmp_path: Path, value: str, code: int, left: list[str]
) -> None:
    machine(tmp_path / "root", tmp_path / "lib", H100)
    cuda(tmp_path / "lib", H100, at_init=OBEYS)
    gpu = examine(world(tmp_path / "root", tmp_path / "lib", CUDA_VISIBLE_DEVICES=value))
    assert gpu.seen is not None
    assert (gpu.seen.value, gpu.seen.code, gpu.seen.capabilities) == (value, code, left)
    assert gpu.hidden == (None if left else f"CUDA_VISIBLE_DEVICES={value}")
    assert isinstance(gpu.devices, list)
    assert gpu.devices[0].usable is True  # asked without it


def test_without_the_variable_there_is_no_second_child(tmp_path: Path) -> None:
    gpu = examine(machine(tmp_path / "root", tmp_path / "lib", H100))
    assert gpu.seen is None


def test_a_driver_that_hangs_with_the_variable_only_is_foretold_and_ended(tmp_path: Path) -> None:
    machine(tmp_path / "root", tmp_path / "lib", H100)
    cuda(tmp_path / "lib", H100, at_init=f'if (getenv("CUDA_VISIBLE_DEVICES")) {HANG}')
    gpu = examine(world(tmp_path / "root", tmp_path / "lib", CUDA_VISIBLE_DEVICES="7"), timeout=2.0)
    assert gpu.hidden == "CUDA_VISIBLE_DEVICES=7"
    assert still_running(str(tmp_path)) == []


def test_device_files_that_are_for_others_are_named_with_their_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = machine(tmp_path / "root", tmp_path / "lib", H100)
    for name in ("nvidiactl", "nvidia0", "nvidia-uvm", "nvidia-modeset"):
        write(tmp_path / "root/dev" / name, "", 0o660)
    assert examine(place).refused == []
    may = os.access
    closed = str(tmp_path / "root/dev/nvidia")
    monkeypatch.setattr(os, "access", lambda path, mode: not str(path).startswith(closed) and may(path, mode))
    refused = examine(place).refused
    assert sorted(item.path for item in refused) == ["/dev/nvidia-uvm", "/dev/nvidia0", "/dev/nvidiactl"]
    assert {item.mode for item in refused} == {"0660"}
    assert all(item.group for item in refused)


def test_a_gpu_that_the_variable_leaves_out_is_marked(tmp_path: Path) -> None:
    machine(tmp_path / "root", tmp_path / "lib", H100, V100)
    place = world(tmp_path / "root", tmp_path / "lib", CUDA_VISIBLE_DEVICES="0")
    devices = examine(place).devices
    assert isinstance(devices, list)
    assert [(item.name, item.hidden) for item in devices] == [(H100.name, False), (V100.name, True)]


def test_a_container_sees_the_hosts_hardware(tmp_path: Path) -> None:
    on_bus(tmp_path)
    write(tmp_path / ".dockerenv", "")
    gpu = examine(world(tmp_path))
    assert gpu.container == "/.dockerenv"
    assert isinstance(gpu.devices, list)
    assert gpu.devices[0].usable is False


@pytest.mark.parametrize(
    ("target", "name"), [(90402, "gfx942"), (90010, "gfx90a"), (100300, "gfx1030"), (110001, "gfx1101")]
)
def test_amds_targets_have_the_compilers_names(target: int, name: str) -> None:
    assert gfx(target) == name


def test_an_amd_gpu_is_known_by_the_compute_driver_and_usable_by_its_device(tmp_path: Path) -> None:
    on_bus(tmp_path, vendor="0x1002", kind="0x120000", driver="amdgpu")
    nodes = tmp_path / "sys/class/kfd/kfd/topology/nodes"
    write(nodes / "0/properties", "cpu_cores_count 64\nsimd_count 0\ngfx_target_version 0\n")
    write(nodes / "1/properties", "cpu_cores_count 0\nsimd_count 1216\ngfx_target_version 90402\n")
    write(nodes / "1/name", "ip discovery\n")
    gpu = examine(world(tmp_path))
    assert isinstance(gpu.devices, list)
    assert [(device.vendor, device.architecture, device.usable) for device in gpu.devices] == [("amd", "gfx942", False)]
    write(tmp_path / "dev/kfd", "")
    gpu = examine(world(tmp_path))
    assert isinstance(gpu.devices, list)
    assert gpu.devices[0].usable is True


def test_an_intel_display_is_no_accelerator(tmp_path: Path) -> None:
    on_bus(tmp_path, vendor="0x8086", kind="0x030000", driver="i915")
    gpu = examine(world(tmp_path))
    assert isinstance(gpu.devices, list)
    assert [(device.vendor, device.usable) for device in gpu.devices] == [("intel", False)]


def test_apple_silicon_has_metal(tmp_path: Path) -> None:
    place = world(tmp_path)
    gpu = examine(place, system=System(platform="darwin", machine="arm64"))
    assert isinstance(gpu.devices, list)
    assert [(device.vendor, device.usable) for device in gpu.devices] == [("apple", True)]
    gpu = examine(place, system=LINUX)
    assert gpu.devices == []


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ("NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19", "535.104.05"),
        ("NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.126.09  Release Build", "580.126.09"),
        ("GCC version:  gcc version 13.3.0", None),
    ],
)
def test_the_kernels_line_tells_the_version(line: str, version: str | None) -> None:
    assert parse_driver(line) == version


def test_a_bus_that_may_not_be_listed_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "sys/bus/pci/devices", "")  # in place of a folder: not to be listed either
    assert look(world(tmp_path)).pci == []
    monkeypatch.setattr("os.listdir", _refuse)
    sight = look(world(tmp_path))
    assert isinstance(sight.pci, Missing)
    assert "Permission denied" in sight.pci.reason


def _refuse(path: str) -> list[str]:
    raise PermissionError(13, "Permission denied")
