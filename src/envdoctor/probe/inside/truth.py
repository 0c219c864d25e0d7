"""Runs inside the patient, by file path: multiplies and solves with numbers whose results are known, and compares.

``truth.py COOKIE WHOSE``: ``numpy`` asks NumPy's own copy of BLAS, ``scipy`` SciPy's (`scipy.linalg.blas`). Small integers and factors
that are exact have one right result, whatever the order of the sums: any difference is a wrong kernel. Full mantissas of single
precision, held against integer arithmetic, show a kernel that rounds its input. The reference never calls BLAS: NumPy's integer products
don't. Before each group of calls a record names it, so that a crash names its culprit. Old syntax: see `collector`.
"""

import sys

_HERE = __file__.replace("\\", "/").rpartition("/")[0]
if sys.path and sys.path[0].replace("\\", "/") == _HERE:
    del sys.path[0]

# Whatever lies on the patient's path must not answer for the standard library, or for our own modules.
_SEEN = list(sys.path)
sys.path[:] = [_HERE]
import collector  # noqa: E402

sys.path[:] = [_HERE] + collector.stdlib_path()
import os  # noqa: E402
import threading  # noqa: E402

import loader  # noqa: E402

sys.path[:] = _SEEN

# Rows, inner length, columns: beside and on the blocks of the kernels, thin, small, and those that faults were reported for.
SHAPES = [(4, 4, width) for width in (1, 2, 3, 5, 8, 16, 64, 127, 128, 129, 200, 500, 2503)]
SHAPES += [(height, 4, 4) for height in (128, 200, 2503)]
SHAPES += [(625, 5, 625), (300, 672, 300), (33, 65, 129), (7, 513, 31), (1, 1000, 1), (257, 257, 257)]
TYPES = ("float64", "float32", "complex128", "complex64")
LETTER = {"float64": "d", "float32": "s", "complex128": "z", "complex64": "c"}
AT_ONCE = 4  # Python threads that multiply at the same time
KEPT = 20  # wrong results that are told


class Battery(object):
    """What was asked and what was wrong; ``dot`` multiplies two matrices of one type."""

    def __init__(self, cookie, numpy, dot, vector):
        self.cookie, self.numpy, self.dot, self.vector = cookie, numpy, dot, vector
        self.asked, self.wrong, self.seed = 0, [], 1

    def integers(self, *shape):
        """Whole numbers from -3 to 3, the same in every run and every release of NumPy."""
        numpy = self.numpy
        count = 1
        for length in shape:
            count *= length
        self.seed += 1
        mixed = (numpy.arange(count, dtype="uint64") + numpy.uint64(self.seed * 7919)) * numpy.uint64(2654435761)
        return ((mixed >> numpy.uint64(11)) % numpy.uint64(7)).astype("int64").reshape(shape) - 3

    def begin(self, name, kind, shape):
        self.at = {"routine": name, "type": kind, "shape": list(shape)}
        collector.say(self.cookie, "at", self.at)

    def same(self, name, got, want):
        self.asked += 1
        if not self.numpy.array_equal(got, want):
            self.found(name, int((self.numpy.asarray(got) != self.numpy.asarray(want)).sum()))

    def found(self, name, entries):
        if len(self.wrong) < KEPT:
            self.wrong.append(dict(self.at, routine=name, entries=entries))

    def products(self):
        numpy = self.numpy
        for shape in SHAPES:
            a, b = self.integers(*shape[:2]), self.integers(*shape[1:])
            want = numpy.dot(a, b)
            square = numpy.dot(a, a.T) if shape[0] * shape[1] < 100000 else None
            for kind in TYPES:
                self.begin("gemm", kind, shape)
                left, right, whole = a.astype(kind), b.astype(kind), want
                if kind.startswith("c"):  # (1 + i) (1 - i) = 2
                    left, right, whole = left * (1 + 1j), right * (1 - 1j), want * 2
                whole = whole.astype(kind)
                self.same("gemm", self.dot(left, right), whole)
                self.same("gemm, transposed", self.dot(right.T, left.T).T, whole)
                self.same("gemm, by columns", self.dot(numpy.asfortranarray(left), right), whole)
                self.same("gemm, backwards", self.dot(left[::-1], right[:, ::-1]), whole[::-1, ::-1])
                self.same("gemv", self.vector(left, right[:, 0]), whole[:, 0])
                if square is not None and not kind.startswith("c"):
                    self.same("syrk", self.dot(left, left.T), square.astype(kind))

    def precise(self):
        """Factors of 24 bits in single precision: a kernel that works with fewer leaves the bound k u |A| |B|."""
        numpy = self.numpy
        for shape in ((64, 64, 64), (129, 257, 65)):
            self.begin("gemm, full mantissas", "float32", shape)
            parts = []
            for size in (shape[:2], shape[1:]):
                high, low = self.integers(*size), self.integers(*size)
                parts.append(high * 2796203 + low * 1398101 + 17)  # |x| < 2 ** 24
            a, b = parts
            exact, bound = numpy.dot(a, b), numpy.dot(abs(a), abs(b))
            got = self.dot(a.astype("float32"), b.astype("float32")).astype("float64")
            self.asked += 1
            far = abs(got - exact) > (shape[1] + 2) * 2.0**-24 * bound
            if far.any():
                self.found("gemm, full mantissas", int(far.sum()))

    def solved(self):
        """A Cholesky factor of whole numbers and powers of two is exact; a solution is right by its backward error."""
        numpy = self.numpy
        for size in (5, 64, 129, 300):
            self.begin("cholesky", "float64", (size, size))
            factor = numpy.tril(self.integers(size, size), -1)
            factor[numpy.arange(size), numpy.arange(size)] = 2 ** (1 + numpy.arange(size) % 3)
            self.same("cholesky", numpy.linalg.cholesky(numpy.dot(factor, factor.T).astype("float64")), factor)
            self.begin("solve", "float64", (size, size))
            matrix = self.integers(size, size).astype("float64") + 4 * size * numpy.eye(size)
            right = self.integers(size, 3).astype("float64")
            found = numpy.linalg.solve(matrix, right)
            rest = abs((matrix[:, :, None] * found[None, :, :]).sum(axis=1) - right).max()
            self.asked += 1
            # A right kernel stays far below n u |A| |X| (Higham, Accuracy and Stability, 9.3).
            if not rest <= 8 * size * 2.0**-53 * abs(matrix).sum(axis=1).max() * abs(found).max():
                self.found("solve", 1)

    def together(self):
        """The same products from several threads at once: a library that is not safe there mixes their buffers."""
        numpy = self.numpy
        a, b = self.integers(120, 130), self.integers(130, 110)
        want = numpy.dot(a, b).astype("float64")
        left, right, seen = a.astype("float64"), b.astype("float64"), []
        self.begin("gemm, from 4 threads at once", "float64", (120, 130, 110))

        def work():
            for _ in range(5):
                seen.append(int((self.dot(left, right) != want).sum()))

        threads = [threading.Thread(target=work) for _ in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.asked += len(seen)
        if any(seen):
            self.found("gemm, from 4 threads at once", max(seen))


def copy_of(whose):
    """(numpy, a product of matrices, one of a matrix and a vector) by NumPy's copy of BLAS, or by SciPy's."""
    import numpy

    if whose == "numpy":
        return numpy, numpy.dot, numpy.dot
    from scipy.linalg import blas

    def dot(left, right):
        return getattr(blas, LETTER[left.dtype.name] + "gemm")(1, left, right)

    def vector(left, right):
        return getattr(blas, LETTER[left.dtype.name] + "gemv")(1, left, right)

    return numpy, dot, vector


def main():
    cookie, whose = sys.argv[1:3]
    loader._no_core_dumps()
    try:
        numpy, dot, vector = copy_of(whose)
    except Exception as error:
        collector.say(cookie, "problem", "%s: %s" % (type(error).__name__, (str(error).split("\n") or [""])[0]))
        os._exit(0)
    battery = Battery(cookie, numpy, dot, vector)
    try:
        battery.products()
        battery.precise()
        if whose == "numpy":
            battery.solved()
        battery.together()
    except Exception as error:
        collector.say(cookie, "problem", "%s: %s" % (type(error).__name__, error))
        os._exit(0)
    collector.say(cookie, "truth", {"asked": battery.asked, "wrong": battery.wrong})
    os._exit(0)


main()
