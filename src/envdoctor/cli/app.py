"""The command line: has it done, and turns every fault into one line and a status."""

import os
import sys

from envdoctor.cli import session
from envdoctor.cli.checking import examine
from envdoctor.cli.head_start import HeadStart
from envdoctor.cli.plain import plain
from envdoctor.cli.postponed import postponed
from envdoctor.engine.selection import UsageError
from envdoctor.facts.document import RecordingError
from envdoctor.privacy.redact import hide
from envdoctor.probe.child import OURS
from envdoctor.probe.choose import PatientError


def run(argv: list[str], head: HeadStart) -> int:
    """Run one command line; the status to exit with. Every fault of usage is one line on stderr."""
    hide(head.around.environ)
    if not os.environ.get("ENVDOCTOR_DEBUG"):
        sys.unraisablehook = bool  # a thread that dies for want of memory prints no traceback; takes no memory itself
    try:
        return _obey(argv, head)
    except (UsageError, PatientError, RecordingError) as error:
        session.complain(str(error))
        return 2
    except session.OutputError as error:
        session.complain(str(error))
        return 3  # the disk, or who reads: nothing of it is a fault of envdoctor
    except KeyboardInterrupt:
        session.complain("interrupted")
        return 130
    except MemoryError:
        return _without_memory()
    except SystemExit as leaving:  # click's shell completion
        return leaving.code if isinstance(leaving.code, int) else 0
    except Exception as error:
        if isinstance(error, OSError) and error.errno in OURS:
            session.complain(f"envdoctor itself lacks what it needs: {error.strerror}: nothing was examined")
            return 3
        if isinstance(error, SystemError) and "exception" in str(error):  # CPython, where memory is refused
            return _without_memory()
        if os.environ.get("ENVDOCTOR_DEBUG"):
            raise
        session.complain(f"envdoctor itself failed: {type(error).__name__}: {error} (ENVDOCTOR_DEBUG=1 shows where)")
        return 4


def _obey(argv: list[str], head: HeadStart) -> int:
    asked = None if "_ENVDOCTOR_COMPLETE" in os.environ else plain(argv)
    if asked is not None:
        return examine(head, asked)
    with postponed("inspect"):  # click's help pages are made with it
        from envdoctor.cli.group import obey
    return obey(argv, head)


# Made while there is memory.
_NO_MEMORY = (
    b"envdoctor: envdoctor itself has too little memory (ulimit -v, or the job's limit): nothing was examined\n"
)


def _without_memory() -> int:
    os.write(2, _NO_MEMORY)
    return 3
