"""macOS by its files: real wheels, unpacked as installations of macOS lay them out. Nothing of them can run here.

Layouts: python.org's framework (https://docs.python.org/3/using/mac.html), Homebrew's kegs, Xcode's Python3.framework,
Miniforge's prefix, uv's managed Pythons (https://docs.astral.sh/uv/concepts/python-versions/).
"""

import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from envdoctor.engine.plugins import built_in
from envdoctor.engine.run import examine
from envdoctor.facts import Blas, Packages, System
from envdoctor.probe.binaries import macho
from envdoctor.probe.blas import whole as blas
from envdoctor.probe.packages import whole as packages
from envdoctor.probe.world import World
from envdoctor.testing import facts, interpreter, outcome
from envdoctor_checks.packages.built_for_another_python import built_for_another_python, macos

pytestmark = pytest.mark.real
SUFFIXES = [".cpython-312-darwin.so", ".abi3.so", ".so"]
WHEELS = {
    "numpy-accelerate": ("numpy==2.3.5", "macosx_14_0_arm64"),
    "numpy-openblas": ("numpy==2.3.5", "macosx_11_0_arm64"),
    "numpy-intel": ("numpy==1.26.4", "macosx_10_9_x86_64"),
    "scipy-accelerate": ("scipy==1.16.3", "macosx_14_0_arm64"),
    "scipy-openblas": ("scipy==1.16.3", "macosx_12_0_arm64"),
    "scikit-learn": ("scikit-learn==1.7.2", "macosx_12_0_arm64"),
}
LAYOUTS = {
    "python.org": "Users/ada/fit/.venv/lib/python3.12/site-packages",
    "python.org's own": "Library/Frameworks/Python.framework/Versions/3.12/lib/python3.12/site-packages",
    "homebrew": "opt/homebrew/lib/python3.12/site-packages",
    "xcode": "Users/ada/Library/Python/3.12/lib/python/site-packages",
    "miniforge": "Users/ada/miniforge3/envs/fit/lib/python3.12/site-packages",
    "uv": "Users/ada/.local/share/uv/python/cpython-3.12.12-macos-aarch64-none/lib/python3.12/site-packages",
}


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    found = {}
    for name, (requirement, platform) in WHEELS.items():
        folder = tmp_path_factory.mktemp("wheels")
        argv = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "-q",
            "--no-deps",
            "-d",
            str(folder),
            "--python-version",
            "3.12",
        ]
        subprocess.run(
            [*argv, "--only-binary=:all:", "--platform", platform, requirement], check=True, capture_output=True
        )
        (found[name],) = folder.glob("*.whl")
    return found


def tree(root: Path, layout: str, wheels: dict[str, Path], *names: str) -> Path:
    """Site-packages of a layout with these wheels, as pip leaves them."""
    site = root / LAYOUTS[layout]
    site.mkdir(parents=True)
    for name in names:
        with zipfile.ZipFile(wheels[name]) as archive:
            archive.extractall(site)
            (info,) = {item.split("/")[0] for item in archive.namelist() if ".dist-info/" in item}
        (site / info / "INSTALLER").write_text("pip\n")
    return site


def read(site: Path, *loaded: str) -> tuple[Packages, Blas]:
    """The packages in ``site`` and their BLAS; of its pools those whose files match ``loaded`` answer."""
    world = World(home="/Users/ada", cwd="/", environ={}, platform="darwin")
    read_packages = packages.read(world, [str(site)], "", "")
    examined = []
    for package, extension in (("numpy", "_multiarray_umath"), ("scipy", "_fblas"), ("sklearn", "_openmp_helpers")):
        found = sorted((site / package).rglob(f"{extension}.*.so"))
        examined += [{"package": package, "extension": str(path)} for path in found[:1]]
    pools: list[dict[str, Any]] = []
    for pattern in loaded:
        (path,) = site.glob(pattern)
        kind = "openmp" if "omp" in path.name and "blas" not in path.name else "openblas"
        api = "openmp" if kind == "openmp" else "blas"
        pools.append(
            {"user_api": api, "internal_api": kind, "filepath": str(path), "num_threads": 8, "version": "0.3.30"}
        )
    loader: dict[str, Any] = {"errors": [], "examined": examined, "brought": {}, "pools": pools, "problem": None}
    return read_packages, blas.read(world, [str(site)], "/x", loader, "")


def judged(found: tuple[Packages, Blas], release: str = "24.6.0") -> set[str]:
    """The warnings and errors of all rules on a Mac of this kernel."""
    here = facts(
        packages=found[0],
        blas=found[1],
        system=System(platform="darwin", machine="arm64", release=release),
        interpreter=interpreter(platform="darwin", machine="arm64", extension_suffixes=SUFFIXES),
    )
    outcomes = examine(here, built_in().checks)
    return {item.rule.code for each in outcomes for item in each.findings if item.severity != "info"}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_wheels_for_accelerate_are_healthy_in_every_layout(
    layout: str, wheels: dict[str, Path], tmp_path: Path
) -> None:
    site = tree(tmp_path, layout, wheels, "numpy-accelerate", "scipy-accelerate", "scikit-learn")
    found = read(site, "sklearn/.dylibs/libomp.dylib")
    assert judged(found) & {"BLA001", "BLA002", "BLA003", "BLA007", "BLA009", "PKG004", "PKG007", "PKG009"} == set()
    (accelerate,) = found[1].libraries
    assert (accelerate.vendor, accelerate.used_by, accelerate.loaded) == ("accelerate", ["numpy", "scipy"], True)


@pytest.mark.parametrize("layout", ["python.org", "uv", "miniforge"])
def test_wheels_with_openblas_are_healthy_and_each_copy_has_its_user(
    layout: str, wheels: dict[str, Path], tmp_path: Path
) -> None:
    site = tree(tmp_path, layout, wheels, "numpy-openblas", "scipy-openblas")
    found = read(site, "numpy/.dylibs/libscipy_openblas*.dylib", "scipy/.dylibs/libscipy_openblas*.dylib")
    assert judged(found, "22.6.0") & {"BLA003", "BLA007", "BLA009", "PKG004", "PKG007", "PKG009"} == set()
    assert sorted((item.vendor, *item.used_by) for item in found[1].libraries) == [
        ("openblas", "numpy"),
        ("openblas", "scipy"),
    ]


def test_accelerate_is_seen_beside_openblas(wheels: dict[str, Path], tmp_path: Path) -> None:
    site = tree(tmp_path, "python.org", wheels, "numpy-openblas", "scipy-accelerate")
    found = read(site, "numpy/.dylibs/libscipy_openblas*.dylib")[1].libraries
    assert sorted((item.vendor, *item.used_by) for item in found) == [("accelerate", "scipy"), ("openblas", "numpy")]


def test_install_names_and_the_version_of_macos_are_read_from_real_files(
    wheels: dict[str, Path], tmp_path: Path
) -> None:
    site = tree(tmp_path, "uv", wheels, "numpy-accelerate", "numpy-intel")
    world = World(home="/", cwd="/", environ={}, platform="darwin")
    new = macho.read(world, str(next((site / "numpy" / "_core").glob("_multiarray_umath*"))))
    old = macho.read(world, str(next((site / "numpy" / "core").glob("_multiarray_umath*"))))
    assert isinstance(new, macho.MachO) and isinstance(old, macho.MachO)
    assert (new.accelerate, new.minimum) == (True, (14, 0))
    assert (old.accelerate, old.minimum) == (False, (10, 9))
    assert [name for name in old.needed if "openblas" in name] == ["@loader_path/../.dylibs/libopenblas64_.0.dylib"]


@pytest.mark.parametrize("release, found", [("22.6.0", "found"), ("23.0.0", "passed"), ("25.1.0", "passed")])
def test_a_wheel_for_a_newer_macos_is_found(release: str, found: str, wheels: dict[str, Path], tmp_path: Path) -> None:
    read_packages, _ = read(tree(tmp_path, "python.org", wheels, "numpy-accelerate"))
    here = System(platform="darwin", machine="arm64", release=release)
    own = interpreter(platform="darwin", extension_suffixes=SUFFIXES)
    packed = Packages(
        distributions=read_packages.distributions, extensions=read_packages.extensions, binary="Mach-O arm64"
    )
    ended = outcome(built_for_another_python, packages=packed, interpreter=own, system=here)
    assert ended.status == found
    assert [finding.rule.code for finding in ended.findings] == ["PKG009"] * (found == "found")


@pytest.mark.parametrize(
    "release, version",
    [
        ("19.6.0", (10, 15)),
        ("20.6.0", (11, 6)),
        ("22.6.0", (13, 6)),
        ("24.1.0", (15, 1)),
        ("25.0.0", (26, 0)),
        ("", None),
    ],
)
def test_the_kernel_tells_the_version_of_macos(release: str, version: tuple[int, int] | None) -> None:
    assert macos(System(platform="darwin", machine="arm64", release=release)) == version
    assert macos(System(platform="linux", machine="x86_64", release="6.1.0")) is None
