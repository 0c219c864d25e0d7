"""Kernels that are known to compute wrongly: the table ``kernels``, section ``bad``."""

import re

from msgspec import Struct

from envdoctor.api import Evidence, Install, Library, Manual, Remedy, SetEnv, table

# All kernels of the table (a test keeps them equal): to look here first spares most check-ups the reading.
SUSPECTS = frozenset({"cooperlake", "sapphirerapids", "skylakex", "vortexm4"})


class Bad(Struct, frozen=True):
    """``kernels`` (lower case) of a ``vendor``'s releases ``first`` to ``last`` get ``what`` wrong.

    ``fixed`` is the first release without the fault, ``instead`` names kernels without it, ``numpy`` is the first NumPy whose wheels
    bring such a release (empty: not known). ``checked`` is the day on which ``source`` was read.
    """

    vendor: str
    kernels: tuple[str, ...]
    first: str
    last: str
    fixed: str
    what: str
    instead: str
    source: str
    checked: str
    numpy: str = ""


def bad_kernels(library: Library, kernels: tuple[str, ...] = ()) -> Bad | None:
    """The row for the kernels in use, or for any of ``kernels`` if the library chose them; ``None``: nothing is known against them."""
    version = _release(library.version) if isinstance(library.version, str) else None
    asked = kernels or ((library.architecture.lower(),) if isinstance(library.architecture, str) else ())
    if version is None or SUSPECTS.isdisjoint(asked):
        return None
    for row in table("kernels", "bad", Bad):
        lasting = (_release(row.first) or ()) <= version <= (_release(row.last) or ())
        if row.vendor == library.vendor and lasting and not set(asked).isdisjoint(row.kernels):
            return row
    return None


def _release(version: str) -> tuple[int, ...] | None:
    """``0.3.20`` and a wheel's ``0.3.33.112`` as (0, 3, 20), (0, 3, 33); a state between two releases (``0.3.14.dev``) is none."""
    found = re.match(r"(\d+)\.(\d+)\.(\d+)(?!\d|\.dev)", version)
    return tuple(map(int, found.groups())) if found else None


def told(row: Bad) -> Evidence:
    """What is known, since when, and where it can be read."""
    return Evidence("known", f"{row.what} are wrong: {row.source} (as of {row.checked})")


def newer(row: Bad, library: Library) -> Remedy:
    """A release without the fault."""
    if row.numpy and "numpy" in library.used_by:
        return Install((f"numpy>={row.numpy}",), title=f"its wheels bring a newer OpenBLAS than {row.last}")
    return Manual(f"install a BLAS without the fault: OpenBLAS {row.fixed} or newer")


def cures(row: Bad, library: Library) -> tuple[Remedy, ...]:
    """A release without the fault, and other kernels until then."""
    around = SetEnv({"OPENBLAS_CORETYPE": row.instead}, title="until then: other kernels")
    return newer(row, library), around
