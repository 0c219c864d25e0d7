"""What was built to go with one torch, one CUDA or one cuDNN: extensions, and what each says of what it was built for.

By the local part of a version (``0.21.0+cu126``, ``2.7.4.post1+cu12torch2.6cxx11abiFALSE``, ``2.1.2+pt26cu124``), by
``xformers/cpp_lib.json`` and bitsandbytes' binaries, and by the libraries of CUDA's that a file is linked to (NEEDED).
"""

import os
import re

from msgspec import structs

from envdoctor.facts.gpu import Companion
from envdoctor.facts.packages import Distribution
from envdoctor.privacy.lazy import pattern
from envdoctor.probe.binaries.elf import Elf
from envdoctor.probe.binaries.elf import read as read_elf
from envdoctor.probe.gpu.builds import Site, constant_version
from envdoctor.probe.gpu.files import FOLDERS

MOST_FILES = 6  # of one distribution: what one file of it is linked to, the others are, too
_CUDA_LIBRARY = pattern(
    r"lib(cudart|cublas|cublasLt|cudnn|cufft|curand|cusparse|cusolver|nvrtc|nvJitLink|cupti|nccl)\.so\.\d+$"
)
_LOCAL_CUDA = pattern(r"cu(?:da)?(\d{2})(\d)?(?!\d)")
_LOCAL_TORCH = pattern(r"(?:torch|pt)(\d)\.?(\d{1,2})")
_BINARY = pattern(r"libbitsandbytes_cuda(\d{2})(\d)")
_OWN = pattern(r"(torch|triton)$|(jaxlib|jax-|tensorflow|tf-|cupy|nvidia-|cuda-|cudf|cuml|rmm|libcu|pylibcu|librmm)")
FAMILY = ("torchvision", "torchaudio", "torchtext", "torchcodec")
# Users of CUDA's libraries that don't ask for torch.
LINKED = ("onnxruntime-gpu", "ctranslate2", "faiss-gpu", "sgl-kernel", "pycuda", "llama-cpp-python")


def read(site: Site) -> list[Companion]:
    """One row for each distribution that tells of a torch or a CUDA it was built for; nothing where neither is there."""
    found = []
    here: set[str] | None = None
    for key, item in site.first.items():
        if _OWN.match(key) or item.kind != "dist-info":
            continue
        requires = [line.replace(" ", "") for line in item.requires] if isinstance(item.requires, list) else []
        asks = [line for line in requires if re.match(r"torch(?![\w.-])", line)]
        local = _local(site, item)
        if not asks and "cu" not in local and not key.startswith(LINKED) and key not in FAMILY:
            continue
        linked = _linked(site, item)
        if linked and here is None:
            here = _libraries(site)
        row = _row(site, item, local, asks, sorted(linked - here if here is not None else ()))
        if key in FAMILY and not row.cuda and not row.cpu and linked:  # nothing but what it is linked to tells
            row = structs.replace(
                row, cuda=next((word.rpartition(".")[2] for word in linked if "cudart" in word), None)
            )
        if row.cuda or row.torch or row.missing or row.binaries or row.cpu or key in FAMILY:
            found.append(row)
    return found


def _row(site: Site, item: Distribution, local: str, asks: list[str], missing: list[str]) -> Companion:
    cuda, torch = parse_local(local)
    binaries: list[str] = []
    if item.key == "xformers":
        said = site.world.text(f"{item.location}/xformers/cpp_lib.json", 100_000)
        cuda, torch = parse_cpp_lib(said) if isinstance(said, str) else (cuda, torch)
    elif item.key == "bitsandbytes":
        names = site.world.names(f"{item.location}/bitsandbytes")
        found = [_BINARY.match(name) for name in names] if isinstance(names, list) else []
        binaries = [f"{match[1]}.{match[2]}" for match in found if match]
    if any(line.startswith("torch>=") for line in asks) and item.key not in FAMILY:
        torch = None  # built for torch's stable interface: newer ones will do
    return Companion(
        package=item.name,
        version=item.version,
        cuda=cuda,
        torch=torch,
        cpu=local == "cpu" and item.key in FAMILY,
        missing=missing,
        binaries=binaries,
    )


def parse_local(local: str) -> tuple[str | None, str | None]:
    """CUDA and torch in the local part of a version: ``cu124`` is 12.4, ``cu12torch2.6`` is 12 and 2.6."""
    cuda, torch = _LOCAL_CUDA.search(local), _LOCAL_TORCH.search(local)
    version = ".".join(filter(None, cuda.groups())) if cuda else None
    return version, f"{torch[1]}.{torch[2]}" if torch else None


def parse_cpp_lib(text: str) -> tuple[str | None, str | None]:
    """CUDA (1208 is 12.8) and torch in xformers' own record of its build."""
    import json

    try:
        version = json.loads(text)["version"]
        number, torch = version.get("cuda"), version.get("torch")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None, None
    cuda = f"{number // 100}.{number % 100}" if isinstance(number, int) else None
    return cuda, torch.partition("+")[0] if isinstance(torch, str) else None


def _local(site: Site, item: Distribution) -> str:
    """The local part of the version, of torch's family as its own module says it: PyPI's metadata has none."""
    version = item.version if isinstance(item.version, str) else ""
    if "+" not in version and item.key in FAMILY:
        version = constant_version(site, f"{item.location}/{item.key}/version.py") or version
    return version.partition("+")[2].lower()


def _linked(site: Site, item: Distribution) -> set[str]:
    """The libraries of CUDA's that some files of the distribution are linked to."""
    text = site.world.text(f"{item.path}/RECORD")
    if not isinstance(text, str) or ".so" not in text:
        return set()
    paths = [line.partition(",")[0] for line in text.splitlines() if ".so," in line]
    found: set[str] = set()
    for path in sorted(paths, key=len)[:MOST_FILES]:
        links = read_elf(site.world, f"{item.location}/{path}")
        if isinstance(links, Elf):
            found.update(name for name in links.needed if _CUDA_LIBRARY.match(name))
    brings = {os.path.basename(line.partition(",")[0]) for line in text.splitlines() if ".so." in line}
    return found - brings


def _libraries(site: Site) -> set[str]:
    """The names of all libraries that a program of this environment could find."""
    from envdoctor.probe.gpu.cuda_libraries import of_wheels

    world = site.world
    found = {os.path.basename(path) for _, rows in of_wheels(site) for path in rows}
    folders = [world.real(folder) for folder in (*FOLDERS, "/usr/local/cuda/lib64")]
    folders += [folder for folder in world.environ.get("LD_LIBRARY_PATH", "").split(":") if folder]
    folders += [f"{item.location}/torch/lib" for key, item in site.first.items() if key == "torch"]
    folders += [site.library] if site.library else []
    for folder in folders:
        try:
            found.update(os.listdir(folder))
        except OSError:
            continue
    cache = world.read("/etc/ld.so.cache")
    if isinstance(cache, bytes):
        found.update(word.decode("ascii", "replace") for word in re.findall(rb"lib[\w.-]+\.so\.\d+", cache))
    return found
