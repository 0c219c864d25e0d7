"""Foreign code in its place: each plug-in runs in a process of its own, and what it answers is checked.

Imported only where there is a plug-in. Nothing that one does reaches ours: what it prints goes to standard error, and
where it exits, crashes, never ends or holds its interpreter, its process is ended and its own rules are unknown.
"""

import _thread
import enum
import json
import os
import signal
import subprocess
import sys
import types
import typing
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache

from msgspec import Struct, to_builtins
from msgspec.structs import asdict, fields

from envdoctor.engine.checks import Check, Outcome, Status
from envdoctor.engine.findings import Finding
from envdoctor.engine.rules import Rule
from envdoctor.privacy.lazy import pattern

IMPORT_SECONDS = 10.0
CHECK_SECONDS = 2.0  # of one check, as for those that are built in
MORE_SECONDS = 3.0  # for the first one: the process reads the facts, which may be large
MOST_STARTS = 3  # of one plug-in's process
MOST_CHECKS = 1_000
MOST_FINDINGS = 1_000  # of one check
MOST_CHARACTERS = 500_000  # of all of them
MOST_BYTES = 8_000_000  # of one answer
MOST_WORDS = 500  # characters of a reason
GUEST = "from envdoctor.engine.guest import main; main()"
_CODE = pattern(r"[A-Z][A-Z0-9]{1,30}")
_NAME = pattern(r"[A-Za-z0-9][A-Za-z0-9.+_-]{0,80}")

T = typing.TypeVar("T")


class ForeignError(Exception):
    """A plug-in that could not be heard; the message says why, in words."""


class Elsewhere:
    """Stands for the function of a check that runs in another process; it knows the module and the file of that."""

    def __init__(self, module: str, file: str) -> None:
        self.__module__ = module
        self.__file__ = file

    def __call__(self, *arguments: object) -> typing.NoReturn:
        raise TypeError("a plug-in's check runs in its own process")


class Host:
    """The process of one plug-in, begun at once; ``value`` is its entry point's."""

    def __init__(self, distribution: str, value: str) -> None:
        self._distribution = distribution
        self._value = value
        self._starts = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._sent: dict[str, object] = {}
        self._begin()

    def __del__(self) -> None:
        self.end()

    def _begin(self) -> None:
        """Start the process; where that fails, `_ask` says why."""
        self._starts += 1
        self._sent = {}
        self._refused = ""
        path = [entry for entry in sys.path if isinstance(entry, str)]
        program = f"import sys; sys.path[:] = {path!a}; {GUEST}"
        try:
            if not sys.executable:
                raise OSError(0, "the program of this Python is not known")
            self._process = subprocess.Popen(
                [sys.executable, *_flags(), "-c", program, self._value],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        except (OSError, ValueError) as error:
            self._refused = f"envdoctor could start no process for it: {getattr(error, 'strerror', None) or error}"
        else:
            _living.add(self._process)

    def checks(self, seconds: float = IMPORT_SECONDS) -> list[Check]:
        """Its checks, in order; raises `ForeignError`, also for what are none."""
        answer = self._ask(None, seconds)
        said = answer.get("error")
        if said is not None:
            self.end()
            raise ForeignError(str(said)[:MOST_WORDS])
        try:
            checks = [_check(item) for item in answer["checks"]]  # type: ignore[attr-defined]
            for check in checks:
                sound(check)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            self.end()
            raise ForeignError(str(error)[:MOST_WORDS] or "its answer can't be read") from None
        return checks

    def outcome(self, check: Check, number: int, source: str, facts: object, level: str) -> Outcome:
        """How its check of this ``number`` ended on ``facts``; one that can't be heard ends as unknown."""
        try:
            first = not self._sent
            if self._process is None:
                self._again()
            request = {"check": number, "level": level, "sections": self._sections(facts, check.needs)}
            answer = self._ask(request, CHECK_SECONDS + (MORE_SECONDS if first else 0))
            return _outcome(check, answer, source)
        except ForeignError as error:
            return Outcome(check, (), Status.UNKNOWN, f"the plug-in {self._distribution}: {error}", 0.0, source)
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            self.end()
            reason = f"the plug-in {self._distribution} gave what is no finding: {str(error)[:MOST_WORDS]}"
            return Outcome(check, (), Status.UNKNOWN, reason, 0.0, source)

    def _again(self) -> None:
        if self._starts >= MOST_STARTS:
            raise ForeignError(f"its process had to be ended {MOST_STARTS} times, so this check was not run")
        self._begin()
        self._ask(None, IMPORT_SECONDS)

    def _sections(self, facts: object, needs: Sequence[str]) -> dict[str, object]:
        """The sections that it has not got yet, as JSON values."""
        named = {name: getattr(facts, name) for name in needs if hasattr(facts, name)}
        new = {name: value for name, value in named.items() if name not in self._sent or self._sent[name] is not value}
        self._sent.update(new)
        return {name: to_builtins(value) for name, value in new.items()}

    def _ask(self, request: object, seconds: float) -> dict[str, object]:
        """Its next answer. Raises `ForeignError` where none comes; the process is ended then."""
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise ForeignError(self._refused or "its process has ended")
        into, out = process.stdin, process.stdout

        left_behind: list[bool] = []

        def exchange() -> bytes:
            try:
                if request is not None:
                    into.write(json.dumps(request).encode("ascii") + b"\n")
                    into.flush()
                return out.readline(MOST_BYTES)
            finally:
                if left_behind:
                    _close(process)

        line = b""
        try:
            line = in_time(exchange, seconds)
        except TimeoutError as error:
            left_behind.append(True)
            self.end(close=False)  # who still reads them would hold us
            raise ForeignError(str(error)) from None
        except OSError:  # it has ended
            pass
        if not line.endswith(b"\n"):
            self.end()
            over = f"it answered with more than {MOST_BYTES:,} bytes"
            raise ForeignError(over if len(line) >= MOST_BYTES else f"its process ended: {_ending(process)}")
        try:
            answer: object = json.loads(line)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            self.end()
            raise ForeignError("its answer can't be read")
        return answer

    def end(self, close: bool = True) -> None:
        """End the process and what it has started."""
        process, self._process = self._process, None
        if process is None:
            return
        stop(process)
        if close:
            _close(process)


_living: set["subprocess.Popen[bytes]"] = set()


def _close(process: "subprocess.Popen[bytes]") -> None:
    for stream in (process.stdin, process.stdout):
        with suppress(OSError, AttributeError):
            stream.close()  # type: ignore[union-attr]


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a process and its group, and wait for it a moment."""
    _living.discard(process)
    with suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    with suppress(OSError, subprocess.TimeoutExpired):
        process.wait(1)


def end_all() -> None:
    """End the processes of all plug-ins, before ours ends."""
    for process in tuple(_living):
        stop(process)


def _flags() -> list[str]:
    """What makes the other Python one like ours; never with the working directory on its path."""
    ours = sys.flags
    wanted = {
        "-E": ours.ignore_environment,
        "-s": ours.no_user_site,
        "-S": ours.no_site,
        "-B": ours.dont_write_bytecode or sys.dont_write_bytecode,
    }
    return ["-P", *(flag for flag, given in wanted.items() if given)]


def _ending(process: "subprocess.Popen[bytes]") -> str:
    status = process.poll()
    if status is None:
        return "it closed its output"
    if status < 0:
        with suppress(ValueError):
            return f"signal {-status} ({signal.Signals(-status).name})"
    return f"status 0x{status:08X}" if status > 255 else f"status {status}"


def in_time(call: Callable[[], T], seconds: float) -> T:
    """What ``call`` returns or raises; `TimeoutError` where it has not come to an end, and is left behind."""
    results: list[T] = []
    errors: list[BaseException] = []
    done = _thread.allocate_lock()
    done.acquire()

    def work() -> None:
        try:
            results.append(call())
        except BaseException as error:
            errors.append(error)
        finally:
            done.release()

    try:
        _thread.start_new_thread(work, ())
    except RuntimeError:  # no thread for us: better no deadline than no plug-in
        work()
    done.acquire(timeout=seconds)
    if errors:
        raise errors[0]
    if not results:
        raise TimeoutError(f"no answer within {seconds:g} s")
    return results[0]


def together(calls: Sequence[Callable[[], T]]) -> list[T]:
    """What the calls return, in order; each is bounded, and they run side by side."""
    results: dict[int, T] = {}
    ends = []

    def work(number: int, end: "_thread.LockType") -> None:
        try:
            results[number] = calls[number]()
        finally:
            end.release()

    for number in range(1, len(calls)):
        end = _thread.allocate_lock()
        end.acquire()
        try:
            _thread.start_new_thread(work, (number, end))
        except RuntimeError:
            work(number, end)
        ends.append(end)
    results.update({0: calls[0]()} if calls else {})
    for end in ends:
        end.acquire()
    return [results[number] for number in range(len(calls))]


def _check(given: dict[str, object]) -> Check:
    """A check of another process, by what that says of it; raises `TypeError`, `KeyError`."""
    rules = made(given["rules"], tuple[Rule, ...])
    needs, name = made(given["needs"], tuple[str, ...]), made(given["name"], str)
    where = Elsewhere(str(given["module"]), str(given["file"]))
    return Check(
        typing.cast("str", name), typing.cast("tuple[Rule, ...]", rules), where, typing.cast("tuple[str, ...]", needs)
    )


def _outcome(check: Check, answer: dict[str, object], source: str) -> Outcome:
    """How a check ended; raises `TypeError`, `KeyError` and `ValueError` for an answer that is none."""
    findings = typing.cast("tuple[Finding, ...]", made(answer["findings"], tuple[Finding, ...]))
    for finding in findings:
        said = misfit(finding, Finding, "the finding")
        if said or finding.rule not in check.rules:
            raise TypeError(said or f"{finding.rule.code!r:.40} is no rule of {check.name}")
    status, reason, seconds = Status(str(answer["status"])), answer["reason"], answer["seconds"]
    if not isinstance(reason, str) or not isinstance(seconds, float) or bool(findings) != (status is Status.FOUND):
        raise TypeError("its answer can't be read")
    return Outcome(check, findings, status, reason[:MOST_WORDS], seconds, source)


def sound(check: Check) -> None:
    """Raise `TypeError` for a check whose parts are not what they have to be."""
    said = misfit(check.rules, tuple[Rule, ...], f"the rules of {check.name!r:.60}")
    said = said or misfit(check.needs, tuple[str, ...], "needs") or misfit(check.name, str, "its name")
    said = said or misfit(check.given, tuple[tuple[str, str], ...], "given")
    for rule in () if said else check.rules:
        if not _CODE.fullmatch(rule.code) or not _NAME.fullmatch(rule.name):
            said = f"{rule.code!r:.40}, {rule.name!r:.60}: a code is letters and digits (ABC001), a name words-with-hyphens"
    if said:
        raise TypeError(said)


def flat(value: object) -> object:
    """A value of structs, tuples, dicts and scalars as JSON values that name the structs."""
    if isinstance(value, Struct):
        return {"is": type(value).__name__, "of": {name: flat(item) for name, item in asdict(value).items()}}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, (tuple, list)):
        return [flat(item) for item in value]
    if isinstance(value, dict):
        return {key: flat(item) for key, item in value.items()}
    return value


def made(value: object, wanted: object) -> object:
    """What `flat` was given, of the type ``wanted``; raises `TypeError`, `KeyError` and `ValueError` where it is not."""
    origin, options = typing.get_origin(wanted), typing.get_args(wanted)
    if origin in (typing.Union, types.UnionType):
        return _one_of(value, options)
    if origin is tuple and isinstance(value, list):
        return tuple(made(item, options[0]) for item in value)
    if origin is dict and isinstance(value, dict):
        return {key: made(item, options[1]) for key, item in value.items()}
    if isinstance(wanted, type) and issubclass(wanted, Struct) and isinstance(value, dict):
        hints, given = _hints(wanted), value["of"]
        return wanted(**{field.name: made(given[field.name], hints[field.name]) for field in fields(wanted)})
    if isinstance(wanted, type) and issubclass(wanted, enum.Enum):
        return wanted(value)
    if isinstance(wanted, type) and type(value) is wanted:
        return value
    raise TypeError(f"{_kind(value)} in the place of {getattr(wanted, '__name__', wanted)}")


def _one_of(value: object, options: tuple[object, ...]) -> object:
    """As `made`, for a union: structs are told by their name."""
    if value is None and type(None) in options:
        return None
    if isinstance(value, dict) and "is" in value:
        named = [option for option in options if isinstance(option, type) and option.__name__ == value["is"]]
        if named:
            return made(value, named[0])
    for option in options:
        with suppress(TypeError, KeyError, ValueError):
            return made(value, option)
    raise TypeError(f"{_kind(value)} does not fit")


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
