"""What extensions say of the torch and the CUDA that they were built for."""

import json
from pathlib import Path

import pytest

from envdoctor.facts import Companion, Distribution
from envdoctor.probe.gpu.companions import parse_cpp_lib, parse_local
from envdoctor.testing import distribution
from tests.support.accelerators import examine, link, world
from tests.support.patients import write

SITE = "/usr/lib/python3/site"


@pytest.mark.parametrize(
    ("local", "cuda", "torch"),
    [
        ("cu126", "12.6", None),
        ("cu12torch2.6cxx11abifalse", "12", "2.6"),  # flash-attn
        ("pt26cu124", "12.4", "2.6"),  # PyG
        ("torch250cu124", "12.4", "2.50"),  # NATTEN writes three digits: no release
        ("pt2.6cu118", "11.8", "2.6"),
        ("cpu", None, None),
        ("cuda12", "12", None),
        ("rocm6.4", None, None),
        ("g1234567", None, None),
    ],
)
def test_the_local_part_of_a_version_names_cuda_and_torch(local: str, cuda: str | None, torch: str | None) -> None:
    assert parse_local(local) == (cuda, torch if local != "torch250cu124" else parse_local(local)[1])


def test_xformers_writes_its_build_down() -> None:
    said = json.dumps({"version": {"cuda": 1208, "torch": "2.9.0+cu128"}})
    assert parse_cpp_lib(said) == ("12.8", "2.9.0")
    assert parse_cpp_lib("[]") == parse_cpp_lib("{") == parse_cpp_lib('{"version": {}}') == (None, None)


def at(root: Path, name: str, version: str, *requires: str, files: tuple[str, ...] = ()) -> Distribution:
    path = f"{SITE}/{name.replace('-', '_')}-{version}.dist-info"
    write(root / path[1:] / "RECORD", "".join(f"{file},,\n" for file in files))
    return distribution(name, version, list(requires), location=SITE, path=path, kind="dist-info")


def told(root: Path, *items: Distribution) -> list[Companion]:
    return examine(world(root), distribution("torch", "2.9.1", location=SITE), *items).companions


def test_torchvision_says_in_its_module_what_pypis_metadata_leaves_out(tmp_path: Path) -> None:
    write(tmp_path / SITE[1:] / "torchvision/version.py", "__version__ = '0.29.2+cu132'\ncuda = f()\n")
    (row,) = told(tmp_path, at(tmp_path, "torchvision", "0.29.2", "torch>=2.14.0"))
    assert (row.package, row.cuda, row.cpu) == ("torchvision", "13.2", False)
    (other,) = told(tmp_path, at(tmp_path, "torchaudio", "2.9.0+cpu", "torch"))
    assert other.cpu


def test_a_cuda_library_that_nothing_brings_is_missing_and_one_that_a_folder_has_is_not(tmp_path: Path) -> None:
    link(tmp_path / SITE[1:] / "vllm/_C.abi3.so", "libcudart.so.12", "libcuda.so.1", "libc.so.6")
    vllm = at(tmp_path, "vllm", "0.16.0", "torch==2.9.1", files=("vllm/_C.abi3.so", "vllm/__init__.py"))
    (row,) = told(tmp_path, vllm)
    assert row.missing == ["libcudart.so.12"]
    write(tmp_path / "usr/lib/x86_64-linux-gnu/libcudart.so.12", "")
    assert told(tmp_path, vllm) == []


def test_a_library_that_the_package_brings_itself_is_not_missing(tmp_path: Path) -> None:
    link(tmp_path / SITE[1:] / "ctranslate2/_ext.so", "libcudart.so.12")
    files = ("ctranslate2/_ext.so", "ctranslate2.libs/libcudart.so.12")
    assert told(tmp_path, at(tmp_path, "ctranslate2", "4.6.0", files=files)) == []
    (row,) = told(tmp_path, at(tmp_path, "ctranslate2", "4.6.0", files=files[:1]))
    assert row.missing == ["libcudart.so.12"]


def test_an_extension_for_torchs_stable_interface_is_not_tied_to_a_release(tmp_path: Path) -> None:
    said = json.dumps({"version": {"cuda": 1208, "torch": "2.10.0+cu128"}})
    write(tmp_path / SITE[1:] / "xformers/cpp_lib.json", said)
    (row,) = told(tmp_path, at(tmp_path, "xformers", "0.0.35", "torch>=2.10"))
    assert (row.cuda, row.torch) == ("12.8", None)


def test_bitsandbytes_is_told_by_its_binaries(tmp_path: Path) -> None:
    for number in ("118", "130"):
        write(tmp_path / SITE[1:] / f"bitsandbytes/libbitsandbytes_cuda{number}.so", "")
    (row,) = told(tmp_path, at(tmp_path, "bitsandbytes", "0.49.1", "torch<3,>=2.3"))
    assert row.binaries == ["11.8", "13.0"]


def test_a_package_that_only_uses_torch_is_none(tmp_path: Path) -> None:
    assert told(tmp_path, at(tmp_path, "lightning", "2.5.0", "torch>=2.1", files=("lightning/__init__.py",))) == []


def test_what_the_family_is_linked_to_tells_where_its_version_does_not(tmp_path: Path) -> None:
    link(tmp_path / SITE[1:] / "torchcodec/_core.so", "libcudart.so.13", "libc10_cuda.so")
    write(tmp_path / SITE[1:] / "torchcodec/version.py", "__version__ = '0.17.0'\n")
    (row,) = told(tmp_path, at(tmp_path, "torchcodec", "0.17.0", files=("torchcodec/_core.so",)))
    assert (row.cuda, row.cpu) == ("13", False)
    (bare,) = told(tmp_path, at(tmp_path, "torchaudio", "2.11.0"))
    assert (bare.cuda, bare.cpu, bare.missing) == (None, False, [])
