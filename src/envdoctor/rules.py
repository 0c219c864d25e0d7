"""The words a check speaks in: rules, findings, remedies, and the decorator that makes a check."""

import enum
from collections.abc import Callable, Iterable

from msgspec import Struct


class Severity(enum.StrEnum):
    """How much it hurts: broken or will break; likely to hurt; worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return _RANKS[self]


_RANKS = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


class Confidence(enum.StrEnum):
    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


class Rule(Struct, frozen=True):
    """A fault that can be found. ``guide`` are ids of the guide's statements it serves; ``()``: the guide is silent.

    ``varies`` are the other severities it may take, for the table of rules.
    """

    code: str
    name: str
    severity: Severity
    confidence: Confidence = Confidence.CERTAIN
    guide: tuple[str, ...] = ()
    varies: tuple[Severity, ...] = ()


class Evidence(Struct, frozen=True):
    label: str
    value: str


# --- remedies: intents, translated into the patient's own tool by envdoctor.fixes ---


class SetEnv(Struct, frozen=True):
    """Set environment variables for the programs the patient runs."""

    variables: dict[str, str]
    title: str = ""


class KeepEnv(Struct, frozen=True):
    """Have variables set whenever the environment is used, by what the tool that made it offers."""

    variables: dict[str, str]
    title: str = ""


class UnsetEnv(Struct, frozen=True):
    """Remove variables from the environment the patient starts in; ``unless`` tells what they may be set for."""

    names: tuple[str, ...]
    title: str = ""
    unless: str = ""


class Install(Struct, frozen=True):
    """Bring distributions (PEP 508 requirements) into the patient, changing as little else as can be.

    ``force`` reinstalls what is there already; ``conda``: conda's own packages, by its names; ``then``: as of `Run`.
    """

    requirements: tuple[str, ...]
    force: bool = False
    title: str = ""
    conda: bool = False
    then: tuple[tuple[str, ...], ...] = ()


class InstallBuild(Struct, frozen=True):
    """Replace a package by another build of it, from where the patient's tool finds it.

    ``cuda`` is the CUDA version the build should be for (``12.6``, or only ``12``); empty: what the driver bears.
    """

    package: str
    cuda: str = ""
    title: str = ""


class Remove(Struct, frozen=True):
    """Take distributions out of the patient."""

    names: tuple[str, ...]
    title: str = ""


class Replace(Struct, frozen=True):
    """Take distributions out, then install requirements anew: one remedy, in this order."""

    remove: tuple[str, ...]
    install: tuple[str, ...]
    title: str = ""


class Recreate(Struct, frozen=True):
    """Make the environment anew with the tool that made it; ``python`` is a version (``3.13``) if another is wanted."""

    python: str = ""
    title: str = ""
    reason: str = ""


class InstallSystem(Struct, frozen=True):
    """Install packages of the operating system: names by package manager (apt-get, dnf, apk, pacman, zypper, brew).

    Where the patient's system has none of these managers, it becomes words.
    """

    packages: dict[str, tuple[str, ...]]
    title: str = ""


class Move(Struct, frozen=True):
    """Rename a file or folder of the user's, which stands in the way; ``target`` must not exist."""

    source: str
    target: str
    title: str = ""
    reason: str = ""


class Edit(Struct, frozen=True):
    """Change a file by hand: which, and how."""

    file: str
    change: str
    title: str = ""


class Run(Struct, frozen=True):
    """A command line of any other kind, and those that have to follow it (``then``); ``safe`` only if it can be
    undone and harms nothing."""

    title: str
    argv: tuple[str, ...]
    safe: bool = False
    reason: str = ""
    undo: str = ""
    then: tuple[tuple[str, ...], ...] = ()


class Manual(Struct, frozen=True):
    """What only a person can do, in words."""

    title: str


Remedy = (
    SetEnv
    | KeepEnv
    | UnsetEnv
    | Install
    | InstallBuild
    | InstallSystem
    | Remove
    | Replace
    | Recreate
    | Move
    | Edit
    | Run
    | Manual
)


class Finding(Struct, frozen=True):
    """One thing that is so: the rule, whom it concerns, what was seen, and what it means.

    ``subject`` identifies the culprit within the environment (a distribution, a file, a variable).
    ``severity`` and ``confidence`` override the rule's. ``nothing_to_do`` is said to the user in
    place of a fix.
    """

    rule: Rule
    subject: str
    evidence: tuple[Evidence, ...]
    title: str
    why: str
    severity: Severity | None = None
    confidence: Confidence | None = None
    remedies: tuple[Remedy, ...] = ()
    nothing_to_do: str = ""

    @property
    def level(self) -> Severity:
        return self.severity or self.rule.severity

    @property
    def certainty(self) -> Confidence:
        return self.confidence or self.rule.confidence


class NotApplicable(Exception):
    """Raised by a check that has nothing to judge here; the message says why."""


Examine = Callable[..., Iterable[Finding]]


class Check(Struct, frozen=True):
    """A pure function from facts to findings. ``needs`` are its parameter names: sections of `Facts`."""

    name: str
    rules: tuple[Rule, ...]
    examine: Examine
    needs: tuple[str, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(rule.code for rule in self.rules)


def check(*rules: Rule, name: str = "") -> Callable[[Examine], Check]:
    """Make a `Check` of a function; its parameters name the facts it needs, its name is the first rule's."""

    def decorate(function: Examine) -> Check:
        code = function.__code__
        needs = code.co_varnames[: code.co_argcount]
        return Check(name or rules[0].name, rules, function, needs)

    return decorate


class Outcome(Struct, frozen=True):
    """How one check ended. ``status``: found, passed, not-applicable, unknown; ``seconds`` it took."""

    check: Check
    findings: tuple[Finding, ...]
    status: str
    reason: str = ""
    seconds: float = 0.0
    source: str = ""
