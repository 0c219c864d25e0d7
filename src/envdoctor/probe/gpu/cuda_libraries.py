"""CUDA's own libraries as installed: which are shadowed, how many cuDNNs there are."""

import os
import re

from envdoctor.facts.gpu import Copy, Shadow
from envdoctor.facts.packages import Distribution
from envdoctor.probe.binaries.elf import Elf
from envdoctor.probe.binaries.elf import read as read_elf
from envdoctor.probe.gpu.builds import Site
from envdoctor.probe.gpu.files import FOLDERS
from envdoctor.probe.world import World

_LIBRARY = r"nvidia/.*(?:\.so(?:\.\d+)*|\.dll|\.dylib)$"
_CUDNN = r"libcudnn\.so\.\d+$"
_CUDNN_PART = r"libcudnn(_\w+)?\.so\.\d+$"
# Distributions that load CUDA's libraries, and the file of theirs that does.
USERS = {
    r"tensorflow": r"tensorflow/libtensorflow_framework.so.2",
    r"jax-cuda(\d+)-pjrt": r"jax_plugins/xla_cuda\1/xla_cuda_plugin.so",
    r"torch": r"torch/lib/libtorch_cuda.so",
    r"onnxruntime-gpu": r"onnxruntime/capi/libonnxruntime_providers_cuda.so",
}
Wheels = list[tuple[Distribution, list[str]]]


def of_wheels(site: Site, start: str = "nvidia-") -> Wheels:
    """The libraries that the RECORD of each distribution of NVIDIA's owns; one without a RECORD has none (PEP 627)."""
    found = []
    for key, item in site.first.items():
        if key.startswith(start) and item.kind == "dist-info":
            text = site.world.text(f"{item.path}/RECORD")
            if isinstance(text, str):
                found.append((item, parse_record(text)))
    return found


def parse_record(text: str) -> list[str]:
    """The libraries below ``nvidia/``, by their paths below the distribution's location."""
    lines = [line.partition(",")[0] for line in text.splitlines() if line.startswith("nvidia/")]
    return [path for path in lines if (".so" in path or ".d" in path) and re.match(_LIBRARY, path)]


def by_runpath(site: Site) -> list[str]:
    """The packages whose own library finds CUDA's by RUNPATH (TensorFlow 2.21 does; JAX 0.12, PyTorch 2.15: RPATH)."""
    found = []
    for key, item in site.first.items():
        for package, path in USERS.items():
            match = re.fullmatch(package, key)
            links = read_elf(site.world, f"{item.location}/{match.expand(path)}") if match else None
            if isinstance(links, Elf) and links.late:
                found.append(item.name)
    return found


def shadows(world: World, wheels: Wheels, certain: list[str]) -> list[Shadow]:
    """Libraries of wheels whose soname a folder on LD_LIBRARY_PATH offers too: exact names, other files."""
    folders = [folder for folder in world.environ.get("LD_LIBRARY_PATH", "").split(":") if folder]
    brought = {os.path.basename(path): (item, path) for item, rows in wheels for path in rows}
    found = []
    for folder in dict.fromkeys(folders):
        try:
            names = set(os.listdir(folder))
        except OSError:
            continue
        for soname in sorted(names & brought.keys()):
            item, path = brought[soname]
            if os.path.realpath(f"{folder}/{soname}") != os.path.realpath(world.real(f"{item.location}/{path}")):
                found.append(Shadow(soname=soname, folder=folder, wheel=item.name, certain=certain))
    return found + _preloaded(world, brought)


def _preloaded(world: World, brought: dict[str, tuple[Distribution, str]]) -> list[Shadow]:
    """What LD_PRELOAD puts before every other library of its name (man 8 ld.so: blanks and colons separate)."""
    found = []
    for path in re.split(r"[ :]+", world.environ.get("LD_PRELOAD", "").strip()):
        soname = os.path.basename(path)
        if soname not in brought or not os.path.exists(path):
            continue
        item, own = brought[soname]
        if os.path.realpath(path) != os.path.realpath(world.real(f"{item.location}/{own}")):
            folder = os.path.dirname(path)
            found.append(Shadow(soname=soname, folder=folder, wheel=item.name, certain=[], variable="LD_PRELOAD"))
    return found


def cudnn(site: Site, prefix: str | None) -> list[Copy]:
    """The cuDNNs of pip, of conda and of the system."""
    found = []
    for item, paths in of_wheels(site, "nvidia-cudnn-cu"):
        for path in paths:
            if re.search(_CUDNN, path) and isinstance(item.version, str):
                found.append(Copy(source="pip", owner=item.name, soname=os.path.basename(path), version=item.version))
    for name in ("cudnn", "libcudnn"):
        if name in site.conda:
            version = site.conda[name][0]
            soname = f"libcudnn.so.{version.partition('.')[0]}"
            found.append(Copy(source="conda", owner=f"{prefix}/lib", soname=soname, version=version))
            break
    world = site.world
    torch = site.first.get("torch")
    own = world.names(f"{torch.location}/torch/lib") if torch else None
    bundled = [name for name in own if re.match(_CUDNN, name)] if isinstance(own, list) else []
    found += [Copy(source="torch", owner="torch", soname=name, version=None) for name in bundled]
    if not found:
        return []
    for folder in dict.fromkeys(filter(None, world.environ.get("LD_LIBRARY_PATH", "").split(":"))):
        found += _in_folder(folder)
    for folder in (*FOLDERS, "/usr/local/cuda/lib64"):
        names = world.names(folder)
        for name in names if isinstance(names, list) else ():
            if re.match(_CUDNN, name):
                real = os.path.basename(os.path.realpath(world.real(f"{folder}/{name}")))
                version = real.partition(".so.")[2]
                found.append(Copy(source="system", owner=folder, soname=name, version=version or None))
    return found


def _in_folder(folder: str) -> list[Copy]:
    """cuDNN's libraries in a folder of LD_LIBRARY_PATH, the parts of it that it loads by name among them."""
    try:
        names = sorted(name for name in os.listdir(folder) if re.match(_CUDNN_PART, name))
    except OSError:
        return []
    found = []
    for name in names:
        version = os.path.basename(os.path.realpath(f"{folder}/{name}")).partition(".so.")[2]
        told = version if "." in version else None
        found.append(Copy(source="variable", owner=folder, soname=name, version=told))
    return found


def toolkits(site: Site) -> list[str]:
    """Where a CUDA toolkit lies: conda's, CUDA_HOME's, ``/usr/local/cuda*``, or libcudart in a folder of libraries.

    Where its libcudart is to be seen, the toolkit is named by it: its soname has the major version.
    """
    world = site.world
    found = [f"conda: {name} {site.conda[name][0]}" for name in ("cudatoolkit", "cuda-cudart") if name in site.conda]
    roots = [world.environ[name] for name in ("CUDA_HOME", "CUDA_PATH") if world.environ.get(name)]
    names = world.names("/usr/local")
    if isinstance(names, list):
        roots += [world.real(f"/usr/local/{name}") for name in names if name.startswith("cuda")]
    for root in roots:
        found += _runtimes(f"{root}/lib64") or _runtimes(f"{root}/lib") or ([root] if os.path.isdir(root) else [])
    for folder in (*map(world.real, FOLDERS), *filter(None, world.environ.get("LD_LIBRARY_PATH", "").split(":"))):
        found += _runtimes(folder)
    return list(dict.fromkeys(found))


def _runtimes(folder: str) -> list[str]:
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return sorted(f"{folder}/{name}" for name in names if re.match(r"libcudart\.so\.\d+$", name))
