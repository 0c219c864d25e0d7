"""Reports as text of some kind. A reporter is pure (report in, string out) and decides nothing."""

from collections.abc import Callable, Sequence
from importlib import import_module

from msgspec import Struct

from envdoctor.report.report import Report

FORMATS = ("text", "concise", "json", "github", "sarif", "junit", "markdown", "html")
_MODULES = {"text": "terminal"}


class Style(Struct, frozen=True):
    """How text is to look: ``width`` in columns, ``color``, ``ascii`` only; ``indent`` makes JSON readable;
    ``plan`` shows every step of every fix; ``home`` is written ``~`` where nobody copies it."""

    width: int = 80
    color: bool = False
    ascii: bool = False
    indent: bool = False
    verbosity: int = 0
    plan: bool = False
    home: str = ""


Render = Callable[[Sequence[Report], Style], str]


def renderer(name: str) -> Render:
    """The reporter for a format; its module is imported only now."""
    module = import_module(f"envdoctor.report.formats.{_MODULES.get(name, name)}")
    render: Render = module.render
    return render
