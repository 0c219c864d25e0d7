"""Runs inside the patient, after `collector`: maps the extensions that bring BLAS and OpenMP, without importing anything.

``ctypes.CDLL`` on NumPy's own extension makes the dynamic loader do exactly what ``import numpy``
would make it do, and runs not a line of NumPy. Then `pools` asks the libraries themselves.
Standard library only, old syntax: see `collector`.
"""

import os
import sys

# package, folder within it, start of the extension's file name. The first folder that holds one counts: NumPy 1.25 and
# 1.26 have a numpy/_core without any.
TARGETS = (
    ("numpy", ("numpy/_core", "numpy/core"), ("_multiarray_umath.",)),
    ("numpy", ("numpy/linalg",), ("_umath_linalg.",)),
    ("scipy", ("scipy/linalg",), ("_fblas.",)),
    ("sklearn", ("sklearn/utils",), ("_openmp_helpers.",)),
    ("numexpr", ("numexpr",), ("interpreter.",)),
    ("faiss", ("faiss",), ("_swigfaiss.",)),
    ("cvxopt", ("cvxopt",), ("base.",)),
)

ABSENT = (2, 20)  # ENOENT, ENOTDIR: the same numbers everywhere


def extensions(path, suffixes, refused=None):
    """(package, file) of every target found along ``path``, as an import would find it: the first package wins.

    Where a folder can't be listed, ``refused`` is given [folder, number of the error].
    """
    found = []
    for package, folders, starts in TARGETS:
        for entry in path:
            if os.path.isdir(os.path.join(entry, package)):
                found += [(package, name) for name in _in_package(entry, folders, starts, suffixes, refused)]
                break
    return found


def _in_package(entry, folders, starts, suffixes, refused):
    for folder in folders:
        found = []
        place = os.path.join(entry, *folder.split("/"))
        try:
            names = sorted(os.listdir(place))
        except OSError as error:
            if refused is not None and error.errno not in ABSENT:
                refused.append([place, error.errno])
            continue
        for start in starts:
            for suffix in suffixes:  # in the import system's order of preference
                if start[:-1] + suffix in names:
                    found.append(os.path.join(entry, *(folder.split("/") + [start[:-1] + suffix])))
                    break
        if found:
            return found
    return []


def mapped():
    """The shared objects this process has mapped, or None where the system does not tell."""
    if os.name == "nt":
        return _modules()
    try:
        with open("/proc/self/maps", "rb") as maps:
            lines = maps.read().decode("utf-8", "surrogateescape" if sys.version_info[0] > 2 else "replace").split("\n")
    except (IOError, OSError):
        return None
    paths = set(line[line.index("/") :] for line in lines if "/" in line and ".so" in line)
    return sorted(set(map(unescaped, paths)))


def _modules():
    """On Windows, the files of the modules of this process; None where they can't be listed.

    https://learn.microsoft.com/windows/win32/psapi/enumerating-all-modules-for-a-process
    """
    try:
        import ctypes
        from ctypes import wintypes

        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.GetCurrentProcess.restype = wintypes.HANDLE
        listing = kernel.K32EnumProcessModules
        listing.argtypes = [wintypes.HANDLE, ctypes.c_void_p, wintypes.DWORD, ctypes.POINTER(wintypes.DWORD)]
        naming = kernel.GetModuleFileNameW
        naming.argtypes = [wintypes.HMODULE, wintypes.LPWSTR, wintypes.DWORD]
        process, needed = kernel.GetCurrentProcess(), wintypes.DWORD()
        handles = (wintypes.HMODULE * 4096)()
        if not listing(process, handles, ctypes.sizeof(handles), ctypes.byref(needed)):
            return None
        found, text = set(), ctypes.create_unicode_buffer(32768)
        for handle in handles[: min(4096, needed.value // ctypes.sizeof(wintypes.HMODULE))]:
            if naming(handle, text, 32768):
                found.add(text.value)
        return sorted(found)
    except Exception:
        return None


def unescaped(path):
    """A path as it is; the kernel writes a newline in it as an octal number (man 5 proc_pid_maps)."""
    return path if "\\012" not in path or os.path.exists(path) else path.replace("\\012", "\n")


SMALLEST = 2.2250738585072014e-308  # the smallest normal number of double precision; its half is subnormal


def flushes(number=SMALLEST):
    """Whether this thread's processor takes subnormal numbers for zero: a library that is loaded may set that.

    https://gcc.gnu.org/onlinedocs/gcc/Optimize-Options.html (-ffast-math), GCC's crtfastmath.o
    """
    return number / 2 == 0.0


def cpus():
    """How many CPUs this thread may run on; None where the system does not tell."""
    try:
        return len(os.sched_getaffinity(0))
    except Exception:
        return None


def load(path, suffixes, threadpoolctl, report):
    """Load every target, then say what is loaded, and after which file subnormal numbers became zero.

    ``report("loading", file)`` goes out before each, so that a crash or a hang names its culprit.
    ``suffixes`` are the ends of extension modules' names, ``threadpoolctl`` is the folder that holds the module, ``report`` writes a record.
    """
    result = {"errors": [], "examined": [], "brought": {}, "pools": None, "problem": None, "refused": []}
    try:
        import ctypes
    except Exception as error:
        result["problem"] = "no ctypes: %s" % error
        return result
    _no_core_dumps()
    before, mask = set(mapped() or ()), cpus()
    result["flushed"] = {"after": "", "files": sorted(before)} if flushes() else None
    for package, extension in extensions(path, suffixes, result["refused"]):
        report("loading", extension)
        _windows_folders(package, extension, path)
        try:
            ctypes.CDLL(extension)
            result["examined"].append({"package": package, "extension": extension})
        except Exception as error:
            if os.name == "nt" and _imports(package, extension, path):
                result["examined"].append({"package": package, "extension": extension})
            else:
                result["errors"].append({"package": package, "extension": extension, "message": str(error)})
        now = mapped()
        _note_mask(result, extension, mask)
        if result["flushed"] is None and flushes():
            result["flushed"] = {"after": extension, "files": sorted(set(now or ()) - before)}
        if now is not None:
            result["brought"].setdefault(package, []).extend(name for name in now if name not in before)
            before.update(now)
    if any("mkl_" in name for names in result["brought"].values() for name in names):
        report("loaded", result)  # MKL ends the process where it does not find its layers
    report("loading", "the thread pools' answers")
    import pools

    result["pools"], result["problem"] = pools.ask(mapped, threadpoolctl)
    _note_mask(result, "", mask)  # LLVM's and Intel's OpenMP bind when they are first asked
    return result


def _note_mask(result, after, before):
    """An OpenMP run-time binds the thread that loads it where a variable says so (OMP_PROC_BIND and others)."""
    now = cpus()
    if before and now and now < before and "pinned" not in result:
        result["pinned"] = {"after": after, "before": before, "now": now}


def _no_core_dumps():
    """A crash of the patient must not leave a core file behind."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    except Exception:
        return


_FOLDERS = []  # what add_dll_directory gave: a folder counts only as long as it is kept


def _windows_folders(package, extension, path):
    """On Windows a wheel's own libraries are found because its ``__init__`` adds their folder, conda's because its
    Python adds the prefix's; so do we. A Python before 3.8 searches PATH, as ever."""
    site = extension[: extension.replace("\\", "/").rindex("/" + package + "/")]
    folders = [os.path.join(site, package + ".libs"), os.path.join(site, package, ".libs")]
    try:
        folders += [os.path.join(site, name) for name in os.listdir(site) if name.endswith(".libs")]
    except OSError:
        pass
    folders += [os.path.join(sys.prefix, *name.split("/")) for name in ("Library/mingw-w64/bin", "Library/bin")]
    if not hasattr(os, "add_dll_directory"):
        return
    for folder in folders:
        if os.path.isdir(folder) and folder not in _FOLDERS:
            _FOLDERS.append(folder)
            _FOLDERS.append(os.add_dll_directory(folder))


def _imports(package, extension, path):
    """Whether the package's own import loads the extension: on Windows its code may add any folder before it does.

    Only where the loader alone has failed. What was printed is nobody's; what is loaded stays loaded.
    """
    seen, flags = list(sys.path), getattr(sys, "dont_write_bytecode", False)
    sys.path[:] = path
    sys.dont_write_bytecode = True
    try:
        __import__(package)
        module = package + extension[extension.replace("\\", "/").rindex("/" + package + "/") + len(package) + 1 :]
        name = module.replace("\\", "/").replace("/", ".").split(".cp")[0].split(".pyd")[0]
        __import__(name)
        return True
    except BaseException:
        return False
    finally:
        sys.path[:] = seen
        sys.dont_write_bytecode = flags
