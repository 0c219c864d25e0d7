"""The linear-algebra and OpenMP libraries: what lies on disk, and what gets loaded."""

from envdoctor.facts.base import Missing, Section

NOT_ASKED = Missing("only --deep asks")


class Library(Section, frozen=True, kw_only=True):
    """One BLAS library file.

    ``vendor``: openblas, mkl, blis, accelerate, netlib, atlas, armpl, nvpl, flexiblas.
    ``threads`` is what the loaded library reports that it takes for a large product; `Missing` where it was not
    loaded or does not tell (what a silent one can be expected to take is judged, not recorded:
    `envdoctor.ecosystem.threads.with_expected_threads`). ``threading_layer``: pthreads, openmp, disabled (no threads), and MKL's intel,
    gnu, tbb, sequential. ``integers``: lp64 (32 bits) or ilp64 (64 bits). ``maximum`` is the most
    threads that the build can have. ``architecture`` names the kernels in use. ``bytes`` is the
    file's size, `Missing` where the library is linked statically into a file of other things (PyTorch's
    ``libtorch_cpu.so``); ``sha256`` is known where another library has the same size. ``used_by`` are the
    import names of the packages linked to it. ``loaded``: the loader child mapped it.
    """

    vendor: str
    version: str | None | Missing
    threads: int | Missing
    threading_layer: str | None | Missing
    architecture: str | None | Missing
    path: str
    bytes: int | None | Missing
    used_by: list[str]
    loaded: bool
    integers: str | None | Missing = None
    maximum: int | None | Missing = None
    sha256: str | None = None


class OpenMP(Section, frozen=True, kw_only=True):
    """One OpenMP run-time (``runtime``: libgomp, libiomp5, libomp, vcomp), on disk or ``loaded``.

    ``threads`` is `Missing` where it was not loaded or does not tell.
    """

    runtime: str
    threads: int | Missing
    path: str
    used_by: list[str]
    loaded: bool
    sha256: str | None = None


class LoadError(Section, frozen=True, kw_only=True):
    """A package's extension that the dynamic loader refused, in the loader's own words, or that ended the process or
    held it: ``message`` is then the signal, the status, or ``no answer in 10 s``."""

    package: str
    extension: str
    message: str


class Product(Section, frozen=True, kw_only=True):
    """A call of BLAS or LAPACK: its ``routine``, the ``type`` and ``shape`` (rows, inner length, columns) of its operands;
    ``entries`` of its result are wrong."""

    routine: str
    type: str
    shape: list[int]
    entries: int = 0


class Trial(Section, frozen=True, kw_only=True):
    """Calls whose results are known, in one child, by the copy that ``library`` (an import name) uses, under a ``setting``.

    ``setting`` is ``as it is``, variables as a shell writes them, or ``without`` variables. ``asked`` results were compared, ``wrong``
    are the calls that differed. ``ended`` is how the child ended that gave no answer (empty: it answered), ``at`` the last call it began;
    ``problem``: why nothing could be asked.
    """

    library: str
    setting: str
    asked: int = 0
    wrong: list[Product] = []
    ended: str = ""
    at: Product | None = None
    problem: str | None = None


class Truth(Section, frozen=True, kw_only=True):
    """Whether products are right: the ``trials``, as it is first."""

    trials: list[Trial]


class Flush(Section, frozen=True, kw_only=True):
    """Something after which the processor takes subnormal numbers (below 2.2e-308) for zero, in the whole process.

    ``how``: load (``what`` is a file that the dynamic loader mapped), import (a module), start (``what`` is empty: it was so
    before anything was loaded). ``library`` is the file whose start-up code sets it; ``None`` where no file shows that it does.
    """

    how: str
    what: str
    library: str | None = None


class Pinned(Section, frozen=True, kw_only=True):
    """A library bound the process to fewer CPUs: its mask had ``before``, and has ``now`` of them.

    ``after``: the file that was loaded then; empty where that is not known (the running process, against its parent).
    """

    after: str
    before: int
    now: int


class Blas(Section, frozen=True, kw_only=True):
    """``libraries`` and ``openmp``, on disk and loaded; ``errors`` of loading.

    ``examined`` are the packages whose extensions were loaded, ``extensions`` the files, in this order.
    ``numpy_uses`` is the file that provides ``cblas_dgemm`` to NumPy once it is imported, all links followed;
    ``None`` where NumPy is not installed, or calls no BLAS in another file. ``truth``: ``None`` where nobody asked.
    ``built_without``: the file that says that NumPy was built without any BLAS, where none is loaded for it.
    ``pinned``: ``None`` where the process kept its CPUs while libraries were loaded.
    ``flushes``: after the loading of ``extensions``, and with ``--deep`` of what else is suspected; ``None`` where nobody asked.
    """

    libraries: list[Library]
    openmp: list[OpenMP] | Missing = []
    errors: list[LoadError] | Missing = []
    examined: list[str] | Missing = []
    extensions: list[str] = []
    numpy_uses: str | None | Missing = NOT_ASKED
    truth: Truth | None | Missing = None
    flushes: list[Flush] | None | Missing = None
    built_without: str | None = None
    pinned: Pinned | None = None
