"""``%load_ext envdoctor``, then ``%why`` after a cell that failed: what the error means, and what to do.

https://ipython.readthedocs.io/en/stable/config/extensions/
"""

import sys
import traceback
from collections.abc import Callable
from typing import Protocol

from envdoctor.report.why.symptoms import recognise
from envdoctor.report.why.text import plain

OFFER = "envdoctor knows this error: %why explains it\n"


class Result(Protocol):
    """What IPython knows of a cell that has run."""

    error_before_exec: BaseException | None
    error_in_exec: BaseException | None


class Events(Protocol):
    def register(self, event: str, function: Callable[[Result], None]) -> None: ...


class Shell(Protocol):
    """What is asked of IPython's shell."""

    events: Events

    def register_magic_function(self, func: Callable[[str], None], magic_kind: str, magic_name: str) -> None: ...


def load(shell: Shell) -> None:
    """Bring ``%why``, and offer it after a cell whose error is known."""
    shell.register_magic_function(why, "line", "why")
    shell.events.register("post_run_cell", offer)


def offer(result: Result) -> None:
    """Name ``%why`` below an error that is known."""
    error = result.error_in_exec or result.error_before_exec
    if error is not None and recognise(_text(error)):
        sys.stderr.write(OFFER)


def why(line: str) -> None:
    """Explain the last error of this session, or the text that is given, in the running process."""
    error = getattr(sys, "last_value", None)
    text = plain(line) if line.strip() else _text(error) if isinstance(error, BaseException) else ""
    if not text.strip():
        sys.stderr.write("envdoctor: no cell has failed yet; after one that did, %why explains its error\n")
        return
    sys.stdout.write(explained(text))


def explained(text: str) -> str:
    """What is so of ``text`` in the running process, for people."""
    from envdoctor.checkup import looker
    from envdoctor.live import check
    from envdoctor.probe.world import this_world
    from envdoctor.report.formats.explanation import render
    from envdoctor.report.view import Style
    from envdoctor.report.why.explain import explain

    report = check()
    found = explain(text, report, looker(report.facts, this_world()))
    return render(found, report, Style())


def _text(error: BaseException) -> str:
    return plain("".join(traceback.format_exception(error)))
