"""What an error text comes to here: its meaning, the findings that prove it, and what to do."""

import enum
import re

import msgspec
from msgspec import Struct

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.distros import linux_family
from envdoctor.ecosystem.names import normalise
from envdoctor.ecosystem.origins import CONDA_LIKE, first_kind
from envdoctor.engine.checks import Status as CheckStatus
from envdoctor.engine.remedies import Install, InstallSystem, Manual, Remedy
from envdoctor.engine.rules import Severity
from envdoctor.facts import Facts, System
from envdoctor.report.advice import Advice
from envdoctor.report.report import Report
from envdoctor.report.why import clues as clue
from envdoctor.report.why import modules, story, traceback
from envdoctor.report.why.clues import Clues
from envdoctor.report.why.symptoms import Match, Symptom, recognise

# Rules on one culprit among many: they explain an error only where they name what the text names.
NAMING = ("PKG", "BLA007", "BLA011", "CON007", "CON008", "PY014", "GPU009", "TOL")
# Rules that see more with ``--deep``, as their pages say.
DEEPER = ("PKG004", "PKG007", "PKG009", "PKG011", "CON008")
_VARIABLE = re.compile(r"(?<![A-Za-z0-9_])[A-Z][A-Z0-9]{2,}(?:_[A-Z0-9]+)+(?![A-Za-z0-9_])")
_ENDS = r"(?<![A-Za-z0-9]){}(?![A-Za-z0-9])"
MOST_MATCHES = 4


class Status(enum.StrEnum):
    """What was found out: something here explains the text; it is known, and not found here; it is not known."""

    EXPLAINED = "explained"
    KNOWN = "known"
    UNKNOWN = "unknown"


class Explanation(Struct, frozen=True):
    """What the text comes to.

    ``matches`` are what it shows, the most telling first; ``story`` what is so here about the module that it names.
    ``causes`` are the findings that explain it, ``perhaps`` those that may have to do with it. ``remedies`` are
    the general cures where no finding has its own. ``silent`` are rules that could have explained it and found
    nothing, ``unknown`` those without a verdict, ``deeper`` those that ``--deep`` lets look further. ``environment``
    is the one that the text comes from, where it is another than the one that was examined.
    """

    status: Status
    matches: tuple[Match, ...]
    clues: Clues
    story: story.Story
    causes: tuple[Advice, ...]
    perhaps: tuple[Advice, ...]
    remedies: tuple[Remedy, ...]
    silent: tuple[str, ...]
    unknown: tuple[str, ...]
    deeper: tuple[str, ...] = ()
    environment: str = ""

    @property
    def codes(self) -> tuple[str, ...]:
        """The rules that could prove what the text shows."""
        return tuple(dict.fromkeys(code for match in self.matches for code in match.symptom.codes))


def explain(
    text: str, report: Report, look: story.Look | None = None, same: bool | None = None, deep: bool = False
) -> Explanation:
    """What of ``report`` explains ``text`` (`envdoctor.report.why.text.plain`).

    ``look`` finds what an import takes in the patient. ``same`` says whether the text comes from it; ``None``: judged
    by the paths in it. ``deep`` says that ``report`` is of a deep examination.
    """
    shown = traceback.read(text)
    clues = clue.read(text, shown)
    matches = tuple(recognise(text, shown.last)[:MOST_MATCHES])
    environment = "" if same else foreign(clues, report.facts)
    told = story.tell(clues, report.facts, look)
    if environment and not clues.shadow:
        told = msgspec.structs.replace(told, proven=False)
    codes = tuple(dict.fromkeys(code for match in matches for code in match.symptom.codes))
    causes, perhaps = _findings(report, matches, clues, text)
    if environment:  # what is wrong here did not raise what was raised there
        causes, perhaps = [], [*causes, *perhaps]
    if not causes:
        told = msgspec.structs.replace(told, here=(*told.here, *told.elsewhere))
    fired = {item.finding.rule.code for item in report.open}
    unsure = {
        code for outcome in report.outcomes if outcome.status is CheckStatus.UNKNOWN for code in outcome.check.codes
    }
    proven = bool(causes) or told.proven
    return Explanation(
        status=Status.EXPLAINED if proven else Status.KNOWN if matches or told.means else Status.UNKNOWN,
        matches=matches,
        clues=clues,
        story=told,
        causes=tuple(causes),
        perhaps=tuple(perhaps),
        remedies=() if causes else _remedies(matches, told, report.facts),
        silent=tuple(code for code in codes if code not in fired and code not in unsure),
        unknown=tuple(code for code in codes if code in unsure and code not in fired),
        deeper=() if causes or deep or environment else tuple(code for code in codes if code in DEEPER),
        environment=environment,
    )


def foreign(clues: Clues, facts: Facts) -> str:
    """The environment that the text's paths lie in, where the patient's is not among them; empty otherwise."""
    own = {facts.patient.prefix or "", facts.patient.base_prefix or ""}
    own |= {facts.prefix.path, getattr(facts.interpreter, "prefix", ""), getattr(facts.interpreter, "base_prefix", "")}
    mine = {_plain(path) for path in own if isinstance(path, str) and path}
    for prefix in clues.prefixes:
        path = _plain(prefix)
        if path in mine or (path.startswith("~/") and any(known.endswith(path[1:]) for known in mine)):
            return ""
    return clues.prefixes[-1] if clues.prefixes else ""


def _plain(path: str) -> str:
    return paths.key(path)


def _findings(report: Report, matches: tuple[Match, ...], clues: Clues, text: str) -> tuple[list[Advice], list[Advice]]:
    """The findings that explain the text, and those that may have to do with it."""
    names = _names(clues, matches)
    variables = set(_VARIABLE.findall(text))
    ours = {code: match.symptom for match in reversed(matches) for code in match.symptom.codes}
    causes: list[Advice] = []
    perhaps: list[Advice] = []
    for item in report.open:
        finding = item.finding
        said = " ".join([finding.subject, finding.title, *(seen.value for seen in finding.evidence)])
        named = any(_speaks_of(said, name) for name in names) or any(
            _speaks_of(f"{finding.subject} {finding.title}", word) for word in variables
        )
        symptom = ours.get(finding.rule.code)
        if finding.severity is Severity.INFO:
            if named and symptom is not None:
                perhaps.append(item)
        elif symptom is not None and (named or not _must_name(finding.rule.code, symptom, names)):
            (perhaps if symptom.general and not named else causes).append(item)
        elif named and _may_be_the_environment(matches):
            causes.append(item)
    order = list(ours)
    rank = {
        id(item): order.index(item.finding.rule.code) if item.finding.rule.code in order else len(order)
        for item in causes
    }
    return sorted(causes, key=lambda item: rank[id(item)]), perhaps


def _may_be_the_environment(matches: tuple[Match, ...]) -> bool:
    """False where the text is known to be the program's own fault, or harmless: no finding explains that."""
    return not matches or matches[0].symptom.kind not in ("program", "information")


def _must_name(code: str, symptom: Symptom, names: set[str]) -> bool:
    """Whether a finding of this rule has to name what the text names: where both may be about anything."""
    return bool(names or symptom.about) and code.startswith(NAMING)


def _names(clues: Clues, matches: tuple[Match, ...]) -> set[str]:
    """What the text is about: modules, their distributions, libraries, files."""
    tops = [clues.top, *(match.symptom.about for match in matches[:1] if match.symptom.about)]
    if not clues.top or clues.extension:
        tops += clues.packages[:1]
    names = {name for top in tops if top for name in (top, modules.distribution_of(top))}
    if clues.extension:
        names.add(_base(clues.extension))
    names |= {clues.library, clues.shadow, clues.origin}
    return {name for name in names if len(name) > 1}


def _base(path: str) -> str:
    return paths.name(path)


def _speaks_of(said: str, name: str) -> bool:
    """Whether ``name`` stands in ``said`` as a word of its own; names of distributions in any spelling."""
    if name in said and re.search(_ENDS.format(re.escape(name)), said):
        return True
    key = normalise(name) if re.fullmatch(r"[\w.-]+", name) else ""
    return bool(key) and re.search(_ENDS.format(re.escape(key)), normalise(said)) is not None


def _remedies(matches: tuple[Match, ...], told: story.Story, facts: Facts) -> tuple[Remedy, ...]:
    """The general cures: what the story asks for, then what the symptom's table has for this system and tool."""
    found: list[Remedy] = list(told.remedies)
    if not matches:
        return tuple(found)
    symptom = matches[0].symptom
    if symptom.general and any(not isinstance(remedy, Manual) for remedy in found):
        return tuple(found)
    if symptom.install and not any(isinstance(remedy, Install) for remedy in found):
        found.append(Install(symptom.install))
    kinds = kinds_of(facts)
    if symptom.system and not ("conda" in kinds and "conda" in symptom.cure) and "windows" not in kinds:
        found.append(InstallSystem(symptom.system))
    wanted = next((kind for kind in kinds if kind in symptom.cure), "")
    found += [Manual(symptom.cure[word]) for word in dict.fromkeys((wanted, "any")) if word in symptom.cure]
    return tuple(found)


def kinds_of(facts: Facts) -> tuple[str, ...]:
    """Whose cures fit, the closest first: the tool that made the environment, the system's family, the system."""
    system = facts.system if isinstance(facts.system, System) else None
    family = linux_family(system) if system is not None else None
    platform = {"darwin": "macos", "win32": "windows", "linux": "linux"}.get(getattr(system, "platform", ""), "")
    tool = "conda" if first_kind(facts.patient) in CONDA_LIKE else ""
    return tuple(word for word in (tool, str(family.value) if family else "", platform) if word)
