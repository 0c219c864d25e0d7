"""Runs inside the patient: asks the loaded libraries how many threads they have.

OpenBLAS and the OpenMP run-times are asked here, by the same functions that threadpoolctl calls
(https://github.com/joblib/threadpoolctl): that takes a millisecond, where importing threadpoolctl
takes half as long as importing NumPy, and it works on any Python. What is neither is threadpoolctl's.
"""

import os
import sys

PARALLEL = {
    0: "disabled",
    1: "pthreads",
    2: "openmp",
}  # openblas_get_parallel (OpenBLAS: interface/openblas_get_parallel.c)
# How builds decorate OpenBLAS's names: NumPy's and SciPy's wheels, 64-bit integers, Fedora's and Julia's 64-bit builds.
AFFIXES = [(prefix, suffix) for prefix in ("scipy_", "") for suffix in ("64_", "", "_64")]
RUNTIMES = ("libgomp", "libiomp5", "libomp", "vcomp")
FOREIGN = ("flexiblas", "vecLib", "Accelerate")
# mkl_rt chooses its layers when first asked; programs linked to the layers have no mkl_rt.
MKL = (
    "libmkl_rt.",
    "libmkl_intel_lp64.",
    "libmkl_intel_ilp64.",
    "libmkl_gf_lp64.",
    "libmkl_gf_ilp64.",
    "mkl_rt.",  # Windows' names
    "mkl_intel_lp64.",
    "mkl_intel_ilp64.",
)
MKL_LAYERS = {0: "intel", 1: "sequential", 2: "pgi", 3: "gnu", 4: "tbb"}  # mkl_service.h, MKL_THREADING_*


def ask(mapped, threadpoolctl):
    """Pools of the shared objects that ``mapped()`` names, in threadpoolctl's words, and why some can't be told.

    ``mapped`` gives ``None`` where the system doesn't tell; then, and for the libraries we don't know,
    threadpoolctl is asked (``threadpoolctl`` is the folder it lies in).
    """
    paths = mapped()
    if paths is None:
        return _threadpoolctl(threadpoolctl)
    pools, foreign = [], False
    for path in paths:
        name = os.path.basename(path)
        name = name.lower() if os.name == "nt" else name
        if "openblas" in name:
            pool = _openblas(path)
            foreign = foreign or pool is None
        elif name.startswith(MKL):
            pool = _mkl(path)
            paths = mapped()  # its layers and its OpenMP run-time have come with the answer
        elif name.startswith(("libblis", "blis.", "libblas.", "libcblas.")):
            pool = _blis(path)
        else:
            pool = None
            foreign = foreign or any(word in name for word in FOREIGN)
        if pool is not None:
            pools.append(pool)
    pools += [pool for pool in map(_openmp, paths) if pool is not None]
    if not foreign:
        return pools, None
    theirs, problem = _threadpoolctl(threadpoolctl)
    if theirs is None:
        return pools, problem
    ours = [pool["filepath"] for pool in pools]
    return pools + [pool for pool in theirs if os.path.realpath(pool["filepath"]) not in ours], None


def _open(path):
    import ctypes

    # Never load what is not loaded: NOLOAD (4 on Linux) only finds.
    return ctypes.CDLL(path, mode=getattr(os, "RTLD_NOLOAD", 4) | getattr(os, "RTLD_NOW", 2))


def _text(function):
    import ctypes

    function.restype = ctypes.c_char_p
    return (function() or b"").decode("ascii", "replace")


def _openblas(path):
    try:
        library = _open(path)
    except OSError:
        return None
    for prefix, suffix in AFFIXES:
        threads = getattr(library, prefix + "openblas_get_num_threads" + suffix, None)
        if threads is None:
            continue
        texts = {}
        for what in ("config", "corename"):
            function = getattr(library, prefix + "openblas_get_" + what + suffix, None)
            if function is not None:
                texts[what] = _text(function)
        words = texts.get("config", "").split()
        parallel = getattr(library, prefix + "openblas_get_parallel" + suffix, None)
        layer = PARALLEL.get(parallel(), "unknown") if parallel is not None else "unknown"
        most = [word[12:] for word in words if word.startswith("MAX_THREADS=")]
        count = int(threads())
        if layer == "openmp":
            # Such a build takes the run-time's number again at every call (common_thread.h, num_cpu_avail).
            count = max(1, int(getattr(library, "omp_get_max_threads", threads)()))
            if most and most[0].isdigit():  # and takes no more than it was built for (goto_set_num_threads)
                count = min(count, int(most[0]))
        return {
            "user_api": "blas",
            "internal_api": "openblas",
            "filepath": path,
            "num_threads": count,
            "version": words[1] if len(words) > 1 and words[0].lower() == "openblas" else None,
            "threading_layer": layer,
            "architecture": texts.get("corename") or None,
            "integers": "ilp64" if "USE64BITINT" in words else "lp64",
            "max_threads": int(most[0]) if most and most[0].isdigit() else None,
        }
    return None


def _mkl(path):
    import ctypes

    try:
        library = _open(path)
        threads = library.MKL_Get_Max_Threads
        version = library.MKL_Get_Version_String
    except (OSError, AttributeError):
        return None
    count = int(threads())
    domain = getattr(library, "MKL_Domain_Get_Max_Threads", None)
    if domain is not None and os.environ.get("MKL_DOMAIN_NUM_THREADS"):
        count = int(domain(1))  # MKL_DOMAIN_BLAS
    text = ctypes.create_string_buffer(200)
    version.restype = None
    version(text, 200)
    words = text.value.decode("ascii", "replace").split()
    layer = None
    setter = getattr(library, "MKL_Set_Threading_Layer", None)
    if setter is not None:
        layer = MKL_LAYERS.get(setter(-1))  # an impossible layer: it answers with the one in force
    interface = getattr(library, "MKL_Set_Interface_Layer", None)
    wide = bool(interface(-1) & 1) if interface is not None else "ilp64" in os.path.basename(path)
    return {
        "user_api": "blas",
        "internal_api": "mkl",
        "filepath": path,
        "num_threads": count,
        "version": words[words.index("Version") + 1].split("-")[0] if "Version" in words[:-1] else None,
        "threading_layer": layer,
        "integers": "ilp64" if wide else "lp64",
    }


def _blis(path):
    """BLIS by its own functions; ``None`` for other libraries, and for builds that show BLAS's names only (Debian's)."""
    try:
        library = _open(path)
        threads = library.bli_thread_get_num_threads
        version = library.bli_info_get_version_str
        kinds = (("openmp", library.bli_info_get_enable_openmp), ("pthreads", library.bli_info_get_enable_pthreads))
    except (OSError, AttributeError):
        return None
    architecture = None
    try:
        query, name = library.bli_arch_query_id, library.bli_arch_string
        name.restype = _char_pointer()
        architecture = (name(query()) or b"").decode("ascii", "replace") or None
    except AttributeError:
        architecture = None
    layer = ([kind for kind, enabled in kinds if enabled()] + ["disabled"])[0]
    width = getattr(library, "bli_info_get_blas_int_type_size", None)
    return {
        "user_api": "blas",
        "internal_api": "blis",
        "filepath": path,
        "num_threads": max(1, int(threads())),  # -1: nobody has said, which means one
        "version": _text(version) or None,
        "threading_layer": layer,
        "architecture": architecture,
        "integers": {64: "ilp64", 32: "lp64"}.get(width()) if width is not None else None,
    }


def _char_pointer():
    import ctypes

    return ctypes.c_char_p


def _openmp(path):
    if not os.path.basename(path).lower().startswith(RUNTIMES):
        return None
    try:
        threads = _open(path).omp_get_max_threads
    except (OSError, AttributeError):
        return None
    return {"user_api": "openmp", "internal_api": "openmp", "filepath": path, "num_threads": int(threads())}


def _threadpoolctl(folder):
    sys.path.append(folder)
    try:
        import threadpoolctl

        return threadpoolctl.threadpool_info(), None
    except Exception as error:
        return None, "threadpoolctl on Python %d.%d: %r" % (sys.version_info[0], sys.version_info[1], error)
    finally:
        sys.path.remove(folder)
