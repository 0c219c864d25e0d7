"""Runs the checks: each for itself, with a deadline, and every end an `Outcome`. Knows no check by name."""

import _thread
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from envdoctor.engine.checks import Check, NotApplicable, Outcome, Status
from envdoctor.engine.findings import Finding
from envdoctor.facts import Facts, Missing, UnknownFact

ADVANCED = "advanced"  # the level of who has named none
MOMENT = 0.2  # seconds between two looks at a thread that may have ended without a word
DEADLINE = 2.0  # seconds for one check; a pure function over facts takes milliseconds


class RegisteredCheck:
    """A check, and where it came from (a distribution's name; empty for the built-in ones).

    ``elsewhere``, where given, runs it in another process, on facts and for a level, and is bounded itself.
    """

    __slots__ = ("check", "elsewhere", "source")

    def __init__(
        self, check: Check, source: str = "", elsewhere: Callable[[object, str], Outcome] | None = None
    ) -> None:
        self.check = check
        self.source = source
        self.elsewhere = elsewhere


def examine(
    facts: Facts, checks: Sequence[RegisteredCheck], deadline: float = DEADLINE, level: str = ADVANCED
) -> list[Outcome]:
    """The outcome of every check, in order; ``level`` is handed to those that ask for it.

    Python can't interrupt a function, so the checks run in a worker thread; one that overruns its
    ``deadline`` (seconds) ends as unknown, and the rest get a new worker.
    """
    own = [registered for registered in checks if registered.elsewhere is None]
    done = _examine(facts, own, deadline, level)
    theirs = [registered for registered in checks if registered.elsewhere is not None]
    if not theirs:
        return done
    ended = _by_plugin(facts, theirs, level)
    ended |= {id(registered): outcome for registered, outcome in zip(own, done, strict=True)}
    return [ended[id(registered)] for registered in checks]


def _by_plugin(facts: Facts, checks: Sequence[RegisteredCheck], level: str) -> dict[int, Outcome]:
    """How the checks of plug-ins ended, by identity: those of one after the other, the plug-ins side by side."""
    from envdoctor.engine.foreign import together

    sources = dict.fromkeys(registered.source for registered in checks)
    groups = [[registered for registered in checks if registered.source == source] for source in sources]

    def of(group: list[RegisteredCheck]) -> dict[int, Outcome]:
        return {id(registered): run(facts, registered, level) for registered in group}

    ended: dict[int, Outcome] = {}
    for each in together([partial(of, group) for group in groups]):
        ended |= each
    return ended


def _examine(facts: Facts, checks: Sequence[RegisteredCheck], deadline: float, level: str) -> list[Outcome]:
    outcomes: list[Outcome] = []
    while len(outcomes) < len(checks):
        outcomes += _Worker(facts, checks[len(outcomes) :], level).outcomes(deadline)
    return outcomes


class _Worker:
    """One thread that works through ``checks`` until the last, or until one of them overruns.

    It shares a list with who waits for it, and no lock: a thread that dies for want of memory would keep it.
    """

    def __init__(self, facts: Facts, checks: Sequence[RegisteredCheck], level: str) -> None:
        self._facts = facts
        self._level = level
        self._checks = checks
        self._done: list[Outcome] = []
        self._began = time.monotonic()
        self._given_up = False
        self._alive = False
        self._over = False
        self._finished = _thread.allocate_lock()  # released by the thread when it ends
        self._finished.acquire()
        try:  # a bare thread: `threading.Thread.start` waits for ever for one that has no memory to begin
            _thread.start_new_thread(self._in_thread, ())
        except RuntimeError:  # no more threads for us: better no deadline than no verdict
            self._work()
            self._over = True

    def _in_thread(self) -> None:
        try:
            self._work()
        except MemoryError:  # there is none to say so with
            pass
        finally:
            self._over = True
            self._finished.release()

    def _work(self) -> None:
        self._alive = True
        for registered in self._checks:
            if self._given_up:
                return
            self._done.append(run(self._facts, registered, self._level))
            self._began = time.monotonic()  # of the next one

    def outcomes(self, deadline: float) -> list[Outcome]:
        while True:
            over = self._over
            done = list(self._done)
            left = self._began + deadline - time.monotonic()
            if len(done) >= len(self._checks):
                return done
            if over or (left <= 0 and not self._alive):  # the thread has ended before its work, or never begun
                self._given_up = True
                return [*done, *(run(self._facts, it, self._level) for it in self._checks[len(done) :])]
            if left <= 0:
                self._given_up = True
                late = self._checks[len(done)]
                reason = f"not checked within {deadline:g} s"
                return [*done, Outcome(late.check, (), Status.UNKNOWN, reason, deadline, late.source)]
            self._finished.acquire(timeout=min(left, MOMENT))


def run(facts: object, registered: RegisteredCheck, level: str = ADVANCED) -> Outcome:
    """Run one check on ``facts``, whatever it does.

    A check that has found something and then comes to no verdict on the rest is *found*, with the reason.
    """
    if registered.elsewhere is not None:
        return registered.elsewhere(facts, level)
    check = registered.check
    began = time.perf_counter()
    findings: list[Finding] = []
    characters = 0
    status, reason = Status.PASSED, ""
    try:
        arguments = _arguments(facts, check, level)
        for finding in _produced(check, arguments):
            if registered.source:
                characters += _judged(finding, len(findings), characters)
            findings.append(finding)
    except NotApplicable as verdict:
        status, reason = Status.NOT_APPLICABLE, words(verdict)
    except UnknownFact as verdict:
        status, reason = Status.UNKNOWN, words(verdict)
    except BaseException as error:
        status, reason = Status.UNKNOWN, f"the check itself failed: {type(error).__name__}: {words(error)}"
    if findings:
        status, reason = Status.FOUND, reason if status is Status.UNKNOWN else ""
    return Outcome(check, tuple(findings), status, reason, time.perf_counter() - began, registered.source)


def words(error: BaseException) -> str:
    """What an exception says of itself, if it can."""
    try:
        return str(error)
    except BaseException:
        return "(it can't say why)"


def _arguments(facts: object, check: Check, level: str) -> list[object]:
    arguments: list[object] = []
    defaults: object = getattr(check.examine, "__defaults__", None)
    optional = check.needs[len(check.needs) - (len(defaults) if isinstance(defaults, tuple) else 0) :]
    for name in check.needs:
        if name == "level":
            arguments.append(level)
            continue
        if not hasattr(facts, name):
            raise UnknownFact(f"the check needs {name!r}, and there is no such section of facts")
        value: object = getattr(facts, name)
        if name in optional:  # the check says itself what its absence means
            arguments.append(value)
            continue
        if isinstance(value, Missing):
            raise UnknownFact(value.reason)
        if value is None:
            raise NotApplicable(f"no {name} here")
        arguments.append(value)
    for part, reason in check.given:
        section, _, attribute = part.partition(".")
        whole: object = getattr(facts, section)
        if whole is not None and not isinstance(whole, Missing) and not getattr(whole, attribute):
            raise NotApplicable(reason)
    return arguments


def _produced(check: Check, arguments: list[object]) -> Iterator[Finding]:
    for finding in check.examine(*arguments) or ():
        if not isinstance(finding, Finding) or finding.rule not in check.rules:
            raise TypeError(f"{check.name} gave {finding!r:.80}, which is no finding of its own rules")
        yield finding


def _judged(finding: Finding, before: int, characters: int) -> int:
    """How many characters a finding of a plug-in has; raises `TypeError` for one that no report could show, and where
    there are too many."""
    from envdoctor.engine.foreign import MOST_CHARACTERS, MOST_FINDINGS, misfit

    said = misfit(finding, Finding, "the finding")
    if said or before >= MOST_FINDINGS:
        raise TypeError(said or f"more than {MOST_FINDINGS:,} findings")
    length = len(repr(finding)) - len(repr(finding.rule))
    if characters + length > MOST_CHARACTERS:
        raise TypeError(f"findings of more than {MOST_CHARACTERS:,} characters")
    return length
