"""Each release that the table of builds names is asked of PyPI: it is there, with wheels for the systems and Pythons."""

import json
import re
import urllib.request
from functools import cache
from typing import Any

import msgspec
import pytest

from envdoctor.data import table
from envdoctor.ecosystem import accelerators
from envdoctor.ecosystem.accelerators import Offer
from envdoctor.ecosystem.versions import numbers

pytestmark = pytest.mark.real

ROWS = table("gpu_builds", "build", Offer)
# What brings the CUDA half where the requirement is an extra.
BRINGS = {"jaxlib": "jax-cuda{major}-plugin"}
TAGS = {"linux-x86_64": r"manylinux\S*x86_64", "linux-aarch64": r"manylinux\S*aarch64", "win32-x86_64": "win_amd64"}


@cache
def files(name: str) -> list[str]:
    accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
    request = urllib.request.Request(f"https://pypi.org/simple/{name}/", headers=accept)
    with urllib.request.urlopen(request, timeout=60) as answer:
        document: Any = json.load(answer)
    return [item["filename"] for item in document["files"]]


def wheels(row: Offer) -> list[str]:
    requirement = re.split(r"[\[<=]", row.requirement)[0]
    name = BRINGS.get(row.package, requirement).format(major=numbers(row.cuda)[0])
    start = f"{name.replace('-', '_')}-{row.last}-"
    return [item for item in files(name) if item.startswith(start) and item.endswith(".whl")]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.requirement}-{row.cuda}-{row.systems[0]}")
def test_the_release_exists_for_the_systems_and_pythons_that_the_table_says(row: Offer) -> None:
    """PyTorch's indexes can't be asked here: PyPI has each of their releases, for these Pythons, with one CUDA."""
    found = wheels(row)
    assert found, f"PyPI has no {row.requirement} {row.last}"
    for system in row.systems:
        assert any(re.search(TAGS[system], item) for item in found), system
    if not row.index:
        return
    pythons = {match[1] for item in found if (match := re.search(r"-cp(\d+)-", item))}
    for word in row.python:
        assert word.replace(".", "") in pythons


class Extension(msgspec.Struct):
    package: str
    last: str


@pytest.mark.parametrize("row", table("gpu_builds", "extension", Extension), ids=lambda row: row.package)
def test_the_release_of_an_extension_exists(row: Extension) -> None:
    start = f"{row.package.replace('-', '_')}-{row.last}"
    assert any(item.startswith((f"{start}-", f"{start}.tar.gz")) for item in files(row.package))


@pytest.mark.parametrize("package", ["torch", "jaxlib", "cupy-cuda13x", "tensorflow", "numba-cuda", "onnxruntime-gpu"])
def test_no_newer_release_of_the_same_minor_version_is_left_out(package: str) -> None:
    """A table that is behind by a minor version still cures; one that names what is gone does not."""
    stem = accelerators.stem(package)
    newest = max(numbers(row.last)[:2] for row in ROWS if row.package == stem)
    there = {numbers(item.split("-")[1])[:2] for item in files(package)}
    assert newest in there
