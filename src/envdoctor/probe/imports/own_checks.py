"""Checks that the patient's packages bring for a doctor of their own: RAPIDS' entry points, run for ``--deep`` only."""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence

from envdoctor.ecosystem.entry_points import parsed
from envdoctor.facts.packages import Distribution, OwnCheck
from envdoctor.probe.child import Child
from envdoctor.probe.imports.trial import HERE, JOBS, SCRATCH
from envdoctor.probe.packages.distributions import slurp
from envdoctor.probe.world import World

GROUP = "rapids_doctor_check"
SCRIPT = os.path.join(HERE, "inside", "own_checks.py")
LONGEST = 60.0  # seconds for all of them: cuDF alone takes ten to be imported
MOST = 100


def registered(world: World, distributions: Sequence[Distribution]) -> dict[str, str]:
    """``name=module:function`` of each entry point of the group, and the distribution that registers it."""
    found: dict[str, str] = {}
    for distribution in distributions:
        data = slurp(world, f"{distribution.path}/entry_points.txt")
        if isinstance(data, bytes) and GROUP.encode() in data:
            for point in _points(data.decode("utf-8", "replace")):
                found.setdefault(point, distribution.name)
    return dict(list(found.items())[:MOST])


def _points(text: str) -> Iterator[str]:
    for name, value in parsed(text, GROUP):
        module, _, function = value.partition(":")
        if function and all(part.isidentifier() for part in [*module.split("."), *function.split(".")]):
            yield f"{name}={module}:{function}"


def read(points: Mapping[str, str], argv: Sequence[str], environ: Mapping[str, str]) -> list[OwnCheck]:
    """How each of ``points`` ended; ``argv`` starts the patient's Python. What came to no end has no ``ended``."""
    scratch = tempfile.mkdtemp(prefix="envdoctor-")
    cookie = "envdoctor-" + os.urandom(12).hex() + ":"
    kept = {name: value for name, value in environ.items() if not name.startswith(JOBS)}
    child = Child([*argv, SCRIPT, cookie, *points], cookie, kept | dict.fromkeys(SCRATCH, scratch))
    try:
        child.wait(lambda records: len(records) >= len(points), time.monotonic() + LONGEST)
        ended = child.ending() if len(child.records) < len(points) else ""
        answers = _answers(child.records)
    finally:
        child.stop()
        shutil.rmtree(scratch, ignore_errors=True)
    unknown = f"no answer in {LONGEST:g} s" if ended == "still running" else f"Python ended by {ended}"
    return [
        OwnCheck(name=name, distribution=owner, ended=told[0], said=told[1])
        for point, owner in points.items()
        for name in [point.partition("=")[0]]
        for told in [answers.get(name, ("", unknown))]
    ]


def _answers(records: Sequence[str]) -> dict[str, tuple[str, str]]:
    found = {}
    for record in records:
        try:
            told = json.loads(record)
            found[str(told["name"])] = (str(told["ended"]), str(told["said"]))
        except (ValueError, KeyError, TypeError):
            continue
    return found
