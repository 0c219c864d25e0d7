"""Why the loader refuses a library, by its own words, and what cures that: no new copy of the file does."""

import re

from msgspec import Struct

from envdoctor.api import (
    Confidence,
    Evidence,
    InstallSystem,
    Limits,
    LoadError,
    Manual,
    Missing,
    Remedy,
    UnsetEnv,
    Variables,
    megabytes,
    pattern,
)

# What no wheel brings under this name: wheels of piwheels.org and packages built here take it from the system. Debian 12's packages.
SYSTEM_LIBRARIES = {
    "libopenblas.so.0": "libopenblas0",
    "libblas.so.3": "libblas3",
    "liblapack.so.3": "liblapack3",
    "libatlas.so.3": "libatlas3-base",
    "libcblas.so.3": "libatlas3-base",
    "libf77blas.so.3": "libatlas3-base",
    "liblapack_atlas.so.3": "libatlas3-base",
    "libblis.so.4": "libblis4",
    "libgfortran.so.5": "libgfortran5",
    "libgomp.so.1": "libgomp1",
    "libquadmath.so.0": "libquadmath0",
}
GONE = pattern(r"^(lib[\w.+-]+): cannot open shared object file: No such file")
# glibc's words where mmap has no room (elf/dl-load.c), and where a static thread block has none.
NO_MEMORY = ("cannot allocate memory", "failed to map segment from shared object")
NOEXEC = "operation not permitted"
FIRST = ("LD_PRELOAD", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_INSERT_LIBRARIES")


ENOUGH = (
    8 << 30
)  # bytes; with more than that no limit on memory keeps NumPy's OpenBLAS from loading (64 threads, 32 MB each)
RAISE = (
    "raise the limit on memory, in the shell (`ulimit -v unlimited`) or in the job; fewer threads need less: "
    "OPENBLAS_NUM_THREADS=1"
)


class Cause(Struct, frozen=True):
    """``title`` of the finding, ``why``, what else was seen, and the cure."""

    title: str
    why: str
    remedy: Remedy
    evidence: tuple[Evidence, ...] = ()
    confidence: Confidence | None = None


def limited(error: LoadError, limits: Limits | Missing | None) -> Cause | None:
    """A limit on memory that is small enough to keep a library from loading; ``None`` where there is none."""
    if not isinstance(limits, Limits) or limits.memory is None or limits.memory >= ENOUGH:
        return None
    return Cause(
        f"a limit of {megabytes(limits.memory)} on memory keeps {error.package} from loading, so `import {error.package}` fails",
        "OpenBLAS asks for memory for each of its threads when it is loaded, and ends Python where it gets none.",
        Manual(RAISE),
        (Evidence("ulimit -v or -d", megabytes(limits.memory)),),
        Confidence.LIKELY,
    )


def cause(error: LoadError, environment: Variables | None, limits: Limits | Missing | None = None) -> Cause | None:
    """``None`` where the words fit no cause but a damaged file."""
    said = error.message.lower()
    if NOEXEC in said and NO_MEMORY[1] in said:
        return Cause(
            f"{error.package}'s compiled files lie on a file system that allows no programs, so `import {error.package}` fails",
            "The file system is mounted with the option noexec: the kernel maps no code from it.",
            Manual(
                f"have the environment on another file system, or mount this one with exec: `findmnt -T {error.extension}`"
            ),
        )
    if any(words in said for words in NO_MEMORY):
        return limited(error, limits) or Cause(
            f"there is no memory to load {error.package}'s linear-algebra library, so `import {error.package}` fails",
            "A limit on the address space is reached. OpenBLAS asks for buffers for each of its threads when it is loaded.",
            Manual(
                "see the limit (`ulimit -v`) and raise it, in the shell or in the job; fewer threads need less: OPENBLAS_NUM_THREADS=1"
            ),
        )
    if (gone := GONE.match(error.message)) and gone[1] in SYSTEM_LIBRARIES:
        package = SYSTEM_LIBRARIES[gone[1]]
        return Cause(
            f"{gone[1]} of the operating system is not installed, so `import {error.package}` fails",
            f"This build of {error.package} takes the library from the system: reinstalling brings the same build.",
            InstallSystem({"apt-get": (package,)}, title=f"install the library that {error.package} needs"),
        )
    if "$newlapack" in said:
        return Cause(
            f"this macOS is older than {error.package}'s build asks for, so `import {error.package}` fails",
            "The build uses the BLAS of Apple's Accelerate as macOS 13.3 and later have it.",
            Manual(f"update macOS to 13.3 or later, or install an older {error.package}, whose wheels bring OpenBLAS"),
        )
    if glibc := re.search(r"version `(GLIBC_[\d.]+)' not found", error.message):
        return Cause(
            f"this operating system is older than {error.package}'s build asks for, so `import {error.package}` fails",
            f"The build needs {glibc[1]} of the C library, which comes with the operating system alone.",
            Manual(
                f"install a build of {error.package} for this system: an older release, or the system's own package"
            ),
        )
    set_here = [name for name in FIRST if environment is not None and environment.variables.get(name)]
    if set_here and any(words in said for words in ("undefined symbol", "symbol not found", "version `", "elf class")):
        values = {name: environment.variables[name] for name in set_here} if environment is not None else {}
        return Cause(
            f"another library comes before the one that {error.package} was built with, so `import {error.package}` fails",
            f"{' and '.join(set_here)} comes before all other folders; a library there lacks what {error.package} calls.",
            UnsetEnv(tuple(set_here), unless="other programs need it: then take out the folder with the wrong library"),
            tuple(Evidence(name, value) for name, value in values.items()),
            Confidence.LIKELY,
        )
    return None
