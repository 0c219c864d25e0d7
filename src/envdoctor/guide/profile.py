"""The patient as somebody with a way to go: its system, its GPU, what it was made with, and what speaks for pip or for conda here."""

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.distros import linux_family
from envdoctor.ecosystem.origins import CONDA_LIKE, DISTRIBUTED, SITES, Overlay
from envdoctor.ecosystem.pythons import living_pythons
from envdoctor.facts import Blas, Facts, Missing, Packages, Project, present
from envdoctor.fixes.target import externally_managed
from envdoctor.guide.routes import Profile

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
    return Profile(
        system=platform,
        level=level,
        gpu=has_gpu(facts) if gpu is None else gpu,
        prefer=prefer or made_with(facts, platform),
        machine={"arm64": "aarch64"}.get(machine, machine) if platform == "linux" else machine,
        family=family.value if family else "",
        python=living[-2] if len(living) > 1 else living[-1],
        cuda=cuda_of(facts),
        name=name.replace(" ", "-") or "work",
    )


def has_gpu(facts: Facts) -> bool:
    gpu = present(facts.gpu)
    return bool(gpu and present(gpu.devices))


def cuda_of(facts: Facts) -> str:
    """The CUDA version that the driver bears; the oldest that builds are made for where it is unknown."""
    gpu = present(facts.gpu)
    return (gpu and present(gpu.cuda_driver_version)) or "12"


def made_with(facts: Facts, platform: str) -> str:
    kinds = [link.kind for link in facts.patient.origin]
    if any(kind in CONDA_LIKE for kind in kinds):
        return "conda"
    environment = isinstance(facts.prefix.configuration, dict)
    if (
        platform == "linux"
        and not environment
        and (externally_managed(facts) or any(kind in DISTRIBUTED for kind in kinds))
    ):
        return "system"
    return "pip"


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
