"""A cure, once it has been followed, is judged by the rules that asked for it: none may speak again."""

import re
from collections.abc import Sequence
from typing import Any

import pytest

from envdoctor.ecosystem import accelerators
from envdoctor.engine.remedies import InstallBuild, Manual, Remove, Replace
from envdoctor.facts import Build, Device, Gpu, Packages, System
from envdoctor.fixes.builds import chosen
from envdoctor.testing import changed as _changed
from envdoctor.testing import distribution, gpu, nvidia_device, outcome, packages, patient
from envdoctor_checks.gpu import CHECKS
from tests.gpu_builds import CARDS, DRIVERS, PACKAGES, machine, usual

NAMES = {
    "jaxlib": "jax-cuda{major}-plugin",
    "cupy": "cupy-cuda{major}x",
    "cudf": "cudf-cu{major}",
}


def changed(place: Gpu, **changes: Any) -> Gpu:
    again: Gpu = _changed(place, **changes)
    return again


def built_from(offer: accelerators.Offer) -> list[Build]:
    """What a probe reads once this offer is installed."""
    name = NAMES.get(offer.package, offer.package).format(major=offer.major)
    listed = [] if offer.package == "onnxruntime-gpu" else list(offer.architectures)  # its wheels list none
    build = Build(package=name, version=offer.last, cuda=offer.cuda, architectures=listed, backend="cuda")
    alone = Build(package="jaxlib", version=offer.last, cuda=None, architectures=[], backend="cpu")
    return [alone, build] if offer.package == "jaxlib" else [build]


def said(place: Gpu, system: System, installed: Packages | None = None) -> list[Any]:
    """The findings of all rules of this family."""
    built = place.builds if isinstance(place.builds, list) else []
    halves = [item for item in built if item.package.startswith("jax-")]
    pairs = [distribution(item.package.replace("plugin", "pjrt"), str(item.version)) for item in halves]
    sections: dict[str, Any] = {"gpu": place, "system": system, "packages": installed or packages(*pairs)}
    sections["patient"] = patient(version="3.12.4")
    return [item for check in CHECKS for item in outcome(check, **sections).findings]


def after(place: Gpu, remedy: Any, system: System) -> Gpu | None:
    """The facts once the remedy has been followed; ``None`` for one whose effect can't be foretold."""
    built: list[Build] = place.builds if isinstance(place.builds, list) else []
    if isinstance(remedy, InstallBuild):
        offer = chosen(remedy, accelerators.system_name(system.platform, system.machine))
        assert offer is not None, remedy
        others = [item for item in built if accelerators.stem(item.package) != offer.package]
        return changed(place, builds=[*others, *built_from(offer)], libraries=place.libraries)
    if isinstance(remedy, Remove):
        return changed(place, builds=[item for item in built if item.package not in remedy.names])
    if isinstance(remedy, Replace):
        offers = accelerators.offers("cupy", accelerators.system_name(system.platform, system.machine))
        offer = next(item for item in offers if item.requirement.partition("[")[0] == remedy.install[0])
        return changed(place, builds=[*(item for item in built if "cupy" not in item.package), *built_from(offer)])
    if isinstance(remedy, Manual) and (
        match := re.match(r"update the NVIDIA driver to (\S+) or newer(, then)?", remedy.title)
    ):
        cuda = accelerators.cuda_of_branch(int(match[1].partition(".")[0]))
        later = changed(place, driver=match[1], cuda_driver_version=accelerators.dotted(cuda or ()))
        if match[2]:
            wanted = re.search(r"install a build of (\S+) for CUDA ([\d.]*\d)", remedy.title)
            assert wanted
            return after(later, InstallBuild(wanted[1], wanted[2]), system)
        return later
    if isinstance(remedy, Manual) and "hide it from programs" in remedy.title:
        return changed(
            place, devices=[_changed(item, hidden=_is_meant(item, remedy.title)) for item in _devices(place)]
        )
    return None


def _devices(place: Gpu) -> list[Device]:
    return place.devices if isinstance(place.devices, list) else []


def _is_meant(device: Device, title: str) -> bool:
    return str(device.compute_capability) in title or str(device.name) in title


def cards(*capabilities: str) -> list[Device]:
    return [nvidia_device(f"card {number} of {word}", word) for number, word in enumerate(capabilities)]


def place(devices: Sequence[Device], builds: list[Build], driver: str) -> Gpu:
    cuda = accelerators.cuda_of_branch(int(driver.partition(".")[0]))
    libraries: list[Any] = []
    return gpu(
        *devices,
        builds=builds,
        driver=driver,
        cuda_driver_version=accelerators.dotted(cuda or ()),
        libraries=libraries,
        toolkits=["/usr/local/cuda"],
    )


def wrong_builds(package: str, system: str) -> list[list[Build]]:
    """What may be installed: each build there is, and the one for the processor."""
    found = [built_from(offer) for offer in accelerators.offers(package, system)]
    if package in ("torch", "tensorflow", "jaxlib"):
        found.append([Build(package=package, version="1.0+cpu", cuda=None, architectures=[], backend="cpu")])
    return found


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card[0])
def test_every_cure_that_is_named_cures(card: tuple[str, str, str]) -> None:
    """Each card, each driver that knows it, each package, each build of it: findings, cures, and silence after them."""
    _, capability, system = card
    here = System(platform=system.partition("-")[0], machine=system.partition("-")[2])
    tried = 0
    for driver in DRIVERS:
        if not accelerators.knows(accelerators.Driver(version=driver), capability).runs:
            continue
        for package in PACKAGES:
            for builds in wrong_builds(package, system):
                before = place(cards(capability), builds, driver)
                for finding in said(before, here):
                    assert finding.remedies or finding.nothing_to_do, finding
                    for remedy in finding.remedies:
                        later = after(before, remedy, here)
                        if later is not None:
                            tried += 1
                            again = [item.title for item in said(later, here)]
                            assert again == [], (driver, package, finding.title, remedy)
    assert tried > 5


@pytest.mark.parametrize(
    ("capabilities", "driver"),
    [
        (("7.0", "12.0"), "570.124.06"),
        (("7.0", "12.0"), "580.95.05"),
        (("6.1", "12.0"), "570.124.06"),
        (("6.1", "12.0"), "580.95.05"),
        (("6.1", "8.9"), "535.104.05"),
        (("6.1", "8.9"), "580.95.05"),
        (("7.0", "9.0"), "535.104.05"),
        (("7.0", "9.0"), "580.95.05"),
    ],
)
def test_with_two_different_cards_the_cures_together_serve_both_or_hide_one(
    capabilities: tuple[str, str], driver: str
) -> None:
    here = System(platform="linux", machine="x86_64")
    for package in PACKAGES:
        for builds in wrong_builds(package, "linux-x86_64"):
            followed = before = place(cards(*capabilities), builds, driver)
            for finding in said(before, here):
                for remedy in finding.remedies:
                    if not (isinstance(remedy, Manual) and "update the NVIDIA driver" in remedy.title):  # the other way
                        followed = after(followed, remedy, here) or followed
            if followed is not before:
                assert [item.title for item in said(followed, here)] == [], (package, builds[-1].cuda)


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card[0])
def test_every_row_of_the_table_in_the_documents_is_judged_by_the_rules(card: tuple[str, str, str]) -> None:
    """ "runs" is silent, and so is what the table names where the newest build does not run."""
    _, capability, system = card
    here = System(platform=system.partition("-")[0], machine=system.partition("-")[2])
    for driver in DRIVERS:
        if not accelerators.knows(accelerators.Driver(version=driver), capability).runs:
            continue
        for package in PACKAGES:
            at = machine(capability, system, driver)
            first, offer = usual(package, system), accelerators.newest(package, at)
            if first is not None:
                found = said(place(cards(capability), built_from(first), driver), here)
                assert bool(found) != accelerators.fits(first, at).runs, (driver, package)
            if offer is not None:
                assert said(place(cards(capability), built_from(offer), driver), here) == []


def test_two_cupys_are_replaced_by_one_that_runs_on_the_card() -> None:
    """A V100 has no code in CuPy's wheels for CUDA 13, whatever the driver."""
    here = System(platform="linux", machine="x86_64")
    both = packages(distribution("cupy-cuda12x", "13.6.0"), distribution("cupy-cuda13x", "14.2.0"))
    before = place(cards("7.0"), [], "580.95.05")
    (finding,) = said(before, here, both)
    later = after(before, finding.remedies[0], here)
    assert later is not None
    assert said(later, here, packages(distribution("cupy-cuda12x", "14.2.0"))) == []
