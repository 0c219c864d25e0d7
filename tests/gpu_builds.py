"""Which build runs on which card with which driver, as a table: ``docs/gpu-builds.md`` is made by it (cog)."""

from collections.abc import Iterator

from envdoctor.ecosystem import accelerators
from envdoctor.ecosystem.accelerators import Driver, Machine, Offer

CARDS = (
    ("Tesla K80 (3.7)", "3.7", "linux-x86_64"),
    ("GeForce GTX 980 (5.2)", "5.2", "linux-x86_64"),
    ("Tesla P100 (6.0)", "6.0", "linux-x86_64"),
    ("GeForce GTX 1080 (6.1)", "6.1", "linux-x86_64"),
    ("Tesla V100 (7.0)", "7.0", "linux-x86_64"),
    ("Tesla T4 (7.5)", "7.5", "linux-x86_64"),
    ("A100 (8.0)", "8.0", "linux-x86_64"),
    ("GeForce RTX 3090 (8.6)", "8.6", "linux-x86_64"),
    ("GeForce RTX 4090 (8.9)", "8.9", "linux-x86_64"),
    ("H100 (9.0)", "9.0", "linux-x86_64"),
    ("GH200, Arm (9.0)", "9.0", "linux-aarch64"),
    ("B200 (10.0)", "10.0", "linux-x86_64"),
    ("GeForce RTX 5090 (12.0)", "12.0", "linux-x86_64"),
    ("GB10, Arm (12.1)", "12.1", "linux-aarch64"),
    ("Jetson Thor, Arm (11.0)", "11.0", "linux-aarch64"),
)
DRIVERS = ("450.80.02", "470.256.02", "525.147.05", "535.104.05", "550.54.14", "570.124.06", "580.95.05", "595.58.03")
PACKAGES = ("torch", "jaxlib", "cupy", "tensorflow", "numba-cuda", "onnxruntime-gpu", "cudf")


def machine(capability: str, system: str, driver: str) -> Machine:
    return Machine(system, Driver(version=driver), (capability,), "3.12")


def usual(package: str, system: str) -> Offer | None:
    """What an index gives without being asked for a CUDA version: its first row."""
    return next(iter(accelerators.offers(package, system)), None)


def cell(package: str, here: Machine) -> str:
    """The verdict on the newest build there is, and the build to take where it does not run."""
    first = usual(package, here.system)
    if first is None:
        return "no build"
    said = accelerators.fits(first, here)
    if said.runs:
        return "runs" if said.verdict == accelerators.RUNS else "runs, limits"
    offer = accelerators.newest(package, here)
    if offer:
        return f"**CUDA {offer.cuda}**: {offer.last}"
    wanted = accelerators.driver_wanted(package, here)
    return f"none: driver {wanted[0]} or newer" if wanted else "none for this GPU"


def rows() -> Iterator[tuple[str, ...]]:
    for name, capability, system in CARDS:
        for driver in DRIVERS:
            here = machine(capability, system, driver)
            known = accelerators.knows(here.driver, capability)
            cells = [cell(package, here) for package in PACKAGES] if known.runs else ["–"] * len(PACKAGES)
            yield (name, driver if known.runs else f"{driver}: {known.reason}", *cells)
