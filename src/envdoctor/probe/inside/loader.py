"""Runs inside the patient, after `collector`: maps the extensions that bring BLAS and OpenMP, without importing anything.

``ctypes.CDLL`` on NumPy's own extension makes the dynamic loader do exactly what ``import numpy``
would make it do, and runs not a line of NumPy. Then `pools` asks the libraries themselves.
Standard library only, old syntax: see `collector`.
"""

import os
import sys

# package, folder within it, start of the extension's file name. The first folder that exists counts.
TARGETS = (
    ("numpy", ("numpy/_core", "numpy/core"), ("_multiarray_umath.",)),
    ("numpy", ("numpy/linalg",), ("_umath_linalg.",)),
    ("scipy", ("scipy/linalg",), ("_fblas.",)),
    ("sklearn", ("sklearn/utils",), ("_openmp_helpers.",)),
    ("numexpr", ("numexpr",), ("interpreter.",)),
    ("faiss", ("faiss",), ("_swigfaiss.",)),
    ("cvxopt", ("cvxopt",), ("base.",)),
)


def extensions(path, suffixes):
    """(package, file) of every target found along ``path``, as an import would find it: the first package wins."""
    found = []
    for package, folders, starts in TARGETS:
        for entry in path:
            if os.path.isdir(os.path.join(entry, package)):
                found += [(package, name) for name in _in_package(entry, folders, starts, suffixes)]
                break
    return found


def _in_package(entry, folders, starts, suffixes):
    for folder in folders:
        try:
            names = sorted(os.listdir(os.path.join(entry, folder)))
        except OSError:
            continue
        for start in starts:
            for suffix in suffixes:  # in the import system's order of preference
                if start[:-1] + suffix in names:
                    yield os.path.join(entry, folder, start[:-1] + suffix)
                    break
        return


def mapped():
    """The shared objects this process has mapped, or None where the system does not tell (/proc is Linux's)."""
    try:
        with open("/proc/self/maps", "rb") as maps:
            lines = maps.read().decode("utf-8", "surrogateescape" if sys.version_info[0] > 2 else "replace").split("\n")
    except (IOError, OSError):
        return None
    paths = set(line[line.index("/") :] for line in lines if "/" in line and ".so" in line)
    return sorted(set(map(unescaped, paths)))


def unescaped(path):
    """A path as it is; the kernel writes a newline in it as an octal number (man 5 proc_pid_maps)."""
    return path if "\\012" not in path or os.path.exists(path) else path.replace("\\012", "\n")


def load(path, suffixes, threadpoolctl, report):
    """Load every target, then say what is loaded.

    ``report("loading", file)`` goes out before each, so that a crash or a hang names its culprit.
    ``suffixes`` are the ends of extension modules' names, ``threadpoolctl`` is the folder that holds the module, ``report`` writes a record.
    """
    result = {"errors": [], "examined": [], "brought": {}, "pools": None, "problem": None}
    try:
        import ctypes
    except Exception as error:
        result["problem"] = "no ctypes: %s" % error
        return result
    _no_core_dumps()
    before = set(mapped() or ())
    for package, extension in extensions(path, suffixes):
        report("loading", extension)
        _windows_folders(package, extension)
        try:
            ctypes.CDLL(extension)
            result["examined"].append({"package": package, "extension": extension})
        except Exception as error:
            result["errors"].append({"package": package, "extension": extension, "message": str(error)})
        now = mapped()
        if now is not None:
            result["brought"].setdefault(package, []).extend(name for name in now if name not in before)
            before.update(now)
    if any("libmkl_" in name for names in result["brought"].values() for name in names):
        report("loaded", result)  # MKL ends the process where it does not find its layers
    report("loading", "the thread pools' answers")
    import pools

    result["pools"], result["problem"] = pools.ask(mapped, threadpoolctl)
    return result


def _no_core_dumps():
    """A crash of the patient must not leave a core file behind."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    except Exception:
        return


def _windows_folders(package, extension):
    """On Windows a wheel's own libraries are found because its ``__init__`` adds their folder; so do we."""
    if not hasattr(os, "add_dll_directory"):
        return
    site = extension[: extension.replace("\\", "/").rindex("/" + package + "/")]
    for folder in (package + ".libs", os.path.join(package, ".libs")):
        if os.path.isdir(os.path.join(site, folder)):
            os.add_dll_directory(os.path.join(site, folder))
