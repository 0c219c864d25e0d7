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
RUNTIMES = ("libgomp", "libiomp5", "libomp")
FOREIGN = ("mkl_rt", "mkl_core", "blis", "flexiblas", "armpl", "nvpl_blas", "vecLib", "Accelerate")


def ask(mapped, threadpoolctl):
    """Pools of the shared objects in ``mapped``, in threadpoolctl's words, and why some can't be told.

    ``mapped`` is ``None`` where the system doesn't tell; then, and for the libraries we don't know,
    threadpoolctl is asked (``threadpoolctl`` is the folder it lies in).
    """
    if mapped is None:
        return _threadpoolctl(threadpoolctl)
    pools, foreign = [], False
    for path in mapped:
        name = os.path.basename(path)
        if "openblas" in name:
            pool = _openblas(path)
            foreign = foreign or pool is None
        elif name.startswith(RUNTIMES):
            pool = _openmp(path)
        else:
            pool = None
            foreign = foreign or any(word in name for word in FOREIGN)
        if pool is not None:
            pools.append(pool)
    if not foreign:
        return pools, None
    theirs, problem = _threadpoolctl(threadpoolctl)
    return (pools, problem) if theirs is None else (theirs, None)


def _open(path):
    import ctypes

    # Never load what is not loaded: NOLOAD (4 on Linux) only finds.
    return ctypes.CDLL(path, mode=getattr(os, "RTLD_NOLOAD", 4) | getattr(os, "RTLD_NOW", 2))


def _openblas(path):
    import ctypes

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
                function.restype = ctypes.c_char_p
                texts[what] = (function() or b"").decode("ascii", "replace")
        words = texts.get("config", "").split()
        parallel = getattr(library, prefix + "openblas_get_parallel" + suffix, None)
        return {
            "user_api": "blas",
            "internal_api": "openblas",
            "filepath": path,
            "num_threads": int(threads()),
            "version": words[1] if len(words) > 1 and words[0].lower() == "openblas" else None,
            "threading_layer": PARALLEL.get(parallel(), "unknown") if parallel is not None else "unknown",
            "architecture": texts.get("corename") or None,
        }
    return None


def _openmp(path):
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
