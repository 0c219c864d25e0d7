"""The running process as the patient: what is loaded now, asked without starting or loading anything."""

import os
import sys
import time
from collections.abc import Iterable

from envdoctor.checkup import Options, diagnose
from envdoctor.engine.configuration import Config
from envdoctor.engine.plugins import collect
from envdoctor.engine.selection import Selection, validate
from envdoctor.probe.choose import DEFAULT_TIMEOUT, Choice
from envdoctor.probe.gather import gather
from envdoctor.probe.inside import collector, loader, pools
from envdoctor.probe.world import this_world
from envdoctor.report.report import Report, Settings

# The extension whose presence in sys.modules says that the package's BLAS or OpenMP is loaded.
EXTENSIONS = {
    "numpy": ("numpy._core._multiarray_umath", "numpy.core._multiarray_umath"),
    "scipy": ("scipy.linalg._fblas",),
    "sklearn": ("sklearn.utils._openmp_helpers",),
}


class Introspection:
    """Answers what a child would (`envdoctor.probe.interrogation.Interrogation`), for this very process."""

    mode = "live"
    timeout = DEFAULT_TIMEOUT  # for the children that are asked about accelerators
    hindered: str | None = None  # no child has to be started

    def __init__(self) -> None:
        self.executable = sys.executable
        self.tries: list[object] = []

    def who(self) -> dict[str, object]:
        answer: dict[str, object] = collector.collect()
        return answer

    def libraries(self) -> tuple[dict[str, object], str]:
        """The libraries that are mapped; nothing is loaded to find out."""
        modules = {
            package: next((sys.modules[name] for name in names if name in sys.modules), None)
            for package, names in EXTENSIONS.items()
        }
        examined = [
            {"package": package, "extension": str(getattr(module, "__file__", ""))}
            for package, module in modules.items()
            if getattr(module, "__file__", None)
        ]
        silenced = os.environ.get("KMP_DUPLICATE_LIB_OK")
        try:
            told, problem = pools.ask(loader.mapped, os.path.dirname(pools.__file__))
        finally:  # threadpoolctl, where it is asked, sets it when imported
            if silenced is None:
                os.environ.pop("KMP_DUPLICATE_LIB_OK", None)
        first = examined[0]["package"] if examined else "python"
        brought = {first: list(loader.mapped() or ())}
        return {"errors": [], "examined": examined, "brought": brought, "pools": told, "problem": problem}, ""

    def complaints(self) -> str:
        """Long past: nobody kept it."""
        return ""

    def close(self) -> None:
        """Nothing to end."""


class ShownReport(Report, frozen=True, dict=True):
    """A report that shows itself: `print` gives text, Jupyter draws a page."""

    def _repr_html_(self) -> str:
        """What Jupyter shows."""
        from envdoctor.report.formats.html import notebook

        return notebook(self)

    def __str__(self) -> str:
        from envdoctor.report.formats import Style, renderer

        return renderer("text")([self], Style())


def check(
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    level: str = "auto",
    prefer: str = "",
    project: str | None = None,
) -> ShownReport:
    """Examine the running process and return the report; in Jupyter it shows itself, `print` gives text.

    ``select`` and ``ignore`` are codes, beginnings of codes or names. ``level`` is auto, beginner or
    advanced, ``prefer`` conda, pip or system. Nothing is changed, and nothing is loaded that was not.
    Raises `envdoctor.engine.selection.UsageError` for a word that matches no rule.
    """
    began = time.perf_counter()
    check_set = collect()
    selection = Selection(select=tuple(select), ignore=tuple(ignore))
    rules = [rule for registered in check_set.checks for rule in registered.check.rules]
    validate(selection.select, rules, "select")
    validate(selection.ignore, rules, "ignore")
    choice = Choice(sys.executable, sys.prefix, "the running process")
    facts = gather(choice, Introspection(), this_world(), project)  # type: ignore[arg-type]
    report = diagnose(facts, Options(check_set, selection, Config(), Settings(level=level, prefer=prefer)), began)
    return ShownReport(*(getattr(report, name) for name in report.__struct_fields__))
