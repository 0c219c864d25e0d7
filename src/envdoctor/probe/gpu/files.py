"""What files tell of accelerators and their drivers: no library is asked and nothing is started.

Without hardware and driver this is all that happens, so it has to be cheap: one listing of the PCI bus and a
handful of look-ups. Sources: PCI classes and vendors (https://pci-ids.ucw.cz), the kernel's
``Documentation/ABI/testing/sysfs-bus-pci``, NVIDIA's driver README (``/proc/driver/nvidia``), ROCm's KFD topology
(``/sys/class/kfd/kfd/topology``), Microsoft's WSL documentation (``/usr/lib/wsl/lib``, ``/dev/dxg``).
"""

import os

from msgspec import Struct

from envdoctor.ecosystem.origins import ENGINE_FILES, ENGINE_VARIABLES
from envdoctor.facts.base import Missing
from envdoctor.facts.gpu import Layer, LayerStatus, Node
from envdoctor.probe.world import World

PCI = "/sys/bus/pci/devices"
KFD = "/sys/class/kfd/kfd/topology/nodes"
WSL = "/usr/lib/wsl/lib"
VENDORS = {"0x10de": "nvidia", "0x1002": "amd", "0x8086": "intel"}
DISPLAY = "0x03"
ACCELERATOR = "0x12"  # processing accelerators: AMD's Instinct cards say this
LIBRARIES = {"nvml": "libnvidia-ml.so.1", "cuda": "libcuda.so.1"}
FOLDERS = (
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
    WSL,
    "/usr/local/nvidia/lib64",
    "/usr/local/nvidia/lib",
    "/run/opengl-driver/lib",  # NixOS
    "/usr/lib/aarch64-linux-gnu/tegra",
)


class PciDevice(Struct, frozen=True):
    """A display or accelerator device on the bus, and what the kernel bound it to (``None``: nothing)."""

    address: str
    vendor: str
    driver: str | None


class KfdNode(Struct, frozen=True):
    """A GPU that AMD's compute driver knows, as ``gfx942``; ``memory`` in bytes."""

    architecture: str
    name: str | None


class Sight(Struct, frozen=True):
    """All that is seen; ``candidates`` are the files or names to load, ``smi`` is nvidia-smi's path."""

    pci: list[PciDevice] | Missing
    kernel: str | None | Missing
    kfd: list[KfdNode]
    kfd_access: LayerStatus
    candidates: dict[str, list[str]]
    smi: str | None
    container: str | None
    wsl: bool
    wsl_nvidia: bool

    @property
    def asks(self) -> bool:
        """Whether there is anything of NVIDIA's to ask."""
        nvidia = isinstance(self.pci, list) and any(device.vendor == "nvidia" for device in self.pci)
        return bool(nvidia or self.kernel is not None or self.candidates["nvml"] or self.candidates["cuda"] or self.smi)


def look(world: World) -> Sight:
    """Look at this machine; on another system than Linux only at the driver's libraries."""
    if world.platform == "win32":
        return _windows(world)
    if world.platform != "linux":
        return Sight([], None, [], LayerStatus.ABSENT, {"nvml": [], "cuda": []}, None, None, False, False)
    dxg = os.path.exists(world.real("/dev/dxg"))
    nodes, access = _kfd(world)
    return Sight(
        pci=_pci(world),
        kernel=_kernel(world),
        kfd=nodes,
        kfd_access=access,
        candidates=_candidates(world),
        smi=_on_path(world, "nvidia-smi"),
        container=_container(world),
        wsl=dxg or world.is_dir(WSL),
        wsl_nvidia=dxg and _has_nvidia_store(world),
    )


def layers(sight: Sight) -> list[Layer]:
    """The layers that files answer for."""
    if isinstance(sight.pci, Missing):
        found = [Layer(name="pci", status=LayerStatus.DENIED, detail=sight.pci.reason)]
    else:
        words = ", ".join(f"{item.address} {item.vendor} ({item.driver or 'no driver'})" for item in sight.pci)
        found = [Layer(name="pci", status=LayerStatus.PRESENT if sight.pci else LayerStatus.ABSENT, detail=words)]
    if isinstance(sight.kernel, Missing):
        found.append(Layer(name="kernel-driver", status=LayerStatus.DENIED, detail=sight.kernel.reason))
    else:
        found.append(
            Layer(
                name="kernel-driver",
                status=LayerStatus.PRESENT if sight.kernel else LayerStatus.ABSENT,
                version=sight.kernel or None,
            )
        )
    if sight.kfd or sight.kfd_access is LayerStatus.DENIED:
        words = ", ".join(node.architecture for node in sight.kfd)
        found.append(Layer(name="kfd", status=sight.kfd_access, detail=words))
    if sight.wsl:
        found.append(Layer(name="wsl", status=LayerStatus.PRESENT, detail="NVIDIA" if sight.wsl_nvidia else ""))
    if sight.container:
        found.append(Layer(name="container", status=LayerStatus.PRESENT, detail=sight.container))
    return found


def refused(world: World, sight: Sight) -> list[Node]:
    """The device files of the GPUs here that this process may not open; none is looked for where there is no GPU."""
    names: list[str] = []
    if sight.asks and sight.kernel is not None and world.platform == "linux":
        found = world.names("/dev")
        nvidia = [name for name in found if name.startswith("nvidia")] if isinstance(found, list) else []
        names += [name for name in nvidia if name[6:].isdigit() or name in ("nvidiactl", "nvidia-uvm")]
    if sight.kfd_access is LayerStatus.DENIED:
        names.append("kfd")
    return [node for name in names if (node := _refused(world, f"/dev/{name}")) is not None]


def _refused(world: World, path: str) -> Node | None:
    real = world.real(path)
    if os.access(real, os.R_OK | os.W_OK):
        return None
    try:
        status = os.stat(real)
    except OSError:
        return None
    import grp

    try:
        group = grp.getgrgid(status.st_gid).gr_name
    except (KeyError, OSError):
        group = str(status.st_gid)
    return Node(path=path, group=group, mode=f"{status.st_mode & 0o7777:04o}")


def _pci(world: World) -> list[PciDevice] | Missing:
    names = world.names(PCI)
    if isinstance(names, Missing):
        return names
    found = []
    base = world.real(PCI)
    for address in names or ():
        vendor = VENDORS.get(_word(f"{base}/{address}/vendor"))
        if vendor is None:
            continue
        kind = _word(f"{base}/{address}/class")
        if kind.startswith(DISPLAY) or (vendor == "amd" and kind.startswith(ACCELERATOR)):
            try:
                driver = os.path.basename(os.readlink(f"{base}/{address}/driver"))
            except OSError:
                driver = None
            found.append(PciDevice(address, vendor, driver))
    return found


def _word(path: str) -> str:
    """A sysfs attribute, which is one short line; empty where it can't be read."""
    try:
        fd = os.open(path, os.O_RDONLY)
    except OSError:
        return ""
    try:
        return os.read(fd, 64).decode("ascii", "replace").strip().lower()
    except OSError:
        return ""
    finally:
        os.close(fd)


def _kernel(world: World) -> str | None | Missing:
    """The version of NVIDIA's kernel driver; an empty string where it is loaded and does not tell."""
    version = world.text("/sys/module/nvidia/version", 64)
    if isinstance(version, str) and version.strip():
        return version.strip()
    text = world.text("/proc/driver/nvidia/version", 1000)
    if isinstance(text, str):
        return parse_driver(text) or ""
    if version is None and text is None:
        return "" if world.is_dir("/sys/module/nvidia") else None
    return text if isinstance(text, Missing) else version


def parse_driver(text: str) -> str | None:
    """The version in ``NVRM version: NVIDIA UNIX … Kernel Module [for x86_64]  580.126.09  Release Build``."""
    for line in text.splitlines():
        if line.startswith("NVRM version:"):
            for word in line.split():
                parts = word.split(".")
                if len(parts) > 1 and all(part.isdigit() for part in parts):
                    return word
    return None


def _kfd(world: World) -> tuple[list[KfdNode], LayerStatus]:
    """AMD's compute nodes, CPUs left out, and whether ``/dev/kfd`` may be used."""
    nodes = []
    names = world.names(KFD)
    for name in names if isinstance(names, list) else ():
        text = world.text(f"{KFD}/{name}/properties", 8000)
        values = dict(line.split(" ", 1) for line in text.splitlines() if " " in line) if isinstance(text, str) else {}
        target = values.get("gfx_target_version", "0").strip()
        if values.get("simd_count", "0").strip() != "0" and target.isdigit() and int(target):
            label = world.text(f"{KFD}/{name}/name", 200)
            nodes.append(KfdNode(gfx(int(target)), label.strip() or None if isinstance(label, str) else None))
    device = world.real("/dev/kfd")
    if not os.path.exists(device):
        return nodes, LayerStatus.ABSENT
    return nodes, LayerStatus.PRESENT if os.access(device, os.R_OK | os.W_OK) else LayerStatus.DENIED


def gfx(target: int) -> str:
    """``gfx_target_version`` (90402) as the compiler's name (``gfx942``): minor and stepping are hexadecimal digits."""
    return f"gfx{target // 10000}{target // 100 % 100:x}{target % 100:x}"


def _candidates(world: World) -> dict[str, list[str]]:
    """What to load for NVML and CUDA, the loader's own choice first; empty where none is to be seen.

    In a fixture tree the loader's own search would leave the tree, so there only files count.
    """
    folders = [folder for folder in world.environ.get("LD_LIBRARY_PATH", "").split(":") if folder]
    cache = world.read("/etc/ld.so.cache")
    found: dict[str, list[str]] = {}
    for layer, soname in LIBRARIES.items():
        paths = [f"{folder}/{soname}" for folder in folders if os.path.lexists(f"{folder}/{soname}")]
        inside = [world.real(f"{folder}/{soname}") for folder in FOLDERS]
        paths += [path for path in inside if os.path.lexists(path)]
        if world.root == "/" and (paths or (isinstance(cache, bytes) and soname.encode("ascii") in cache)):
            paths.insert(0, soname)
        found[layer] = list(dict.fromkeys(paths))
    return found


def _on_path(world: World, name: str) -> str | None:
    for folder in [*world.environ.get("PATH", "").split(":"), WSL]:
        path = f"{world.real(folder) if folder == WSL else folder}/{name}"
        if folder and os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return None


def _container(world: World) -> str | None:
    for path in ENGINE_FILES:
        if os.path.exists(world.real(path)):
            return path
    for name in ENGINE_VARIABLES:
        if world.environ.get(name):
            return name
    return None


def _has_nvidia_store(world: World) -> bool:
    """Whether the Windows side has NVIDIA's display driver: a folder of the store (``nv_dispi.inf_amd64_…``) with CUDA in it.

    The whole store is mounted, and Windows brings drivers of its own that begin alike (``nvraid.inf_…``, ``nvdimm.inf_…``).
    """
    store = "/usr/lib/wsl/drivers"
    names = world.names(store)
    mine = [name for name in names if name.startswith("nv")] if isinstance(names, list) else []
    return any(os.path.lexists(world.real(f"{store}/{name}/libcuda.so.1.1")) for name in mine)


def _windows(world: World) -> Sight:
    system = f"{world.environ.get('SYSTEMROOT', 'C:' + chr(92) + 'Windows')}\\System32"
    found = {
        layer: [f"{system}\\{name}"] if world.is_file(f"{system}\\{name}") else []
        for layer, name in (("nvml", "nvml.dll"), ("cuda", "nvcuda.dll"))
    }
    smi = f"{system}\\nvidia-smi.exe"
    return Sight([], None, [], LayerStatus.ABSENT, found, smi if world.is_file(smi) else None, None, False, False)
