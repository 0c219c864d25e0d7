"""The accelerators: files first, then a child that asks the libraries, then what the packages were built for."""

from collections.abc import Mapping
from typing import Any

from envdoctor.facts.base import Missing
from envdoctor.facts.gpu import Build, Copy, Device, Gpu, Layer, LayerStatus, Shadow
from envdoctor.facts.packages import Packages
from envdoctor.facts.system import System
from envdoctor.probe.gpu.files import PciDevice, Sight, layers, look, refused
from envdoctor.probe.gpu.inquiry import Inquiry
from envdoctor.probe.gpu.visible import VARIABLE, hidden, mark, seen
from envdoctor.probe.world import World

UNANSWERED = (LayerStatus.TIMED_OUT, LayerStatus.DENIED, LayerStatus.NOT_ASKED)
Answers = Mapping[str, Mapping[str, Any]]
# A package of these has to be there before any file of a package is opened.
KNOWN = (
    "torch",
    "tensorflow",
    "tf-nightly",
    "jax",
    "cupy",
    "numba-cuda",
    "onnxruntime",
    "nvidia-",
    "cudf",
    "cuml",
    "rmm",
)


class Examination:
    """One look at the accelerators; where there is a driver to ask, the asking begins when this is made."""

    def __init__(self, world: World, timeout: float) -> None:
        self._world = world
        self._sight = look(world)
        self._inquiry = Inquiry(self._sight, dict(world.environ), timeout) if self._sight.asks else None

    def close(self) -> None:
        """End the child, whatever it is doing."""
        if self._inquiry is not None:
            self._inquiry.close()

    def facts(self, packages: Packages, prefix: str | None, system: System | Missing) -> Gpu:
        """All that is known; waits for the child until its deadline."""
        sight = self._sight
        parts = installed(self._world, packages, prefix, system)
        answers: Answers = self._inquiry.answers() if self._inquiry is not None else {}
        found = [*layers(sight), *(_layer(name, answer) for name, answer in answers.items())]
        if not answers:
            found += [Layer(name=name, status=LayerStatus.ABSENT) for name in ("nvml", "cuda")]
        said = self._inquiry.seen() if self._inquiry is not None else None
        left = seen(said, answers, self._world.environ.get(VARIABLE))
        devices = mark(_devices(sight, answers), left)
        if _is_apple(system):
            found.append(Layer(name="metal", status=LayerStatus.PRESENT))
            devices = [Device(vendor="apple", name="Apple GPU (Metal)", usable=True, source="metal")]
        return Gpu(
            devices=devices,
            driver=_driver(sight, answers),
            cuda_driver_version=_cuda_version(answers),
            layers=found,
            container=sight.container,
            wsl=sight.wsl,
            hidden=hidden(left, answers),
            seen=left,
            refused=refused(self._world, sight),
            **parts,
        )


def installed(world: World, packages: Packages, prefix: str | None, system: System | Missing) -> dict[str, Any]:
    """The fields of `Gpu` that tell of packages; nothing is imported or opened where none of them is installed."""
    items = packages.distributions
    if not any(item.key.startswith(KNOWN) for item in items):
        return {"builds": []}
    from envdoctor.probe.gpu import builds, companions, cuda_libraries

    word = "darwin-arm64" if _is_apple(system) else world.platform
    site = builds.Site(world, items, prefix, word)
    found: list[Build] = builds.read(site)
    shadowed: list[Shadow] = []
    if world.environ.get("LD_LIBRARY_PATH") or world.environ.get("LD_PRELOAD"):
        shadowed = cuda_libraries.shadows(world, cuda_libraries.of_wheels(site), cuda_libraries.by_runpath(site))
    copies: list[Copy] = cuda_libraries.cudnn(site, prefix)
    needs_toolkit = any(build.package == "tensorflow" and build.backend == "cuda" for build in found)
    return {
        "builds": found,
        "libraries": builds.wheels(site),
        "shadowed": shadowed,
        "companions": companions.read(site),
        "cudnn": copies,
        "toolkits": cuda_libraries.toolkits(site) if needs_toolkit else [],
    }


def _is_apple(system: System | Missing) -> bool:
    return isinstance(system, System) and system.platform == "darwin" and system.machine == "arm64"


def _layer(name: str, answer: Mapping[str, Any]) -> Layer:
    code = answer.get("code")
    version = answer.get("version")
    return Layer(
        name=name,
        status=LayerStatus(answer["status"]),
        detail=str(answer.get("detail") or ""),
        code=code if isinstance(code, int) else None,
        version=_dotted(version) if isinstance(version, int) else version,
        library=answer.get("library"),
    )


def _dotted(number: int) -> str:
    """CUDA's version number, 1000 × major + 10 × minor, as ``12.2``."""
    return f"{number // 1000}.{number % 1000 // 10}"


def _why(answers: Answers, *names: str) -> str | None:
    """Why a layer could not answer although there is something to ask; ``None`` where it answered or is absent."""
    for name in names:
        answer = answers.get(name, {"status": LayerStatus.ABSENT})
        if answer["status"] in UNANSWERED or answer.get("crashed"):
            words = str(answer.get("detail") or answer["status"])
            return words if answer["status"] == LayerStatus.NOT_ASKED else f"{name}: {words}"
    return None


def _driver(sight: Sight, answers: Answers) -> str | None | Missing:
    if isinstance(sight.kernel, Missing) or sight.kernel:
        return sight.kernel
    told = answers.get("nvml", {}).get("driver") or next((row[3] for row in _rows(answers)), None)
    if told:
        return str(told)
    if sight.kernel == "":
        return Missing("the driver is loaded and does not show its version")
    why = _why(answers, "nvml", "nvidia-smi")
    return Missing(why) if why else None


def _cuda_version(answers: Answers) -> str | None | Missing:
    version = answers.get("cuda", {}).get("version")
    if isinstance(version, int) and version > 0:
        return _dotted(version)
    why = _why(answers, "cuda")
    return Missing(why) if why else None


def _rows(answers: Answers) -> list[list[str]]:
    rows: list[list[str]] = answers.get("nvidia-smi", {}).get("rows") or []
    return rows


def _devices(sight: Sight, answers: Answers) -> list[Device] | Missing:
    """The devices as the best layer tells them: NVML, then CUDA, then nvidia-smi, then the bus."""
    nvidia = _nvidia(sight, answers)
    others = _amd(sight)
    if isinstance(sight.pci, Missing):
        if not nvidia and not others:
            return sight.pci
    else:
        others += [_on_bus(item, False) for item in sight.pci if item.vendor == "intel"]
        if not nvidia:
            unknown = _why(answers, "nvml", "cuda", "nvidia-smi")
            nvidia = [
                _on_bus(item, Missing(unknown) if unknown else False) for item in sight.pci if item.vendor == "nvidia"
            ]
    if not nvidia and not others and (why := _why(answers, "nvml", "cuda", "nvidia-smi")):
        return Missing(why)
    return nvidia + others


def _nvidia(sight: Sight, answers: Answers) -> list[Device]:
    cuda = answers.get("cuda", {})
    told = cuda.get("devices") or []
    unknown = _why(answers, "cuda")
    usable: bool | Missing = (
        bool(told) if cuda.get("status") == LayerStatus.PRESENT else Missing(unknown) if unknown else False
    )
    for source in ("nvml", "cuda"):
        items = answers.get(source, {}).get("devices") or []
        if items:
            return [_device(item, usable, source, sight) for item in items]
    return [
        Device(
            vendor="nvidia",
            name=row[0],
            compute_capability=row[1] if row[1][:1].isdigit() else Missing("nvidia-smi does not show it"),
            memory=int(row[2]) << 20 if row[2].isdigit() else None,
            pci=row[4].lower(),
            usable=usable,
            source="nvidia-smi",
        )
        for row in _rows(answers)
    ]


def _device(item: Mapping[str, Any], usable: bool | Missing, source: str, sight: Sight) -> Device:
    address = item.get("pci")
    bound = {device.address[-10:]: device.driver for device in sight.pci} if isinstance(sight.pci, list) else {}
    silent = Missing(f"{source}: code {item.get('code')}" if item.get("code") else f"{source} does not show it")
    return Device(
        vendor="nvidia",
        name=item.get("name", silent),
        compute_capability=item.get("capability", silent),
        memory=item.get("memory"),
        pci=address,
        usable=usable,
        mig=bool(item.get("mig")),
        instances=[name[:12] for name in item.get("instances", ())],
        kernel_driver=bound.get(address[-10:]) if isinstance(address, str) else None,
        source=source,
    )


def _amd(sight: Sight) -> list[Device]:
    """AMD's: what the compute driver knows; of a display adapter that it does not know nothing follows."""
    if sight.kfd:
        usable = sight.kfd_access is LayerStatus.PRESENT
        return [
            Device(vendor="amd", name=node.name, architecture=node.architecture, usable=usable, source="kfd")
            for node in sight.kfd
        ]
    cards = sight.pci if isinstance(sight.pci, list) else []
    return [_on_bus(item, False) for item in cards if item.vendor == "amd"]


def _on_bus(item: PciDevice, usable: bool | Missing) -> Device:
    silent = usable if isinstance(usable, Missing) else Missing("the bus does not show it")
    return Device(
        vendor=item.vendor,
        name=silent,
        compute_capability=silent if item.vendor == "nvidia" else None,
        pci=item.address,
        usable=usable,
        kernel_driver=item.driver,
        source="pci",
    )
