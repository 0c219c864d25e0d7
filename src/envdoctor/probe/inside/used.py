"""Runs inside the patient, by file path: imports NumPy and says which file its ``cblas_dgemm`` is bound to.

``used.py COOKIE``. Read from where the dynamic loader has put it, the extension's global offset table; a product of
two small matrices comes first, since the loader may bind a function when it is first called. ELF and /proc only.
Old syntax: see `collector`.
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
import re  # noqa: E402

import elf  # noqa: E402
import loader  # noqa: E402

try:
    import ctypes
except Exception:  # built without libffi
    ctypes = None

sys.path[:] = _SEEN

# The module that calls BLAS: NumPy 2, from 1.16, before, and before 1.10.
MODULES = (
    "numpy._core._multiarray_umath",
    "numpy.core._multiarray_umath",
    "numpy.core.multiarray",
    "numpy.core._dotblas",
)
SYMBOL = re.compile(b"(?:scipy_)?cblas_dgemm(?:64_|_64|_)?$")


def slots(data):
    """Addresses, relative to where the image is loaded, that hold the pointer to ``cblas_dgemm``; the image's own first."""
    image = elf.image(lambda length, offset: data[offset : offset + length])
    if image is None:
        return 0, []
    return image.first(), [where for where, name in image.relocations() if SYMBOL.match(name)]


def mappings():
    """(begin, end, offset, path) of every file this process has mapped, as Linux tells it (man 5 proc)."""
    with open("/proc/self/maps", "rb") as maps:
        text = maps.read().decode("utf-8", "surrogateescape" if sys.version_info[0] > 2 else "replace")
    found = []
    for line in text.split("\n"):
        parts = line.split(None, 5)
        if len(parts) == 6 and parts[5].startswith("/"):
            begin, end = parts[0].split("-")
            found.append((int(begin, 16), int(end, 16), int(parts[2], 16), parts[5].replace("\\012", "\n")))
    return found


def provider(extension):
    """The file that holds the ``cblas_dgemm`` the extension calls; None where it takes it from no other file."""
    if ctypes is None:
        raise ValueError("this Python has no ctypes")
    extension = os.path.realpath(extension)
    with open(extension, "rb") as file:
        first, places = slots(file.read())
    maps = mappings()
    base = [begin for begin, _, offset, path in maps if path == extension and offset == 0]
    if not places or not base:
        return None
    for place in places:
        pointer = ctypes.c_void_p.from_address(base[0] - first + place).value or 0
        for begin, end, _, path in maps:
            if begin <= pointer < end and path != extension:
                return path
    raise ValueError("cblas_dgemm is not bound to any file")


def used():
    """{"path": file or None}, or {"problem": why it can't be told}."""
    try:
        import numpy
    except Exception as error:
        if not any([os.path.isdir(os.path.join(entry, "numpy")) for entry in sys.path]):
            return {"path": None}
        lines = [line.strip() for line in str(error).split("\n") if line.strip()] or [""]
        said = ([line for line in lines if "riginal error was" in line] or lines)[0]  # NumPy's own, of a screenful
        return {"problem": "import numpy fails: %s: %s" % (type(error).__name__, said)}
    try:
        numpy.dot(numpy.ones((2, 2)), numpy.ones((2, 2)))
        for name in MODULES:
            extension = getattr(sys.modules.get(name), "__file__", None)
            path = provider(extension) if extension else None
            if path:
                return {"path": path}
        return {"path": None}
    except Exception as error:
        return {"problem": "%s: %s" % (type(error).__name__, error)}


def main():
    loader._no_core_dumps()
    collector.say(sys.argv[1], "used", used())
    os._exit(0)


main()
