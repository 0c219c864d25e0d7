"""Debian's packages, unpacked beside the system: nothing is installed, no alternative is switched."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.patients import relocate
from tests.support.repacked import patchelf

SYSTEM = "/usr/bin/python3"
PACKAGES = (
    *("libopenblas0-pthread", "libopenblas0-openmp", "libopenblas0-serial"),
    *(
        "libatlas3-base",
        "libblis4-pthread",
        "libblis4-openmp",
        "libblis4-serial",
        "libblas3",
        "libgfortran5",
        "libquadmath0",
        "libgomp1",
    ),
)
ALTERNATIVES = (
    *("blas", "atlas", "blis-pthread", "blis-openmp", "blis-serial"),
    *("openblas-pthread", "openblas-openmp", "openblas-serial"),
)


def unpack(folder: Path) -> Path:
    """The folder of libraries, in which each alternative has one of its own; skips where apt offers none."""
    return _unpacked(folder, PACKAGES)


def _unpacked(folder: Path, packages: Sequence[str]) -> Path:
    """Debian's ``packages`` in the folder ``tree`` of ``folder``; the place of their libraries. No root is needed."""
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        pytest.skip("no apt-get, no dpkg: not Debian")
    apt = ["apt-get", "-qq", "-o", f"Dir::Cache={folder}/cache", "-o", "APT::Sandbox::User=root"]
    lists = ["-o", f"Dir::State::lists={folder}/lists"]  # of our own, where the image has none
    for name in ("cache/archives/partial", "lists/partial"):
        (folder / name).mkdir(parents=True)
    done = _run([*apt, "download", *packages], folder)
    if done.returncode != 0:
        _run([*apt, *lists, "update"], folder)
        done = _run([*apt, *lists, "download", *packages], folder)
    if done.returncode != 0:
        pytest.skip(f"Debian's archive is not to be had: apt-get download: {done.stderr.strip().splitlines()[-1:]}")
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg", "-x", str(package), str(folder / "tree")], check=True)
        package.unlink()
    (found,) = (folder / "tree/usr/lib").glob("*-linux-gnu*")
    return found


def _run(argv: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)


def python_with_numpy(folder: Path) -> str:
    """Debian's Python in a prefix of its own, with Debian's NumPy, whose libraries are found beside it."""
    if not os.path.exists(SYSTEM):
        pytest.skip("no /usr/bin/python3 (Debian: python3)")
    prefix = folder / "tree" / "usr"
    python = relocate(SYSTEM, prefix)  # before the packages, which bring folders that are there by then
    libraries = _unpacked(folder, ("python3-numpy", "liblapack3", "libblas3", "libgfortran5", "libquadmath0"))
    places = ":".join(str(place) for place in (libraries / "blas", libraries / "lapack", libraries))
    for path in (*prefix.glob("lib/python3/dist-packages/numpy/**/*.so"), *libraries.rglob("lib*.so.*")):
        if not path.is_symlink():
            patchelf("--set-rpath", places, str(path))
    return str(python)


def fish(folder: Path) -> str:
    """Debian's fish; skips where it is not to be had."""
    libraries = _unpacked(folder, ("fish", "fish-common", "libpcre2-32-0", "libtinfo6"))
    program = str(folder / "tree/usr/bin/fish")
    patchelf("--set-rpath", f"{libraries}:{folder / 'tree/lib' / libraries.name}", program)
    return program


def path_for(libraries: Path, alternative: str) -> str:
    """LD_LIBRARY_PATH that puts one alternative in front of the system's choice."""
    return f"{libraries / alternative}:{libraries}"
