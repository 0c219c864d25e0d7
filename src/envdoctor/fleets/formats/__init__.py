"""The verdict on many machines as text of some kind, a file a format; what other programs read is drawn as for one patient."""

from collections.abc import Callable
from importlib import import_module

import msgspec

from envdoctor.facts import Facts, Missing, Patient, Prefix, Start
from envdoctor.fleets.verdict import Verdict, as_report
from envdoctor.privacy.text import unhooked
from envdoctor.report.formats import FORMATS as OF_ONE
from envdoctor.report.formats import renderer
from envdoctor.report.view import Style

OWN = ("text", "concise", "json", "markdown", "html", "nhc")
FORMATS = (*OF_ONE, "nhc")


def render(name: str, verdict: Verdict, facts: Facts | None, style: Style) -> str:
    """The verdict in a format; ``facts`` are those of a machine of the largest group, if any could be read."""
    if name in OF_ONE and not OF_ONE[name].passed_on:
        style = msgspec.structs.replace(style, redactor=None)
    if name not in OWN:
        return renderer(name)([as_report(verdict, facts or _nobody())], style)
    draw: Callable[[Verdict, Facts | None, Style], str] = import_module(f"{__name__}.{name}").render
    return unhooked(draw(verdict, facts, style), OF_ONE[name].written if name in OF_ONE else "\\x{:02x}")


def _nobody() -> Facts:
    """The facts where none could be read."""
    why = Missing("no recording could be read")
    unknown = Patient(executable=None, prefix=None, base_prefix=None, version=why, implementation=why, chosen="fleet")
    return Facts(
        recorded="",
        patient=unknown,
        start=Start(mode="none"),
        prefix=Prefix(path="", exists=False, executable="", executable_exists=False),
        system=why,
        environment=why,
        interpreter=why,
        cpu=why,
        packages=why,
        blas=why,
    )
