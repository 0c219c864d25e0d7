"""GPU004: JAX is installed and a GPU is usable, and JAX has no CUDA plug-in that it would take: it is missing, of
another version, or there are two.
"""

import re
from collections.abc import Iterator, Mapping

from envdoctor.api import (
    Build,
    Evidence,
    Finding,
    Gpu,
    Install,
    NotApplicable,
    Packages,
    Patient,
    Remove,
    Rule,
    Severity,
    System,
    accelerators,
    check,
)
from envdoctor_checks.gpu._devices import builds, usable
from envdoctor_checks.gpu._machine import cure, machine, none_known

GPU004 = Rule("GPU004", "jax-without-plugin", Severity.WARNING, guide=("pkg-3",))


@check(GPU004, given={"gpu.builds": "JAX is not installed"})
def jax_without_plugin(gpu: Gpu, packages: Packages, system: System, patient: Patient) -> Iterator[Finding]:
    """JAX finds a plug-in by its files, and takes it where its version is jaxlib's own."""
    jaxlib = next(iter(builds(gpu, "jaxlib")), None)
    if jaxlib is None:
        raise NotApplicable("JAX is not installed")
    if system.platform == "win32":
        raise NotApplicable("JAX has no CUDA builds for Windows")
    here = machine(gpu, system, patient, usable(gpu))
    plugins = [build for build in builds(gpu, "jax-") if build.backend == "cuda"]
    if not plugins and jaxlib.backend == "cpu" and jaxlib.build is None:
        yield _missing(jaxlib, here)
    versions = {item.key: item.version for item in reversed(packages.distributions)}
    if len(plugins) > 1:
        yield _several(plugins, here)
    elif plugins and _runs(plugins[0], here):
        yield from _unequal(jaxlib, plugins[0], versions)


def _runs(plugin: Build, here: accelerators.Machine) -> bool:
    """Whether its CUDA runs here at all; if not, it is GPU002's or GPU003's, and another one is to be installed."""
    cuda = plugin.cuda if isinstance(plugin.cuda, str) else ""
    row = accelerators.Offer("jaxlib", cuda, "", "", "")
    said = [accelerators.judge(row, item, here.driver) for item in here.devices]
    return not said or any(item.runs for item in said)


def _missing(jaxlib: Build, here: accelerators.Machine) -> Finding:
    ways = cure(jaxlib, here)
    if not ways:
        raise NotApplicable(none_known("jaxlib", here))
    return Finding(
        GPU004,
        "jaxlib",
        (Evidence("installed", f"jaxlib {jaxlib.version}"), Evidence("plug-in", "no jax-cuda…-plugin")),
        "JAX has no CUDA plug-in, and this machine has a GPU it could use",
        "jaxlib by itself knows the CPU only; JAX says so in a warning at most.",
        remedies=ways,
    )


def _several(plugins: list[Build], here: accelerators.Machine) -> Finding:
    """Keep the one whose CUDA is that of the newest build that runs here."""
    offer = accelerators.best("jaxlib", here)[0]
    keep = next((item for item in plugins if offer and str(item.cuda) == offer.cuda), plugins[-1])
    drop = [item.package for item in plugins if item is not keep]
    names = tuple(name for package in drop for name in (package, package.replace("-plugin", "-pjrt")))
    return Finding(
        GPU004,
        "JAX's plug-ins",
        tuple(Evidence("plug-in", f"{item.package} {item.version}") for item in plugins),
        f"JAX has CUDA plug-ins for {len(plugins)} versions of CUDA",
        'Both register under one name, and the second one fails: "PJRT_Api already exists for device type cuda".',
        remedies=(Remove(names, title=f"remove {' and '.join(drop)}: {keep.package} fits this machine"),),
    )


def _unequal(jaxlib: Build, plugin: Build, versions: Mapping[str, object]) -> Iterator[Finding]:
    """jaxlib refuses a CUDA plug-in of another version (``check_plugin_version`` in jaxlib/plugin_support.py)."""
    wanted = versions.get("jax") or jaxlib.version
    again = Install((f"jax[cuda{plugin.cuda}]=={wanted}",)) if isinstance(wanted, str) else None
    told = isinstance(plugin.version, str) and isinstance(jaxlib.version, str)
    if told and _dotted(str(plugin.version)) != _dotted(str(jaxlib.version)):
        yield Finding(
            GPU004,
            plugin.package,
            (
                Evidence("plug-in", f"{plugin.package} {plugin.version}"),
                Evidence("installed", f"jaxlib {jaxlib.version}"),
            ),
            f"{plugin.package} {plugin.version} does not go with jaxlib {jaxlib.version}",
            "jaxlib takes a CUDA plug-in of its own version only; JAX warns once and computes on the processor.",
            remedies=(again,) if again else (),
        )
        return
    other = plugin.package.lower().replace("_", "-").replace("-plugin", "-pjrt")
    found = versions.get(other)
    if plugin.file is not None and found is None:
        return  # the plug-in's files were found, and with them the other half's
    if found is None or (isinstance(found, str) and found != plugin.version):
        yield Finding(
            GPU004,
            plugin.package,
            (Evidence("plug-in", f"{plugin.package} {plugin.version}"), Evidence(other, str(found or "missing"))),
            f"{plugin.package} and {other} are of different versions"
            if found
            else f"{plugin.package} is installed without {other}",
            "The two are halves of one thing, released together; JAX finds no GPU with halves that don't match.",
            remedies=(Install((f"{other}=={plugin.version}",)),),
        )


def _dotted(version: str) -> str:
    """The part of a version that jaxlib compares."""
    match = re.match(r"[0-9]+(?:\.[0-9]+)*", version)
    return match[0] if match else version
