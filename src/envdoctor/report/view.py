"""What every format gets: the reports as strings that are clean, redacted, and harmless in that format.

A format sees a `View` and nothing else, so that it cannot forget to make a string safe. Whatever is not `Clean` here
is a number, one of our own words, or a list of these. Each string is made when a format asks for it.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property

from msgspec import Struct

from envdoctor.ecosystem import paths
from envdoctor.engine.checks import Outcome, Status
from envdoctor.engine.rules import Confidence, Rule, Severity
from envdoctor.facts import Missing
from envdoctor.fixes import Fix
from envdoctor.fixes.model import Applicability
from envdoctor.fixes.plan import PlannedFix, by_finding
from envdoctor.fixes.shell import Shell
from envdoctor.fixes.steps import Edit
from envdoctor.guide import Statement
from envdoctor.privacy.redact import Redactor, credentials
from envdoctor.privacy.text import Clean, Escape, Kind, clean
from envdoctor.report.advice import Advice
from envdoctor.report.anchors import anchor
from envdoctor.report.places import Places
from envdoctor.report.report import Report

STANDING = {
    "nuance": "Since then",
    "outdated": "Outdated",
    "wrong": "Wrong today",
    "stronger": "Since then",
    "unproven": "Unproven",
}


class Style(Struct, frozen=True):
    """How text is to look: ``width`` in columns, ``color``, ``ascii`` only; ``indent`` makes JSON readable;
    ``plan`` shows every step of every fix; ``home`` is written ``~``, and what lies below ``folder``, where the
    reader works, relative to it;
    ``redactor`` takes names and homes out of all strings."""

    width: int = 80
    color: bool = False
    ascii: bool = False
    indent: bool = False
    verbosity: int = 0
    plan: bool = False
    home: str = ""
    folder: str = ""
    redactor: Redactor | None = None


class StepView(Struct, frozen=True):
    """One step: a ``command`` to be copied, or a ``file`` and the ``change`` to make in it by hand; the rest is empty."""

    command: Clean
    file: Clean
    change: Clean


class FixView(Struct, frozen=True):
    """A cure. ``title`` is prose; ``undo`` and ``verify`` are commands, empty where there is none."""

    title: Clean
    applicability: Applicability
    reason: Clean
    steps: tuple[StepView, ...]
    undo: Clean
    verify: Clean

    @property
    def commands(self) -> list[Clean]:
        return [step.command for step in self.steps if step.command]

    @property
    def edits(self) -> list[StepView]:
        return [step for step in self.steps if step.file]

    @property
    def manual(self) -> bool:
        """True where only a person can do it."""
        return self.applicability is Applicability.MANUAL

    @property
    def note(self) -> str:
        """``safe``, or ``unsafe: why``."""
        return f"{self.applicability}: {self.reason}" if self.reason else self.applicability


class PlannedView(Struct, frozen=True):
    """An entry of the plan: the codes that it settles, the worst severity of these, the cure, and its conflicts with
    other entries."""

    codes: tuple[Clean, ...]
    severity: Severity
    fix: FixView
    conflicts: tuple[Clean, ...]


class VerdictView(Struct, frozen=True):
    """``state``: broken, hurts, inconclusive, healthy. ``command`` is to be copied as it is; it may be empty."""

    state: str
    words: Clean
    command: Clean


class StatementView(Struct, frozen=True):
    """What the guide says, and never without what has changed since (``since``, prose; empty where nothing has)."""

    id: Clean
    says: Clean
    since: Clean


class Seen(Struct, frozen=True):
    """A piece of evidence; its value may have several lines."""

    label: Clean
    lines: tuple[Clean, ...]

    @property
    def value(self) -> str:
        """The lines, a line feed between them."""
        return "\n".join(self.lines)


class RuleView(Struct, frozen=True):
    code: Clean
    name: Clean
    severity: Severity


class OutcomeView(Struct, frozen=True):
    """How one check ended, and the ``seconds`` it took."""

    name: Clean
    rules: tuple[RuleView, ...]
    status: Status
    reason: Clean
    seconds: float

    @property
    def codes(self) -> tuple[Clean, ...]:
        return tuple(rule.code for rule in self.rules)


class _Maker:
    """Makes the strings of one report for one format."""

    def __init__(self, escape: Escape, shell: Shell, redactor: Redactor | None, places: Places | None = None) -> None:
        self.escape = escape
        self._shell = shell
        self._redactor = redactor
        self._places = places

    def text(self, text: str, kind: Kind = "text") -> Clean:
        if self._places is not None:
            text = self._places.command(text) if kind == "code" else self._places.prose(text)
        return clean(self._redactor.text(text) if self._redactor else text, self.escape, kind)

    def lines(self, text: str) -> tuple[Clean, ...]:
        """Each line; credentials leave before, as one may have several."""
        return tuple(map(self.text, credentials(text).split("\n"))) if "\n" in text else (self.text(text),)

    def words(self, text: str) -> Clean:
        return self.text(text, "words")

    def code(self, text: str) -> Clean:
        return self.text(text, "code")

    def pairs(self, pairs: Iterable[tuple[str, str]]) -> list[tuple[Clean, Clean]]:
        return [(self.text(label), self.text(value)) for label, value in pairs]

    def fix(self, fix: Fix) -> FixView:
        steps = []
        for step in fix.steps:
            file, change = (step.file, step.change) if isinstance(step, Edit) else ("", "")
            command = self._shell.command(step) or ""
            steps.append(StepView(self.code(command), self.code(file), self.text(change)))
        return FixView(
            title=self.words(fix.title),
            applicability=fix.applicability,
            reason=self.text(fix.reason),
            steps=tuple(steps),
            undo=self.code(fix.undo),
            verify=self.code(self._shell.command(fix.verify) if fix.verify else ""),
        )

    def rule(self, rule: Rule) -> RuleView:
        return RuleView(self.text(rule.code), self.text(rule.name), rule.severity)


class FindingView:
    """One finding. ``settled_by`` is the code of a finding further up whose cure is the same (empty: none);
    ``suppressed`` says why it does not count (``None``: it counts)."""

    def __init__(self, item: Advice, make: _Maker, entry: PlannedFix | None) -> None:
        self._item = item
        self._make = make
        self._entry = entry
        self.severity: Severity = item.finding.severity
        self.confidence: Confidence = item.finding.confidence
        self.fingerprint = make.text(item.fingerprint)

    @cached_property
    def rule(self) -> RuleView:
        return self._make.rule(self._item.finding.rule)

    @property
    def code(self) -> Clean:
        return self.rule.code

    @cached_property
    def title(self) -> Clean:
        return self._make.text(self._item.finding.title)

    @property
    def headline(self) -> str:
        """The first sentence of the title."""
        return self.title.partition(". ")[0]

    @cached_property
    def subject(self) -> Clean:
        return self._make.text(self._item.finding.subject)

    @cached_property
    def evidence(self) -> tuple[Seen, ...]:
        make = self._make
        return tuple(Seen(make.text(seen.label), make.lines(seen.value)) for seen in self._item.finding.evidence)

    @cached_property
    def why(self) -> Clean:
        return self._make.words(self._item.finding.why)

    @cached_property
    def nothing_to_do(self) -> Clean:
        return self._make.words(self._item.finding.nothing_to_do)

    @cached_property
    def guide(self) -> tuple[StatementView, ...]:
        return tuple(statement_view(statement, self._make.escape) for statement in self._item.guide)

    @cached_property
    def fixes(self) -> tuple[FixView, ...]:
        return tuple(map(self._make.fix, self._item.fixes))

    @cached_property
    def settled_by(self) -> Clean:
        return self._make.text(self._item.settled_by)

    @cached_property
    def suppressed(self) -> Clean | None:
        return None if self._item.suppressed is None else self._make.text(self._item.suppressed.get("reason", ""))

    @property
    def group(self) -> tuple[str, int] | None:
        """What findings have in common that stand together: the rule, and the entry of the plan that cures them."""
        return (self._item.finding.rule.code, id(self._entry)) if self._entry is not None else None

    @cached_property
    def joint(self) -> FixView | None:
        """The cure in the plan, which may settle others, too."""
        return self._make.fix(self._entry.fix) if self._entry is not None else None


class Group:
    """Findings of one rule that one command cures, or a single finding."""

    def __init__(self) -> None:
        self.findings: list[FindingView] = []

    @property
    def first(self) -> FindingView:
        return self.findings[0]

    @cached_property
    def cures(self) -> list[FixView]:
        """The fixes to show: where one command settles them all, the plan's; the findings' own do it piece by piece."""
        joint = self.first.joint if len(self.findings) > 1 else None
        return [joint, *self.first.fixes[1:]] if joint is not None else list(self.first.fixes)


def grouped(findings: Iterable[FindingView]) -> list[Group]:
    """The findings in their order; those of one rule that one entry of the plan cures together stand together."""
    groups: dict[object, Group] = {}
    for number, finding in enumerate(findings):
        groups.setdefault(finding.group or number, Group()).findings.append(finding)
    return list(groups.values())


def standing(statement: Statement) -> str:
    """What has changed since the guide said so, and how much that is; empty where nothing has."""
    word = STANDING.get(statement.status, "Since then")
    return statement.since if statement.since.startswith(word) or not statement.since else f"{word}: {statement.since}"


def statement_view(statement: Statement, escape: Escape) -> StatementView:
    return StatementView(
        clean(statement.id, escape),
        clean(statement.says, escape, "words"),
        clean(standing(statement), escape, "words"),
    )


class PatientView:
    """The report on one patient."""

    def __init__(self, report: Report, style: Style, escape: Escape) -> None:
        self._report = report
        self._style = style
        from envdoctor.report.verdict import shell_for

        shell = shell_for(report.facts)
        self.shell = shell.fence  # what Markdown calls a block of its commands
        places = Places(report.facts, style.home, style.folder, shell.fence) if style.home or style.folder else None
        self._make = _Maker(escape, shell, style.redactor, places)
        self.beginner = report.settings.level == "beginner"
        self.counts = report.counts
        self.exit_code = report.exit_code
        self.seconds = report.seconds

    @cached_property
    def version(self) -> Clean:
        return self._make.text(self._report.version)

    @cached_property
    def recorded(self) -> Clean:
        """When the facts were read (ISO 8601, UTC, with a Z)."""
        return self._make.text(self._report.facts.recorded)

    @cached_property
    def prefix(self) -> Clean:
        """Where the environment lies; empty where that is not known."""
        return self._make.text(self._report.facts.patient.prefix or "")

    @cached_property
    def executable(self) -> Clean:
        return self._make.text(self._report.facts.patient.executable or "")

    @cached_property
    def title(self) -> Clean:
        """Who the patient is, in one line."""
        from envdoctor.report import header

        return self._make.text(header.title(self._report.version, self._report.facts))

    @cached_property
    def called(self) -> Clean:
        """The same without the system."""
        from envdoctor.report import header

        return self._make.text(header.title(self._report.version, self._report.facts, system=False))

    @cached_property
    def header(self) -> list[tuple[Clean, Clean]]:
        """Label and value of the lines that tell more about the patient."""
        from envdoctor.report import header

        return self._make.pairs(header.rows(self._report.facts))

    @cached_property
    def stack(self) -> list[tuple[Clean, Clean]]:
        """Name and version of the packages that people ask for first."""
        from envdoctor.report import header

        return self._make.pairs(header.stack(self._report.facts))

    @cached_property
    def pools(self) -> list[tuple[Clean, int]]:
        """Name and threads of every pool of threads that starts with its library."""
        from envdoctor.report import header

        return [(self._make.text(name), threads) for name, threads in header.pools(self._report.facts)]

    @property
    def usable(self) -> int | None:
        """How many CPUs the patient may use; ``None`` where that is not known."""
        cpu = self._report.facts.cpu
        return None if isinstance(cpu, Missing) else cpu.usable

    @cached_property
    def chain(self) -> list[tuple[Clean, Clean, list[Clean]]]:
        """Who made the environment, and the Python below it: its name, its folder and how that is known."""
        from envdoctor.report import header

        text = self._make.text
        return [(text(name), text(place), [*map(text, seen)]) for name, place, seen in header.chain(self._report.facts)]

    @cached_property
    def disk(self) -> list[tuple[Clean, int]]:
        """Name and bytes of what was put into conda's base, the largest first."""
        from envdoctor.report import header

        return [(self._make.text(name), size) for name, size in header.disk(self._report.facts)]

    @cached_property
    def measured(self) -> list[tuple[Clean, Clean]]:
        """Label and value of the micro-benchmark's lines; none where it was not asked for."""
        if self._report.facts.measure is None:
            return []
        from envdoctor.report import chart

        return self._make.pairs(chart.rows(self._report.facts.measure))

    @cached_property
    def bars(self) -> list[tuple[Clean, list[tuple[Clean, float]]]]:
        """The micro-benchmark's sentences, each with the bars that belong to it: label and seconds."""
        if self._report.facts.measure is None:
            return []
        from envdoctor.report import chart

        told: list[tuple[Clean, list[tuple[Clean, float]]]] = []
        for line in chart.lines(self._report.facts.measure):
            if isinstance(line, str):
                told.append((self._make.text(line), []))
            else:
                told[-1][1].append((self._make.text(line.label), line.seconds))
        return told

    @cached_property
    def verdict(self) -> VerdictView:
        from envdoctor.report.verdict import verdict

        said = verdict(self._report)
        return VerdictView(said.state, self._make.text(said.words), self._make.code(said.command))

    @cached_property
    def findings(self) -> list[FindingView]:
        """All, the worst first; the suppressed among them."""
        return self.told(self._report.advice, self._report.plan)

    @cached_property
    def open(self) -> list[FindingView]:
        """Those that nothing suppresses."""
        return [finding for finding in self.findings if finding.suppressed is None]

    @cached_property
    def suppressed(self) -> list[FindingView]:
        return [finding for finding in self.findings if finding.suppressed is not None]

    def told(self, items: Sequence[Advice], plan: Sequence[PlannedFix]) -> list[FindingView]:
        """These findings; those stand together that an entry of ``plan`` cures together."""
        planned = by_finding(plan)
        return [FindingView(item, self._make, planned.get(id(item.finding))) for item in items]

    def fix(self, fix: Fix) -> FixView:
        """A cure that is no finding's own."""
        return self._make.fix(fix)

    @cached_property
    def plan(self) -> list[PlannedView]:
        """One plan for all that is open, in the order in which no fix undoes another."""
        text = self._make.text
        return [
            PlannedView(
                tuple(map(text, entry.codes)),
                entry.severity,
                self._make.fix(entry.fix),
                tuple(map(text, entry.conflicts)),
            )
            for entry in self._report.plan
        ]

    @cached_property
    def outcomes(self) -> list[OutcomeView]:
        """How every check ended, in order."""
        return [self._outcome(outcome) for outcome in self._report.outcomes]

    @property
    def unknown(self) -> list[OutcomeView]:
        """The checks that came to no verdict."""
        return [outcome for outcome in self.outcomes if outcome.status is Status.UNKNOWN]

    @cached_property
    def notes(self) -> list[Clean]:
        """Lines about the check-up itself."""
        return [self._make.text(note) for note in self._report.notes]

    @cached_property
    def anchor(self) -> Clean:
        """The file of the project that findings are pinned to, relative to its root; empty where there is none."""
        return self._make.text(anchor(self._report))

    @cached_property
    def anchor_uri(self) -> Clean:
        """The same as a relative URI."""
        from urllib.parse import quote

        return self._make.text(quote("/".join(paths.parts(anchor(self._report)))))

    def page(self, code: str) -> tuple[list[Clean], Clean, Clean]:
        """A rule's page, line by line; its first sentence, and the first source that it names (both may be empty)."""
        from envdoctor.report import pages

        for outcome in self._report.outcomes:
            for rule in outcome.check.rules:
                if rule.code == code:
                    text, make = pages.text_of(rule, outcome.check), self._make
                    told = pages.sentence(rule, outcome.check)
                    return [*map(make.text, text.splitlines())], make.text(told), make.text(pages.source_of(text))
        return [], self._make.text(""), self._make.text("")

    def document(self) -> object:
        """The report as JSON values, without credentials; its strings are as the patient has them, for programs."""
        from envdoctor.report.document import document

        return document(self._report, self._style.plan)

    def _outcome(self, outcome: Outcome) -> OutcomeView:
        return OutcomeView(
            name=self._make.text(outcome.check.name),
            rules=tuple(map(self._make.rule, outcome.check.rules)),
            status=outcome.status,
            reason=self._make.text(outcome.reason),
            seconds=outcome.seconds,
        )


class View:
    """All that a format gets: the patients, and how the text is to look."""

    def __init__(self, reports: Iterable[Report], style: Style, escape: Escape) -> None:
        self.style = style
        self.patients = [PatientView(report, style, escape) for report in reports]


def by_reason(outcomes: Iterable[OutcomeView]) -> dict[Clean, list[OutcomeView]]:
    """The outcomes that share a reason together, in the order in which the reasons come up."""
    reasons: dict[Clean, list[OutcomeView]] = {}
    for outcome in outcomes:
        reasons.setdefault(outcome.reason, []).append(outcome)
    return reasons
