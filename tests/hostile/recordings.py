"""Recordings out to harm: mutated ones, and such whose every string is markup of some format or a command."""

import copy
import json
import random
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from envdoctor.checkup import Options, diagnose
from envdoctor.engine.configuration import Config
from envdoctor.engine.plugins import built_in
from envdoctor.engine.selection import Selection
from envdoctor.facts import Facts, Missing
from envdoctor.facts.document import RecordingError, dump
from envdoctor.facts.recording import load
from envdoctor.fixes.script import script
from envdoctor.report.formats import FORMATS, Style, renderer
from envdoctor.report.report import Report, Settings
from tests.hostile import parsers

RECORDINGS = sorted((Path(__file__).parent.parent / "recordings").glob("*.json"))
SLOW = 5.0  # seconds for what takes milliseconds, on a machine that others use as well

VALUES: list[Any] = [
    "", None, True, False, 0, -1, 1, 2**63, 10**400, -(10**400), 1e308, float("nan"), float("inf"), "\ud800", "\x00",
    "\n", "x" * 50_000, "\u202e", "-", "/", "..", "~", "[", "(", ">=", "1.0.0.0.0.0", "9" * 4000, "NaN", "==" * 100,
    "a;b", "%s", "{0}", [], {}, [[]], {"missing": "x"}, {"missing": 3}, {"missing": ""}, {"missing": "x", "y": 1},
    [None], ["x"] * 2000, {"": ""}, "--index-url=https://pwn", "git+https://pwn", "C:\\x", "$(pwn)", "'; pwn; '",
    "2026-13-45T99:99:99Z", "3.x", "\udcff", "::error::pwn", "https://u:s3cr3tZ00pwn@h/x",
]  # fmt: skip
ENDS = ["\ud800", "\x00", "\n", "x" * 1000, "'", '"', "-", "@", "1", "é", "\u202e", "`", "$(pwn)", "::pwn::"]
SECRET = "s3cr3tZ00pwn"

PAYLOADS = [
    '"><script>pwn(1)</script><img src=x onerror=pwn(1)>',
    "\n::error file=a::pwn\n##[error]pwn",
    "\x1b]52;c;aGk=\x07\x1b[2J\u202e\u200b\u2066\x9b31m",
    "[x](javascript:pwn) @octocat #1 ![i](http://pwn/p.png) `a` **b** | c <b>pwn</b>",
    "]]><x>&\x00\x01\ud800\ufffe",
    "::add-mask::pwn",
    "  ::warning::pwn",
    "`\n# pwn\n```\n<script>pwn(2)</script>\n",
    "<!-- pwn --><details open ontoggle=pwn()>",
    "</pre></style></title><iframe src=//pwn>",
    "&lt;script&gt;pwn&#x3c;/script&#x3e;",
    "'; touch pwn; '$(touch pwn)`touch pwn`",
    "\\`pwn\\` \\[x\\](pwn) <https://pwn> ~~pwn~~ $pwn$",
    "%0A::set-env name=pwn::x\r\n::stop-commands::pwn",
    "\u2028##vso[task.setvariable variable=pwn]x",
    "{{pwn}} ${{ secrets.pwn }} {% pwn %}",
    "==> pwn\n---\n- [ ] pwn\n> pwn\n1. pwn\n\tpwn",
    " ghp_s3cr3tZ00pwn https://u:s3cr3tZ00pwn@h/x --token s3cr3tZ00pwn ",
]
# Words that say of what kind something is: with another one the recording is refused, or the section unknown.
KINDS = {
    "kind",
    "platform",
    "implementation",
    "mode",
    "schema_version",
    "severity",
    "vendor",
    "machine",
    "flavour",
    "level",
}


@cache
def _document(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def _places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield place
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _places(item, (*place, key))
    elif isinstance(value, list):
        for index, item in enumerate(value[:40]):
            yield from _places(item, (*place, index))


@cache
def _all_places(path: Path) -> list[tuple[Any, ...]]:
    return [place for place in _places(_document(path)) if place and place[0] != "expected"]


def _at(value: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        value = value[key]
    return value


def mutated(path: Path, chance: random.Random) -> tuple[dict[str, Any], list[str]]:
    """A copy of a recording with one to six values changed, and what was done to it."""
    whole = _document(path)
    document, done = copy.deepcopy(whole), []
    for _ in range(chance.choice([1, 1, 1, 2, 3, 6])):
        place = chance.choice(_all_places(path))
        try:
            around, key = _at(document, place[:-1]), place[-1]
            done.append(f"{'.'.join(map(str, place))} {_change(around, key, whole, path, chance)}")
        except (KeyError, IndexError, TypeError):  # an earlier change took it away
            continue
    return document, done


def _change(around: Any, key: Any, whole: Any, path: Path, chance: random.Random) -> str:
    """One change of ``around[key]``; what it is."""
    now, how = around[key], chance.randrange(9)
    if how == 3:
        del around[key]
        return "taken out"
    if how == 4 and isinstance(now, str):
        around[key] = now + chance.choice(ENDS)
    elif how == 5 and isinstance(now, list):
        now.extend(copy.deepcopy(now) * 3)
    elif how == 6 and isinstance(now, (int, float)):
        around[key] = chance.choice([-now, now * 10**6, now + 0.5, str(now)])
    elif how == 7 and isinstance(now, str):
        around[key] = chance.choice(["", "0", now[::-1], now.upper(), now[: len(now) // 2]])
    elif how == 8:
        around[key] = copy.deepcopy(_at(whole, chance.choice(_all_places(path))))
    else:
        around[key] = copy.deepcopy(chance.choice(VALUES))
    return repr(around[key])[:60]


def poisoned(path: Path, payload: str, before: bool) -> dict[str, Any]:
    """A recording whose strings, all but those that say of what kind something is, carry ``payload``."""

    def walk(value: Any, place: tuple[str, ...]) -> Any:
        if isinstance(value, dict):
            return {key: walk(item, (*place, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [walk(item, place) for item in value]
        if not isinstance(value, str) or set(place[-2:]) & KINDS:
            return value
        return payload + value if before else value + payload

    whole = _document(path)
    return {
        key: value if key in ("schema_version", "expected") else walk(value, (key,)) for key, value in whole.items()
    }


def examined(text: str, name: str) -> Report | str:
    """The report on a recording, or the line that refuses it."""
    try:
        facts = load(text, name)
    except RecordingError as refusal:
        return str(refusal)
    return diagnose(facts, _options(), time.perf_counter())


@cache
def _options() -> Options:
    return Options(built_in(), Selection(), Config(), Settings())


def faults(document: dict[str, Any], formats: list[str]) -> list[str]:
    """What is wrong with how envdoctor takes this recording: a traceback, a refusal of many lines, a document that its
    readers can't read, a secret, a false pass, too long a time."""
    began = time.process_time()
    text = dump(document)
    report = examined(text, "f.json")
    if isinstance(report, str):
        return [f"refusal of {len(report)} signs"] * (len(report) > 500 or "\n" in report)
    found = _verdicts(report)
    for name in formats:
        written = renderer(name)([report], Style(plan=True, verbosity=1))
        found += [f"{name}: {fault}" for fault in parsers.faults(name, written)]
        found += [f"{name}: leak"] * (SECRET in written)
    plan = script([(report.facts.patient.prefix or "?", report.plan)], False)
    found += ["script: leak"] * (SECRET in plan)
    seconds = time.process_time() - began
    return found + [f"{seconds:.0f} s"] * (seconds > SLOW)


def _verdicts(report: Report) -> list[str]:
    """Checks that failed themselves, and a pass of a check that needs what is not known."""
    found = []
    for outcome in report.outcomes:
        if outcome.reason.startswith(("the check itself failed", "not checked within")):
            found.append(f"{outcome.check.name}: {outcome.reason[:150]}")
    unknown = {name for name in Facts.__struct_fields__ if isinstance(getattr(report.facts, name), Missing)}
    if unknown >= {"packages", "interpreter"} and report.status == "healthy":
        found.append("healthy, though neither the packages nor the interpreter are known")
    return found


def mutations(count: int, seed: int) -> Iterator[tuple[str, list[str]]]:
    """So many mutated recordings tried: for each that fell, which it was and what was wrong."""
    chance = random.Random(seed)
    names = list(FORMATS)
    for number in range(count):
        path = RECORDINGS[number % len(RECORDINGS)]
        document, done = mutated(path, chance)
        yield from _tried(path, document, [names[number % len(names)], chance.choice(names)], "; ".join(done))


def renders(count: int, seed: int) -> Iterator[tuple[str, list[str]]]:
    """So many documents of hostile recordings read by the formats' own readers; those that fell."""
    every = [
        (path, payload, before, name)
        for before in (False, True)
        for payload in PAYLOADS
        for path in RECORDINGS
        for name in FORMATS
    ]
    random.Random(seed).shuffle(every)
    for path, payload, before, name in every[:count]:
        yield from _tried(
            path, poisoned(path, payload, before), [name], f"{payload!r} {'before' if before else 'after'}"
        )


def most_renders() -> int:
    return 2 * len(PAYLOADS) * len(RECORDINGS) * len(FORMATS)


def _tried(path: Path, document: dict[str, Any], formats: list[str], what: str) -> Iterator[tuple[str, list[str]]]:
    try:
        found = faults(document, formats)
    except Exception as error:  # what a user would see as status 4
        found = [f"{type(error).__name__}: {str(error)[:200]} at {_where(error)}"]
    if found:
        yield f"{path.stem} {what}", found


def _where(error: BaseException) -> str:
    trace, place = error.__traceback__, "?"
    while trace is not None:
        place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
