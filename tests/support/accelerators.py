"""Machines with accelerators, made of files: a tree for ``/``, and shared objects in place of NVIDIA's libraries.

The libraries are compiled here and found the way the real ones are: by their sonames on LD_LIBRARY_PATH, or in the
folders of the tree where a driver puts them. Shapes: NVML's and CUDA's public headers (nvml.h, cuda.h), the kernel's
``Documentation/ABI/testing/sysfs-bus-pci``.
"""

import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from envdoctor.facts import Distribution, Gpu, Packages, System
from envdoctor.probe.gpu.whole import Examination
from envdoctor.probe.world import World
from tests.support.compiler import shared_library
from tests.support.patients import clean_environ, processes_holding, write

LINUX = System(platform="linux", machine="x86_64")
HANG = "for (;;) pause();"
CRASH = "raise(11);"


class Card(NamedTuple):
    """What a fake library says of one device."""

    name: str
    major: int
    minor: int
    mig: int = 0


H100 = Card("NVIDIA H100 80GB HBM3", 9, 0)
V100 = Card("Tesla V100-SXM2-32GB", 7, 0)
A100_SPLIT = Card("NVIDIA A100-SXM4-40GB", 8, 0, 2)


def _table(cards: Sequence[Card]) -> str:
    rows = ", ".join(f'{{"{card.name}", {card.major}, {card.minor}, {card.mig}}}' for card in cards) or "{0}"
    return f"static struct {{ const char *name; int major, minor, mig; }} cards[] = {{ {rows} }};\n"


def nvml(
    folder: Path,
    *cards: Card,
    code: int = 0,
    driver: str = "535.104.05",
    library: str = "535.104.05",
    at_init: str = "",
) -> Path:
    """A libnvidia-ml.so.1 whose ``nvmlInit_v2`` runs ``at_init`` (C) and returns ``code``."""
    source = f"""
{_table(cards)}
int nvmlInit_v2(void) {{ {at_init} return {code}; }}
int nvmlShutdown(void) {{ return 0; }}
const char *nvmlErrorString(int code) {{ return code == 18 ? "Driver/library version mismatch" : "Refused"; }}
int nvmlSystemGetNVMLVersion(char *text, unsigned size) {{ strncpy(text, "{library}", size); return 0; }}
int nvmlSystemGetDriverVersion(char *text, unsigned size) {{ strncpy(text, "{driver}", size); return 0; }}
int nvmlDeviceGetCount_v2(unsigned *count) {{ *count = {len(cards)}; return 0; }}
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **handle) {{ *handle = &cards[index]; return 0; }}
int nvmlDeviceGetName(void *handle, char *text, unsigned size) {{
  strncpy(text, *(const char **)handle, size); return 0; }}
int nvmlDeviceGetCudaComputeCapability(void *handle, int *major, int *minor) {{
  *major = ((int *)handle)[2]; *minor = ((int *)handle)[3]; return 0; }}
int nvmlDeviceGetMemoryInfo(void *handle, unsigned long long *memory) {{
  memory[0] = 85899345920ULL; memory[1] = memory[2] = 0; return 0; }}
int nvmlDeviceGetMigMode(void *handle, unsigned *current, unsigned *pending) {{
  *current = *pending = ((int *)handle)[4] > 0; return 0; }}
int nvmlDeviceGetMaxMigDeviceCount(void *handle, unsigned *count) {{ *count = 7; return 0; }}
int nvmlDeviceGetMigDeviceHandleByIndex(void *handle, unsigned index, void **part) {{
  *part = handle; return index < ((int *)handle)[4] ? 0 : 6; }}
int nvmlDeviceGetUUID(void *handle, char *text, unsigned size) {{
  strncpy(text, "MIG-5c89852c-d268-c3f3-1b07-005d5ae1dc3f", size); return 0; }}
"""
    return shared_library(folder / "libnvidia-ml.so.1", code=source)


def cuda(folder: Path, *cards: Card, version: int = 12020, code: int = 0, at_init: str = "") -> Path:
    """A libcuda.so.1; ``version`` is what ``cuDriverGetVersion`` says (12020: 12.2), ``code`` what ``cuInit`` does.

    A CUDA_VISIBLE_DEVICES that begins with a number leaves this device only.
    """
    source = f"""
{_table(cards)}
int cuDriverGetVersion(int *version) {{ *version = {version}; return 0; }}
int cuInit(unsigned flags) {{ {at_init} return {code}; }}
int cuGetErrorName(int code, const char **text) {{ *text = "CUDA_ERROR_FAKE"; return 0; }}
static int only(void) {{ const char *value = getenv("CUDA_VISIBLE_DEVICES");
  return value && *value >= '0' && *value <= '9' ? atoi(value) : -1; }}
int cuDeviceGetCount(int *count) {{ *count = only() < 0 ? {len(cards)} : only() < {len(cards)}; return 0; }}
int cuDeviceGet(int *device, int index) {{ *device = index + (only() < 0 ? 0 : only()); return 0; }}
int cuDeviceGetName(char *text, int size, int device) {{ strncpy(text, cards[device].name, size); return 0; }}
int cuDeviceGetAttribute(int *value, int attribute, int device) {{
  *value = attribute == 75 ? cards[device].major : cards[device].minor; return 0; }}
"""
    return shared_library(folder / "libcuda.so.1", code=source)


def link(path: Path, *sonames: str) -> Path:
    """A shared object that is linked to libraries of these names; they need not exist afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        stubs = [Path(folder) / name for name in sonames]
        for stub in stubs:
            shared_library(stub, f"-Wl,-soname,{stub.name}", code="int x;")
        return shared_library(path, "-Wl,--no-as-needed", *map(str, stubs), code="int y;")


def on_bus(root: Path, vendor: str = "0x10de", kind: str = "0x030200", driver: str | None = "nvidia") -> Path:
    """One more device in the tree's PCI bus."""
    bus = root / "sys/bus/pci/devices"
    folder = bus / f"0000:{len(list(bus.glob('*'))) + 1:02x}:00.0"
    write(folder / "vendor", f"{vendor}\n")
    write(folder / "class", f"{kind}\n")
    if driver:
        (root / "sys/bus/pci/drivers" / driver).mkdir(parents=True, exist_ok=True)
        (folder / "driver").symlink_to(f"../../drivers/{driver}")
    return folder


def kernel_driver(root: Path, version: str = "535.104.05") -> None:
    """NVIDIA's kernel module, loaded."""
    write(root / "sys/module/nvidia/version", f"{version}\n")
    line = f"NVRM version: NVIDIA UNIX x86_64 Kernel Module  {version}  Sat Aug 19 01:15:15 UTC 2023\n"
    write(root / "proc/driver/nvidia/version", line)


def world(root: Path, libraries: Path | None = None, **extra: str | None) -> World:
    """The tree as a world; ``libraries`` is put on LD_LIBRARY_PATH, PATH is empty unless given."""
    root.mkdir(parents=True, exist_ok=True)
    path = str(libraries) if libraries else None
    environ = clean_environ(**({"LD_LIBRARY_PATH": path, "PATH": str(root / "bin")} | extra))
    for name in ("KUBERNETES_SERVICE_HOST", "container", "CUDA_HOME", "CUDA_PATH"):
        environ.pop(name, None)
    return World(root=str(root), home="/home/ada", cwd="/home/ada", environ=environ, platform="linux")


def examine(
    place: World, *distributions: Distribution, timeout: float = 20.0, prefix: str | None = None, system: System = LINUX
) -> Gpu:
    """The facts of one look at ``place``."""
    examination = Examination(place, timeout)
    try:
        return examination.facts(Packages(distributions=list(distributions)), prefix, system)
    finally:
        examination.close()


def machine(root: Path, libraries: Path, *cards: Card, driver: str = "535.104.05", version: int = 12020) -> World:
    """A healthy machine with these cards: on the bus, in the kernel, in both libraries."""
    for _ in cards:
        on_bus(root)
    kernel_driver(root, driver)
    nvml(libraries, *cards, driver=driver, library=driver)
    cuda(libraries, *cards, version=version)
    return world(root, libraries)


def statuses(gpu: Gpu) -> Mapping[str, str]:
    """Each layer's status."""
    return {layer.name: layer.status for layer in gpu.layers}


def still_running(text: str, seconds: float = 5.0) -> list[str]:
    """The processes that hold ``text`` and do not end within ``seconds``: SIGKILL takes a moment."""
    end = time.monotonic() + seconds
    while (left := processes_holding(text)) and time.monotonic() < end:
        time.sleep(0.02)
    return left
