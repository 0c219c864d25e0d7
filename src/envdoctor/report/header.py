"""Who the patient is, in a few lines: shared by everything that is read by people."""

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.origins import IMAGES, called
from envdoctor.ecosystem.prefixes import OWN_ENVIRONMENT, for_want_of_another
from envdoctor.ecosystem.threads import counted
from envdoctor.ecosystem.units import plural
from envdoctor.facts import Blas, Cpu, Device, Facts, Gpu, Missing, Project
from envdoctor.facts.blas import NOT_ASKED

IMPLEMENTATIONS = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}
# As their makers write them.
VENDORS = {
    "openblas": "OpenBLAS",
    "mkl": "MKL",
    "blis": "BLIS",
    "accelerate": "Accelerate",
    "netlib": "Netlib BLAS",
    "atlas": "ATLAS",
    "armpl": "Arm Performance Libraries",
    "nvpl": "NVPL",
    "flexiblas": "FlexiBLAS",
}
# What people ask for first, in this order.
STACK = (
    *("numpy", "scipy", "pandas", "matplotlib", "scikit-learn", "numba", "polars", "pyarrow", "xarray", "dask", "h5py"),
    *(
        "torch",
        "tensorflow",
        "jax",
        "jaxlib",
        "cupy",
        "mkl",
        "jupyterlab",
        "notebook",
        "ipykernel",
        "pip",
        "uv",
        "conda",
    ),
)
MOST_BUILDS = 4  # in one line
SYSTEMS = {"linux": "Linux", "darwin": "macOS", "win32": "Windows"}


def title(version: str, facts: Facts, home: str = "", system: bool = True) -> str:
    """``envdoctor 0.1.0 · ~/fit/.venv/bin/python · CPython 3.12.1 · Linux x86_64``; ``home`` reads ``~``."""
    patient = facts.patient
    implementation = patient.implementation if isinstance(patient.implementation, str) else "Python"
    number = patient.version if isinstance(patient.version, str) else "(version unknown)"
    where = patient.executable or patient.prefix or "?"
    if below := paths.relative(where, home):
        where = paths.join("~\\" if paths.windows(home) else "~", below)
    parts = [f"envdoctor {version}", where]
    parts.append(f"{IMPLEMENTATIONS.get(implementation, implementation)} {number}")
    if system and not isinstance(facts.system, Missing):
        parts.append(f"{SYSTEMS.get(facts.system.platform, facts.system.platform)} {facts.system.machine}")
    return " · ".join(parts)


def rows(facts: Facts) -> list[tuple[str, str]]:
    """Label and value of the header's lines."""
    chain = " on ".join(called(link) for link in facts.patient.origin) or "unknown"
    around = "".join(f", {overlay}" for overlay in facts.patient.overlays)
    lines = [("Python", f"{chain}{around}  (chosen: {facts.patient.chosen}{_another(facts)})")]
    lines.append(("BLAS", _blas(counted(facts))))
    lines.append(("CPUs", _cpus(facts.cpu)))
    if gpu := _gpu(facts.gpu):
        lines.append(("GPU", gpu))
    return lines


def _another(facts: Facts) -> str:
    """How to have another Python examined, where nobody chose this one; empty where somebody did."""
    patient = facts.patient
    if not for_want_of_another(patient.chosen) and ", one of " not in patient.chosen:
        return ""
    found = "; no environment of this project was found" if environment_not_found(facts) else ""
    return f"{found}; another one: envdoctor check PATH"


def environment_not_found(facts: Facts) -> bool:
    """Whether a project that lists what it needs is here, and what was examined stands for its environment only for
    want of one; in an image (a container, Colab) the Python that is there is the environment."""
    patient = facts.patient
    if (
        not for_want_of_another(patient.chosen)
        or not isinstance(facts.project, Project)
        or not facts.project.declarations
    ):
        return False
    return patient.chosen == OWN_ENVIRONMENT or not any(overlay in IMAGES for overlay in patient.overlays)


def _blas(blas: Blas | Missing) -> str:
    if isinstance(blas, Missing):
        return f"? ({blas.reason})"
    if not blas.libraries and not isinstance(blas.numpy_uses, str):
        return f"? ({blas.examined.reason})" if isinstance(blas.examined, Missing) else "–"
    parts = []
    pools = {library.threads for library in blas.libraries}
    each = pools.pop() if len(pools) == 1 and len(blas.libraries) > 1 else None
    for library in blas.libraries:
        words = [VENDORS.get(library.vendor, library.vendor)]
        if isinstance(library.version, str):
            # PyPI's builds count on behind OpenBLAS's own three numbers.
            words.append(".".join(library.version.split(".")[:3]))
        if isinstance(each, int):
            pass
        elif isinstance(library.threads, int):
            words.append(f"· {plural(library.threads, 'thread')}")
        elif not library.loaded:
            words.append("· not loaded")
        if library.used_by:
            words.append(f"({', '.join(library.used_by)})")
        parts.append(" ".join(words))
    if isinstance(each, int):
        parts[-1] += f" · {plural(each, 'thread')} each"
    if isinstance(blas.numpy_uses, str):
        parts.append(f"NumPy uses {blas.numpy_uses}")
    elif isinstance(blas.numpy_uses, Missing) and blas.numpy_uses != NOT_ASKED:
        parts.append(f"NumPy uses ? ({blas.numpy_uses.reason})")
    return " │ ".join(parts)


def _cpus(cpu: Cpu | Missing) -> str:
    if isinstance(cpu, Missing):
        return f"? ({cpu.reason})"
    if cpu.usable == cpu.logical:
        return f"{cpu.usable} usable"
    why = "cgroup quota" if isinstance(cpu.quota, float) and cpu.usable < cpu.affinity else "affinity"
    return f"{cpu.usable} usable of {cpu.logical} ({why})"


def _gpu(gpu: Gpu | None | Missing) -> str:
    """Devices, driver and builds; empty where there is nothing to tell."""
    if gpu is None:
        return ""
    if isinstance(gpu, Missing):
        return f"? ({gpu.reason})"
    parts = [f"? ({gpu.devices.reason})"] if isinstance(gpu.devices, Missing) else _devices(gpu.devices)
    if isinstance(gpu.driver, str):
        from envdoctor.ecosystem.accelerators import Driver

        cuda = gpu.cuda_driver_version
        parts.append(Driver(cuda if isinstance(cuda, str) else None, gpu.driver).words)
    builds = gpu.builds if isinstance(gpu.builds, list) else []
    plugged = any(build.package.startswith("jax-") for build in builds)
    told = [build for build in builds if not (plugged and build.package == "jaxlib")]
    for build in told[:MOST_BUILDS]:
        version = f" {build.version.partition('+')[0]}" if isinstance(build.version, str) else ""
        what = f"CUDA {build.cuda}" if isinstance(build.cuda, str) else build.backend
        parts.append(f"{build.package}{version} for {'?' if isinstance(what, Missing) else what}")
    if len(told) > MOST_BUILDS:
        parts.append(f"{len(told) - MOST_BUILDS} more")
    return " · ".join(parts)


def _devices(devices: list[Device]) -> list[str]:
    names = [item.name if isinstance(item.name, str) else f"{item.vendor} GPU" for item in devices]
    return [f"{names.count(name)} × {name}" if names.count(name) > 1 else name for name in dict.fromkeys(names)]


def stack(facts: Facts) -> list[tuple[str, str]]:
    """Name and version of the packages that people ask for first, as far as they are there."""
    if isinstance(facts.packages, Missing):
        return []
    found: dict[str, str] = {}
    for item in facts.packages.distributions:  # of two with one name the first is imported
        found.setdefault(item.key, str(item.version) if isinstance(item.version, str) else "?")
    return [(name, found[name]) for name in STACK if name in found]


def pools(facts: Facts) -> list[tuple[str, int]]:
    """Name and threads of every pool of threads that starts with its library."""
    blas = counted(facts)
    if isinstance(blas, Missing):
        return []
    found = []
    for library in blas.libraries:
        if library.loaded and isinstance(library.threads, int):
            users = f" ({', '.join(library.used_by)})" if library.used_by else ""
            found.append((f"{VENDORS.get(library.vendor, library.vendor)}{users}", library.threads))
    runtimes = blas.openmp if isinstance(blas.openmp, list) else []
    return found + [(it.runtime, it.threads) for it in runtimes if it.loaded and isinstance(it.threads, int)]


def chain(facts: Facts) -> list[tuple[str, str, list[str]]]:
    """Who made the environment, and the Python below it: its name, its folder and how that is known."""
    return [(called(link), link.prefix or "", link.evidence) for link in facts.patient.origin]


def disk(facts: Facts) -> list[tuple[str, int]]:
    """Name and bytes of what was put into conda's base, the largest first; none where base is not examined."""
    conda = facts.conda
    if conda is None or isinstance(conda, Missing) or conda.base is None or isinstance(conda.base, Missing):
        return []
    added, records = conda.base.added, conda.records
    if isinstance(added, Missing) or isinstance(records, Missing):
        return []
    sizes = {record.name: record.bytes for record in records if record.bytes}
    return sorted(((name, sizes[name]) for name in added if name in sizes), key=lambda pair: -pair[1])
