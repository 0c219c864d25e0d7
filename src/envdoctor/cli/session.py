"""One run of a command: whom to examine, where to write, how it should look."""

import os
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO, TypeVar

from envdoctor import __version__
from envdoctor.cli.config import FILES
from envdoctor.cli.files import bounded, content
from envdoctor.cli.head_start import HeadStart
from envdoctor.engine.selection import UsageError
from envdoctor.facts import Facts, Missing
from envdoctor.facts.document import dump, record
from envdoctor.privacy.redact import Redactor, credentials, shareable
from envdoctor.privacy.text import fitting, sanitize, unhooked
from envdoctor.probe import budget
from envdoctor.probe.choose import DEFAULT_TIMEOUT, Choice, PatientError, default, named
from envdoctor.probe.world import World, last_read, redactor
from envdoctor.report.formats import Style

if TYPE_CHECKING:
    from rich.progress import Progress

    from envdoctor.probe.interrogation import Interrogation

DEEP_SECONDS = 300.0  # for all readings of ``--deep``, which hashes every file
PATIENCE = 0.5  # seconds; nobody wonders before
MOST_COLUMNS = 110  # longer lines are hard to read
LONGEST_LINE = 2000  # characters of a complaint


T = TypeVar("T")


class OutputError(Exception):
    """The document could not be delivered; the message says where and why."""


class Readers:
    """The patients of one run, read one after the other; a recording counts as one."""

    def __init__(self, head: HeadStart, pythons: tuple[str, ...], facts_file: str | None, project: str | None) -> None:
        around = head.around
        if facts_file is not None and pythons:
            raise UsageError("--facts and --python: a recording is a patient of its own; give one of the two")
        self.world = World(home=around.home, cwd=around.cwd, environ=around.environ)
        self._head = head
        self._facts_file = facts_file
        self._project = project
        if project is not None and not os.path.isdir(os.path.join(around.cwd, project)):
            raise UsageError(f"--project {project}: no such folder")
        self._choices: list[Choice] = []
        if facts_file is None:
            self._choices = [named(what, around) for what in pythons] or [default(around, project)]

    def configured(self) -> str | None:
        """The folder whose configuration counts: the nearest one with envdoctor.toml or pyproject.toml, upwards from
        ``--project`` or the working directory, below HOME; the first folder may be HOME itself."""
        folder = os.path.normpath(os.path.join(self.world.cwd, self._project or ""))
        while not any(os.path.lexists(self.world.real(f"{folder}/{name}")) for name in FILES):
            parent = os.path.dirname(folder)
            if self.world.home in (folder, parent) or parent == os.path.dirname(parent):
                return None
            folder = parent
        return folder

    def in_time(
        self, read: Callable[[World], T], timeout: float | None, instead: Callable[[Facts], int] | None = None
    ) -> T:
        """What ``read`` makes of files of the project before any patient is read; for ``instead`` see `read`."""
        choice = self._choices[0] if self._choices else None
        with budget.limited(timeout or DEFAULT_TIMEOUT, _given_up(choice, self._head.interrogation, instead)):
            limits = budget.current
            if limits is None:
                return read(self.world)
            try:
                return limits.run("configuration", lambda: read(self.world))
            except budget.TooLong as error:
                raise UsageError(f"{last_read[0]}: {error.strerror}") from None

    def read(
        self,
        timeout: float | None,
        progress: Callable[[int, int], None] | None = None,
        deep: bool = False,
        thorough: bool = False,
        instead: Callable[[Facts], int] | None = None,
    ) -> Iterator[Facts]:
        """The facts of every patient; ``timeout`` in seconds, for each. ``progress`` asks for the micro-benchmark,
        which takes a minute where it is to be ``thorough``.

        ``deep`` asks for what takes seconds (`envdoctor.probe.gather`); a recording holds what it holds. Where a reading
        hangs that nothing can interrupt, ``instead`` ends the run with what is known, in a thread, and gives the status.
        """
        if self._facts_file is not None:
            yield self._told(_load(self._facts_file))
            return
        from envdoctor.probe.gather import gather

        for number, choice in enumerate(self._choices, 1):
            seconds = timeout or DEFAULT_TIMEOUT
            interrogation = self._interrogation(choice, seconds)
            which = f"{number} of {len(self._choices)}, " if len(self._choices) > 1 else ""
            try:
                with (
                    waiting(f"{which}{choice.executable}", seconds),
                    budget.limited(
                        seconds if not deep else max(seconds, DEEP_SECONDS), _given_up(choice, interrogation, instead)
                    ),
                ):
                    facts = gather(
                        choice, interrogation, self.world, self._project, progress, say if deep else None, thorough
                    )
                yield self._told(facts)
            finally:
                interrogation.close()

    def _told(self, facts: Facts) -> Facts:
        """The same, with the shell that ``--shell`` names in place of the one that was found."""
        if self._head.shell is None or isinstance(facts.environment, Missing):
            return facts
        from msgspec import structs

        return structs.replace(facts, environment=structs.replace(facts.environment, shell=self._head.shell))

    def _interrogation(self, choice: Choice, timeout: float) -> "Interrogation":
        from envdoctor.probe.interrogation import Interrogation

        begun = self._head.take(choice, timeout)
        return (
            begun
            if isinstance(begun, Interrogation)
            else Interrogation(choice.executable, timeout, dict(self.world.environ))
        )


def _given_up(
    choice: Choice | None = None,
    interrogation: "Interrogation | None" = None,
    instead: Callable[[Facts], int] | None = None,
) -> Callable[[str], None]:
    """What ends the run where a reading can't even be interrupted: with what is known, or a line, and status 3."""
    began = time.monotonic()

    def leave(name: str) -> None:
        why = budget.told(name, last_read[0], time.monotonic() - began)
        if interrogation is not None:
            interrogation.close()
        status = 3
        try:
            if instead is not None and choice is not None:
                from envdoctor.probe.gather import unread

                status = instead(unread(choice, why))
            else:
                complain(f"{why}; nothing was examined")
            sys.stdout.flush()
        except Exception as error:
            complain(f"{why}; {error}")
        finally:
            os._exit(status)

    return leave


def _load(path: str) -> Facts:
    from envdoctor.facts.recording import load

    try:
        if path == "-":
            return load(bounded(sys.stdin.buffer, "standard input"), "standard input")
        return load(content(path), path)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None


def pair(head: HeadStart, names: tuple[str, str], timeout: float | None) -> list[Facts]:
    """The facts of two patients, each a recording or a Python.

    Beside a recording, which is redacted, both are: the names it is rid of are no difference.
    """
    sides = [_load(name) if _is_recording(name) else _living(head, name, timeout) for name in names]
    if not any(map(_is_recording, names)):
        return sides
    from envdoctor.facts.recording import load

    world = World(home=head.around.home, cwd=head.around.cwd, environ=head.around.environ)
    return [load(recording(facts, world), name) for facts, name in zip(sides, names, strict=True)]


def hindered(sides: Iterable[Facts]) -> int:
    """3, told in a line, where envdoctor itself lacked what it needs to examine one of them; else 0."""
    lacks = {facts.start.hindered: None for facts in sides if facts.start.hindered}
    for lack in lacks:
        complain(f"{lack}: what is unknown for that is no fault of this Python")
    return 3 if lacks else 0


def _is_recording(name: str) -> bool:
    return os.path.exists(name) and not os.path.isdir(name) and not os.access(name, os.X_OK)


def _living(head: HeadStart, name: str, timeout: float | None) -> Facts:
    try:
        return next(iter(Readers(head, (name,), None, None).read(timeout)))
    except PatientError as error:
        raise UsageError(f"{error}; a recording may be named, too".replace("--python ", "")) from None


def recording(facts: Facts, world: World, names: bool = False) -> str:
    """The text of a recording, redacted; with ``names``, people's and the host's stay in it."""
    document = record(facts, __version__)
    return dump(shareable(document) if names else redactor(world).document(document), 1) + "\n"


def style(
    color: str,
    ascii_only: bool,
    verbosity: int = 0,
    plan: bool = False,
    home: str = "",
    stream: TextIO | None = None,
    redactor: Redactor | None = None,
    folder: str = "",
) -> Style:
    """How standard output (or another ``stream``) wants its text, and how much of it there is to be."""
    stream = stream or sys.stdout
    terminal = _is_terminal(stream)
    return Style(
        width=_width(stream, terminal),
        color=_colored(color, terminal),
        ascii=ascii_only or not _unicode(stream),
        indent=terminal,
        verbosity=verbosity,
        plan=plan,
        home=home,
        folder=folder,
        redactor=redactor,
    )


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


def _colored(color: str, terminal: bool) -> bool:
    """``--color`` over NO_COLOR over FORCE_COLOR and CLICOLOR_FORCE over the terminal."""
    if color != "auto":
        return color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    forced = os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE")
    if forced:
        return forced != "0"
    return terminal and os.environ.get("TERM") != "dumb"


def _unicode(stream: TextIO) -> bool:
    """False where the locale is C, which promises ASCII only, or the stream has nothing else."""
    if sys.platform == "win32":
        return _encoding(stream) != "ascii"
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_CTYPE") or os.environ.get("LANG") or "C"
    return _encoding(stream) in ("utf8", "utf16", "utf32") and locale not in ("C", "POSIX")


def _encoding(stream: TextIO) -> str:
    return (getattr(stream, "encoding", None) or "ascii").lower().replace("-", "")


def _width(stream: TextIO, terminal: bool) -> int:
    columns = os.environ.get("COLUMNS", "")
    if columns.isascii() and columns.isdigit() and len(columns) < 6 and int(columns) > 0:
        return min(int(columns), MOST_COLUMNS)
    try:
        return min(os.get_terminal_size(stream.fileno()).columns or 80, MOST_COLUMNS) if terminal else 80
    except (OSError, ValueError):
        return 80


def emit(text: str, stream: TextIO | None = None) -> None:
    """Write to standard output, or to another ``stream``, no line of it a command to a CI runner unless a format wrote
    it; a reader who has left early (``| head -1``) is no fault."""
    text = unhooked(text)
    stream = stream or sys.stdout
    try:
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        # On Windows a redirected stream has the system's code page: cp1252 knows an umlaut, and no box drawing.
        stream.write(fitting(text, stream.encoding or "ascii"))
        stream.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except OSError as error:
        name = "standard output" if stream is sys.stdout else "standard error"
        raise OutputError(f"{name}: {error.strerror}") from None


def write(path: str, text: str, force: bool = False, append: bool = False, mark: bool = False) -> None:
    """Write a file that was asked for, with a byte order ``mark`` or without; see `refuse`.

    A file that is there is replaced as a whole once the new one is safe on the disk; where a new one can't be written
    to its end, nothing is left of it. Raises `UsageError` naming it.
    """
    data = text.encode("utf-8-sig" if mark else "utf-8", "backslashreplace")
    refuse(path, force or append)
    try:
        if append:
            with open(path, "ab") as file:
                file.write(data)
        elif os.path.exists(path):
            _replace(os.path.realpath(path), data)
        else:
            _create(path, data)
    except FileExistsError:
        raise UsageError(f"{path}: {EXISTS}") from None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None


def refuse_all(paths: Iterable[str | None], force: bool) -> None:
    """`refuse` each of these that is named: before time is spent on what could not be written."""
    for path in filter(None, paths):
        refuse(path, force)


def refuse(path: str, force: bool = False) -> None:
    """Raise `UsageError` where ``path`` is not to be written: it is no file (a device, a pipe, a folder), or it is
    there and nobody has said ``force``."""
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: {getattr(error, 'strerror', None) or error}") from None
    special = os.path.abspath(path).startswith(("/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/"))
    if special or not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "a pipe" if stat.S_ISFIFO(mode) else "a device or a socket"
        raise UsageError(f"{path}: no file, but {kind}")
    if not force:
        raise UsageError(f"{path}: {EXISTS}")


EXISTS = "it exists already, and is replaced with --force only"


def _create(path: str, data: bytes) -> None:
    """A file that must not exist. Raises `OSError`, and then there is none."""
    with open(path, "xb") as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            os.unlink(path)
            raise


def _replace(path: str, data: bytes) -> None:
    """Put a file in the place of another; until it is whole, the old one stays. Raises `OSError`."""
    beside = f"{path}.{os.getpid()}.part"
    try:
        with open(beside, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(beside, os.stat(path).st_mode & 0o7777)
        os.replace(beside, path)
    except OSError:
        if os.path.exists(beside):
            os.unlink(beside)
        raise


def progress(done: int, planned: int) -> None:
    """A bar on standard error while BLAS is timed, on a terminal only; nothing planned takes it away."""
    if not _is_terminal(sys.stderr):
        return
    if _columns() < NARROW:
        say("timing BLAS" if planned else "")
        return
    try:
        if planned:
            bar = _bar()
            bar.update(bar.task_ids[0], completed=done, total=planned, refresh=True)
        elif _bars:
            _bars.pop().stop()
    except (OSError, ValueError):
        return


NARROW = 40  # columns, below which there is no place for a bar
_bars: list["Progress"] = []  # the one that is shown


def _bar() -> "Progress":
    if not _bars:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        console = Console(file=sys.stderr, width=_columns())
        # No thread of its own draws it: that would take of what is being timed.
        bar = Progress(TextColumn("timing BLAS"), BarColumn(20), console=console, transient=True, auto_refresh=False)
        bar.add_task("", total=None)
        say("")  # what was said of waiting makes way
        bar.start()
        _bars.append(bar)
    return _bars[0]


@contextmanager
def waiting(name: str, most: float) -> Iterator[None]:
    """Say on standard error, on a terminal only, that an answer is waited for, from half a second on; what is said by
    others in between takes its place. ``most`` is how many seconds it is waited for."""
    try:
        terminal = sys.stderr.isatty()
    except (AttributeError, ValueError):
        terminal = False
    if not terminal:
        yield
        return
    from threading import Event

    from envdoctor.probe.child import started

    over, silent = Event(), Event()
    spoken = _said.count

    def told() -> None:
        pause, seconds = PATIENCE, 0
        while not over.wait(pause) and _said.count == spoken:
            words = f", {seconds} s of {most:g} s at most" if seconds else ""
            _write(f"examining {name}{words}" if not seconds else f"waiting for an answer{words}: {name}")
            pause, seconds = (1 - PATIENCE, 1) if not seconds else (1, seconds + 1)
        over.shown = seconds > 0  # type: ignore[attr-defined]
        silent.set()

    begun = started(told, ())
    try:
        yield
    finally:
        over.set()
        if begun:
            silent.wait(1)
        if _said.count == spoken and getattr(over, "shown", False):
            _write("")


class _Said:
    """How often something was said."""

    count = 0


_said = _Said()


def say(words: str) -> None:
    """What is being done, on standard error, on a terminal only; the next words replace it, empty ones take it away.

    They keep to one line of the terminal, however narrow: of a line that wraps, the carriage return takes back the
    last part only.
    """
    _said.count += 1
    _write(words)


def _write(words: str) -> None:
    try:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{_fitted(sanitize(words), _columns())}\r")
            sys.stderr.flush()
    except (OSError, ValueError):
        return


def _fitted(words: str, width: int) -> str:
    """``words`` cut or filled up to this many columns; most letters of East Asia take two."""
    if words.isascii():
        return f"{words[:width]:{width}}"
    from unicodedata import east_asian_width

    fitted, left = "", width
    for letter in words:
        left -= 2 if east_asian_width(letter) in "FW" else 1
        if left < 0:
            break
        fitted += letter
    return fitted + " " * max(left, 0)


def _columns() -> int:
    """The columns of the terminal that standard error is, less one: some wrap when the last is written; 78 at most."""
    try:
        return max(1, min(os.get_terminal_size(sys.stderr.fileno()).columns or 79, 79) - 1)
    except (OSError, ValueError):
        return 78


def complain(message: str) -> None:
    """One line on standard error, of a length that can be read: what a file holds may be of any."""
    if len(message) > LONGEST_LINE:
        message = f"{message[: LONGEST_LINE // 2]} […] {message[-LONGEST_LINE // 2 :]}"
    try:
        sys.stderr.write(f"envdoctor: {unhooked(sanitize(credentials(message)))}\n")
    except OSError:
        return
