"""What runs where: a device, a driver and a build of a package, and whether the three go together.

Pure; the figures are the tables ``gpu`` and ``gpu_builds``, each row with its source. Rules:
https://docs.nvidia.com/deploy/cuda-compatibility/ (drivers),
https://docs.nvidia.com/cuda/cuda-c-programming-guide/#binary-compatibility (architectures).
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache

from msgspec import Struct

from envdoctor.data import table
from envdoctor.ecosystem.versions import numbers

RUNS = "runs"
LIMITED = "runs with limits"
DOES_NOT_RUN = "does not run"

# Why a build does not run.
DRIVER = "the driver is too old"
OLDER = "the device is older than the build"
NEWER = "the device is newer than the build"
OTHER = "the build has no code for the device"
PTX = "the driver is too old for the build's PTX"

Pair = tuple[int, ...]


class Verdict(Struct, frozen=True):
    """``verdict``: runs, runs with limits, does not run; ``cause`` is one of the constants here where it does not."""

    verdict: str
    reason: str
    cause: str = ""

    @property
    def runs(self) -> bool:
        return self.verdict != DOES_NOT_RUN


class Driver(Struct, frozen=True):
    """NVIDIA's driver: ``cuda`` is what ``cuDriverGetVersion`` says (``cuda-compat`` counts), ``version`` the kernel's."""

    cuda: str | None = None
    version: str | None = None
    windows: bool = False

    @property
    def offers(self) -> Pair | None:
        """The newest CUDA it supports, by its own word, else by its branch; ``None``: not known."""
        if self.cuda and (told := numbers(self.cuda)):
            return told
        found = numbers(self.version or "")
        return cuda_of_branch(found[0]) if found else None

    @property
    def words(self) -> str:
        offers = self.offers
        text = f"driver {self.version}" if self.version else "a driver"
        return f"{text} for CUDA {dotted(offers)}" if offers else text

    @property
    def said(self) -> str:
        """The driver's own words alone, for a row that is headed "driver"."""
        return (self.version or "version unknown") + (f", for CUDA up to {self.cuda}" if self.cuda else "")


class Machine(Struct, frozen=True):
    """What a build has to fit: ``system`` as ``linux-x86_64``, ``python`` as ``3.12`` (empty: not known), capabilities of the devices."""

    system: str
    driver: Driver
    devices: tuple[str, ...] = ()
    python: str = ""


class Offer(Struct, frozen=True):
    """A build that is to be had: a row of the table ``gpu_builds`` for this system.

    ``architectures`` hold from release ``since`` to ``last`` (empty: for all of this CUDA). ``ptx_until`` is the newest
    device that the package's PTX serves in truth.
    """

    package: str
    cuda: str
    last: str
    requirement: str
    source: str
    index: str = ""
    architectures: tuple[str, ...] = ()
    lowest: str = ""
    python: tuple[str, ...] = ()
    driver: str = ""
    seen: str = ""
    systems: tuple[str, ...] = ()
    since: str = ""
    ptx_until: str = ""

    @property
    def major(self) -> int:
        return numbers(self.cuda)[0]


class CudaDriver(Struct, frozen=True):
    """The oldest drivers that run builds for a ``major`` version of CUDA."""

    major: int
    linux: str
    windows: str


class Branch(Struct, frozen=True):
    """The CUDA that a ``branch`` of the driver supports."""

    branch: int
    cuda: str


class Architecture(Struct, frozen=True):
    """Devices of one architecture; ``first`` and ``last`` are branches of the driver that know them (0: none is the last)."""

    name: str
    capabilities: tuple[str, ...]
    first: int
    last: int


class Lowest(Struct, frozen=True):
    """The ``lowest`` compute capability that the compilers of a ``major`` version of CUDA know."""

    major: int
    lowest: str


class Separate(Struct, frozen=True):
    """Devices that run no machine code but their own."""

    capabilities: tuple[str, ...]


class Elsewhere(Struct, frozen=True):
    """Where a build is to be had for a device or a system (``where``) that no index serves, in words.

    ``oldest`` is the oldest device that it serves (empty: any).
    """

    package: str
    where: str
    words: str
    oldest: str = ""


def dotted(pair: Pair) -> str:
    return ".".join(map(str, pair))


def system_name(platform: str, machine: str) -> str:
    """``linux-x86_64``, ``linux-aarch64``, ``win32-x86_64``: one name for what systems call by several."""
    known = {"amd64": "x86_64", "x64": "x86_64", "arm64": "aarch64"}
    word = machine.lower()
    return f"{platform}-{known.get(word, word)}"


# --- the driver ---


def minimum_driver(major: int, windows: bool = False) -> str | None:
    """The oldest driver that runs builds for this CUDA major version; ``None`` where the table does not know it."""
    row = next((row for row in table("gpu", "cuda", CudaDriver) if row.major == major), None)
    return None if row is None else row.windows if windows else row.linux


def cuda_of_branch(branch: int) -> Pair | None:
    """The CUDA that a branch of the driver supports (``570`` and ``572``: 12.8); newer than all known: the newest known."""
    rows = [row for row in table("gpu", "driver", Branch) if row.branch <= branch]
    return numbers(rows[-1].cuda) if rows else None


def driver_verdict(cuda: str, driver: Driver) -> Verdict | None:
    """Whether a build for CUDA ``cuda`` (``13.2``, or only ``13``) runs on this driver; ``None``: can't be said.

    Within one major version older drivers run newer builds, from CUDA 11 on ("minor version compatibility").
    """
    wanted = numbers(cuda)
    if not wanted:
        return None
    offered = numbers(driver.cuda or "")
    if not offered:
        minimum = minimum_driver(wanted[0], driver.windows)
        version = numbers(driver.version or "")
        if not version or minimum is None:
            return None
        if version < numbers(minimum):
            text = f"CUDA {wanted[0]} needs driver {minimum} or newer, and this is {driver.version}"
            return Verdict(DOES_NOT_RUN, text, DRIVER)
        offered = driver.offers or wanted
    said = dotted(offered)
    if wanted[0] > offered[0]:
        return Verdict(DOES_NOT_RUN, f"CUDA {cuda} is newer than the driver's CUDA {said}", DRIVER)
    if wanted[0] == offered[0] and wanted[1:2] > (*offered, 0)[1:2]:
        if wanted[0] < 11:
            text = f"before CUDA 11 every release needs its own driver: {cuda} > {said}"
            return Verdict(DOES_NOT_RUN, text, DRIVER)
        return Verdict(LIMITED, f"CUDA {cuda} on a driver for {said}: the same major version")
    return Verdict(RUNS, f"the driver supports CUDA up to {said}")


def knows(driver: Driver, capability: str) -> Verdict:
    """Whether a driver of this version supports a device at all; a version that is not known is no objection."""
    branch = numbers(driver.version or "")[:1]
    row = architecture(capability)
    if not branch or row is None or driver.windows:
        return Verdict(RUNS, "")
    if branch[0] < row.first:
        return Verdict(DOES_NOT_RUN, f"{row.name} needs driver {row.first} or newer", DRIVER)
    if row.last and branch[0] > row.last:
        return Verdict(DOES_NOT_RUN, f"driver {row.last} is the last one for {row.name}", OLDER)
    return Verdict(RUNS, "")


def architecture(capability: str) -> Architecture | None:
    """The row of a compute capability; ``None`` where the table does not have it."""
    return next((row for row in table("gpu", "architecture", Architecture) if capability in row.capabilities), None)


def driver_that_runs(cuda: str, devices: Iterable[str], windows: bool = False) -> str | None:
    """The oldest driver that runs a build for ``cuda`` on all these devices; ``None`` where there is none."""
    major = numbers(cuda)[:1]
    minimum = minimum_driver(major[0], windows) if major else None
    if minimum is None:
        return None
    branch = numbers(minimum)[0]
    for capability in devices:
        row = architecture(capability)
        if row and row.last and row.last < branch:
            return None
        if row and row.first > branch:
            branch = row.first
    return minimum if branch == numbers(minimum)[0] else str(branch)


def driver_for_minor(cuda: str) -> str | None:
    """The oldest branch of the driver that supports exactly this CUDA (``12.9``: 575), as PTX needs it."""
    rows = table("gpu", "driver", Branch)
    return next((str(row.branch) for row in rows if numbers(row.cuda) >= numbers(cuda)[:2]), None)


# --- the device ---

# Compiled when it is needed: on most machines there is nothing to compare.
_ARCHITECTURE = r"(sm|compute)_(\d+)(\d)([af]?)$"


def architecture_verdict(
    capability: str,
    architectures: Sequence[str],
    cuda: str = "",
    driver: Driver | None = None,
    lowest: str = "",
    ptx_until: str = "",
) -> Verdict | None:
    """Whether a device of this compute capability (``9.0``) finds code for it; ``None`` where nothing tells.

    Machine code (``sm_86``) runs on the same major and an equal or higher minor number; an ``a`` ties it to
    exactly that device, an ``f`` to its family, and Tegra's devices want their own. PTX (``compute_90``) is
    compiled for any equal or newer one, by a driver that is as new as the build's CUDA. A build that lists none
    compiles when it runs, from ``lowest`` on, or from what its CUDA's compilers know. ``ptx_until``: a device newer
    than that fails on this package's PTX.
    """
    device = numbers(capability)
    if len(device) != 2:
        return None
    entries = [match.groups() for word in architectures if (match := re.match(_ARCHITECTURE, word))]
    if not entries:
        return _by_lowest(device, capability, cuda, lowest) if not architectures else None
    alone = any(capability in row.capabilities for row in table("gpu", "separate", Separate))
    late = None
    for kind, major, minor, suffix in entries:
        entry = (int(major), int(minor))
        name = f"{kind}_{major}{minor}{suffix}"
        if entry == device or (
            kind == "sm" and suffix != "a" and not alone and entry[0] == device[0] and entry <= device
        ):
            if kind == "sm" or not _too_old_for_ptx(cuda, driver):
                return Verdict(RUNS, f"{name} runs on compute capability {capability}")
            late = name
        elif kind == "compute" and not suffix and entry <= device and device <= (numbers(ptx_until) or device):
            if not _too_old_for_ptx(cuda, driver):
                return Verdict(RUNS, f"{name} is compiled for compute capability {capability} when it is loaded")
            late = name
    if late:
        return Verdict(DOES_NOT_RUN, f"{late} of CUDA {cuda} can't be compiled by a driver for an older CUDA", PTX)
    pairs = [(int(major), int(minor)) for _, major, minor, _ in entries]
    cause = OLDER if device < min(pairs) else NEWER if device > max(pairs) else OTHER
    return Verdict(DOES_NOT_RUN, f"code for {' '.join(architectures)} only", cause)


def _too_old_for_ptx(cuda: str, driver: Driver | None) -> bool:
    wanted, offered = numbers(cuda), driver.offers if driver else None
    return len(wanted) > 1 and offered is not None and offered < wanted[:2]


def _by_lowest(device: Pair, capability: str, cuda: str, lowest: str) -> Verdict | None:
    """A build without a list of architectures: what its CUDA's compilers still know, or its documents say."""
    major = numbers(cuda)[:1]
    rows = [row.lowest for row in table("gpu", "capability", Lowest) if major and row.major == major[0]]
    bounds = [word for word in (*rows, lowest) if word]
    if not bounds:
        return None
    bound = max(bounds, key=numbers)
    if device < numbers(bound):
        who = f"CUDA {major[0]}" if bound in rows else "it"
        return Verdict(DOES_NOT_RUN, f"{who} begins at compute capability {bound}", OLDER)
    return Verdict(RUNS, f"it compiles its code for compute capability {capability}")


# --- a build on a device and a driver ---


def judge(offer: Offer, capability: str, driver: Driver) -> Verdict:
    """Whether a build runs on this device with this driver; what is not known is no objection."""
    verdicts = [knows(driver, capability), driver_verdict(offer.cuda, driver)]
    if offer.driver and driver.version and not driver.windows and numbers(driver.version) < numbers(offer.driver):
        verdicts.append(Verdict(DOES_NOT_RUN, f"it needs driver {offer.driver} or newer", DRIVER))
    verdicts.append(
        architecture_verdict(
            capability, offer.architectures, offer.cuda, driver, offer.lowest, ptx_until=offer.ptx_until
        )
    )
    known = [item for item in verdicts if item is not None]
    for kind in (DOES_NOT_RUN, LIMITED):
        found = next((item for item in known if item.verdict == kind), None)
        if found:
            return found
    return known[-1]


@cache
def offers(package: str, system: str) -> tuple[Offer, ...]:
    """All builds of a package for CUDA on this system, in the table's order."""
    return tuple(row for row in builds(package) if system in row.systems)


def builds(package: str) -> tuple[Offer, ...]:
    """All builds of a package for CUDA, in the table's order."""
    return tuple(row for row in table("gpu_builds", "build", Offer) if row.package == package)


def comes_from(package: str, version: str, cuda: str, system: str) -> Offer | None:
    """The row that a build which is installed belongs to, by its CUDA's major version and its release."""
    release = numbers(version)[:2]
    rows = [row for row in builds(stem(package)) if numbers(row.cuda)[:1] == numbers(cuda)[:1]]
    here = [row for row in rows if system in row.systems]
    between = [row for row in here if row.since and numbers(row.since)[:2] <= release <= numbers(row.last)[:2]]
    return next(iter(between or [row for row in (here or rows) if not row.since]), None)


def fits(offer: Offer, machine: Machine) -> Verdict:
    """The worst verdict on the devices of this machine, for the newest release that the offer names."""
    if (
        machine.python
        and offer.python
        and not numbers(offer.python[0]) <= numbers(machine.python) <= numbers(offer.python[1])
    ):
        return Verdict(DOES_NOT_RUN, f"it has none for Python {machine.python}", "python")
    found = [judge(offer, capability, machine.driver) for capability in machine.devices]
    if not found:
        said = driver_verdict(offer.cuda, machine.driver)
        found = [said] if said else []
    for kind in (DOES_NOT_RUN, LIMITED):
        worst = next((item for item in found if item.verdict == kind), None)
        if worst:
            return worst
    return found[0] if found else Verdict(RUNS, "")


def newest(package: str, machine: Machine) -> Offer | None:
    """The newest build that runs on every device here; ``None`` where there is none.

    The newest release counts first, then a CUDA that the driver supports without limits, then the newer CUDA.
    """
    able = [
        (numbers(offer.last)[:2], verdict.verdict == RUNS, numbers(offer.cuda), offer)
        for offer in offers(package, machine.system)
        if (verdict := fits(offer, machine)).runs
    ]
    return max(able, key=lambda row: row[:3])[3] if able else None


def best(package: str, machine: Machine) -> tuple[Offer | None, tuple[str, ...]]:
    """As `newest`, and the devices it is for: where no build runs on all, the newest device that one runs on."""
    every = newest(package, machine)
    if every:
        return every, machine.devices
    for capability in sorted(set(machine.devices), key=numbers, reverse=True):
        alone = Machine(machine.system, machine.driver, (capability,), machine.python)
        found = newest(package, alone)
        if found:
            rest = [item for item in machine.devices if judge(found, item, machine.driver).runs]
            return found, tuple(rest)
    return None, ()


def driver_wanted(package: str, machine: Machine) -> tuple[str, Offer] | None:
    """The oldest driver with which a build would run on these devices, and that build; ``None`` where none would."""
    windows = machine.driver.windows
    later = Machine(machine.system, Driver(windows=windows), machine.devices, machine.python)
    for offer in reversed(offers(package, machine.system)):
        wanted = driver_that_runs(offer.cuda, machine.devices, windows) if fits(offer, later).runs else None
        for version in filter(
            None, (max(wanted, offer.driver, key=numbers) if wanted else "", driver_for_minor(offer.cuda))
        ):
            if wanted and fits(offer, Machine(machine.system, Driver(None, version, windows), machine.devices)).runs:
                return version, offer
    return None


def elsewhere(package: str, machine: Machine) -> str:
    """Where a build is to be had for a machine that no index serves, in words; empty where nothing is known."""
    jetson = any(item in ("5.3", "6.2", "7.2", "8.7") for item in machine.devices)
    places = (["jetson"] if jetson and machine.system == "linux-aarch64" else []) + [machine.system]
    rows = table("gpu_builds", "elsewhere", Elsewhere)
    return next(
        (
            row.words
            for place in places
            for row in rows
            if (row.package, row.where) == (package, place)
            and all(numbers(item) >= numbers(row.oldest) for item in machine.devices)
        ),
        "",
    )


def stem(package: str) -> str:
    """The name under which the table has a package: ``cupy-cuda12x`` is cupy, JAX's plug-ins come with jaxlib."""
    if package.startswith(("jax-cuda", "jaxlib")):
        return "jaxlib"
    if package.startswith("cupy"):
        return "cupy"
    return re.sub(r"-cu\d\d$", "", package)
