"""How many threads a BLAS takes, and why: a model of how each library reads its variables.

Pure: it never sees what a library reports; the tests compare it with what every library it knows
answers. OpenBLAS: ``driver/others/openblas_env.c`` and ``memory.c`` (``blas_get_cpu_number``),
https://github.com/OpenMathLib/OpenBLAS; MKL: "Techniques to Set the Number of Threads" in its
developer guide, and what 2026.2 does with values that the guide doesn't speak of; BLIS:
``frame/thread/bli_thread.c``, https://github.com/flame/blis; OMP_NUM_THREADS: OpenMP 5.2, 21.1.
"""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from envdoctor.ecosystem.units import plural
from envdoctor.ecosystem.versions import numbers
from envdoctor.facts import Facts
from envdoctor.facts.base import Missing
from envdoctor.facts.blas import Blas, Library
from envdoctor.facts.cpu import Cpu

# What each vendor reads, the first that is valid wins.
ORDER: dict[str, tuple[str, ...]] = {
    "openblas": ("OPENBLAS_NUM_THREADS", "OPENBLAS_DEFAULT_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS"),
    "mkl": ("MKL_DOMAIN_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"),
    "blis": ("BLIS_NUM_THREADS", "OMP_NUM_THREADS"),
    "accelerate": ("VECLIB_MAXIMUM_THREADS",),
    "nvpl": ("NVPL_BLAS_NUM_THREADS", "OMP_NUM_THREADS"),
    "armpl": ("OMP_NUM_THREADS",),
    "flexiblas": (),
    "netlib": (),
    "atlas": (),
}
SILENT = ("netlib", "atlas", "blis")  # they have no function that tells, or their builds leave it out (Debian's)
DEFAULT_VARIABLE_SINCE = (0, 3, 22)  # https://github.com/OpenMathLib/OpenBLAS/pull/3773


class Ignored(Struct, frozen=True):
    """A variable that is set and decides nothing; ``why``: outranked (by another number), invalid, unread."""

    name: str
    value: str
    why: str


class Expectation(Struct, frozen=True):
    """``threads`` (``None``: not to be foretold), the ``reason`` in words, and the ``variable`` that decided.

    ``ignored`` are variables of the library's that decided nothing; ``misread`` names one that did,
    though its value is no number.
    """

    threads: int | None
    reason: str
    variable: str | None = None
    ignored: tuple[Ignored, ...] = ()
    misread: str | None = None


def of_library(library: Library, cpu: Cpu, variables: Mapping[str, str]) -> Expectation:
    """The same for a library of the facts, by all that is known of its build."""
    return expected(
        library.vendor,
        variables,
        cpu.affinity,
        layer=library.threading_layer if isinstance(library.threading_layer, str) else None,
        version=library.version if isinstance(library.version, str) else None,
        maximum=library.maximum if isinstance(library.maximum, int) else None,
        cores=cpu.physical if isinstance(cpu.physical, int) else None,
    )


def with_expected_threads(blas: Blas, cpu: Cpu, variables: Mapping[str, str]) -> Blas:
    """The same libraries; one that is loaded and did not report its threads has those that the model expects.

    Only libraries that never report are meant: one that could not be asked stays unknown, and so does a build whose
    threading layer is not known.
    """

    def counted(library: Library) -> Library:
        silent = library.loaded and library.vendor in SILENT and isinstance(library.threads, Missing)
        if not silent or isinstance(library.threading_layer, Missing):
            return library
        threads = of_library(library, cpu, variables).threads
        return library if threads is None else msgspec.structs.replace(library, threads=threads)

    return msgspec.structs.replace(blas, libraries=[counted(library) for library in blas.libraries])


def counted(facts: Facts) -> Blas | Missing:
    """The section ``blas`` of the facts `with_expected_threads`, as far as the facts allow."""
    blas, cpu, environment = facts.blas, facts.cpu, facts.environment
    if isinstance(blas, Missing) or isinstance(cpu, Missing):
        return blas
    return with_expected_threads(blas, cpu, {} if isinstance(environment, Missing) else environment.variables)


def order(vendor: str, layer: str | None = None, version: str | None = None) -> tuple[str, ...]:
    """The variables that a build reads, in order of precedence; none for one without threads."""
    if layer in ("disabled", "serial", "sequential"):
        return ()
    if vendor == "openblas":
        if layer == "openmp":
            return ("OMP_NUM_THREADS",)
        if version is not None and numbers(version, 3) < DEFAULT_VARIABLE_SINCE:
            return tuple(name for name in ORDER[vendor] if name != "OPENBLAS_DEFAULT_NUM_THREADS")
    return ORDER.get(vendor, ())


def expected(
    vendor: str,
    variables: Mapping[str, str],
    affinity: int,
    *,
    layer: str | None = None,
    version: str | None = None,
    maximum: int | None = None,
    cores: int | None = None,
) -> Expectation:
    """The threads that a library takes for a large product.

    ``layer`` is its threading layer (pthreads, openmp, disabled; MKL: intel, gnu, tbb, sequential),
    ``maximum`` the build's, ``cores`` the machine's physical cores, which is where MKL stops.
    """
    names = order(vendor, layer, version)
    if vendor not in ORDER or vendor in ("flexiblas", "accelerate", "nvpl", "armpl"):
        return Expectation(None, "not foretold for this library")
    if not names:
        return Expectation(1, "a build without threads" if vendor in ("openblas", "blis", "mkl") else "it has none")
    if vendor == "mkl" and layer == "tbb":
        return Expectation(None, "TBB shares the processors out as it goes")
    runtime = "libiomp5" if vendor == "mkl" and layer != "gnu" else "libgomp"
    chosen: tuple[str, int] | None = None
    misread = None
    ignored: list[Ignored] = []
    for name in names:
        value = variables.get(name)
        if value is None:
            continue
        count, sound = _read(vendor, layer, runtime, name, value)
        if count is None and chosen is None:
            ignored.append(Ignored(name, value, "invalid" if not sound else "unread"))
        elif count is not None and chosen is not None and count != chosen[1]:
            ignored.append(Ignored(name, value, "outranked"))
        elif count is not None and chosen is None:
            chosen = name, count
            misread = None if sound else name
    unread = [name for name in ORDER[vendor] if name in variables and name not in names]
    ignored += [Ignored(name, variables[name], "unread") for name in unread]
    alone = vendor == "openblas" and layer != "openmp"
    threads, reason = _settle(vendor, chosen, variables, affinity, maximum, cores if vendor == "mkl" else None, alone)
    lower = [item.name for item in ignored if item.why == "outranked"]
    if chosen and lower:
        reason += f", which outranks {' and '.join(lower)}"
    return Expectation(threads, reason, chosen[0] if chosen else None, tuple(ignored), misread)


def _settle(
    vendor: str,
    chosen: tuple[str, int] | None,
    variables: Mapping[str, str],
    affinity: int,
    maximum: int | None,
    cores: int | None,
    masked: bool,
) -> tuple[int, str]:
    """What becomes of the number asked for (``None``: nobody asked); ``masked``: the affinity mask is a limit, too."""
    if vendor == "blis":
        ways = 1
        for letter in ("JC", "PC", "IC", "JR", "IR"):
            ways *= max(1, atoi(variables.get(f"BLIS_{letter}_NT", "1")))
        if chosen is None:
            return ways, "BLIS takes one thread by default" if ways == 1 else "the BLIS_*_NT variables"
        return max(1, chosen[1]), f"{chosen[0]}={variables[chosen[0]]}"
    asked, reason = (chosen[1], f"{chosen[0]}={variables[chosen[0]]}") if chosen else (affinity, "one for each CPU")
    limits: list[tuple[int, str]] = []
    if cores and variables.get("MKL_DYNAMIC", "").strip().lower() != "false":
        limits.append((cores, f"the machine's {plural(cores, 'core')}"))
    if masked:
        limits.append((affinity, f"the {plural(affinity, 'CPU')} of the affinity mask"))
    if maximum:
        limits.append((maximum, f"the build's maximum of {maximum}"))
    for limit, what in sorted(limits):
        if asked > limit:
            return limit, f"{reason}, capped at {what}"
    return asked, reason


def _read(vendor: str, layer: str | None, runtime: str, name: str, value: str) -> tuple[int | None, bool]:
    """The number that a library makes of a value (``None``: it goes on to the next), and whether the value is sound."""
    if name == "MKL_DOMAIN_NUM_THREADS":
        return _domain(value)
    sound = is_count(value) or (name == "OMP_NUM_THREADS" and is_list(value))
    if vendor == "blis":
        return max(0, atoi(value)), sound  # garbage is 0, and 0 is one thread: nothing else is looked at
    if name == "MKL_NUM_THREADS":
        if value.strip() in ("", "0"):
            return None, False
        return (int(value), True) if value.isascii() and value.isdigit() else (1, False)
    if vendor == "openblas" and layer != "openmp":
        number = atoi(value)
        return (number, sound) if number > 0 else (None, False)
    # An OpenMP run-time's own reading.
    if is_list(value):
        return max(1, _wrapped(int(value.split(",", maxsplit=1)[0]))), True
    if runtime == "libgomp" and value.strip().startswith("+") and is_list(value.strip()[1:]):
        return max(1, _wrapped(int(value.strip().split(",", maxsplit=1)[0]))), False
    if runtime == "libiomp5" and value.strip() == "0":
        return 1, False
    return None, False


def _domain(value: str) -> tuple[int | None, bool]:
    """``MKL_DOMAIN_ALL=2, MKL_DOMAIN_BLAS=1``: BLAS's own number, else that of all domains."""
    counts = {}
    for part in value.replace(";", ",").split(","):
        domain, _, number = part.replace(" ", "").partition("=")
        if number.isascii() and number.isdigit() and int(number) > 0:
            counts[domain.upper()] = int(number)
    for domain in ("MKL_DOMAIN_BLAS", "MKL_DOMAIN_ALL"):
        if domain in counts:
            return counts[domain], True
    return None, bool(counts)


def atoi(text: str) -> int:
    """As glibc's ``atoi``: leading blanks, a sign, digits; a long, of which the lower 32 bits count; 0 without digits."""
    text = text.lstrip(" \t\n\v\f\r")
    digits = text[1:] if text[:1] in ("+", "-") else text
    end = 0
    while end < len(digits) and digits[end] in "0123456789":
        end += 1
    number = int(digits[:end][:20] or "0")  # 20 digits and more are beyond a long
    number = max(-number, -(2**63)) if text[:1] == "-" else min(number, 2**63 - 1)
    return _wrapped(number)


def _wrapped(number: int) -> int:
    """The lower 32 bits, as a signed number: what a long becomes in an int."""
    return (number + 2**31) % 2**32 - 2**31


def is_count(value: str) -> bool:
    """A positive integer, and nothing else but blanks around it."""
    text = value.strip()
    return text.isascii() and text.isdigit() and len(text) < 19 and int(text) > 0


def is_list(value: str) -> bool:
    """A list of positive integers, as OMP_NUM_THREADS may be: one number for each level of nesting."""
    return all(is_count(part) for part in value.split(","))
