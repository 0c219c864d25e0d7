"""CUDA's own libraries as installed: which files collide, which are shadowed, how many cuDNNs there are."""

import os
import re

from envdoctor.facts.base import Missing
from envdoctor.facts.gpu import Collision, Copy, Shadow
from envdoctor.facts.packages import Distribution
from envdoctor.probe.builds import Site
from envdoctor.probe.gpu_sight import FOLDERS
from envdoctor.world import World

_LIBRARY = re.compile(r"nvidia/.*(?:\.so(?:\.\d+)*|\.dll|\.dylib)$")
_CUDNN = re.compile(r"libcudnn\.so\.\d+$")
Rows = dict[str, tuple[str, str]]  # file below site-packages: hash, size


def of_wheels(site: Site) -> list[tuple[Distribution, Rows]] | Missing:
    """The libraries that each ``nvidia-*`` distribution's RECORD owns."""
    found = []
    for key, item in site.first.items():
        if key.startswith("nvidia-") and item.kind == "dist-info":
            text = site.world.text(f"{item.path}/RECORD")
            if isinstance(text, Missing):
                return text
            if text is not None:  # optional (PEP 627)
                found.append((item, parse_record(text)))
    return found


def parse_record(text: str) -> Rows:
    """The rows of libraries below ``nvidia/``; ``__init__.py`` and compiled Python never count."""
    rows: Rows = {}
    for line in text.splitlines():
        if line.startswith("nvidia/") and (".so" in line or ".d" in line):
            path, _, rest = line.partition(",")
            if _LIBRARY.match(path):
                digest, _, size = rest.partition(",")
                rows[path] = (digest, size)
    return rows


def collisions(world: World, wheels: list[tuple[Distribution, Rows]]) -> list[Collision]:
    """The pairs of distributions that own one library, with all they share."""
    owner: dict[tuple[str, str], tuple[Distribution, Rows]] = {}
    pairs: dict[tuple[str, str], list[tuple[str, Distribution, Rows, Distribution, Rows]]] = {}
    for item, rows in wheels:
        for path in rows:
            place = (item.location, path)
            if place in owner:
                other, others = owner[place]
                pairs.setdefault((other.name, item.name), []).append((path, other, others, item, rows))
            else:
                owner[place] = (item, rows)
    return [
        Collision(
            owners=list(names),
            files=[row[0] for row in shared],
            same=all(others[path][0] == rows[path][0] != "" for path, _, others, _, rows in shared),
            winner=_winner(world, shared),
        )
        for names, shared in pairs.items()
    ]


def _winner(world: World, shared: list[tuple[str, Distribution, Rows, Distribution, Rows]]) -> str | None:
    """Whose file lies there: the one whose size RECORD gives."""
    for path, one, ones, other, others in shared:
        if ones[path][1] == others[path][1]:
            continue
        try:
            size = str(os.stat(world.real(f"{one.location}/{path}")).st_size)
        except OSError:
            return None
        for item, rows in ((one, ones), (other, others)):
            if rows[path][1] == size:
                return item.name
    return None


def shadows(world: World, wheels: list[tuple[Distribution, Rows]]) -> list[Shadow]:
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
                found.append(Shadow(soname=soname, folder=folder, wheel=item.name))
    return found


def cudnn(site: Site, wheels: list[tuple[Distribution, Rows]], prefix: str | None) -> list[Copy]:
    """The cuDNNs of pip, of conda and of the system."""
    found = []
    for item, rows in wheels:
        for path in rows:
            if _CUDNN.search(path) and isinstance(item.version, str):
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
            if _CUDNN.match(name):
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
