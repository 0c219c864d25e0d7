"""Real programs as packages of the conda laboratory: this interpreter, and NumPy with the OpenBLAS of its wheel.

The packages are laid out as conda-forge's: NumPy asks for ``libcblas.so.3`` and ``liblapack.so.3``, both are links
of packages that hold nothing else, and lead to the one library of ``libopenblas``
(https://github.com/conda-forge/blas-feedstock, https://github.com/conda-forge/numpy-feedstock).
"""

import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

from tests.support.laboratory import PLACEHOLDER, Content, Link, Package, Replaced
from tests.support.patients import DEBIANS_OWN, as_released, run

SPARE = {
    *("test", "tests", "idlelib", "ensurepip", "lib2to3", "tkinter", "turtledemo", "unittest", "pydoc_data"),
    *("site-packages", "dist-packages", "__pycache__"),
}
OPENBLAS = "libopenblasp-r0.3.so"  # the file; all other names of it are links


def cpython(folder: Path) -> Package:
    """The interpreter that runs the tests, as a conda package, without the tests of its standard library.

    Its program is made in ``folder``: a copy that takes libpython from the prefix it is installed in.
    """
    version = "{}.{}".format(*sys.version_info[:2])
    stdlib = Path(sysconfig.get_path("stdlib"))
    program = folder / "python"
    program.write_bytes(as_released(Path(sys.executable).resolve().read_bytes()))
    program.chmod(0o755)
    if sys.platform == "linux" and sysconfig.get_config_var("Py_ENABLE_SHARED"):
        patchelf("--set-rpath", "$ORIGIN/../lib", str(program))
    files: dict[str, Content] = {
        f"bin/python{version}": program,
        "bin/python3": Link(f"python{version}"),
        "bin/python": Link(f"python{version}"),
        "share/doc/python/README": "documentation\n",
        "bin/python-config": Replaced(f"#!/bin/sh\necho {PLACEHOLDER}/include\n"),
        f"lib/python{version}/site-packages/README.txt": "packages go here\n",
    }
    for path in stdlib.rglob("*"):
        parts = path.relative_to(stdlib).parts
        if (
            path.is_file()
            and not SPARE & set(parts)
            and not parts[0].startswith("config-")
            and path.suffix not in (".pyc", ".a")
            and path.name not in DEBIANS_OWN
        ):
            changed = as_released(path.read_bytes()) if parts[-1] in ("site.py", "sysconfig.py") else None
            files[f"lib/python{version}/{'/'.join(parts)}"] = path.resolve() if changed is None else changed
    library = sysconfig.get_config_var("LDLIBRARY")
    folder = sysconfig.get_config_var("LIBDIR")
    if sysconfig.get_config_var("Py_ENABLE_SHARED") and folder:
        for path in Path(folder).glob(f"{library}*"):
            files[f"lib/{path.name}"] = path.resolve()
    full = ".".join(map(str, sys.version_info[:3]))
    return Package("python", full, "h0_0_cpython", files, depends=("openssl", "libgcc"))


DEBIAN = Path("/usr/bin/python3.11")  # Debian 12's; links no libpython, and finds its library by its own place
_DEBIANS_OWN = {"sitecustomize.py", "EXTERNALLY-MANAGED", "_distutils_system_mod.py"}


def debians_python() -> Package:
    """Debian's Python as a conda package, with the places that its makers gave packages: ``site-packages`` only."""
    version, stdlib = _ask_debians(
        "import sys, sysconfig; print(sys.version.split()[0], sysconfig.get_path('stdlib'))"
    ).split()
    minor = version.rpartition(".")[0]
    own = f"lib/python{minor}"
    # `site` is frozen into the program, where both words have one length.
    program = DEBIAN.resolve().read_bytes().replace(b"dist-packages", b"site-packages")
    files: dict[str, Content] = {
        f"bin/python{minor}": program,
        "bin/python3": Link(f"python{minor}"),
        "bin/python": Link(f"python{minor}"),
        "bin/python-config": Replaced(f"#!/bin/sh\necho {PLACEHOLDER}/include\n"),
        "share/doc/python/README": "documentation\n",
        f"{own}/site-packages/README.txt": "packages go here\n",
    }
    for path in Path(stdlib).rglob("*"):
        parts = path.relative_to(stdlib).parts
        if (
            path.is_file()
            and not SPARE & set(parts)
            and path.name not in _DEBIANS_OWN
            and not parts[0].startswith("config-")
            and path.suffix not in (".pyc", ".a")
        ):
            files[f"{own}/{'/'.join(parts)}"] = path.resolve()
    for path in Path("/usr/lib").glob(f"*-linux-gnu/libpython{minor}.so*"):
        files[f"lib/{path.name}"] = path.resolve()
    files[f"{own}/site.py"] = _as_cpython_has_it(Path(stdlib, "site.py"), _SITE)
    files[f"{own}/sysconfig.py"] = _as_cpython_has_it(Path(stdlib, "sysconfig.py"), _SCHEMES)
    return Package("python", version, "h0_0_cpython", files, depends=("openssl", "libgcc"))


# Debian's changes (its package python3.11, debian/patches: distutils-install-layout, sysconfig-debian-schemes), undone.
_SITE = (
    (r"is_virtual_environment = .*\n", "is_virtual_environment = True\n"),
    (r'            sitepackages\.append\(os\.path\.join\(prefix, "local/lib",\n(?:.*\n)*?(?=        else:\n)', ""),
)
_SCHEMES = (
    (r"prefix_scheme = '(?:deb_system|posix_local)'", "prefix_scheme = 'posix_prefix'"),
    (r", 'posix_local', 'deb_system'\)", ")"),
    (r"    'deb_system': \{\n(?:.*\n)*?    +\},\n", ""),
    (r"    'posix_local': \{\n(?:.*\n)*?    +\},\n", ""),
)


def _as_cpython_has_it(path: Path, changes: tuple[tuple[str, str], ...]) -> str:
    text = path.read_text()
    for pattern, instead in changes:
        text, count = re.subn(pattern, instead, text)
        assert count, f"{path}: Debian's change is not there: {pattern}"
    return text


def made_python(version: str) -> Package:
    """A Python of another minor version for installers to see: a package like any, whose program is Debian's."""
    minor = version.rpartition(".")[0]
    files: dict[str, Content] = {
        f"bin/python{minor}": f'#!/bin/sh\nexec {DEBIAN} "$@"\n',
        "bin/python3": Link(f"python{minor}"),
        "bin/python": Link(f"python{minor}"),
        f"lib/python{minor}/os.py": "# the standard library\n",
        f"lib/python{minor}/site-packages/README.txt": "packages go here\n",
    }
    return Package("python", version, "h0_0_cpython", files, depends=("openssl", "libgcc"))


def _ask_debians(code: str) -> str:
    return run([str(DEBIAN), "-I", "-c", code])


def numpy_with_openblas(folder: Path) -> list[Package]:
    """NumPy's newest wheel for this interpreter, taken apart in ``folder``: its packages, those of BLAS among them."""
    wheel = folder / "wheel"
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", sys.executable, "--no-deps"]
    run([*uv, "--link-mode", "copy", "--target", str(wheel), "numpy"])
    (openblas,) = wheel.glob("numpy.libs/lib*openblas*.so")
    fortran = list(wheel.glob("numpy.libs/lib*.so.*"))  # libgfortran, libquadmath
    for path in wheel.glob("numpy/**/*.so"):
        if openblas.name in patchelf("--print-needed", str(path)).split():
            name = "liblapack.so.3" if path.parent.name == "linalg" else "libcblas.so.3"
            up = "/".join(["$ORIGIN", *[".."] * (len(path.relative_to(wheel).parts) + 1)])  # to lib
            patchelf("--replace-needed", openblas.name, name, "--set-rpath", up, str(path))
    renamed = [word for path in fortran for word in ("--replace-needed", path.name, _plain(path.name))]
    for path in (openblas, *fortran):
        soname = "libopenblas.so.0" if path == openblas else _plain(path.name)
        patchelf("--set-soname", soname, *renamed, "--set-rpath", "$ORIGIN", str(path))
    return [_numpy(wheel), *_blas(openblas, fortran)]


def _numpy(wheel: Path) -> Package:
    """NumPy as conda-build leaves it: ``conda`` is its installer, and RECORD lists what the package holds."""
    site = "lib/python{}.{}/site-packages".format(*sys.version_info[:2])
    (info,) = wheel.glob("numpy-*.dist-info")
    paths = [path for top in (wheel / "numpy", info) for path in top.rglob("*") if path.is_file()]
    files: dict[str, Content] = {
        f"{site}/{path.relative_to(wheel)}": path
        for path in paths
        if "tests" not in path.parts and "__pycache__" not in path.parts
    }
    own = f"{site}/{info.name}"
    files.pop(f"{own}/REQUESTED", None)
    files[f"{own}/INSTALLER"] = "conda"
    files[f"{own}/RECORD"] = "".join(f"{name.removeprefix(site + '/')},,\n" for name in sorted(files))
    version = info.name.removeprefix("numpy-").removesuffix(".dist-info")
    needs = ("python", "libblas >=3.9.0,<4.0a0", "libcblas >=3.9.0,<4.0a0", "liblapack >=3.9.0,<4.0a0")
    return Package("numpy", version, "py_0", files, needs)


def _blas(openblas: Path, fortran: list[Path]) -> list[Package]:
    """The interface packages, which hold links and name the implementation in their build, and what they lead to."""
    build = "8_h59b9bed_openblas"
    links: dict[str, Content] = {"lib/libopenblas.so.0": Link(OPENBLAS), "lib/libopenblas.so": Link(OPENBLAS)}
    runtime: dict[str, Content] = {f"lib/{_plain(path.name)}": path for path in fortran}
    interfaces = [
        Package(
            name,
            "3.9.0",
            build,
            {f"lib/{name}.so.3": Link(OPENBLAS), f"lib/{name}.so": Link(f"{name}.so.3")},
            ("libopenblas",) if name == "libblas" else ("libblas 3.9.0 " + build,),
        )
        for name in ("libblas", "libcblas", "liblapack")
    ]
    libopenblas = Package(
        "libopenblas", "0.3", "pthreads_h94d23a6_0", {f"lib/{OPENBLAS}": openblas, **links}, ("libgfortran5",)
    )
    return [*interfaces, libopenblas, Package("libgfortran5", "14.0", "h0_0", runtime)]


def patchelf(*words: str) -> str:
    """The program of that name, which PyPI's package of that name brings."""
    program = Path(sysconfig.get_path("scripts"), "patchelf")
    done = subprocess.run(
        [str(program) if program.exists() else "patchelf", *words],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def _plain(name: str) -> str:
    """``libgfortran.so.5`` of ``libgfortran-040039e1-0352e75f.so.5.0.0``: the name that auditwheel took away."""
    stem, _, version = name.partition(".so.")
    return f"{stem.partition('-')[0]}.so.{version.partition('.')[0]}"
