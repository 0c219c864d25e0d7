"""The entry point: sends for the patient first, and loads the rest of envdoctor while it starts.

A glance at the command line is enough to know the patient in the common cases. The command line is
read properly later, by click; a glance that proves wrong only costs the head start.
"""

import gc
import os
import sys
import time

from envdoctor.patient import Choice, PatientError, Surroundings, default, named

TAKES_PATIENT = ("check", "why", "guide", "info", "measure", "snapshot")
DEFAULT_TIMEOUT = 10.0


class HeadStart:
    """The patient that the glance found, already under way. ``around`` is where it was looked for, ``began`` when."""

    def __init__(self, argv: list[str], around: Surroundings) -> None:
        from envdoctor.probe.interview import Interview

        self.began = time.perf_counter()
        self.around = around
        self.choice: Choice | None = None
        self.interview: Interview | None = None
        if (wanted := _glance(argv)) is None:
            return
        try:
            self.choice = named(wanted, around) if wanted else default(around)
        except PatientError:
            return  # said properly later
        self.interview = Interview(self.choice.executable, DEFAULT_TIMEOUT, around.environ)

    def take(self, choice: Choice, timeout: float) -> object | None:
        """The interview under way with ``choice``, once; ``None`` if it is with somebody else."""
        interview, self.interview = self.interview, None
        if interview is None or self.choice is None:
            return None
        if (self.choice.executable, self.choice.prefix) == (choice.executable, choice.prefix):
            interview.limit(timeout)
            return interview
        interview.close()
        return None


def _glance(argv: list[str]) -> str | None:
    """The value of a single ``--python``, empty for the default patient, ``None`` where a glance is not enough."""
    if not argv or argv[0] not in TAKES_PATIENT:
        return None
    wanted = ""
    rest = iter(argv[1:])
    for word in rest:
        if word in ("--help", "--facts", "--project") or word.startswith(("--facts=", "--project=")):
            return None
        if word == "--python" or word.startswith("--python="):
            if wanted:
                return None
            wanted = word[9:] if "=" in word else next(rest, "")
    return wanted


def main(as_module: bool = False) -> None:
    """Run the command line, and leave by ``os._exit`` so that a thread or a child that hangs can't hold us."""
    gc.disable()  # a check-up is over before collecting garbage pays
    _prefer_installed_modules(as_module)
    _open_standard_streams()
    from envdoctor.probe.orphans import Orphanage

    head, orphans = None, Orphanage()
    try:
        head = HeadStart(sys.argv[1:], Surroundings(as_module))
        orphans.open()
        _end_in_order()
        from envdoctor.cli import run

        status = run(sys.argv[1:], head)
    except KeyboardInterrupt:  # still loading
        sys.stderr.write("envdoctor: interrupted\n")
        status = 130
    finally:
        if head is not None and head.interview is not None:
            head.interview.close()
        orphans.close()
    _leave(status)


def _end_in_order() -> None:
    """Make a request to end (a CI job's deadline, a closed terminal) an exception: no patient may outlive us."""
    import signal

    def leave(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, leave)


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
