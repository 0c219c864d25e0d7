"""What the BLAS micro-benchmark measured: seconds and milliseconds, told as medians or minima of several fresh children."""

from envdoctor.facts.base import Section


class Speed(Section, frozen=True, kw_only=True):
    """One library alone: the fastest product of two matrices of ``size``² doubles, as it is and on one thread.

    ``one`` and ``many`` are seconds; ``speedup`` is one ÷ many; ``gflops`` is 2·size³ ÷ many, in 10⁹ a second.
    """

    path: str
    vendor: str
    threads: int
    size: int
    one: float
    many: float
    speedup: float
    gflops: float


class Row(Section, frozen=True, kw_only=True):
    """One kind of ``work`` on ``size``² doubles under one ``setting``: the median ``milliseconds`` a turn of each fresh process.

    ``copies`` is how many libraries take turns. ``setting`` is ``as it is``, or variables as a shell writes them
    (``OPENBLAS_THREAD_TIMEOUT=14``). Rows of one measurement are interleaved: the same place in ``milliseconds`` is
    the same round.
    """

    work: str
    size: int
    setting: str
    milliseconds: list[float]
    copies: int = 1


class Disturbance(Section, frozen=True, kw_only=True):
    """What other programs took of this process's ``cpus`` while it was measured.

    ``busy`` is CPUs on average (``/proc/stat`` less our own), ``waiting`` the most tasks beyond our own that wanted to run
    at a look (its ``procs_running``), ``disturbed`` of the ``children`` were left too few CPUs for their threads.
    """

    cpus: int
    busy: float
    waiting: int
    disturbed: int
    children: int


class Oversubscription(Section, frozen=True, kw_only=True):
    """One library's product with the threads it takes by itself (``threads``), against as many as CPUs are ``usable``.

    ``as_is`` and ``limited`` are mean seconds a product, over several periods of the quota; ``factor`` is
    their quotient, ``noise`` the slowest limited child ÷ the fastest; ``disturbed``: other programs kept the processors busy.
    """

    path: str
    threads: int
    usable: int
    size: int
    as_is: float
    limited: float
    factor: float
    noise: float
    disturbed: bool = False


class Unforced(Section, frozen=True, kw_only=True):
    """One library's product of two ``size``² matrices of doubles as it is, and ``without`` the variables that force its kernels.

    ``as_is`` and ``free`` are the fastest product of several children each, in seconds, in turns; ``spread`` is the slowest child's
    fastest product ÷ the fastest one's, of the worse of the two. ``ended`` is how a child without them ended that gave no
    answer (empty: all answered; ``free`` is 0 otherwise).
    """

    path: str
    without: list[str]
    size: int
    as_is: float
    free: float
    spread: float
    ended: str = ""


class Measure(Section, frozen=True, kw_only=True):
    """The micro-benchmark: ``rows`` are settings tried on several kinds of work; what they mean is judged, not recorded
    (`envdoctor.ecosystem.measured.judged`).

    ``copies`` are the libraries that took turns. ``oversubscription`` is ``None`` where there is nothing of the kind,
    ``disturbance`` where the system does not tell. ``unforced`` is one a library, where a variable forces its kernels.
    ``seconds`` it took; ``children`` are the processes it was measured in.
    """

    speeds: list[Speed]
    rows: list[Row] = []
    copies: list[str] = []
    oversubscription: Oversubscription | None = None
    disturbance: Disturbance | None = None
    unforced: list[Unforced] = []
    seconds: float = 0.0
    children: int = 0
