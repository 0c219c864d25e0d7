"""Times the patient's BLAS in fresh children: nothing is imported there, the libraries are called directly."""

import json
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct

from envdoctor.ecosystem.measured import AS_IT_IS, Judgement, judged, variables
from envdoctor.ecosystem.threads import with_expected_threads
from envdoctor.facts.base import Missing
from envdoctor.facts.blas import Blas, Library
from envdoctor.facts.cpu import Cpu
from envdoctor.facts.measure import Disturbance, Measure, Oversubscription, Row, Speed, Unforced
from envdoctor.probe.blas import load
from envdoctor.probe.blas.load import Load
from envdoctor.probe.child import Child
from envdoctor.probe.interrogation import HERE

SCRIPT = os.path.join(HERE, "inside", "measure.py")
BIG = 512  # rows; where threads begin to pay
PRODUCT, SOLVE = "products", "product and solve"
# Pools were first seen to compete at 200²; a short time-out costs one library alone at 100² (the solve's many small steps).
ALONE = ((SOLVE, 100), (SOLVE, 200), (SOLVE, 400))
TURNS = ((PRODUCT, 200), (PRODUCT, 400), (SOLVE, 100), (SOLVE, 200))
MORE_ALONE, MORE_TURNS = ((SOLVE, 800),), ((PRODUCT, 800), (SOLVE, 400))
TIMEOUT = "OPENBLAS_THREAD_TIMEOUT"
SCREENED, ALL = (18, 16, 14, 12), (20, 18, 16, 14, 12, 10, 8, 4)  # 2^n cycles until an idle thread goes to sleep
COUNT = {"openblas": "OPENBLAS_NUM_THREADS", "mkl": "MKL_NUM_THREADS", "blis": "BLIS_NUM_THREADS"}
LONG = 1.2  # seconds: a third of it is four periods of a cgroup quota
CHILD_LIMIT = 10.0  # seconds; a child takes a quarter of one
COUNTS = (
    *("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"),
    *("VECLIB_MAXIMUM_THREADS", "NVPL_BLAS_NUM_THREADS"),
)
OTHERS = ("MKL_DOMAIN_NUM_THREADS", "MKL_DYNAMIC", "BLIS_JC_NT", "BLIS_PC_NT", "BLIS_IC_NT", "BLIS_JR_NT", "BLIS_IR_NT")
POOL = ("openblas", "pthreads")
FORCING = {
    "openblas": ("OPENBLAS_CORETYPE",),
    "mkl": ("MKL_ENABLE_INSTRUCTIONS", "MKL_CBWR"),
    "blis": ("BLIS_ARCH_TYPE",),
}
PAIRS = 3  # children with the forced kernels, and as many without
Progress = Callable[[int, int], None]


class Effort(Struct, frozen=True):
    """How much is measured: ``most`` rounds, as far as ``budget`` seconds reach; as it is and the best setting come twice first.

    A search that may end early does so after the ``least`` rounds. ``seconds`` are those of one kind of work in one child.
    """

    budget: float
    least: int
    most: int
    seconds: float
    thorough: bool = False


SCREENING = Effort(4.5, 2, 4, 0.02)
THOROUGH = Effort(60.0, 5, 25, 0.05, thorough=True)


class Timing(Struct):
    """One child's answer: seconds of each big product; [copies, work, size, seconds a turn]; ``quiet``: nobody else wanted
    the processors meanwhile."""

    big: list[float]
    cells: list[tuple[int, str, int, float]]
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
        self._busy: list[float] = []
        self._waiting = 0
        self._disturbed = 0
        self.planned = 0
        self.done = 0

    def run(self, libraries: Sequence[str], environ: Mapping[str, str], plan: Mapping[str, object]) -> Timing:
        """One fresh child. Raises `Failed`."""
        self.planned = max(self.planned, self.done + 1)
        self._progress(self.done, self.planned)
        cookie = "envdoctor-" + os.urandom(12).hex() + ":"
        argv = [self._executable, "-I", "-S", "-B", SCRIPT, cookie, json.dumps(plan)]
        watch = Load()
        child = Child([*argv, *self._extensions, "--", *libraries], cookie, dict(environ))
        answered = child.wait(bool, time.monotonic() + CHILD_LIMIT)
        ending = child.ending()
        child.stop()
        self.done += 1
        if not answered:
            said = child.stderr.strip().splitlines()
            raise Failed(f"the measuring child: {ending}{': ' + said[-1] if said else ''}")
        quiet = watch.leaves(self._wanted)
        self._disturbed += not quiet
        if (others := watch.others()) is not None:
            self._busy.append(others)
        self._waiting = max(self._waiting, load.waiting())
        return Timing(**json.loads(child.records[0]), quiet=quiet)

    @property
    def disturbance(self) -> Disturbance | None:
        """What others did while the children ran; ``None`` where the system does not tell."""
        if not self._busy:
            return None
        return Disturbance(
            cpus=load.cpus(),
            busy=round(sum(self._busy) / len(self._busy), 2),
            waiting=self._waiting,
            disturbed=self._disturbed,
            children=self.done,
        )

    def limited(self, threads: int) -> dict[str, str]:
        """The environment with all pools limited."""
        rest = {name: value for name, value in self._environ.items() if name not in OTHERS}
        return {**rest, **dict.fromkeys(COUNTS, str(threads))}

    def under(self, setting: str) -> dict[str, str]:
        """The environment as it is, with a setting on top."""
        return {**self._environ, **variables(setting)}

    @property
    def as_is(self) -> Mapping[str, str]:
        return self._environ


def read(
    executable: str,
    environ: Mapping[str, str],
    blas: Blas,
    cpu: Cpu,
    progress: Progress = lambda done, planned: None,
    effort: Effort = SCREENING,
) -> Measure | Missing:
    """The whole micro-benchmark; `Missing` where there is nothing to time or a child fails. About five seconds."""
    blas = with_expected_threads(blas, cpu, environ)
    libraries = timed(blas)
    if not libraries:
        return Missing("no BLAS is loaded, or none whose threads are known")
    began = time.perf_counter()
    pools = competitors(blas)
    bench = Bench(executable, environ, blas.extensions, min(max(map(_threads, libraries)), cpu.usable), progress)
    crowded = next((library for library in libraries if _threads(library) > cpu.usable), None)
    oversubscription = None
    rows: list[Row] = []
    unforced: list[Unforced] = []
    try:
        unforced = [item for library in libraries if (item := _unforced(bench, library)) is not None]
        if crowded is not None:
            oversubscription = _oversubscribe(bench, crowded, cpu.usable)
            speeds = [_speed(bench, library) for library in libraries if time.perf_counter() - began < effort.budget]
        else:
            taking = pools if len(pools) > 1 else libraries[:1]
            settings = candidates(taking, environ, effort.thorough)
            speeds, rows = _screen(bench, taking, settings, effort)
            speeds += [_speed(bench, library) for library in libraries if library not in taking]
    except Failed as failure:
        return Missing(str(failure))
    finally:
        progress(0, 0)
    return Measure(
        speeds=speeds,
        rows=rows,
        copies=[pool.path for pool in pools] if len(pools) > 1 and crowded is None else [],
        oversubscription=oversubscription,
        disturbance=bench.disturbance,
        unforced=unforced,
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


def _threads(library: Library) -> int:
    return library.threads if isinstance(library.threads, int) else 0


def candidates(libraries: Sequence[Library], environ: Mapping[str, str], thorough: bool = False) -> list[str]:
    """The settings to try, as it is first: for several pools time-outs and one thread, for one pool numbers of threads."""
    threads = max(map(_threads, libraries))
    name = COUNT.get(libraries[0].vendor, "")
    if name and libraries[0].threading_layer == "openmp":
        name = "OMP_NUM_THREADS"
    if len(libraries) > 1:
        tried = [f"{TIMEOUT}={number}" for number in (ALL if thorough else SCREENED)]
        counts = {1, threads // 2} if thorough else {1}
    else:
        tried, counts = [], {2**power for power in range(threads.bit_length())} | {threads // 2}
    tried += [f"{name}={number}" for number in sorted(counts, reverse=True) if name and 0 < number < threads]
    return [AS_IT_IS, *(setting for setting in tried if variables(setting).items() - environ.items())]


def _screen(
    bench: Bench, libraries: Sequence[Library], settings: Sequence[str], effort: Effort
) -> tuple[list[Speed], list[Row]]:
    """Every setting in every round, so that what else the machine does falls on all of them.

    When the settings are known well enough, a thorough search goes on with those that may still be the best.
    """
    paths = [library.path for library in libraries]
    alone, turns = (ALONE + MORE_ALONE, TURNS + MORE_TURNS) if effort.thorough else (ALONE, TURNS)
    plan = {"seconds": effort.seconds, "least": 3, "alone": alone, "turns": turns, "big": BIG}
    found: dict[tuple[int, str, int, str], list[float]] = {}
    big: dict[tuple[str, str], list[float]] = {}
    slowest = one_thread(settings)
    clock, trying = Clock(effort.budget), _telling_first(settings)
    bench.planned = effort.least * len(settings)
    for rounds in range(effort.most):
        order = [*paths[rounds % len(paths) :], *paths[: rounds % len(paths)]]
        bench.planned = max(bench.planned, bench.done + len(trying))
        tried = []
        for setting in clock.round(trying, rounds):
            wanted = setting in (AS_IT_IS, slowest)
            timing = bench.run(
                order, bench.under(setting), {**plan, "limit": clock.share(rounds), "big": BIG if wanted else 0}
            )
            for copies, work, size, seconds in timing.cells:
                found.setdefault((copies, work, size, setting), []).append(round(seconds * 1e3, 4))
            big.setdefault((order[0], setting), []).extend(timing.big)
            tried.append(setting)
        judgement = judged(_rows(found), bench.disturbance)
        late = rounds > 0 and len(tried) < len(trying)
        if late or (rounds + 1 >= effort.least and _settled(judgement, effort)):
            break
        trying = _best_first(judgement, tried)
        if effort.thorough and rounds + 1 >= effort.least:
            trying = _contenders(judgement, settings, trying)
    speeds = [
        _figures(
            library,
            min(big.get((library.path, slowest)) or big[library.path, AS_IT_IS]),
            min(big[library.path, AS_IT_IS]),
        )
        for library in libraries
        if (library.path, AS_IT_IS) in big and (_threads(library) == 1 or (library.path, slowest) in big)
    ]
    return speeds, _rows(found)


def one_thread(settings: Iterable[str]) -> str:
    """The setting that leaves one thread; as it is where none does."""
    return next((setting for setting in settings if setting.endswith("_THREADS=1")), AS_IT_IS)


def _telling_first(settings: Sequence[str]) -> list[str]:
    """As it is, the middle of the rest, one thread: where time runs out, those that tell most have been tried."""
    first, rest = list(settings[:1]), list(settings[1:])
    last, middle = one_thread(settings), len(rest) / 2
    return first + sorted(rest, key=lambda item: 0.75 if item == last else abs(rest.index(item) - middle))


def _best_first(judgement: Judgement, tried: list[str]) -> list[str]:
    rank = {
        AS_IT_IS: 0,
        judgement.setting: 1,
        **dict.fromkeys(judgement.near, 2),
        **dict.fromkeys(judgement.dropped, 4),
    }
    return sorted(tried, key=lambda setting: 0 if setting == AS_IT_IS else rank.get(setting, 3))


class Clock:
    """Ends a measurement by the time it takes: under load one child may take as long as a round does on an idle machine."""

    def __init__(self, budget: float) -> None:
        self._end = time.perf_counter() + budget
        self._longest = 0.0

    def left(self) -> float:
        """Seconds."""
        return max(0.0, round(self._end - time.perf_counter(), 3))

    def share(self, rounds: int) -> float:
        """Seconds for the next child, such that two settings can be tried twice."""
        return round(self.left() / (2 if rounds else 4), 3)

    def round(self, settings: Sequence[str], rounds: int) -> Iterable[str]:
        """The settings of this round that there is time for: two of the first two rounds in any case; the first leaves time for that."""
        sure, after = (0, 0) if rounds > 1 else (2, 0) if rounds else (2, 2)
        for number, setting in enumerate(settings):
            if number >= sure and self.left() < self._longest * (1 + after):
                return
            began = time.perf_counter()
            yield setting
            self._longest = max(self._longest, time.perf_counter() - began)


def _settled(judgement: Judgement, effort: Effort) -> bool:
    """Whether no other setting is as good, so far as it can be told; a screening uses the time it has."""
    return effort.thorough and judgement.verdict != "inconclusive" and not judgement.near


def _contenders(judgement: Judgement, settings: Sequence[str], trying: list[str]) -> list[str]:
    if judgement.verdict == "inconclusive":
        return trying
    wanted = {AS_IT_IS, judgement.setting, one_thread(settings), *judgement.near}
    return [setting for setting in trying if setting in wanted]


def _rows(found: Mapping[tuple[int, str, int, str], list[float]]) -> list[Row]:
    return [
        Row(work=work, size=size, setting=setting, milliseconds=milliseconds, copies=copies)
        for (copies, work, size, setting), milliseconds in found.items()
    ]


def _speed(bench: Bench, library: Library) -> Speed:
    plan = {"seconds": 0.03, "least": 3, "alone": [], "turns": [], "big": BIG}
    one: list[float] = []
    many: list[float] = []
    for _ in range(2):
        one += bench.run([library.path], bench.limited(1), plan).big
        many += bench.run([library.path], bench.as_is, plan).big
    return _figures(library, min(one), min(many))


def _unforced(bench: Bench, library: Library) -> Unforced | None:
    """The product with the kernels that a variable chose, and with those that the library chooses itself; ``None``: none is set."""
    names = [name for name in FORCING.get(library.vendor, ()) if name in bench.as_is]
    if not names:
        return None
    plan = {"seconds": 0.03, "least": 3, "alone": [], "turns": [], "big": BIG}
    rest = {name: value for name, value in bench.as_is.items() if name not in names}
    forced: list[float] = []
    free: list[float] = []
    ended = ""
    for _ in range(PAIRS):
        forced.append(min(bench.run([library.path], bench.as_is, plan).big))
        try:
            free.append(min(bench.run([library.path], rest, plan).big))
        except Failed as failure:  # the processor's own kernels may be why the variable was set
            ended = str(failure)
            break
    spreads = [max(found) / min(found) for found in (forced, free) if found]
    return Unforced(
        path=library.path,
        without=names,
        size=BIG,
        as_is=min(forced),
        free=0.0 if ended else min(free),
        spread=round(max(spreads), 3),
        ended=ended,
    )


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
    plan = {"seconds": LONG / 3, "least": 5, "alone": [(PRODUCT, 200)], "turns": [], "big": 0, "mean": True}
    as_is: list[float] = []
    limited: list[float] = []
    quiet = True
    for _ in range(2):
        for environ, means in ((bench.limited(usable), limited), (bench.as_is, as_is)):
            timing = bench.run([library.path], environ, plan)
            means.append(timing.cells[0][3])
            quiet = quiet and timing.quiet
    slow, quick = sum(as_is) / len(as_is), sum(limited) / len(limited)
    return Oversubscription(
        path=library.path,
        threads=_threads(library),
        usable=usable,
        size=200,
        as_is=slow,
        limited=quick,
        factor=round(slow / quick, 2),
        noise=round(max(limited) / min(limited), 3),
        disturbed=not quiet,
    )
