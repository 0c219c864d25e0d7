"""Times the patient's BLAS in fresh children: nothing is imported there, the libraries are called directly."""

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median

from msgspec import Struct

from envdoctor.ecosystem.threads import with_expected_threads
from envdoctor.facts.base import Missing
from envdoctor.facts.blas import Blas, Library
from envdoctor.facts.cpu import Cpu
from envdoctor.facts.measure import Alternation, Measure, Oversubscription, Speed
from envdoctor.probe.blas.load import Load
from envdoctor.probe.child import Child
from envdoctor.probe.interrogation import HERE

SCRIPT = os.path.join(HERE, "inside", "measure.py")
SMALL, BIG = 200, 512  # rows; where competing pools were first seen, and where threads begin to pay
SECONDS = 0.1  # of alternation in one child
LONG = 1.2  # a third of it is four periods of a cgroup quota
ROUNDS, MOST_ROUNDS, ENOUGH = 3, 6, 3  # ENOUGH quiet children of a kind; more rounds where some were disturbed
CHILD_LIMIT = 10.0  # seconds; a child takes a quarter of one
COUNTS = (
    *("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"),
    *("VECLIB_MAXIMUM_THREADS", "NVPL_BLAS_NUM_THREADS"),
)
OTHERS = ("MKL_DOMAIN_NUM_THREADS", "MKL_DYNAMIC", "BLIS_JC_NT", "BLIS_PC_NT", "BLIS_IC_NT", "BLIS_JR_NT", "BLIS_IR_NT")
CURE = {"OPENBLAS_THREAD_TIMEOUT": "18"}
Progress = Callable[[int, int], None]


class Timing(Struct):
    """One child's answer: seconds of each product or turn; ``quiet``: nobody else wanted the processors meanwhile."""

    alone: list[float]
    small: list[float]
    turns: list[float]
    quiet: bool = True


class Failed(Exception):
    """A child that gave no answer; the message says how it ended."""


class Bench:
    """Starts the children, one after the other; ``done`` of them so far, of the ``planned``.

    ``wanted`` is the number of CPUs that the threads of one pool need.
    """

    def __init__(
        self, executable: str, environ: Mapping[str, str], extensions: Sequence[str], wanted: int, progress: Progress
    ) -> None:
        self._executable = executable
        self._extensions = extensions
        self._wanted = wanted
        self._environ = environ
        self._progress = progress
        self.planned = 0
        self.done = 0

    def run(self, libraries: Sequence[str], environ: Mapping[str, str], seconds: float) -> Timing:
        """One fresh child. Raises `Failed`."""
        self._progress(self.done, self.planned)
        cookie = "envdoctor-" + os.urandom(12).hex() + ":"
        words = [cookie, str(SMALL), str(BIG), repr(seconds), *self._extensions, "--", *libraries]
        argv = [self._executable, "-I", "-S", "-B", SCRIPT, *words]
        load = Load()
        child = Child(argv, cookie, dict(environ))
        answered = child.wait(bool, time.monotonic() + CHILD_LIMIT)
        ending = child.ending()
        child.stop()
        self.done += 1
        if not answered:
            said = child.stderr.strip().splitlines()
            raise Failed(f"the measuring child: {ending}{': ' + said[-1] if said else ''}")
        return Timing(**json.loads(child.records[0]), quiet=load.leaves(self._wanted))

    def limited(self, threads: int) -> dict[str, str]:
        """The environment with all pools limited."""
        rest = {name: value for name, value in self._environ.items() if name not in OTHERS}
        return {**rest, **dict.fromkeys(COUNTS, str(threads))}

    @property
    def as_is(self) -> Mapping[str, str]:
        return self._environ

    @property
    def cured(self) -> dict[str, str]:
        return {**self._environ, **CURE}


def read(
    executable: str,
    environ: Mapping[str, str],
    blas: Blas,
    cpu: Cpu,
    progress: Progress = lambda done, planned: None,
) -> Measure | Missing:
    """The whole micro-benchmark; `Missing` where there is nothing to time or a child fails. About two seconds."""
    blas = with_expected_threads(blas, cpu, environ)
    libraries = timed(blas)
    if not libraries:
        return Missing("no BLAS is loaded, or none whose threads are known")
    began = time.perf_counter()
    pools = competitors(blas)
    bench = Bench(executable, environ, blas.extensions, min(max(map(_threads, libraries)), cpu.usable), progress)
    crowded = next((library for library in libraries if _threads(library) > cpu.usable), None)
    bench.planned = ROUNDS * (3 if pools else 2 * len(libraries)) + (2 * 2 if crowded else 0)
    try:
        if len(pools) > 1 and crowded is None:
            speeds, alternation = _alternate(bench, pools)
        else:
            speeds, alternation = [_speed(bench, library) for library in libraries], None
        oversubscription = _oversubscribe(bench, crowded, cpu.usable) if crowded else None
    except Failed as failure:
        return Missing(str(failure))
    finally:
        progress(0, 0)
    return Measure(
        speeds=speeds,
        alternation=alternation,
        oversubscription=oversubscription,
        seconds=round(time.perf_counter() - began, 3),
        children=bench.done,
    )


def timed(blas: Blas) -> list[Library]:
    """The loaded libraries that can be timed: a few, those of NumPy and SciPy first."""
    loaded = [library for library in blas.libraries if library.loaded and library.used_by and library.bytes]
    loaded.sort(key=lambda library: (0 if "numpy" in library.used_by else 1, 0 if "scipy" in library.used_by else 1))
    return [library for library in loaded if isinstance(library.threads, int)][:3]


def competitors(blas: Blas) -> list[Library]:
    """The OpenBLAS copies with pools of their own, more than one thread each."""
    return [item for item in timed(blas) if _threads(item) > 1 and (item.vendor, item.threading_layer) == POOL]


POOL = ("openblas", "pthreads")


def _threads(library: Library) -> int:
    return library.threads if isinstance(library.threads, int) else 0


def _alternate(bench: Bench, pools: Sequence[Library]) -> tuple[list[Speed], Alternation]:
    """Every kind of child in every round, so that what else the machine does falls on all of them."""
    kinds: dict[str, list[Timing]] = {"one": [], "as_is": [], "cured": []}
    environs = {"one": bench.limited(1), "as_is": bench.as_is, "cured": bench.cured}
    paths = [library.path for library in pools]
    rounds = 0
    while rounds < ROUNDS or (rounds < MOST_ROUNDS and any(len(_quiet(kinds[kind])) < ENOUGH for kind in kinds)):
        first = rounds % len(paths)
        rounds += 1
        for kind, environ in environs.items():
            kinds[kind].append(bench.run([*paths[first:], *paths[:first]], environ, SECONDS))
    speeds = [_figures(library, *_alone(kinds, index, len(pools))) for index, library in enumerate(pools)]
    disturbed = any(len(_quiet(timings)) < ENOUGH for timings in kinds.values())
    if not disturbed:
        kinds = {kind: _quiet(timings) for kind, timings in kinds.items()}
    one = min(value for timing in kinds["one"] for value in timing.turns)
    as_is = [median(timing.turns) / one for timing in kinds["as_is"]]
    cured = [median(timing.turns) / one for timing in kinds["cured"]]
    return speeds, Alternation(
        paths=paths,
        size=SMALL,
        one=one,
        as_is=[round(value, 2) for value in as_is],
        cured=[round(value, 2) for value in cured],
        factor=round(median(as_is), 2),
        cured_factor=round(median(cured), 2),
        noise=round(max(median(timing.turns) for timing in kinds["one"]) / one, 3),
        disturbed=disturbed,
    )


def _quiet(timings: Sequence[Timing]) -> list[Timing]:
    return [timing for timing in timings if timing.quiet]


def _alone(kinds: Mapping[str, Sequence[Timing]], index: int, count: int) -> tuple[float, float]:
    """The fastest product of one library on one thread and on its own: of the rounds that it began."""
    one = [value for timing in kinds["one"][index::count] for value in timing.alone]
    # Alone, the time-out makes no difference: both children count.
    many = [value for kind in ("as_is", "cured") for timing in kinds[kind][index::count] for value in timing.alone]
    return min(one), min(many)


def _speed(bench: Bench, library: Library) -> Speed:
    one: list[float] = []
    many: list[float] = []
    for _ in range(ROUNDS):
        one += bench.run([library.path], bench.limited(1), SECONDS).alone
        many += bench.run([library.path], bench.as_is, SECONDS).alone
    return _figures(library, min(one), min(many))


def _figures(library: Library, one: float, many: float) -> Speed:
    return Speed(
        path=library.path,
        vendor=library.vendor,
        threads=_threads(library),
        size=BIG,
        one=one,
        many=many,
        speedup=round(one / many, 2),
        gflops=round(2 * BIG**3 / many / 1e9, 1),
    )


def _oversubscribe(bench: Bench, library: Library, usable: int) -> Oversubscription:
    """Means, not medians: a quota lets most products pass and then stops the whole pool for the rest of its period."""
    as_is: list[float] = []
    limited: list[float] = []
    quiet = True
    for _ in range(2):
        for environ, means in ((bench.limited(usable), limited), (bench.as_is, as_is)):
            timing = bench.run([library.path], environ, LONG)
            means.append(sum(timing.small) / len(timing.small))
            quiet = quiet and timing.quiet
    slow, quick = sum(as_is) / len(as_is), sum(limited) / len(limited)
    return Oversubscription(
        path=library.path,
        threads=_threads(library),
        usable=usable,
        size=SMALL,
        as_is=slow,
        limited=quick,
        factor=round(slow / quick, 2),
        noise=round(max(limited) / min(limited), 3),
        disturbed=not quiet,
    )
