"""What each format must be, told by parsers that are not ours: what a reader's program would take for something else."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import jsonschema

from envdoctor.facts import schema as schemas
from envdoctor.report.formats import FORMATS

try:
    from markdown_it import MarkdownIt
except ImportError:  # comes with the documentation's tools
    MarkdownIt = None  # type: ignore[assignment, misc]

# What must not be shown: controls, what reorders or hides text.
STEERS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
# Lines that a runner takes for a command to itself.
COMMAND = re.compile(r"##\[|##vso\[|##teamcity\[|^\s*::(?!(?:error|warning|notice) )", re.MULTILINE)
ANNOTATION = re.compile(r"::(?:error|warning|notice) (?:file=[^,:\r\n]*,)?title=[^,:\r\n]*::[^\r\n]*")
MARK = "pwn"  # in all that is planted as a command or as markup

# What envdoctor writes of SARIF 2.1.0, and no more: names, types and required properties as in the standard
# (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, sections 3.13 to 3.58).
LEVEL = {"enum": ["none", "note", "warning", "error"]}


def _object(required: str, **properties: object) -> dict[str, object]:
    """An object that has all that is named in ``required`` and nothing that is not in ``properties``."""
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


def _list(items: object) -> dict[str, object]:
    return {"type": "array", "items": items}


TEXT = {"type": "string"}
WORDS = {"type": "string", "minLength": 1}
INDEX = {"type": "integer", "minimum": 0}
MESSAGE = _object("text", text=TEXT)
RULE = _object(
    "id",
    id=WORDS,
    name=TEXT,
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=_object("text", text=TEXT, markdown=TEXT),
    helpUri={"type": "string", "pattern": r"^https://[^\s\\\"<>^`{|}]+$"},
    defaultConfiguration=_object("", level=LEVEL),
)
PLACE = _object(
    "artifactLocation",
    artifactLocation=_object("uri", uri={"type": "string", "pattern": r"^[^\s\\\"<>^`{|}]+$"}, uriBaseId=WORDS),
    region=_object("startLine", startLine={"type": "integer", "minimum": 1}),
)
RESULT = _object(
    "message ruleId ruleIndex locations",
    ruleId=WORDS,
    ruleIndex=INDEX,
    level=LEVEL,
    message=MESSAGE,
    locations=_list(_object("physicalLocation", physicalLocation=PLACE)),
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
    suppressions=_list(_object("kind", kind={"enum": ["inSource", "external"]}, justification=TEXT)),
)
SARIF = _object(
    "version runs",
    **{"$schema": WORDS},
    version={"const": "2.1.0"},
    runs=_list(
        _object(
            "tool results",
            tool=_object(
                "driver",
                driver=_object("name", name=WORDS, version=TEXT, informationUri=WORDS, rules=_list(RULE)),
            ),
            automationDetails=_object("id", id=WORDS),
            results=_list(RESULT),
            invocations=_list(
                _object(
                    "executionSuccessful",
                    executionSuccessful={"type": "boolean"},
                    exitCode={"type": "integer"},
                    toolExecutionNotifications=_list(_object("message", level=LEVEL, message=MESSAGE)),
                )
            ),
            columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        )
    ),
)
_VALIDATORS = {
    "sarif": jsonschema.Draft202012Validator(SARIF),
    "json": jsonschema.Draft202012Validator(schemas.report()),
}

# JUnit as its readers know it: elements, their attributes and what they may hold
# (https://github.com/testmoapp/junitxml).
JUNIT = {
    "testsuites": (set(), {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors", "skipped", "time", "timestamp"}, {"testcase"}),
    "testcase": ({"classname", "name", "time"}, {"failure", "error", "skipped", "system-out"}),
    "failure": ({"type", "message"}, set()),
    "error": ({"type", "message"}, set()),
    "skipped": ({"message"}, set()),
    "system-out": (set(), set()),
}  # fmt: skip

TAGS = {
    *("html", "head", "meta", "title", "style", "body", "div", "section", "h1", "h2", "p", "pre", "table", "tr", "th", "td"),
    *("blockquote", "span", "code", "ol", "li", "br", "b", "main", "tbody", "details", "summary", "script"),
    *("svg", "text", "rect", "line"),
}  # fmt: skip
VOID = {"meta", "br"}
ATTRIBUTES = {
    *("class", "lang", "charset", "name", "content", "scope", "open", "viewbox", "role", "x", "y", "x1", "x2", "y1", "y2"),
    *("width", "height", "rx", "text-anchor", "aria-label"),
}  # fmt: skip
FOLDED = re.compile(r"</details>\n|<details>\n<summary>\d+ notes?, nothing you must do</summary>\n")


class _Page(HTMLParser):
    """Tags and attributes that are none of ours, and tags that do not close in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.faults += [f"tag {tag}"] * (tag not in TAGS)
        self.faults += [f"attribute {name} of {tag}" for name, _ in attrs if name not in ATTRIBUTES]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("script", "style") and MARK in data:
            self.faults.append(f"{MARK} in {self.open[-1]}")

    def handle_comment(self, data: str) -> None:
        self.faults.append("a comment")


def _html(text: str) -> list[str]:
    page = _Page()
    page.feed(text)
    page.close()
    return page.faults + [f"{tag} stays open" for tag in page.open]


def _xml(text: str) -> list[str]:
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        return [f"no XML: {error}"]
    faults = [] if root.tag == "testsuites" else [f"root {root.tag}"]
    for element in root.iter():
        if element.tag not in JUNIT:
            faults.append(f"element {element.tag}")
            continue
        attributes, children = JUNIT[element.tag]
        faults += [f"attribute {name} of {element.tag}" for name in set(element.attrib) - attributes]
        faults += [f"{child.tag} in {element.tag}" for child in element if child.tag not in children]
    for suite in root.iter("testsuite"):
        cases = suite.findall("testcase")
        told = {name: int(suite.get(name, "-1")) for name in ("tests", "failures", "errors", "skipped")}
        seen = {"tests": len(cases)} | {
            name: sum(case.find(tag) is not None for case in cases)
            for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))
        }
        faults += [] if told == seen else [f"counts {told}, cases {seen}"]
    return faults


def _json(name: str) -> Callable[[str], list[str]]:
    def parsed(text: str) -> list[str]:
        try:
            document = json.loads(text, parse_constant=_refused)
        except ValueError as error:
            return [f"no JSON: {error}"]
        return [f"{error.json_path}: {error.message[:120]}" for error in _VALIDATORS[name].iter_errors(document)][:5]

    return parsed


def _refused(word: str) -> object:
    """NaN and Infinity are no JSON."""
    raise ValueError(f"{word} is no JSON")


def _github(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if line.lstrip().startswith("::")]
    return [f"no annotation: {line[:80]!r}" for line in lines if not ANNOTATION.fullmatch(line)]


def _markdown(text: str) -> list[str]:
    """No HTML, no link, no picture; what was planted as a heading is none."""
    if MarkdownIt is None:
        return []
    faults = []
    tokens: list[Any] = MarkdownIt("commonmark").enable("table").parse(text)
    for position, token in enumerate(tokens):
        if token.type == "html_block" and not FOLDED.fullmatch(token.content):
            faults.append(f"HTML: {token.content[:80]!r}")
        if token.type == "heading_open" and MARK in tokens[position + 1].content.partition(":")[0]:
            faults.append(f"heading: {tokens[position + 1].content[:80]!r}")
        for part in token.children or ():
            if part.type in ("html_inline", "image"):
                faults.append(f"{part.type}: {part.content[:80]!r}")
            if part.type == "link_open" and MARK in str(part.attrs.get("href", "")):
                faults.append(f"link: {part.attrs}")
    return faults


_READERS: dict[str, Callable[[str], list[str]]] = {
    "html": _html,
    "junit": _xml,
    "json": _json("json"),
    "sarif": _json("sarif"),
    "github": _github,
    "markdown": _markdown,
    "text": lambda text: [],
    "concise": lambda text: [],
}
assert set(_READERS) == set(FORMATS), "a new format needs a reader here"


def faults(name: str, text: str) -> list[str]:
    """What is wrong with ``text``, which is to be of the format ``name``."""
    found = [f"control {match[0]!r}" for match in STEERS.finditer(text)][:3]
    found += [f"command {match[0]!r}" for match in COMMAND.finditer(text)][:3]
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        found.append(f"no UTF-8: {error}")
    return found + _READERS[name](text)
