"""The packages that bring CUDA: complete, of one piece, and found where they are looked for?"""

import re
from collections.abc import Iterator

from envdoctor.api import (
    Build,
    Collision,
    Confidence,
    Evidence,
    Finding,
    Gpu,
    Install,
    InstallBuild,
    Manual,
    NotApplicable,
    Packages,
    Remedy,
    Replace,
    Rule,
    Severity,
    System,
    UnsetEnv,
    check,
    known,
    table,
)
from envdoctor_checks.gpu import nvidia, usable
from envdoctor_checks.gpu_fit import best_major

_NAME = re.compile(r"[^A-Za-z0-9._-]")

GPU004 = Rule("GPU004", "jax-without-plugin", Severity.WARNING, guide=("pkg-3",))
GPU005 = Rule("GPU005", "nvidia-files-collide", Severity.ERROR, guide=("pkg-3", "pkg-5"), varies=(Severity.WARNING,))
GPU006 = Rule("GPU006", "cuda-library-shadowed", Severity.WARNING, varies=(Severity.INFO,))
GPU009 = Rule("GPU009", "several-cupy", Severity.ERROR, guide=("pkg-5",))
GPU010 = Rule("GPU010", "cudnn-mixed", Severity.WARNING, Confidence.LIKELY, guide=("pkg-8",))
GPU011 = Rule("GPU011", "tensorflow-without-cuda-libraries", Severity.WARNING, guide=("pkg-3",))


def _builds(gpu: Gpu, start: str) -> list[Build]:
    return [build for build in known(gpu.builds) if build.package.startswith(start)]


@check(GPU004)
def jax_without_plugin(gpu: Gpu, packages: Packages, system: System) -> Iterator[Finding]:
    jaxlib = next(iter(_builds(gpu, "jaxlib")), None)
    if jaxlib is None:
        raise NotApplicable("JAX is not installed")
    if system.platform == "win32":
        raise NotApplicable("JAX has no CUDA builds for Windows")
    usable(gpu)
    plugins = [build for build in _builds(gpu, "jax-") if build.backend == "cuda"]
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


@check(GPU005)
def nvidia_files_collide(gpu: Gpu, packages: Packages) -> Iterator[Finding]:
    """True with or without a GPU: the files are damaged, and an import loads them on any machine."""
    collisions = known(gpu.collisions)
    if not gpu.libraries:
        raise NotApplicable("no nvidia-* distribution is installed")
    for item in collisions:
        first, second = item.owners
        libraries = sorted({path.rpartition("/")[2] for path in item.files})
        more = f" and {len(libraries) - 3} more" if len(libraries) > 3 else ""
        evidence = [
            Evidence("own the same files", f"{first}, {second}"),
            Evidence("files", f"{', '.join(libraries[:3])}{more} in {item.files[0].rpartition('/')[0]}"),
        ]
        if item.winner:
            evidence.append(Evidence("on disk now", f"those of {item.winner}"))
        yield Finding(
            GPU005,
            f"{first} and {second}",
            tuple(evidence),
            f"{first} and {second} have overwritten each other's libraries",
            "Both install into one folder: what was installed last is there, removing either removes it for both. "
            + ("The files are the same so far." if item.same else "The other's users load what is not made for them."),
            severity=Severity.WARNING if item.same else None,
            remedies=_disentangle(item, gpu, packages),
        )


def _disentangle(item: Collision, gpu: Gpu, packages: Packages) -> tuple[Remedy, ...]:
    """Take out the one that no installed distribution asks for, and put the other's files back."""
    lines = [line for other in packages.distributions if isinstance(other.requires, list) for line in other.requires]
    asked = {_NAME.split(line, maxsplit=1)[0].replace("_", "-").lower() for line in lines if "extra ==" not in line}
    needed = [owner for owner in item.owners if owner.lower() in asked]
    if len(needed) > 1:
        return (Manual(f"{' and '.join(needed)} are both asked for: put what asks for them into two environments"),)
    keep = needed[0] if needed else item.winner or item.owners[1]
    drop = next(owner for owner in item.owners if owner != keep)
    version = next((wheel.version for wheel in gpu.libraries if wheel.name == keep), None)
    pinned = f"{keep}=={version}" if isinstance(version, str) else keep
    return (
        Replace(
            (drop,), (pinned,), title=f"remove {drop}, which nothing here asks for, then put the files of {keep} back"
        ),
    )


@check(GPU006)
def cuda_library_shadowed(gpu: Gpu) -> Iterator[Finding]:
    """LD_LIBRARY_PATH goes before RUNPATH (JAX, TensorFlow) and after RPATH: man 8 ld.so."""
    if not gpu.libraries:
        raise NotApplicable("no nvidia-* distribution is installed")
    nvidia(gpu)
    certain = [build.package for build in known(gpu.builds) if _by_runpath(build)]
    for folder in dict.fromkeys(item.folder for item in gpu.shadowed):
        items = [item for item in gpu.shadowed if item.folder == folder]
        sonames = ", ".join(item.soname for item in items[:4]) + (" …" if len(items) > 4 else "")
        yield Finding(
            GPU006,
            folder,
            (
                Evidence("LD_LIBRARY_PATH", folder),
                Evidence("libraries", sonames),
                Evidence("brought by", ", ".join(dict.fromkeys(item.wheel for item in items))),
            ),
            f"{folder} on LD_LIBRARY_PATH offers CUDA libraries that wheels bring too",
            f"{' and '.join(certain)} will load them in place of those they were tested with."
            if certain
            else "Which of the two is loaded depends on how a package looks for it.",
            severity=None if certain else Severity.INFO,
            remedies=(UnsetEnv(("LD_LIBRARY_PATH",), title=f"take {folder} out of LD_LIBRARY_PATH"),),
        )


def _by_runpath(build: Build) -> bool:
    return build.backend == "cuda" and (build.package == "tensorflow" or build.package.startswith("jax"))


@check(GPU009)
def several_cupy(gpu: Gpu, packages: Packages) -> Iterator[Finding]:
    found = list(dict.fromkeys(item.name for item in packages.distributions if _is_cupy(item.key)))
    if not found:
        raise NotApplicable("CuPy is not installed")
    if not any(device.vendor in ("nvidia", "amd") for device in known(gpu.devices)):
        raise NotApplicable("no GPU here")
    if len(found) > 1:
        rows = table("gpu")["on_pypi"]
        fitting = [row["requirement"] for row in rows if row["package"] == "cupy" and str(row["major"]) == _major(gpu)]
        wanted = fitting[0] if fitting else found[0]
        yield Finding(
            GPU009,
            "CuPy",
            (Evidence("installed", ", ".join(found)),),
            f"{len(found)} distributions of CuPy are installed: {', '.join(found)}",
            "All of them are the one package `cupy`: they have overwritten each other's files.",
            remedies=(
                Replace(tuple(found), (wanted,), title="remove all of them, then install the one for this driver"),
            ),
        )


def _is_cupy(key: str) -> bool:
    return key == "cupy" or key.startswith(("cupy-cuda", "cupy-rocm"))


def _major(gpu: Gpu) -> str:
    offered = gpu.cuda_driver_version if isinstance(gpu.cuda_driver_version, str) else None
    return str(best_major(offered, gpu.driver if isinstance(gpu.driver, str) else None) or "")


@check(GPU010)
def cudnn_mixed(gpu: Gpu) -> Iterator[Finding]:
    """Only copies with one soname can take each other's place; of one version they are the same."""
    pip = [copy for copy in gpu.cudnn if copy.source == "pip"]
    others = [copy for copy in gpu.cudnn if copy.source != "pip"]
    if not pip:
        raise NotApplicable("no cuDNN from PyPI is installed")
    nvidia(gpu)
    for copy in pip:
        rivals = [item for item in others if item.soname == copy.soname and not _alike(item.version, copy.version)]
        if not rivals:
            continue
        yield Finding(
            GPU010,
            copy.soname,
            (
                Evidence("pip", f"{copy.owner} {copy.version}"),
                *(Evidence(item.source, f"{item.owner} {item.version or ''}".strip()) for item in rivals),
            ),
            f"{copy.soname} is there more than once, in different versions",
            "cuDNN is several libraries that load one another: parts of two versions in one process fail or crash.",
            remedies=(Manual(f"keep one: the wheel {copy.owner}, or the {rivals[0].source}'s"),),
        )


def _alike(one: str | None, other: str | None) -> bool:
    if not one or not other:
        return False
    return one.split(".")[:3] == other.split(".")[:3]


@check(GPU011)
def tensorflow_without_cuda_libraries(gpu: Gpu) -> Iterator[Finding]:
    tensorflow = next((build for build in _builds(gpu, "tensorflow") if build.backend == "cuda"), None)
    if tensorflow is None:
        raise NotApplicable("no TensorFlow with CUDA is installed")
    usable(gpu)
    if tensorflow.build or gpu.toolkits or any("cudnn" in item.name or "cublas" in item.name for item in gpu.libraries):
        return
    yield Finding(
        GPU011,
        "tensorflow",
        (
            Evidence("build", f"tensorflow {tensorflow.version} for CUDA {tensorflow.cuda}"),
            Evidence("CUDA libraries", "neither nvidia-* distributions nor a toolkit"),
        ),
        "TensorFlow is built for CUDA, and the CUDA libraries are not installed",
        'It says "Cannot dlopen some GPU libraries" and computes on the processor.',
        remedies=(Install(("tensorflow[and-cuda]",)),),
    )
