"""Checks: pure functions from facts to findings, and how each of them ended."""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

from msgspec import Struct

from envdoctor.engine.findings import Finding
from envdoctor.engine.rules import Rule


class NotApplicable(Exception):
    """Raised by a check that has nothing to judge here; the message says why."""


# Its parameters are the sections of the facts that it names: no two checks need the same.
Examine = Callable[..., Iterable[Finding]]  # type: ignore[explicit-any]


class Check(Struct, frozen=True):
    """A pure function from facts to findings. ``needs`` are its parameter names: sections of `Facts`, or ``level``,
    which is whom the advice is for (beginner or advanced).

    ``given`` are parts of these that must not be empty (``gpu.builds``), each with the reason why the check does not
    apply otherwise: where one is, its module is not even loaded.
    """

    name: str
    rules: tuple[Rule, ...]
    examine: Examine
    needs: tuple[str, ...]
    given: tuple[tuple[str, str], ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(rule.code for rule in self.rules)


def check(*rules: Rule, name: str = "", given: Mapping[str, str] | None = None) -> Callable[[Examine], Check]:
    """Make a `Check` of a function; its parameters name the facts it needs, its name is the first rule's. For ``given``
    see `Check`."""

    def decorate(function: Examine) -> Check:
        code = function.__code__
        needs = code.co_varnames[: code.co_argcount]
        return Check(name or rules[0].name, rules, function, needs, tuple((given or {}).items()))

    return decorate


class Status(StrEnum):
    """What a check came to: passed means that all it asks for was examined, and nothing found."""

    FOUND = "found"
    PASSED = "passed"
    NOT_APPLICABLE = "not-applicable"
    UNKNOWN = "unknown"


class Outcome(Struct, frozen=True):
    """How one check ended, and the ``seconds`` it took."""

    check: Check
    findings: tuple[Finding, ...]
    status: Status
    reason: str = ""
    seconds: float = 0.0
    source: str = ""
