"""Runs inside the patient, by file path: times products and solves in the BLAS libraries it names.

``measure.py COOKIE PLAN EXTENSION ... -- LIBRARY ...`` maps the extensions as `loader` does, finds each library's own
``dgemm`` and ``dgesv`` and calls them by ctypes: no NumPy is imported, and each library's pool is used for certain.
``PLAN`` is JSON: ``big`` (rows of the products whose every time is told; 0: none), ``seconds`` and ``least`` (turns) for each kind of
work, ``alone`` and ``turns`` (lists of [work, rows]), ``mean`` (whether a mean is told, for a median), ``limit`` (seconds after
which every kind of work gets one turn). Standard library only, old syntax: see `collector`.
"""

import sys

_HERE = __file__.replace("\\", "/").rpartition("/")[0]
if sys.path and sys.path[0].replace("\\", "/") == _HERE:
    del sys.path[0]

import ctypes  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import time  # noqa: E402
from array import array  # noqa: E402

clock = getattr(time, "perf_counter", time.time)
# cblas.h: CblasRowMajor, CblasNoTrans
ROW_MAJOR, AS_IT_IS = 101, 111
NAMES = [(prefix, suffix) for prefix in ("scipy_", "") for suffix in ("64_", "_64", "")]
PRODUCT, SOLVE = "products", "product and solve"
STARTED = clock()


def find(library):
    """(cblas_dgemm of the library, its integer type), or (dgemm_, None) where there is no C interface."""
    for prefix, suffix in NAMES:
        function = getattr(library, prefix + "cblas_dgemm" + suffix, None)
        if function is not None:
            return function, ctypes.c_int64 if suffix else ctypes.c_int
    return library.dgemm_, None


def solver(library):
    """(dgesv of the library, its integer type), or None: a BLAS may come without LAPACK."""
    for prefix in ("scipy_", ""):
        for suffix in ("_64_", "_", "64_"):
            function = getattr(library, prefix + "dgesv" + suffix, None)
            if function is not None:
                return function, ctypes.c_int64 if "64" in suffix else ctypes.c_int
    return None


def doubles(size, number):
    return (ctypes.c_double * (size * size)).from_buffer(array("d", [number]) * (size * size))


def product(path, size):
    """A function without arguments that multiplies two matrices of ``size`` x ``size`` doubles in ``path``'s ``dgemm``."""
    function, integer = find(ctypes.CDLL(path))
    left, right, result = [doubles(size, number) for number in (1.0, 0.5, 0.0)]
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


def solve(path, size):
    """A function that solves a system of ``size`` equations in ``path``'s ``dgesv``; None where it has none."""
    found = solver(ctypes.CDLL(path))
    if found is None:
        return None
    function, integer = found
    function.restype = None
    original, matrix = doubles(size, 1.0), doubles(size, 0.0)
    for row in range(size):  # ones, and size + 1 on the diagonal: of a vector of 2 * size + ... all unknowns are one
        original[row * size + row] = size + 1.0
    vector = (ctypes.c_double * size)()
    right = (ctypes.c_double * size)(*([2.0 * size] * size))
    pivots = (integer * size)()
    length, one, state = integer(size), integer(1), integer(0)
    by = ctypes.byref
    arguments = [by(length), by(one), matrix, by(length), pivots, vector, by(length), by(state)]
    sizes = ctypes.sizeof(matrix), ctypes.sizeof(vector)

    def call():
        ctypes.memmove(matrix, original, sizes[0])
        ctypes.memmove(vector, right, sizes[1])
        function(*arguments)

    call()
    if state.value or abs(vector[0] - 1.0) > 1e-6:
        raise ValueError("%s: a wrong solution: %r" % (path, vector[0]))
    return call


def calls(work, size, libraries):
    """The calls of one turn; None where a library can't do the work."""
    if work == PRODUCT:
        return [product(path, size) for path in libraries]
    if len(libraries) == 1:
        libraries = libraries * 2
    found = [product(libraries[0], size)] + [solve(path, size) for path in libraries[1:]]
    return None if None in found else found


def times(turn, seconds, least, late=float("inf")):
    """Seconds of each round of calls, for ``seconds`` and at least ``least`` rounds; one, once it is ``late`` by the clock."""
    taken, end = [], clock() + seconds
    while not taken or (clock() < late and (len(taken) < least or clock() < end)):
        began = clock()
        for call in turn:
            call()
        taken.append(clock() - began)
    return taken


def told(taken, mean):
    taken = sorted(taken)
    return sum(taken) / len(taken) if mean else taken[len(taken) // 2]


def measured(plan, works, libraries):
    """[copies, work, size, seconds a turn] of everything that the libraries can do."""
    found, asked = [], [list(item) for item in works]
    late = STARTED + plan["limit"] if "limit" in plan else float("inf")
    for work, size in works:
        turn = calls(work, size, libraries)
        if turn is None and [PRODUCT, size] not in asked:  # a BLAS without LAPACK multiplies
            work, turn = PRODUCT, calls(PRODUCT, size, libraries)
        if turn is not None:
            taken = times(turn, plan["seconds"], plan["least"], late)
            found.append([len(libraries), work, size, told(taken, plan.get("mean"))])
    return found


def main():
    cookie, plan = sys.argv[1], json.loads(sys.argv[2])
    middle = sys.argv.index("--")
    extensions, libraries = sys.argv[3:middle], sys.argv[middle + 1 :]
    try:  # the first library alone, before any other pool has been started
        ctypes.CDLL(libraries[0])
    except OSError:  # which finds what it needs only where the extension brings it
        for extension in extensions:
            ctypes.CDLL(extension)
    big = times([product(libraries[0], plan["big"])], plan["seconds"], 3) if plan["big"] else []
    cells = measured(plan, plan["alone"], libraries[:1])
    for extension in extensions:
        ctypes.CDLL(extension)
    if len(libraries) > 1:
        cells += measured(plan, plan["turns"], libraries)
    text = "\n%s%s%s\n" % (cookie, json.dumps({"big": big, "cells": cells}), cookie)
    os.write(1, text.encode("ascii"))
    os._exit(0)


main()
