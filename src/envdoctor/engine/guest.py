"""In the process of a plug-in: imports it, says what checks it has, and runs them on the facts that come.

Started by `envdoctor.engine.foreign` with the entry point's value as its argument. Requests and answers are lines of
JSON on what were standard input and output at the start; the plug-in finds nothing at 0, and standard error at 1.
"""

import importlib
import json
import os
import sys
import types
import typing
from collections.abc import Iterable
from itertools import islice

from envdoctor.engine import foreign
from envdoctor.engine.checks import Check
from envdoctor.engine.run import RegisteredCheck, run, words
from envdoctor.facts import Facts
from envdoctor.facts.fleet import Fleet
from envdoctor.facts.recording import convert


class Request(typing.TypedDict):
    """What is asked: the check's number, whom the advice is for, and the sections that are new."""

    check: int
    level: str
    sections: dict[str, object]


_dumps, _loads = json.dumps, json.loads  # before the plug-in may put others in their place


def main() -> typing.NoReturn:
    """Answer until there is nobody left who asks."""
    asked, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    value, sys.argv = sys.argv[1], ["envdoctor"]
    us = os.getpid()
    checks: list[Check] = []
    try:
        checks = load(value)
        answer: dict[str, object] = {"checks": [_described(check) for check in checks]}
        line = _dumps(answer)
    except BaseException as error:
        line = _dumps({"error": f"{type(error).__name__}: {words(error)}"[: foreign.MOST_WORDS]})
    sections: dict[str, object] = {}
    while os.getpid() == us:  # a copy that the plug-in has made of this process has nothing to say
        answers.write(line.encode("ascii") + b"\n")
        answers.flush()
        request = asked.readline()
        if not request:
            break
        line = _dumps(judged(_loads(request), checks, sections))
    os._exit(0)


def load(value: str) -> list[Check]:
    """The checks of an entry point (``module:attribute``); raises whatever the plug-in raises, `TypeError` and
    `ValueError` for what are no checks."""
    module, _, attributes = value.partition(":")
    found: object = importlib.import_module(module.strip())
    for attribute in (attributes.strip() or "CHECKS").split("."):
        found = getattr(found, attribute)
    if not isinstance(found, Iterable):
        raise TypeError(f"{type(found).__name__!r} object is not iterable")
    given = list(islice(found, foreign.MOST_CHECKS + 1))
    for check in given:
        if not isinstance(check, Check):
            raise TypeError(f"{check!r:.80} is no check")
        foreign.sound(check)
    if len(given) > foreign.MOST_CHECKS:
        raise ValueError(f"more than {foreign.MOST_CHECKS:,} checks")
    return given


def _described(check: Check) -> dict[str, object]:
    module = str(getattr(check.examine, "__module__", ""))
    file = getattr(sys.modules.get(module), "__file__", None) or ""
    return {
        "name": check.name,
        "rules": foreign.flat(check.rules),
        "needs": list(check.needs),
        "module": module,
        "file": str(file),
    }


def judged(request: Request, checks: list[Check], sections: dict[str, object]) -> dict[str, object]:
    """The answer to a request; ``sections`` keeps those that have come."""
    hints = _hints()
    for name, value in request["sections"].items():
        sections[name] = convert(value, hints[name], name)
    check = checks[request["check"]]
    facts = types.SimpleNamespace(**{name: sections[name] for name in check.needs if name in sections})
    done = run(facts, RegisteredCheck(check, "plug-in"), request["level"])
    return {
        "findings": [foreign.flat(finding) for finding in done.findings],
        "status": done.status.value,
        "reason": done.reason[: foreign.MOST_WORDS],
        "seconds": float(done.seconds),
    }


def _hints() -> dict[str, object]:
    return {**typing.get_type_hints(Facts), "fleet": Fleet}
