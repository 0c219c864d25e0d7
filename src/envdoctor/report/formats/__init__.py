"""Reports as text of some kind. A format is pure (view in, string out) and decides nothing.

A new one is a file here with ``render(view)``, and a line in `FORMATS`: where it lies, and what makes a string harmless
in it (`envdoctor.report.escapes`).
"""

from collections.abc import Callable, Sequence
from importlib import import_module

import msgspec
from msgspec import Struct

from envdoctor.privacy.text import Escape, unhooked
from envdoctor.report import escapes
from envdoctor.report.report import Report
from envdoctor.report.view import Style, View

__all__ = ["FORMATS", "Format", "Style", "renderer"]


class Format(Struct, frozen=True):
    """``module`` holds ``render(view: View) -> str``; ``escape`` has been applied to every string of the view.

    What is meant to be ``passed_on`` is redacted: names and homes of people are out of it. ``written`` is how the
    syntax writes a sign by its number. ``at_hand`` is what a person reads where the patient is: paths are short there.
    """

    module: str
    escape: Escape
    passed_on: bool = False
    at_hand: bool = False
    written: str = "\\x{:02x}"


FORMATS = {
    "text": Format("envdoctor.report.formats.terminal", escapes.as_it_is, at_hand=True),
    "concise": Format("envdoctor.report.formats.concise", escapes.as_it_is),
    "json": Format("envdoctor.report.formats.json", escapes.as_it_is),
    "github": Format("envdoctor.report.formats.github", escapes.workflow, True),
    "sarif": Format("envdoctor.report.formats.sarif", escapes.as_it_is, True),
    "junit": Format("envdoctor.report.formats.junit", escapes.xml, True, written="&#{};"),
    "markdown": Format("envdoctor.report.formats.markdown", escapes.markdown, True),
    "html": Format("envdoctor.report.formats.html", escapes.html, True, written="&#{};"),
}


def renderer(name: str) -> Callable[[Sequence[Report], Style], str]:
    """What draws reports in a format; its module is imported only now."""
    row = FORMATS[name]
    render: Callable[[View], str] = import_module(row.module).render

    def drawn(reports: Sequence[Report], style: Style) -> str:
        if not row.passed_on:
            style = msgspec.structs.replace(style, redactor=None)
        if not row.at_hand:
            style = msgspec.structs.replace(style, home="", folder="")
        return unhooked(render(View(reports, style, row.escape)), row.written)

    return drawn
