"""What the BLAS micro-benchmark measured: seconds, told as medians or minima of several fresh children."""

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


class Alternation(Section, frozen=True, kw_only=True):
    """Products in several OpenBLAS copies in turn, ``size``² each.

    ``one`` is the shortest turn on one thread, in seconds. ``as_is`` and ``cured`` (with
    ``OPENBLAS_THREAD_TIMEOUT=18``) are the medians of turns in each fresh child, as multiples of ``one``;
    ``factor`` and ``cured_factor`` their medians. ``noise`` is the slowest control's median ÷ ``one``.
    ``disturbed``: other programs kept the processors busy in too many of the children.
    """

    paths: list[str]
    size: int
    one: float
    as_is: list[float]
    cured: list[float]
    factor: float
    cured_factor: float
    noise: float
    disturbed: bool = False


class Oversubscription(Section, frozen=True, kw_only=True):
    """One library's product with the threads it takes by itself (``threads``), against as many as CPUs are ``usable``.

    ``as_is`` and ``limited`` are mean seconds a product, over several periods of the quota; ``factor`` is
    their quotient, ``noise`` the slowest limited child ÷ the fastest; ``disturbed`` as above.
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


class Measure(Section, frozen=True, kw_only=True):
    """The micro-benchmark. ``alternation`` and ``oversubscription`` are ``None`` where there is nothing of the kind.

    ``seconds`` it took; ``children`` are the processes it was measured in.
    """

    speeds: list[Speed]
    alternation: Alternation | None = None
    oversubscription: Oversubscription | None = None
    seconds: float = 0.0
    children: int = 0
