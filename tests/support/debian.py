"""Debian's BLAS libraries, unpacked beside the system: nothing is installed, no alternative is switched."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PACKAGES = (
    *("libopenblas0-pthread", "libopenblas0-openmp", "libopenblas0-serial"),
    *(
        "libatlas3-base",
        "libblis4-pthread",
        "libblis4-openmp",
        "libblis4-serial",
        "libblas3",
        "libgfortran5",
        "libgomp1",
    ),
)
ALTERNATIVES = (
    *("blas", "atlas", "blis-pthread", "blis-openmp", "blis-serial"),
    *("openblas-pthread", "openblas-openmp", "openblas-serial"),
)


def unpack(folder: Path) -> Path:
    """The folder of libraries, in which each alternative has one of its own; skips where apt offers none (CI fails)."""
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        pytest.skip("no apt-get, no dpkg: not Debian")
    folder.chmod(0o777)  # apt's own user writes here
    download = ["apt-get", "download", "-qq", *PACKAGES]
    done = subprocess.run(download, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0 and os.geteuid() == 0:  # an image without package lists
        subprocess.run(["apt-get", "update", "-qq"], capture_output=True, check=False)
        done = subprocess.run(download, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = f"apt-get download: {done.stderr.strip().splitlines()[-1:]}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg", "-x", str(package), str(folder / "tree")], check=True)
        package.unlink()
    (found,) = (folder / "tree/usr/lib").glob("*-linux-gnu*")
    return found


def path_for(libraries: Path, alternative: str) -> str:
    """LD_LIBRARY_PATH that puts one alternative in front of the system's choice."""
    return f"{libraries / alternative}:{libraries}"
