"""GPU002: A package is built for a newer CUDA than the NVIDIA driver supports."""

from collections.abc import Iterator

from envdoctor.api import (
    Build,
    Confidence,
    Evidence,
    Finding,
    Gpu,
    Manual,
    Missing,
    NotApplicable,
    Packages,
    Patient,
    Remedy,
    Rule,
    Severity,
    System,
    UnknownFact,
    accelerators,
    check,
    known,
    numbers,
)
from envdoctor_checks.gpu._devices import build_name, visible
from envdoctor_checks.gpu._in_the_way import in_the_way
from envdoctor_checks.gpu._machine import architecture_verdict, cure, machine, none_known

GPU002 = Rule("GPU002", "cuda-newer-than-driver", Severity.ERROR, guide=("pkg-3",))


@check(GPU002, given={"gpu.builds": "no package built for CUDA is installed"})
def cuda_newer_than_driver(gpu: Gpu, system: System, patient: Patient, packages: Packages) -> Iterator[Finding]:
    """By the CUDA version of the libcuda that loads (`cuda-compat` counts), without it by the driver's version.

    Within one major version older drivers run newer builds: nothing is said of that, but where a device needs the
    build's PTX, which an older driver does not compile.
    """
    builds = [build for build in known(gpu.builds) if build.backend == "cuda"]
    if not builds:
        raise NotApplicable("no package built for CUDA is installed")
    devices = visible(gpu)
    offered = known(gpu.cuda_driver_version)
    version = gpu.driver if offered and isinstance(gpu.driver, Missing) else known(gpu.driver)
    if not offered and not version:
        raise NotApplicable("no driver (GPU008)")
    here = machine(gpu, system, patient, devices)
    for build in builds:
        if not isinstance(build.cuda, str):
            continue
        said = accelerators.driver_verdict(build.cuda, here.driver)
        if said is not None and not said.runs:
            yield _too_new(build, here, gpu, packages, "")
        elif compiled := _uncompiled(build, here):
            yield _too_new(build, here, gpu, packages, compiled)
        elif asked := _asks_for(build, here.driver):
            yield _too_new(build, here, gpu, packages, "", asked)
    unread = [build.cuda for build in builds if isinstance(build.cuda, Missing)]
    if unread:
        raise UnknownFact(unread[0].reason)


def _uncompiled(build: Build, here: accelerators.Machine) -> str:
    """The device that would have to compile the build's PTX with this driver, and can't."""
    for capability in here.devices:
        said = architecture_verdict(build, capability, here)
        if said is not None and said.cause == accelerators.PTX:
            return capability
    return ""


def _asks_for(build: Build, have: accelerators.Driver) -> str:
    """The driver that the package's own documents ask for, where this one is older."""
    wanted = _documented(build)
    if not wanted or have.version is None or have.windows:
        return ""
    return wanted if numbers(have.version) < numbers(wanted) else ""


def _documented(build: Build) -> str:
    stem, major = accelerators.stem(build.package), numbers(str(build.cuda))[:1]
    rows = [row for row in accelerators.builds(stem) if row.driver]
    return next((row.driver for row in rows if numbers(row.cuda)[:1] == major), "")


def _too_new(
    build: Build, here: accelerators.Machine, gpu: Gpu, packages: Packages, compiled: str, asked: str = ""
) -> Finding:
    cuda = str(build.cuda)
    ways: list[Remedy] = []
    minimum = _driver_for(build, here, exact=bool(compiled))
    if minimum:
        place = (
            "on Windows, not within WSL" if gpu.wsl else "on the host, not in the container" if gpu.container else ""
        )
        ways.append(Manual(" ".join(filter(None, (f"update the NVIDIA driver to {minimum} or newer", place)))))
    ways += cure(build, here, in_the_way(build, packages))
    title = f"{build.package} is built for CUDA {cuda}, which the NVIDIA driver is too old for"
    why = f"{build.package} finds no usable GPU: it stops with an error, or computes on the processor."
    if compiled:
        title = f"{build.package} has only PTX of CUDA {cuda} for this GPU, which the NVIDIA driver can't compile"
        why = 'Programs stop with "the provided PTX was compiled with an unsupported toolchain".'
    elif asked:
        title = f"{build.package} needs NVIDIA driver {asked} or newer"
    return Finding(
        GPU002,
        build.package,
        (Evidence("build", f"{build_name(build)} for CUDA {cuda}"), Evidence("driver", here.driver.said)),
        title,
        why,
        own_confidence=Confidence.LIKELY if compiled else None,
        remedies=tuple(ways),
        nothing_to_do="" if ways else f"nothing is offered: {none_known(build.package, here)}.",
    )


def _driver_for(build: Build, here: accelerators.Machine, exact: bool) -> str:
    """The driver that would run this very build on one of the devices; empty where none would."""
    cuda = str(build.cuda)
    for capability in here.devices or ("",):
        said = architecture_verdict(build, capability, here, accelerators.Driver()) if capability else None
        if said is not None and not said.runs:
            continue
        wanted = accelerators.driver_that_runs(cuda, [capability] if capability else [], here.driver.windows)
        if wanted and exact:
            wanted = accelerators.driver_for_minor(cuda) or wanted
        if wanted:
            return max(wanted, _documented(build), key=numbers)
    return ""
