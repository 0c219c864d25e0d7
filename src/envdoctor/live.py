"""The running process as the patient: what is loaded now, asked without starting or loading anything."""

import json
import os
import sys
import time
from collections.abc import Iterable

from msgspec import Struct, structs

from envdoctor.checkup import Options, diagnose
from envdoctor.engine.configuration import Config
from envdoctor.engine.findings import Evidence
from envdoctor.engine.plugins import collect
from envdoctor.engine.selection import Selection, validate
from envdoctor.facts import Blas, Cpu, Facts, Pinned, Process
from envdoctor.fixes import Fix
from envdoctor.privacy.redact import hide
from envdoctor.probe import running
from envdoctor.probe.choose import DEFAULT_TIMEOUT, Choice, Surroundings, named
from envdoctor.probe.gather import gather
from envdoctor.probe.inside import collector, loader, pools
from envdoctor.probe.machine.cpu import usable_cpus
from envdoctor.probe.section import section
from envdoctor.probe.world import redactor, this_world
from envdoctor.report.report import Report, Settings
from envdoctor.report.verdict import verdict

# threadpoolctl, which scikit-learn imports, sets it for its own process: nobody else did.
# https://github.com/joblib/threadpoolctl/blob/master/threadpoolctl.py
SILENCED = "KMP_DUPLICATE_LIB_OK"
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
        flushed = {"after": "", "files": brought[first]} if loader.flushes() else None
        return {
            "errors": [],
            "examined": examined,
            "brought": brought,
            "pools": told,
            "problem": problem,
            "flushed": flushed,
            "pinned": _pinned(),
        }, ""

    def complaints(self) -> str:
        """Long past: nobody kept it."""
        return ""

    def close(self) -> None:
        """Nothing to end."""


def _pinned() -> dict[str, object] | None:
    """Whether an OpenMP variable has bound this process to fewer CPUs than its parent has: where it began is not kept."""
    if not any(name in os.environ for name in ("OMP_PROC_BIND", "OMP_PLACES", "GOMP_CPU_AFFINITY", "KMP_AFFINITY")):
        return None
    now = loader.cpus()
    try:
        before = len(os.sched_getaffinity(os.getppid()))
    except (AttributeError, OSError):
        return None
    return {"after": "", "before": before, "now": now} if now and now < before else None


class ShownFinding(Struct, frozen=True):
    """One finding as a program sees it. ``severity`` is error, warning or info; ``confidence`` certain, likely or
    possible; ``suppressed`` says why it does not count (``None``: it counts)."""

    code: str
    name: str
    severity: str
    confidence: str
    title: str
    subject: str
    evidence: tuple[Evidence, ...]
    why: str
    fixes: tuple[Fix, ...]
    suppressed: str | None = None

    def __repr__(self) -> str:
        return f"<{self.code} {self.severity}: {self.title}>"


class ShownReport(Report, frozen=True, dict=True):
    """A report that shows itself: `print` gives text, Jupyter draws a page."""

    @property
    def findings(self) -> tuple[ShownFinding, ...]:
        """All findings, the worst first; the suppressed among them."""
        return tuple(
            ShownFinding(
                code=item.finding.rule.code,
                name=item.finding.rule.name,
                severity=item.finding.severity.value,
                confidence=item.finding.confidence.value,
                title=item.finding.title,
                subject=item.finding.subject,
                evidence=item.finding.evidence,
                why=item.finding.why,
                fixes=item.fixes,
                suppressed=None if item.suppressed is None else item.suppressed.get("reason", ""),
            )
            for item in self.advice
        )

    def to_dict(self) -> dict[str, object]:
        """The report as the JSON document has it (schema 1.0); paths and names are as they are, credentials are not
        in it."""
        made: dict[str, object] = json.loads(self._drawn("json"))
        return made

    def to_html(self) -> str:
        """A page of its own, to be passed on: your name, home and host are not in it."""
        return self._drawn("html")

    def to_markdown(self) -> str:
        """For an issue or a pull request, to be passed on: your name, home and host are not in it."""
        return self._drawn("markdown")

    def _drawn(self, name: str) -> str:
        from envdoctor.report.formats import Style, renderer

        return renderer(name)([self], Style(redactor=redactor(this_world())))

    def _repr_html_(self) -> str:
        """What Jupyter shows."""
        from envdoctor.report.formats.html import notebook

        return notebook(self)

    def __repr__(self) -> str:
        words = verdict(self).words.removesuffix(" Run:").removesuffix(" Run this first:")
        return f"<envdoctor report on {self.facts.patient.executable or '?'}: {words}>"

    def __str__(self) -> str:
        from envdoctor.report.formats import Style, renderer

        world = this_world()
        return renderer("text")([self], Style(home=world.home, folder=world.cwd))


def check(
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    level: str = "auto",
    prefer: str = "",
    project: str | None = None,
    python: str | os.PathLike[str] | None = None,
) -> ShownReport:
    """Examine the running process and return the report; in Jupyter it shows itself, `print` gives text.

    ``select`` and ``ignore`` are codes, beginnings of codes or names. ``level`` is auto, beginner or
    advanced, ``prefer`` conda, pip or system. Nothing is changed, and nothing is loaded that was not.
    ``python`` examines another Python, as ``envdoctor check --python`` does: an executable, a prefix or a project's folder.
    Raises `envdoctor.engine.selection.UsageError` for a word that matches no rule, and
    `envdoctor.probe.choose.PatientError` where ``python`` names none.
    """
    began = time.perf_counter()
    hide(os.environ)
    check_set = collect()
    selection = Selection(select=tuple(select), ignore=tuple(ignore))
    rules = [rule for registered in check_set.checks for rule in registered.check.rules]
    validate(selection.select, rules, "select")
    validate(selection.ignore, rules, "ignore")
    facts = _running(project) if python is None else _other(os.fspath(python), project)
    report = diagnose(facts, Options(check_set, selection, Config(), Settings(level=level, prefer=prefer)), began)
    return ShownReport(*(getattr(report, name) for name in report.__struct_fields__))


def _running(project: str | None) -> Facts:
    choice = Choice(sys.executable, sys.prefix, "the running process")
    world = this_world()
    if SILENCED in world.environ and "threadpoolctl" in sys.modules and not _set_at_start(SILENCED):
        environ = {name: value for name, value in world.environ.items() if name != SILENCED}
        world = structs.replace(world, environ=environ)
    facts = gather(choice, Introspection(), world, project)  # type: ignore[arg-type]
    process = section("process", running.read, facts.packages, world.environ)
    if not isinstance(process, Process) or (process.widest or 0) <= (process.affinity or 0):
        return structs.replace(facts, process=process)
    # A library has pinned the main thread since the start: that is no limit that the process was started with.
    wide, cpu, blas = process.widest or 1, facts.cpu, facts.blas
    if isinstance(cpu, Cpu):
        limits = cpu.quotas if isinstance(cpu.quotas, list) else []
        cpu = structs.replace(cpu, affinity=wide, usable=usable_cpus(wide, limits))
    if isinstance(blas, Blas) and blas.pinned is None:
        blas = structs.replace(blas, pinned=Pinned(before=wide, now=process.affinity or 1, after=""))
    return structs.replace(facts, process=process, cpu=cpu, blas=blas)


def _set_at_start(name: str) -> bool:
    """Whether the process was started with this variable; False where the system does not tell."""
    try:
        with open("/proc/self/environ", "rb") as file:
            return f"\0{name}=".encode() in b"\0" + file.read()
    except OSError:
        return False


def _other(python: str, project: str | None) -> Facts:
    from envdoctor.probe.interrogation import Interrogation

    world = this_world()
    choice = named(python, Surroundings())
    interrogation = Interrogation(choice.executable, DEFAULT_TIMEOUT, dict(world.environ))
    try:
        return gather(choice, interrogation, world, project)
    finally:
        interrogation.close()
