"""The kernels that Jupyter offers."""

from envdoctor.facts.base import Missing, Section


class Kernel(Section, frozen=True, kw_only=True):
    """One kernelspec, as its kernel.json says (https://jupyter-client.readthedocs.io/en/stable/kernels.html).

    ``interpreter`` is ``argv[0]`` where that is an absolute path; ``None`` where Jupyter looks for it,
    as with the ``python`` of ipykernel's own kernelspec, which is Jupyter's own Python.
    ``launches``: the Python that it starts holds ipykernel; ``None`` where it starts something else, or nobody can say.
    ``prefix`` is the prefix of a Python interpreter, links followed; ``None`` for another program.
    """

    name: str
    display_name: str
    file: str
    argv: list[str] | Missing
    language: str = ""
    interpreter: str | None = None
    interpreter_exists: bool | None = None
    prefix: str | None | Missing = None
    launches: bool | None = None


class Jupyter(Section, frozen=True, kw_only=True):
    """``kernels`` along ``data_directories``: of two with one name, the first is offered.

    ``of_patient`` and ``of_command`` are the data directories inside the patient's prefix and inside that of
    the first ``jupyter`` on PATH. ``finders`` are installed packages that make kernels of environments themselves.
    """

    data_directories: list[str]
    kernels: list[Kernel]
    of_patient: str | None = None
    of_command: str | None = None
    finders: list[str] = []
