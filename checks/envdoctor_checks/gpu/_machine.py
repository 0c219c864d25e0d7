"""This machine in the words of the model of what runs where, and the builds that would run on it."""

from collections.abc import Sequence

from envdoctor.api import (
    Build,
    Device,
    Gpu,
    InstallBuild,
    Manual,
    Patient,
    System,
    accelerators,
    as_of,
    minor_of,
)

WORDS = "if {0} is there for the display, hide it from programs: CUDA_VISIBLE_DEVICES names those that they may use"


def driver(gpu: Gpu, system: System) -> accelerators.Driver:
    """The driver as far as it is known."""
    cuda = gpu.cuda_driver_version if isinstance(gpu.cuda_driver_version, str) else None
    version = gpu.driver if isinstance(gpu.driver, str) else None
    return accelerators.Driver(cuda, version, system.platform == "win32")


def capabilities(devices: Sequence[Device]) -> tuple[str, ...]:
    """The compute capabilities that are known, each once."""
    return tuple(dict.fromkeys(item.compute_capability for item in devices if isinstance(item.compute_capability, str)))


def machine(gpu: Gpu, system: System, patient: Patient, devices: Sequence[Device]) -> accelerators.Machine:
    """The machine that a build has to fit; of devices those given."""
    version = patient.version if isinstance(patient.version, str) else ""
    name = accelerators.system_name(system.platform, system.machine)
    python = minor_of(version)
    return accelerators.Machine(name, driver(gpu, system), capabilities(devices), python)


def architecture_verdict(
    build: Build, capability: str, here: accelerators.Machine, driver: accelerators.Driver | None = None
) -> accelerators.Verdict | None:
    """Whether the build has code for the device, with the machine's driver or another one.

    A build that lists none is judged by what its makers list for its release; else it begins where its documents or
    its CUDA begin.
    """
    if not isinstance(build.architectures, list):
        return None
    cuda = build.cuda if isinstance(build.cuda, str) else ""
    version = build.version if isinstance(build.version, str) else ""
    row = accelerators.comes_from(build.package, version, cuda, here.system)
    entries = build.architectures or (list(row.architectures) if row and row.since else [])
    return accelerators.architecture_verdict(
        capability,
        entries,
        cuda,
        driver or here.driver,
        row.lowest if row else "",
        ptx_until=row.ptx_until if row else "",
    )


def cure(build: Build, here: accelerators.Machine, remove: tuple[str, ...] = ()) -> tuple[InstallBuild | Manual, ...]:
    """The newest build that runs on all devices here, judged before it is named; empty where none is known.

    ``remove`` are distributions that would stand in its way.
    """
    stem = accelerators.stem(build.package)
    offer, served = accelerators.best(stem, here)
    if offer is None:
        words = accelerators.elsewhere(stem, here)
        return (Manual(words),) if words else ()
    what = f"{stem} {offer.last}" if offer.index else offer.requirement  # PyPI's release depends on the Python
    title = f"install {what}: the newest build that runs here is for CUDA {offer.cuda}"
    rest = [item for item in here.devices if item not in served]
    ways: list[InstallBuild | Manual] = [InstallBuild(stem, offer.cuda, title, offer.last, remove)]
    if rest:
        ways.append(Manual(WORDS.format("the GPU of compute capability " + " and ".join(rest))))
    return tuple(ways)


def none_known(package: str, here: accelerators.Machine) -> str:
    """Why nothing is offered, for a person who would have liked a command."""
    where = " ".join(filter(None, (here.system.replace("-", " "), f"Python {here.python}" if here.python else "")))
    date = as_of("gpu_builds")
    devices = " and ".join(here.devices) or "unknown"
    return (
        f"no build of {accelerators.stem(package)} that was known on {date} runs here "
        f"(compute capability {devices}, {here.driver.words}, {where})"
    )
