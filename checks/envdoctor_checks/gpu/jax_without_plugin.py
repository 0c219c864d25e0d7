"""GPU004: JAX is installed and a GPU is usable, but `jax-cuda12-plugin` or `jax-cuda13-plugin` is missing."""

from collections.abc import Iterator

from envdoctor.api import (
    Evidence,
    Finding,
    Gpu,
    Install,
    InstallBuild,
    NotApplicable,
    Packages,
    Rule,
    Severity,
    System,
    check,
)
from envdoctor_checks.gpu._devices import builds, usable
from envdoctor_checks.gpu._fit import best_major

GPU004 = Rule("GPU004", "jax-without-plugin", Severity.WARNING, guide=("pkg-3",))


@check(GPU004)
def jax_without_plugin(gpu: Gpu, packages: Packages, system: System) -> Iterator[Finding]:
    jaxlib = next(iter(builds(gpu, "jaxlib")), None)
    if jaxlib is None:
        raise NotApplicable("JAX is not installed")
    if system.platform == "win32":
        raise NotApplicable("JAX has no CUDA builds for Windows")
    usable(gpu)
    plugins = [build for build in builds(gpu, "jax-") if build.backend == "cuda"]
    if not plugins and jaxlib.backend == "cpu" and jaxlib.build is None:
        driver = gpu.driver if isinstance(gpu.driver, str) else None
        offered = gpu.cuda_driver_version if isinstance(gpu.cuda_driver_version, str) else None
        major = best_major(offered, driver)
        yield Finding(
            GPU004,
            "jaxlib",
            (Evidence("installed", f"jaxlib {jaxlib.version}"), Evidence("plug-in", "no jax-cuda…-plugin")),
            "JAX has no CUDA plug-in, and this machine has a GPU it could use",
            "jaxlib by itself knows the CPU only; JAX says so in a warning at most.",
            remedies=(InstallBuild("jaxlib", str(major) if major else ""),),
        )
    versions = {item.key: item.version for item in reversed(packages.distributions)}
    for plugin in plugins:
        other = plugin.package.lower().replace("_", "-").replace("-plugin", "-pjrt")
        found = versions.get(other)
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
