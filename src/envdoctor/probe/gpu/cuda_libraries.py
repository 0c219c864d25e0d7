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
    if not found:
        return []
    world = site.world
    for folder in (*FOLDERS, "/usr/local/cuda/lib64"):
        names = world.names(folder)
        for name in names if isinstance(names, list) else ():
            if re.match(_CUDNN, name):
                real = os.path.basename(os.path.realpath(world.real(f"{folder}/{name}")))
                version = real.partition(".so.")[2]
                found.append(Copy(source="system", owner=folder, soname=name, version=version or None))
    return found


def toolkits(site: Site) -> list[str]:
    """Where a CUDA toolkit lies: conda's, CUDA_HOME's, ``/usr/local/cuda*``, or libcudart in a folder of libraries."""
    world = site.world
    found = [f"conda: {name} {site.conda[name][0]}" for name in ("cudatoolkit", "cuda-cudart") if name in site.conda]
    found += [world.environ[name] for name in ("CUDA_HOME", "CUDA_PATH") if world.environ.get(name)]
    names = world.names("/usr/local")
    if isinstance(names, list):
        found += [f"/usr/local/{name}" for name in names if name.startswith("cuda")]
    folders = [world.real(folder) for folder in FOLDERS] + world.environ.get("LD_LIBRARY_PATH", "").split(":")
    for folder in folders:
        try:
            if folder and any(name.startswith("libcudart.so") for name in os.listdir(folder)):
                found.append(folder)
        except OSError:
            continue
    return found
