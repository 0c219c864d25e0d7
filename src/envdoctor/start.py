"""The entry point: sends for the patient first, and loads the rest of envdoctor while it starts.

A glance at the command line is enough to know the patient in the common cases. The command line is
read properly later, by click; a glance that proves wrong only costs the head start.
"""

import gc
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from envdoctor.cli.head_start import HeadStart
    from envdoctor.probe.subreaper import Subreaper


ASKED_AGAIN = 1.0  # seconds after which a request to end that was swallowed is made again
_ending: list[bool] = []  # that we are about to end


def main(as_module: bool = False) -> None:
    """Run the command line, and leave by ``os._exit`` so that a thread or a child that hangs can't hold us."""
    gc.disable()  # a check-up is over before collecting garbage pays
    if "PYTHONTRACEMALLOC" in os.environ and not sys.flags.ignore_environment:
        import tracemalloc

        tracemalloc.stop()  # it is the user's program that is to be traced; we take fifty times as long
    head: HeadStart | None = None
    orphans: Subreaper | None = None
    try:
        _prefer_installed_modules(as_module)
        _open_standard_streams()
        # Here, so that an interruption while they load ends in a line.
        from envdoctor.cli.postponed import left_out, postponed

        with postponed("locale", "selectors"):  # of subprocess, for text and for input; we read bytes
            from envdoctor.cli import head_start
            from envdoctor.probe import choose, subreaper

            orphans = subreaper.Subreaper()
            _end_in_order()  # before the patient starts
            head = head_start.HeadStart(sys.argv[1:], choose.Surroundings(as_module))
        if sys.argv[1:2] != ["run"]:  # what the user's command leaves running is the user's
            orphans.open()
        with postponed("msgspec.inspect", "msgspec._json_schema", "uuid", "decimal"), left_out("typing_extensions"):
            from envdoctor.cli.app import run

        status = run(sys.argv[1:], head)
    except KeyboardInterrupt:  # still loading
        sys.stderr.write("envdoctor: interrupted\n")
        status = 130
    except (ImportError, MemoryError, OSError, SystemError) as error:
        status = _not_loaded(error)
    finally:
        _ending.append(True)
        if head is not None and head.interrogation is not None:
            head.interrogation.close()
        if "envdoctor.engine.foreign" in sys.modules:
            sys.modules["envdoctor.engine.foreign"].end_all()
        if orphans is not None:
            orphans.close()
    _leave(status)


def _not_loaded(error: Exception) -> int:
    """The status where envdoctor could not be loaded: 3 for want of memory, 4 where a part of it is not as it was made.

    `OSError` is a folder of modules that can't be listed, `SystemError` CPython's own where memory is refused.
    """
    import errno

    if os.environ.get("ENVDOCTOR_DEBUG"):
        raise error
    refused = isinstance(error, OSError) and error.errno in (errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.EAGAIN)
    lacks = refused or isinstance(error, (MemoryError, SystemError)) or "failed to map segment" in str(error)
    memory = "too little memory (ulimit -v, ulimit -d, or the job's limit)"
    why = str(error) if not lacks or getattr(error, "errno", errno.ENOMEM) not in (None, errno.ENOMEM) else memory
    sys.stderr.write(f"envdoctor: envdoctor itself could not be loaded: {why}\n")
    return 3 if lacks else 4


def _end_in_order() -> None:
    """Make a request to end (a CI job's deadline, a closed terminal) an exception: no patient may outlive us.

    What Python runs between two instructions (a callback of a weak reference) swallows exceptions: the request is made
    again until it has been heard.
    """
    import _thread
    import signal
    import time

    def leave(number: int, frame: object) -> None:
        if _ending:
            return
        if number not in asked:
            asked.append(number)
            sys.unraisablehook = _say_nothing  # Python would print the traceback of one that was swallowed
            _thread.start_new_thread(ask_again, (number,))
        raise SystemExit(128 + number)

    def ask_again(number: int) -> None:
        time.sleep(ASKED_AGAIN)
        while not _ending:
            _thread.interrupt_main(signal.Signals(number))
            time.sleep(ASKED_AGAIN)

    asked: list[int] = []

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, leave)


def _say_nothing(_: object) -> None:
    pass


def _prefer_installed_modules(as_module: bool) -> None:
    """Put the working directory (``-m``) and PYTHONPATH last: a stray ``json.py`` there must not answer our imports.

    Nothing of the standard library beyond ``os``, ``sys`` and ``gc`` may be imported before this.
    """
    if sys.flags.isolated:
        return
    theirs = [] if sys.flags.ignore_environment else os.environ.get("PYTHONPATH", "").split(os.pathsep)
    last = {os.path.abspath(entry) for entry in theirs if entry}
    if as_module and not sys.flags.safe_path:
        last.add(os.path.abspath(sys.path[0]))
    sys.path.sort(key=lambda entry: not entry or os.path.abspath(entry) in last)  # stable


def _open_standard_streams() -> None:
    """Give a closed standard stream (``>&-``) the null device: a pipe of ours would get its number otherwise."""
    for fd, name in ((0, "stdin"), (1, "stdout"), (2, "stderr")):
        try:
            os.fstat(fd)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number, which is fd
            stream = open(fd, "r" if fd == 0 else "w", encoding="utf-8", closefd=False)  # noqa: SIM115
            setattr(sys, name, stream)


def _leave(status: int) -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):  # closed early (`| head -1`): whoever reads has had enough
            continue
    os._exit(status)


def console() -> None:
    """The ``envdoctor`` command."""
    main()
