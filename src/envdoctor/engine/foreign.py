"""Foreign code in its place: what it prints is no document, what it never ends is left behind, what it gives is checked.

Imported only where there is a plug-in. It runs in our process, so that a thread can be left behind; where it holds the
interpreter itself, the run ends with the lines of its code on standard error (`faulthandler`).
"""

import enum
import faulthandler
import os
import sys
import threading
import types
import typing
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache

from msgspec import Struct
from msgspec.structs import fields

IMPORT_SECONDS = 10.0
LAST_RESORT = 10.0  # seconds beyond what is granted, should it hold the interpreter itself
MOST_CHECKS = 1_000
MOST_FINDINGS = 1_000  # of one check
MOST_CHARACTERS = 500_000  # of all of them


@contextmanager
def aside(seconds: float = IMPORT_SECONDS) -> Iterator[None]:
    """Standard output is for the document: in this block it is standard error, for libraries and children, too.

    ``os._exit`` is an exception here: a plug-in may end its own rules, not the report. ``seconds`` are those that the
    code in the block is granted.
    """
    out, leave = sys.stdout, os._exit
    saved = _moved(out)
    sys.stdout = sys.stderr
    os._exit = _no_exit
    with suppress(OSError, ValueError, RuntimeError, AttributeError):
        faulthandler.dump_traceback_later(seconds + LAST_RESORT, exit=True, file=sys.__stderr__ or sys.stderr)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        os._exit = leave
        sys.stdout = out
        if saved is not None:
            os.dup2(saved, 1)
            os.close(saved)


def _moved(out: typing.TextIO) -> int | None:
    """Where the real standard output is kept; ``None`` where it is not ours to move."""
    try:
        if out.fileno() != 1:
            return None
        out.flush()
        saved = os.dup(1)
        os.dup2(2, 1)
    except (OSError, ValueError, AttributeError):
        return None
    return saved


def _no_exit(status: int) -> typing.NoReturn:
    raise SystemExit(f"os._exit({status})")


T = typing.TypeVar("T")


def in_time(call: Callable[[], T], seconds: float = IMPORT_SECONDS) -> T:
    """What ``call`` returns or raises; `TimeoutError` where it has not come to an end, and is left behind."""
    results: list[T] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            results.append(call())
        except BaseException as error:
            errors.append(error)

    try:
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
    except RuntimeError:  # no thread for us: better no deadline than no plug-in
        work()
    else:
        thread.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise TimeoutError(f"not done within {seconds:g} s")
    return results[0]


def misfit(value: object, wanted: object, where: str) -> str | None:
    """Where a value is not of its type, in words; ``None`` where it fits."""
    origin, options = typing.get_origin(wanted), typing.get_args(wanted)
    if origin in (typing.Union, types.UnionType):
        if any(misfit(value, option, where) is None for option in options):
            return None
        one = next((option for option in options if isinstance(option, type) and type(value) is option), None)
        return misfit(value, one, where) if one else f"{where} is {_kind(value)}"
    if origin is tuple:
        if not isinstance(value, tuple):
            return f"{where} is {_kind(value)}, not a tuple"
        return next(
            (said for at, item in enumerate(value) if (said := misfit(item, options[0], f"{where}[{at}]"))), None
        )
    if origin is dict:
        if not isinstance(value, dict):
            return f"{where} is {_kind(value)}, not a dict"
        pairs = [*((key, options[0], f"a key of {where}") for key in value)]
        pairs += [(item, options[1], f"{where}[{key!r:.40}]") for key, item in value.items()]
        return next((said for item, kind, place in pairs if (said := misfit(item, kind, place))), None)
    if isinstance(wanted, type) and issubclass(wanted, Struct) and type(value) is wanted:
        hints = _hints(wanted)
        names = (field.name for field in fields(wanted))
        return next(
            (said for name in names if (said := misfit(getattr(value, name), hints[name], f"{where}.{name}"))), None
        )
    if (
        isinstance(wanted, type)
        and isinstance(value, wanted)
        and (type(value) is wanted or issubclass(wanted, enum.Enum))
    ):
        return None
    return f"{where} is {_kind(value)}, not {getattr(wanted, '__name__', wanted)}"


@cache
def _hints(wanted: type) -> dict[str, object]:
    return typing.get_type_hints(wanted)


def _kind(value: object) -> str:
    return "None" if value is None else f"a {type(value).__name__}"
