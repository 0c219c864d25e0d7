"""The patient as somebody with a way to go: its system, its GPU, what it was made with, and what speaks for pip or for conda here."""

import re

from msgspec import Struct

from envdoctor.data import table
from envdoctor.ecosystem import accelerators, paths
from envdoctor.ecosystem.distros import linux_family
from envdoctor.ecosystem.origins import CONDA_LIKE, DISTRIBUTED, SITES, OriginKind, Overlay
from envdoctor.ecosystem.pythons import living_pythons
from envdoctor.ecosystem.versions import numbers
from envdoctor.facts import Blas, Device, Facts, Missing, Packages, Project, Tools, present
from envdoctor.fixes.target import externally_managed
from envdoctor.guide.routes import Profile, newest_with_wheels

SYSTEMS = {"linux": "linux", "darwin": "macos", "win32": "windows"}
CLUSTER = SITES | {Overlay.MODULES}
# What conda installs and pip cannot, told by the names of its packages.
OTHER_LANGUAGES = {
    "r-base": "R",
    "julia": "Julia",
    "octave": "Octave",
    "perl": "Perl",
    "nodejs": "JavaScript",
    "rust": "Rust",
}
LIBRARIES = (
    "gdal",
    "libgdal",
    "hdf5",
    "netcdf4",
    "libnetcdf",
    "compilers",
    "gxx",
    "gfortran",
    "openmpi",
    "mpich",
    "cuda-toolkit",
    "cudatoolkit",
)


def profile_of(facts: Facts, level: str, prefer: str, gpu: bool | None = None) -> Profile:
    """``level`` is beginner or advanced; an empty ``prefer`` means what the patient was made with."""
    system = facts.system
    platform = "linux" if isinstance(system, Missing) else SYSTEMS.get(system.platform, "linux")
    family = None if isinstance(system, Missing) else linux_family(system)
    machine = "x86_64" if isinstance(system, Missing) else system.machine
    name = paths.name(facts.project.root) if isinstance(facts.project, Project) else ""
    living = living_pythons(facts.recorded[:10])
    wanted = has_gpu(facts) if gpu is None else gpu
    way = torch_of(facts) if wanted else Torch()
    return Profile(
        system=platform,
        level=level,
        gpu=wanted,
        prefer=prefer or made_with(facts, platform),
        machine={"arm64": "aarch64"}.get(machine, machine) if platform == "linux" else machine,
        family=family.value if family else "",
        python=_python(living, prefer or made_with(facts, platform), way.python),
        name=_as_name(name),
        torch=way.torch,
        index=way.index,
        url=way.url,
        requirement=way.requirement,
    )


def _as_name(folder: str) -> str:
    """The folder's name where it may be the name of a project and of an environment, and no option; else a plain one."""
    word = folder.replace(" ", "-")
    return word if re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?", word) else "work"


class Torch:
    """How PyTorch for the GPU of this machine is to be had (see `Profile`), and the newest Python that it is built for."""

    __slots__ = ("index", "python", "requirement", "torch", "url")

    def __init__(self, torch: str = "plain", offer: accelerators.Offer | None = None) -> None:
        self.torch = torch
        self.url = offer.index if offer else ""
        self.index = self.url.split("/whl/")[-1]
        self.requirement = offer.requirement if offer else "torch"
        self.python = offer.python[1] if offer and offer.python else ""


def torch_of(facts: Facts) -> Torch:
    """By the model that judges builds: PyPI's wheels where they run here, else the index that has one which does."""
    gpu, system = present(facts.gpu), facts.system
    devices = (present(gpu.devices) or []) if gpu else []
    cards = [item for item in devices if item.vendor == "nvidia"]
    if isinstance(system, Missing) or system.platform == "darwin":
        return Torch()
    name = accelerators.system_name(system.platform, system.machine)
    if gpu is None or not cards:  # asked for without one here: what most have, unless another maker's is here
        usual = next(iter(accelerators.offers("torch", name)), None)
        if devices or usual is None:
            return _rocm(devices, name)
        return Torch("plain" if system.platform == "linux" else "index", usual)
    capabilities = tuple(dict.fromkeys(cap for item in cards if (cap := present(item.compute_capability))))
    driver = accelerators.Driver(present(gpu.cuda_driver_version), present(gpu.driver), system.platform == "win32")
    machine = accelerators.Machine(name, driver, capabilities)
    offer = accelerators.newest("torch", machine)
    if offer is None:
        return Torch("none")
    usual = accelerators.offers("torch", machine.system)[0]
    plain = system.platform == "linux" and accelerators.fits(usual, machine).runs
    return Torch("plain", usual) if plain else Torch("index", offer)


class Rocm(Struct, frozen=True):
    """PyTorch's build for AMD's GPUs."""

    index: str
    architectures: tuple[str, ...]
    systems: tuple[str, ...]


def _rocm(devices: list[Device], system: str) -> Torch:
    found = Torch("none")
    for row in table("gpu_builds", "rocm", Rocm):
        if system in row.systems and any(item.architecture in row.architectures for item in devices):
            found = Torch("index")
            found.url, found.index = row.index, row.index.split("/whl/")[-1]
            break
    return found


def _python(living: list[str], prefer: str, torch: str) -> str:
    """The newest Python that what is wanted has wheels for; conda's channels follow a release later (SPEC 0)."""
    newest = [newest_with_wheels(), *([torch] if torch else [])]
    if prefer in ("conda", "pixi"):
        newest = [living[-2] if len(living) > 1 else living[-1]]
    bound = min(newest, key=numbers)
    return next((word for word in reversed(living) if numbers(word) <= numbers(bound)), living[-1])


def has_gpu(facts: Facts) -> bool:
    """A GPU that packages compute on: not every display adapter is one."""
    gpu = present(facts.gpu)
    return any(item.vendor in ("nvidia", "amd", "apple") for item in (gpu and present(gpu.devices)) or ())


# The lock file of a tool, and what leads where it is there.
LOCKS = {"uv.lock": "pip", "pixi.lock": "pixi", "poetry.lock": "poetry", "pdm.lock": "pdm"}


def made_with(facts: Facts, platform: str) -> str:
    """The tool that leads: the one whose lock the project has, else what the patient was made with."""
    kinds = [link.kind for link in facts.patient.origin]
    declared = {item.kind for item in facts.project.declarations} if isinstance(facts.project, Project) else set()
    for lock, tool in LOCKS.items():
        if lock in declared:
            return tool
    for kind, tool in ((OriginKind.PIXI, "pixi"), (OriginKind.POETRY, "poetry"), (OriginKind.PDM, "pdm")):
        if kind in kinds:
            return tool
    if any(kind in CONDA_LIKE for kind in kinds):
        return "conda"
    environment = isinstance(facts.prefix.configuration, dict)
    if (
        platform == "linux"
        and not environment
        and (externally_managed(facts) or any(kind in DISTRIBUTED for kind in kinds))
    ):
        return "system"
    has_uv = isinstance(facts.tools, Tools) and "uv" in facts.tools.commands
    by_hand = OriginKind.VENV in kinds or OriginKind.VIRTUALENV in kinds
    return "venv" if by_hand and isinstance(facts.tools, Tools) and not has_uv else "pip"


class Reason:
    """One thing here that speaks for pip or conda: the statement of the guide it rests on, and what was seen."""

    __slots__ = ("says", "statement")

    def __init__(self, statement: str, says: str) -> None:
        self.statement = statement
        self.says = says


def reasons(facts: Facts) -> list[Reason]:
    """What the patient has and needs, as far as it decides between pip and conda."""
    found = []
    kinds = [link.kind for link in facts.patient.origin] + facts.patient.overlays
    if names := [kind for kind in kinds if kind in CLUSTER]:
        found.append(Reason("pkg-1", f"{names[0]} is here: what the site builds for its machines comes first."))
    packed = present(facts.conda)
    installed = {record.name for record in (packed and present(packed.records)) or ()}
    if languages := [word for name, word in OTHER_LANGUAGES.items() if name in installed]:
        found.append(
            Reason(
                "pkg-2",
                f"{', '.join(languages)} is in this environment: conda, or pixi, which take other languages, too.",
            )
        )
    if has_gpu(facts):
        found.append(Reason("pkg-3", "There is a GPU: both bring CUDA today, and neither brings the driver."))
    if libraries := [name for name in LIBRARIES if name in installed]:
        found.append(
            Reason("pkg-3", f"{', '.join(libraries)} came from conda: not Python, and the reason to stay with conda.")
        )
    packages = facts.packages
    conda = any(kind in CONDA_LIKE for kind in kinds)
    if (
        conda
        and isinstance(packages, Packages)
        and any(item.installer in ("pip", "uv") for item in packages.distributions)
    ):
        found.append(
            Reason(
                "pkg-8",
                "pip has installed into this conda environment: let it come last, and keep to packages conda lacks.",
            )
        )
    if not found:
        word = "conda" if conda else "pip and PyPI"
        found.append(Reason("pkg-4", f"Nothing here decides it: stay with what made this environment, {word}."))
    return found


def about_blas(facts: Facts) -> list[str]:
    """The statements on linear algebra that concern this patient: what is installed, then threads."""
    libraries = facts.blas.libraries if isinstance(facts.blas, Blas) else []
    vendors = {library.vendor for library in libraries if library.loaded}
    conda = any(link.kind in CONDA_LIKE for link in facts.patient.origin)
    chosen = ["blas-1"]
    chosen += ["blas-3", "blas-5"] if conda else ["blas-2"]
    if "mkl" in vendors or conda:
        chosen += ["blas-4", "blas-6"]
    return [*chosen, "blas-7", "blas-8", "blas-9"]
