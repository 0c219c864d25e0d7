"""``envdoctor.fleet(client)``: the verdict on a Dask cluster, which shows itself in a notebook."""

import time
from collections.abc import Iterable
from typing import Any

from envdoctor.checkup import Options
from envdoctor.engine.configuration import Config
from envdoctor.engine.plugins import collect
from envdoctor.engine.selection import Selection, validate
from envdoctor.facts import Facts
from envdoctor.fleets.dask import gathered
from envdoctor.fleets.formats import render
from envdoctor.fleets.formats.html import notebook
from envdoctor.fleets.formats.json import document
from envdoctor.fleets.groups import Gathered, Gathering
from envdoctor.fleets.verdict import Found, Verdict, judge
from envdoctor.report.report import Settings
from envdoctor.report.view import Style


class FleetReport:
    """The verdict on a cluster: `print` gives text, Jupyter draws a page; ``findings`` are its findings, the worst first."""

    def __init__(self, whole: Gathered, verdict: Verdict) -> None:
        self.verdict = verdict
        self._facts: Facts | None = whole.facts[whole.fleet.groups[0].name] if whole.fleet.groups else None

    @property
    def findings(self) -> list[Found]:
        """What was found and nothing suppresses; each has ``code``, ``severity``, ``title``, ``members`` and ``advice``."""
        return self.verdict.open

    def to_dict(self) -> object:
        """The JSON document of ``envdoctor fleet --format json``."""
        return document(self.verdict)

    def to_html(self) -> str:
        return render("html", self.verdict, self._facts, Style())

    def to_markdown(self) -> str:
        return render("markdown", self.verdict, self._facts, Style())

    def _repr_html_(self) -> str:
        return notebook(self.verdict, self._facts)

    def __str__(self) -> str:
        return render("text", self.verdict, self._facts, Style())

    def __repr__(self) -> str:
        return f"<FleetReport: {self.verdict.fleet.machines} machines, {self.verdict.status}>"


def fleet(client: Any, select: Iterable[str] = (), ignore: Iterable[str] = (), timeout: float = 10) -> Any:
    """The verdict on the cluster of a ``distributed.Client``: workers, scheduler and this process.

    Each is asked by itself and has ``timeout`` seconds; nothing is installed or changed, and running tasks go on. With an
    asynchronous client the result is to be awaited. Raises `envdoctor.engine.selection.UsageError` for a word that
    matches no rule.
    """
    began = time.perf_counter()
    check_set = collect(fleets=True)
    rules = [rule for registered in check_set.checks for rule in registered.check.rules]
    selection = Selection(select=tuple(select), ignore=tuple(ignore))
    validate(selection.select, rules, "select")
    validate(selection.ignore, rules, "ignore")
    plan = Options(check_set, selection, Config(), Settings(level="advanced"))

    async def whole() -> FleetReport:
        gathering: Gathering = await gathered(client, timeout)
        together = gathering.fleet(True)
        return FleetReport(together, judge(together, plan, began))

    return client.sync(whole)
