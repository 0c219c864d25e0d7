"""Reports as text of some kind. A format is pure (view in, string out) and decides nothing.

A new one is a file here with ``render(view)``, and a line in `FORMATS`: where it lies, and what makes a string harmless
in it (`envdoctor.report.escapes`).
"""

from collections.abc import Callable, Sequence
from importlib import import_module

from msgspec import Struct

from envdoctor.privacy.text import Escape
from envdoctor.report import escapes
from envdoctor.report.report import Report
from envdoctor.report.view import Style, View

__all__ = ["FORMATS", "Format", "Style", "renderer"]


class Format(Struct, frozen=True):
    """``module`` holds ``render(view: View) -> str``; ``escape`` has been applied to every string of the view."""

    module: str
    escape: Escape


FORMATS = {
    "text": Format("envdoctor.report.formats.terminal", escapes.as_it_is),
    "concise": Format("envdoctor.report.formats.concise", escapes.as_it_is),
    "json": Format("envdoctor.report.formats.json", escapes.as_it_is),
    "github": Format("envdoctor.report.formats.github", escapes.workflow),
    "sarif": Format("envdoctor.report.formats.sarif", escapes.as_it_is),
    "junit": Format("envdoctor.report.formats.junit", escapes.xml),
    "markdown": Format("envdoctor.report.formats.markdown", escapes.markdown),
    "html": Format("envdoctor.report.formats.html", escapes.html),
}


def renderer(name: str) -> Callable[[Sequence[Report], Style], str]:
    """What draws reports in a format; its module is imported only now."""
    row = FORMATS[name]
    render: Callable[[View], str] = import_module(row.module).render
    return lambda reports, style: render(View(reports, style, row.escape))
