"""Runs inside the patient, by file path: times products of two matrices in the BLAS libraries it names.

``measure.py COOKIE SIZE BIG SECONDS EXTENSION ... -- LIBRARY ...`` maps the extensions as `loader` does, finds
each library's own ``dgemm`` and calls it by ctypes: no NumPy is imported, and each library's pool is used for certain. Standard library only, old
syntax: see `collector`.
"""

import sys

_HERE = __file__.replace("\\", "/").rpartition("/")[0]
if sys.path and sys.path[0].replace("\\", "/") == _HERE:
    del sys.path[0]

import ctypes  # noqa: E402
import os  # noqa: E402
import time  # noqa: E402
from array import array  # noqa: E402

clock = getattr(time, "perf_counter", time.time)
# cblas.h: CblasRowMajor, CblasNoTrans
ROW_MAJOR, AS_IT_IS = 101, 111
NAMES = [(prefix, suffix) for prefix in ("scipy_", "") for suffix in ("64_", "_64", "")]


def find(path):
    """(cblas_dgemm of the library, its integer type), or (dgemm_, None) where there is no C interface."""
    library = ctypes.CDLL(path)
    for prefix, suffix in NAMES:
        function = getattr(library, prefix + "cblas_dgemm" + suffix, None)
        if function is not None:
            return function, ctypes.c_int64 if suffix else ctypes.c_int
    return library.dgemm_, None


def product(path, size):
    """A function without arguments that multiplies two matrices of ``size`` x ``size`` doubles in ``path``'s ``dgemm``."""
    function, integer = find(path)
    kind = ctypes.c_double * (size * size)
    left, right, result = [kind.from_buffer(array("d", [number]) * (size * size)) for number in (1.0, 0.5, 0.0)]
    if integer is None:
        length, one, zero, letter = ctypes.c_int(size), ctypes.c_double(1), ctypes.c_double(0), ctypes.c_char(b"N")
        by = ctypes.byref
        arguments = [by(letter), by(letter), by(length), by(length), by(length), by(one), left, by(length)]
        arguments += [right, by(length), by(zero), result, by(length)]
    else:
        length, one, zero = integer(size), ctypes.c_double(1), ctypes.c_double(0)
        modes = [ctypes.c_int(ROW_MAJOR), ctypes.c_int(AS_IT_IS), ctypes.c_int(AS_IT_IS)]
        arguments = modes + [length, length, length, one, left, length, right, length, zero, result, length]
    function.restype = None

    def call():
        function(*arguments)

    call()
    if result[size] != 0.5 * size:
        raise ValueError("%s: a wrong product: %r" % (path, result[size]))
    return call


def times(calls, seconds, least):
    """Seconds of each round of ``calls``, for ``seconds`` and at least ``least`` rounds."""
    taken, end = [], clock() + seconds
    while len(taken) < least or clock() < end:
        began = clock()
        for call in calls:
            call()
        taken.append(clock() - began)
    return taken


def main():
    cookie, size, big, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    middle = sys.argv.index("--")
    for extension in sys.argv[5:middle]:
        ctypes.CDLL(extension)
    libraries = sys.argv[middle + 1 :]
    # The first library alone, before any other pool has been woken; then all in turn.
    alone = times([product(libraries[0], big)], seconds / 3, 3)
    small = times([product(libraries[0], size)], seconds / 3, 5)
    turns = []
    if len(libraries) > 1:
        turns = times([product(path, size) for path in libraries], seconds, 8)
    texts = ["[%s]" % ",".join([repr(value) for value in taken]) for taken in (alone, small, turns)]
    text = '\n%s{"alone":%s,"small":%s,"turns":%s}%s\n' % ((cookie,) + tuple(texts) + (cookie,))
    os.write(1, text.encode("ascii"))
    os._exit(0)


main()
