"""The accelerators: what hardware, driver and libraries say, and what the installed packages were built for."""

from enum import StrEnum

from envdoctor.facts.base import Missing, Section


class LayerStatus(StrEnum):
    """What became of asking a layer. A word that a newer envdoctor has recorded is read as not asked: unknown, no pass."""

    PRESENT = "present"
    ABSENT = "absent"
    DENIED = "denied"
    TIMED_OUT = "timed-out"
    FAILED = "failed"
    NOT_ASKED = "not-asked"

    @classmethod
    def _missing_(cls, value: object) -> "LayerStatus":
        return cls.NOT_ASKED


class Layer(Section, frozen=True, kw_only=True):
    """One layer's own answer; where two layers disagree, that is the finding.

    ``name``: pci, kernel-driver, nvml, cuda, nvidia-smi, kfd, metal, wsl, container. ``code`` is the library's own
    return code (NVML 18, ``cuInit`` 100); ``version`` what it says of itself, ``library`` the file that was loaded,
    ``detail`` the rest, in words.
    """

    name: str
    status: LayerStatus
    detail: str = ""
    code: int | None = None
    version: str | None = None
    library: str | None = None


class Device(Section, frozen=True, kw_only=True):
    """One accelerator.

    ``vendor``: nvidia, amd, intel, apple. ``compute_capability`` is NVIDIA's (``9.0``), ``architecture`` AMD's
    (``gfx942``). ``memory`` in bytes. ``pci`` is its address. ``usable``: the vendor's compute library
    reaches it. ``mig``: it is split (Multi-Instance GPU), and ``instances`` are its parts, ``MIG-`` identifiers
    shortened. ``kernel_driver`` is what the kernel bound it to. ``source`` is the layer that told.
    ``hidden``: CUDA_VISIBLE_DEVICES keeps it from programs.
    """

    vendor: str
    name: str | None | Missing
    compute_capability: str | None | Missing = None
    architecture: str | None = None
    memory: int | None | Missing = None
    pci: str | None = None
    usable: bool | Missing
    mig: bool = False
    instances: list[str] = []
    kernel_driver: str | None = None
    source: str
    hidden: bool = False


class Build(Section, frozen=True, kw_only=True):
    """What one installed package was compiled for, read from its files.

    ``backend``: cpu, cuda, rocm, xpu, metal. ``cuda`` is the CUDA version (``13.2``, or only ``13``), ``None`` for
    a build without CUDA. ``architectures`` as the compiler names them (``sm_90``, ``compute_90``), empty where
    the package compiles when it runs. ``build`` is conda's build string; ``file`` is where it was read.
    """

    package: str
    version: str | Missing
    cuda: str | None | Missing
    architectures: list[str] | Missing
    backend: str | Missing = "cpu"
    rocm: str | None = None
    build: str | None = None
    file: str | None = None


class CudaWheel(Section, frozen=True, kw_only=True):
    """An installed ``nvidia-*`` distribution: ``cuda`` is the major version its name or its folder tells."""

    name: str
    version: str | Missing
    cuda: str | None


class Shadow(Section, frozen=True, kw_only=True):
    """A library in a folder of LD_LIBRARY_PATH, or named by LD_PRELOAD, with the soname of one that ``wheel`` brings.

    ``certain`` are the packages that find the wheel's by RUNPATH, which the loader heeds after LD_LIBRARY_PATH.
    """

    soname: str
    folder: str
    wheel: str
    certain: list[str] = []
    variable: str = "LD_LIBRARY_PATH"


class Copy(Section, frozen=True, kw_only=True):
    """One library of cuDNN's: ``source`` is pip, conda, system, variable (a folder of LD_LIBRARY_PATH) or torch (in its own
    folder), ``owner`` the package or the folder, ``soname`` its name.
    """

    source: str
    owner: str
    soname: str
    version: str | None = None


class Companion(Section, frozen=True, kw_only=True):
    """A package that was built to go with one torch or one CUDA, as it says itself.

    ``cuda`` (``12.6``, or only ``12``) and ``torch`` (``2.6``): what it was built for; ``cpu``: for no GPU, one of torch's
    family. ``missing`` are libraries of CUDA's that it is linked to and that nothing here brings. ``binaries``: of
    bitsandbytes, the CUDA versions it holds code for.
    """

    package: str
    version: str | Missing
    cuda: str | None = None
    torch: str | None = None
    cpu: bool = False
    missing: list[str] = []
    binaries: list[str] = []


class Node(Section, frozen=True, kw_only=True):
    """A device file that a GPU is used through, which this process may not open: who may, by group and mode (``0660``)."""

    path: str
    group: str
    mode: str


class Seen(Section, frozen=True, kw_only=True):
    """What a program that is started now sees: the driver was asked with CUDA_VISIBLE_DEVICES as it stands.

    ``value`` is the variable's; ``code`` what ``cuInit`` answered; ``capabilities`` the devices' compute capabilities.
    """

    value: str
    code: int | None
    capabilities: list[str | None]


class Gpu(Section, frozen=True, kw_only=True):
    """``devices`` is empty and ``driver`` and ``cuda_driver_version`` are ``None`` where there is no GPU.

    ``driver`` is the kernel driver's version; ``cuda_driver_version`` what ``cuDriverGetVersion`` of the
    libcuda that loads says (``12.2``). ``toolkits`` are folders of a CUDA toolkit. ``container`` names what
    tells of a container (``None``: none), ``wsl`` the Windows Subsystem for Linux. ``hidden``
    is the variable that hides every NVIDIA device from programs, with its value; the libraries were asked without it,
    and once more with it (``seen``; ``None``: not set). ``refused`` are the device files that this user may not open.
    """

    devices: list[Device] | Missing
    driver: str | None | Missing
    cuda_driver_version: str | None | Missing
    builds: list[Build] | Missing
    layers: list[Layer] = []
    libraries: list[CudaWheel] = []
    shadowed: list[Shadow] = []
    cudnn: list[Copy] = []
    toolkits: list[str] = []
    container: str | None = None
    wsl: bool = False
    hidden: str | None = None
    seen: Seen | None = None
    refused: list[Node] = []
    companions: list[Companion] = []
