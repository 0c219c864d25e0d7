"""What packages were built for, from trees shaped after the wheels on PyPI (torch 2.15.0, tensorflow 2.21.0, …)."""

import struct
import time
from pathlib import Path

import pytest

from envdoctor.facts import Build, Distribution, Gpu, Missing, System
from envdoctor.probe.gpu.architectures import compiled_into
from envdoctor.probe.gpu.conda_builds import parse_build_string
from envdoctor.probe.gpu.constants import constants
from envdoctor.probe.gpu.cuda_libraries import parse_record
from envdoctor.probe.world import World
from envdoctor.testing import distribution
from tests.support.accelerators import examine, world
from tests.support.patients import write

SITE = "/env/lib/python3.12/site-packages"
TORCH = """from typing import Optional

__all__ = ['__version__', 'debug', 'cuda', 'git_version', 'hip', 'rocm', 'xpu']
__version__ = '2.15.0+{local}'
debug = False
cuda: Optional[str] = {cuda}
git_version = 'd0f2af8b66b20da4baa50644c0cd3f887a2eae2e'
hip: Optional[str] = {hip}
rocm: Optional[str] = {hip}
xpu: Optional[str] = {xpu}
"""


def installed(name: str, version: str = "1.0") -> Distribution:
    return distribution(name, version, location=SITE)


def read(root: Path, *distributions: Distribution, prefix: str | None = None) -> Gpu:
    return examine(world(root), *distributions, prefix=prefix)


def build(gpu: Gpu, package: str) -> Build:
    assert isinstance(gpu.builds, list)
    (found,) = [item for item in gpu.builds if item.package == package]
    return found


def add_torch(root: Path, local: str, cuda: str | None = None, hip: str | None = None, xpu: str | None = None) -> None:
    text = TORCH.format(local=local, cuda=repr(cuda), hip=repr(hip), xpu=repr(xpu))
    write(root / SITE[1:] / "torch/version.py", text)
    write(root / SITE[1:] / "torch/__init__.py", "raise SystemExit('torch was imported')")


def elf(section: bytes) -> bytes:
    """A 64-bit ELF file with ``section`` as its .rodata and as little else as can be."""
    names = b"\0.rodata\0.shstrtab\0"
    at = 64 + len(section) + len(names)
    head = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 0, at, 0, 64, 56, 0, 64, 3, 2)
    rows = [(0, 0, 0, 0), (1, 1, 64, len(section)), (9, 3, 64 + len(section), len(names))]
    headers = [struct.pack("<IIQQQQIIQQ", row[0], row[1], 0, 0, row[2], row[3], 0, 0, 1, 0) for row in rows]
    return head + section + names + b"".join(headers)


@pytest.mark.parametrize(
    ("local", "values", "backend"),
    [
        ("cu132", {"cuda": "13.2"}, "cuda"),
        ("cpu", {}, "cpu"),
        ("rocm6.4", {"hip": "6.4.43484"}, "rocm"),
        ("xpu", {"xpu": "20250301"}, "xpu"),
    ],
)
def test_torch_says_in_version_py_what_it_is_for(
    tmp_path: Path, local: str, values: dict[str, str], backend: str
) -> None:
    add_torch(tmp_path, local, **values)
    torch = build(read(tmp_path, installed("torch", "2.15.0")), "torch")
    assert torch.version == f"2.15.0+{local}"  # not its metadata's, which lacks the local part
    assert (torch.backend, torch.cuda, torch.rocm) == (backend, values.get("cuda"), values.get("hip"))


def test_torch_for_apple_silicon_is_metal_and_not_cpu(tmp_path: Path) -> None:
    add_torch(tmp_path, "cpu")
    gpu = examine(world(tmp_path), installed("torch"), system=System(platform="darwin", machine="arm64"))
    assert build(gpu, "torch").backend == "metal"


def test_the_architectures_are_read_from_the_read_only_data(tmp_path: Path) -> None:
    add_torch(tmp_path, "cu132", "13.2")
    data = b"sm_70 is what a message may mention\0\0sm_75 sm_80 sm_86 sm_90 sm_100 compute_120\0more"
    write(tmp_path / SITE[1:] / "torch/lib/libtorch_python.so", elf(data))
    torch = build(read(tmp_path, installed("torch")), "torch")
    assert torch.architectures == ["sm_75", "sm_80", "sm_86", "sm_90", "sm_100", "compute_120"]


@pytest.mark.parametrize(
    "content", [b"", b"\x7fELF\x02\x01", b"\x7fELF\x02\x01" + b"\xff" * 80, b"MZ", elf(b"nothing")]
)
def test_a_damaged_library_leaves_the_architectures_unknown(tmp_path: Path, content: bytes) -> None:
    add_torch(tmp_path, "cu132", "13.2")
    write(tmp_path / SITE[1:] / "torch/lib/libtorch_python.so", content)
    torch = build(read(tmp_path, installed("torch")), "torch")
    assert isinstance(torch.architectures, Missing)
    assert torch.cuda == "13.2"


def test_a_damaged_version_py_is_unknown(tmp_path: Path) -> None:
    write(tmp_path / SITE[1:] / "torch/version.py", "cuda = (((")
    torch = build(read(tmp_path, installed("torch")), "torch")
    assert isinstance(torch.cuda, Missing)
    assert isinstance(torch.backend, Missing)


def test_tensorflow_says_in_build_info_what_it_is_for(tmp_path: Path) -> None:
    path = tmp_path / SITE[1:] / "tensorflow/python/platform/build_info.py"
    pairs = (
        "[('cuda_compute_capabilities', ['sm_60', 'compute_90']), ('cuda_version', '12.5.1'), ('is_cuda_build', True)]"
    )
    write(path, f"import collections\n\nbuild_info = collections.OrderedDict({pairs})\n")
    tensorflow = build(read(tmp_path, installed("tensorflow")), "tensorflow")
    assert (tensorflow.backend, tensorflow.cuda) == ("cuda", "12.5.1")
    assert tensorflow.architectures == ["sm_60", "compute_90"]
    write(path, "import collections\nbuild_info = collections.OrderedDict([('is_cuda_build', False)])\n")
    assert build(read(tmp_path, installed("tensorflow-cpu")), "tensorflow").backend == "cpu"


def test_jax_is_told_by_its_plug_ins(tmp_path: Path) -> None:
    assert build(read(tmp_path, installed("jaxlib")), "jaxlib").backend == "cpu"
    gpu = read(tmp_path, installed("jaxlib"), installed("jax-cuda13-plugin", "0.10.2"))
    plugin = build(gpu, "jax-cuda13-plugin")
    assert (plugin.backend, plugin.cuda, plugin.version) == ("cuda", "13", "0.10.2")


@pytest.mark.parametrize(("name", "cuda"), [("cupy-cuda12x", "12"), ("cupy-cuda13x", "13"), ("cupy-cuda112", "11.2")])
def test_cupy_is_told_by_its_name(tmp_path: Path, name: str, cuda: str) -> None:
    assert build(read(tmp_path, installed(name)), name).cuda == cuda


def test_what_only_uses_cupy_is_no_build_of_it(tmp_path: Path) -> None:
    gpu = read(tmp_path, installed("cupy-cuda12x"), installed("cupy-xarray"))
    assert isinstance(gpu.builds, list)
    assert [item.package for item in gpu.builds] == ["cupy-cuda12x"]


def test_numba_is_for_the_major_version_that_its_bindings_are_for(tmp_path: Path) -> None:
    """On an H100 with a driver for 13.0 it computes with bindings for 13.3."""
    gpu = read(tmp_path, installed("numba-cuda"), installed("cuda-bindings", "12.9.1"))
    assert build(gpu, "numba-cuda").cuda == "12"


def test_onnxruntime_says_it_in_its_package_info(tmp_path: Path) -> None:
    text = "package_name = 'onnxruntime-gpu'\n__version__ = '1.31.1'\ncuda_version = '13.0'\n"
    write(tmp_path / SITE[1:] / "onnxruntime/capi/build_and_package_info.py", text)
    assert build(read(tmp_path, installed("onnxruntime-gpu")), "onnxruntime-gpu").cuda == "13.0"


def test_nvidias_wheels_have_two_naming_schemes(tmp_path: Path) -> None:
    (tmp_path / SITE[1:] / "nvidia/cu13/lib").mkdir(parents=True)
    gpu = read(tmp_path, installed("nvidia-cublas-cu12"), installed("nvidia-cublas"), installed("nvidia-ml-py"))
    assert [(wheel.name, wheel.cuda) for wheel in gpu.libraries] == [
        ("nvidia-cublas-cu12", "12"),
        ("nvidia-cublas", "13"),
    ]


@pytest.mark.parametrize(
    ("string", "cuda"),
    [
        ("cuda129_generic_py312h1f5ad7f_200", "12.9"),
        ("cuda_126_py312hcd41b56_0", "12.6"),
        ("gpu_cuda118py311h1e5d4f5_0", "11.8"),
        ("py3.12_cuda12.4_cudnn9.1.0_0", "12.4"),
        ("cuda126py312h7a5bd0c_0", "12.6"),
        ("cpu_generic_py312h9a3b7e5_0", None),
        ("py312h7900ff3_0", None),
    ],
)
def test_condas_build_strings_tell_the_cuda_version(string: str, cuda: str | None) -> None:
    assert parse_build_string(string) == cuda


def test_condas_jaxlib_has_cuda_built_in_or_not(tmp_path: Path) -> None:
    write(tmp_path / "env/conda-meta/jaxlib-0.6.2-cuda129py312h1_200.json", "{}")
    gpu = read(tmp_path, installed("jaxlib", "0.6.2"), prefix="/env")
    assert (build(gpu, "jaxlib").cuda, build(gpu, "jaxlib").backend) == ("12.9", "cuda")


def test_constants_are_read_and_what_is_computed_is_left_out() -> None:
    source = "a = 1\nb: str = 'x'\nc = open('/etc/passwd')\nd = [1, c]\ne = {'k': [True, None]}\nf, g = 1, 2\nh: int\n"
    assert constants(source) == {"a": 1, "b": "x", "e": {"k": [True, None]}}


def test_only_libraries_below_nvidia_count_in_a_record() -> None:
    rows = parse_record(
        "nvidia/__init__.py,sha256=a,0\n"
        "nvidia/cudnn/__pycache__/x.cpython-312.pyc,,\n"
        "nvidia/cudnn/lib/libcudnn.so.9,sha256=b,133336\n"
        "nvidia/cudnn/include/cudnn.h,sha256=c,1\n"
        "nvidia/cublas/bin/cublas64_12.dll,sha256=d,7\n"
        "other/lib/libcudnn.so.9,sha256=e,1\n"
    )
    assert rows == ["nvidia/cudnn/lib/libcudnn.so.9", "nvidia/cublas/bin/cublas64_12.dll"]


def add_cudnn(root: Path, name: str, digest: str, size: int) -> Distribution:
    item = installed(name, "9.28.0")
    rows = f"nvidia/cudnn/lib/libcudnn.so.9,sha256={digest},{size}\nnvidia/__init__.py,sha256=same,0\n"
    write(root / item.path[1:] / "RECORD", rows)
    write(root / SITE[1:] / "nvidia/cudnn/lib/libcudnn.so.9", b"x" * size)
    return item


def test_a_shadowed_library_has_the_exact_soname_and_is_another_file(tmp_path: Path) -> None:
    item = add_cudnn(tmp_path, "nvidia-cudnn-cu12", "a", 10)
    write(tmp_path / "cluster/libcudnn.so.9", "another")
    write(tmp_path / "cluster/libcudnn.so.8", "an older one")
    gpu = examine(world(tmp_path, tmp_path / "cluster"), item)
    assert [(shadow.soname, shadow.wheel) for shadow in gpu.shadowed] == [("libcudnn.so.9", "nvidia-cudnn-cu12")]
    own = tmp_path / SITE[1:] / "nvidia/cudnn/lib"
    assert examine(world(tmp_path, own), item).shadowed == []


def test_the_cudnns_of_pip_conda_and_the_system_are_told_apart(tmp_path: Path) -> None:
    item = add_cudnn(tmp_path, "nvidia-cudnn-cu12", "a", 10)
    write(tmp_path / "env/conda-meta/cudnn-9.10.1.4-h7646684_0.json", "{}")
    write(tmp_path / "usr/lib/x86_64-linux-gnu/libcudnn.so.9.8.0", "")
    (tmp_path / "usr/lib/x86_64-linux-gnu/libcudnn.so.9").symlink_to("libcudnn.so.9.8.0")
    gpu = read(tmp_path, item, prefix="/env")
    assert [(copy.source, copy.soname, copy.version) for copy in gpu.cudnn] == [
        ("pip", "libcudnn.so.9", "9.28.0"),
        ("conda", "libcudnn.so.9", "9.10.1.4"),
        ("system", "libcudnn.so.9", "9.8.0"),
    ]


def test_a_library_with_a_hole_of_gigabytes_is_not_searched_through(tmp_path: Path) -> None:
    path = write(tmp_path / "torch/lib/libtorch_python.so", b"sm_80 sm_90\0")
    with open(path, "ab") as file:
        file.truncate(4 << 30)
    began = time.perf_counter()
    assert compiled_into(World(root="/", home="/", cwd="/", environ={}, platform="linux"), str(path.parent)) == [
        "sm_80",
        "sm_90",
    ]
    assert time.perf_counter() - began < 5


def test_a_plug_in_of_jax_counts_by_its_files_and_by_the_version_they_say(tmp_path: Path) -> None:
    """JAX finds jax_plugins.xla_cuda13 as a namespace package, and compares what the modules say."""
    site = tmp_path / SITE[1:]
    write(site / "jaxlib/version.py", '_version = "0.11.2"\n_release_version: str = "0.11.2"\n')
    write(site / "jax_plugins/xla_cuda13/version.py", '_version = "0.11.2"\n')
    alone = read(tmp_path, installed("jaxlib", "0.11.2")).builds
    assert isinstance(alone, list)
    assert [item.package for item in alone] == ["jaxlib"]
    write(site / "jax_cuda13_plugin/version.py", '_release_version: str = "0.11.2"\n')
    by_files = build(read(tmp_path, installed("jaxlib", "0.11.2")), "jax-cuda13-plugin")
    assert (by_files.version, by_files.cuda, by_files.backend) == ("0.11.2", "13", "cuda")
    told = read(tmp_path, installed("jaxlib", "0.11.1"), installed("jax-cuda13-plugin", "0.12.0"))
    assert build(told, "jax-cuda13-plugin").version == build(told, "jaxlib").version == "0.11.2"
    assert by_files.file is not None


def test_half_a_plug_in_of_jax_is_no_plug_in_by_its_files(tmp_path: Path) -> None:
    write(tmp_path / SITE[1:] / "jax_cuda13_plugin/version.py", '_release_version: str = "0.11.2"\n')
    gpu = read(tmp_path, installed("jaxlib", "0.11.2"), installed("jax-cuda13-plugin", "0.11.2"))
    assert build(gpu, "jax-cuda13-plugin").file is None


@pytest.mark.parametrize(("name", "cuda"), [("cudf-cu13", "13"), ("rmm-cu12", "12")])
def test_rapids_is_told_by_its_names(tmp_path: Path, name: str, cuda: str) -> None:
    assert build(read(tmp_path, installed(name, "26.10.2")), name).cuda == cuda


def test_of_rapids_the_one_that_the_others_bring_is_not_told_twice(tmp_path: Path) -> None:
    gpu = read(tmp_path, installed("rmm-cu13"), installed("cudf-cu13"))
    assert isinstance(gpu.builds, list)
    assert [item.package for item in gpu.builds] == ["cudf-cu13"]


def test_a_library_that_ld_preload_names_is_told(tmp_path: Path) -> None:
    wheel = add_cudnn(tmp_path, "nvidia-cudnn-cu12", "sha256=a", 3)
    write(tmp_path / "apps/libcudnn.so.9", "other")
    path = str(tmp_path / "apps/libcudnn.so.9")
    gpu = examine(world(tmp_path, LD_PRELOAD=f"/nowhere/libx.so {path}"), wheel)
    assert [(item.soname, item.variable, item.folder) for item in gpu.shadowed] == [
        ("libcudnn.so.9", "LD_PRELOAD", str(tmp_path / "apps"))
    ]


def test_parts_of_cudnn_on_ld_library_path_are_told_with_their_version(tmp_path: Path) -> None:
    wheel = add_cudnn(tmp_path, "nvidia-cudnn-cu12", "sha256=a", 3)
    folder = tmp_path / "apps"
    write(folder / "libcudnn_ops.so.9.23.0", "x")
    (folder / "libcudnn_ops.so.9").symlink_to("libcudnn_ops.so.9.23.0")
    gpu = examine(world(tmp_path, folder), wheel)
    assert ("variable", "libcudnn_ops.so.9", "9.23.0") in [(it.source, it.soname, it.version) for it in gpu.cudnn]
