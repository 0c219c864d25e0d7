"""Whether the products that NumPy and SciPy compute are right: asked of children of their own, for ``--deep`` only."""

import json
import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from envdoctor.ecosystem.measured import AS_IT_IS, variables
from envdoctor.facts.base import Missing
from envdoctor.facts.blas import Blas, Trial, Truth
from envdoctor.probe.child import Child
from envdoctor.probe.interrogation import FLAGS, HERE, Interrogation

SCRIPT = os.path.join(HERE, "inside", "truth.py")
LIMIT = 30.0  # seconds of one child; it takes one or two
FORCING = ("OPENBLAS_CORETYPE", "MKL_ENABLE_INSTRUCTIONS", "MKL_CBWR", "BLIS_ARCH_TYPE")
# What may go round a wrong kernel of OpenBLAS: another one, or one thread.
WAYS_OUT = ("OPENBLAS_CORETYPE=Haswell", "OPENBLAS_NUM_THREADS=1")


def read(interview: Interrogation, environ: Mapping[str, str], blas: Blas) -> Truth | Missing:
    """NumPy's copy and SciPy's, as they are; where a variable forces kernels, without it, too; where one is wrong, by the ways out."""
    if interview.mode not in FLAGS or interview.mode == "isolated-without-site":
        return Missing("the interpreter does not start with its packages")
    examined = blas.examined if isinstance(blas.examined, list) else []
    loaded = {user for library in blas.libraries if library.loaded for user in library.used_by}
    whose = [name for name in ("numpy", "scipy") if name in examined and (name == "numpy" or name in loaded)]
    forced = [name for name in FORCING if name in environ]
    rest = {key: value for key, value in environ.items() if key not in forced}
    settings = [(AS_IT_IS, environ), *([(without(forced), rest)] if forced else [])]
    trials = _together(interview, [(name, setting, around) for setting, around in settings for name in whose])
    ill = [trial.library for trial in trials if trial.setting == AS_IT_IS and (trial.wrong or trial.ended)]
    if any(library.vendor == "openblas" and set(ill) & set(library.used_by) for library in blas.libraries):
        ways = [(setting, {**environ, **variables(setting)}) for setting in WAYS_OUT]
        trials += _together(interview, [(name, setting, around) for setting, around in ways for name in whose])
    return Truth(trials=trials)


def without(names: list[str]) -> str:
    """How a trial without these variables is named."""
    return "without " + ", ".join(names)


def _together(interview: Interrogation, wanted: Sequence[tuple[str, str, Mapping[str, str]]]) -> list[Trial]:
    """All of these at once: what is compared are results, not times."""
    children: list[Child] = []
    try:
        for whose, _, environ in wanted:
            cookie = "envdoctor-" + os.urandom(12).hex() + ":"
            argv = [interview.executable, *FLAGS[interview.mode], "-B", SCRIPT, cookie, whose]
            children.append(Child(argv, cookie, dict(environ)))
        end = time.monotonic() + LIMIT
        return [_trial(child, *item[:2], end) for child, item in zip(children, wanted, strict=True)]
    finally:  # an interruption, too, must not leave them running
        for child in children:
            child.stop()


def _trial(child: Child, whose: str, setting: str, end: float) -> Trial:
    answered = child.wait(lambda records: bool(records) and _section(records[-1]) in ENDS, end)
    ended = child.ending()
    told = _told(child.records)
    problem = told.get("problem")
    if not answered and ended == "still running":
        problem, ended = f"no answer in {LIMIT:g} s", ""
    try:
        return msgspec.convert(
            {
                "library": whose,
                "setting": setting,
                "asked": told.get("truth", {}).get("asked", 0),
                "wrong": told.get("truth", {}).get("wrong", []),
                "ended": "" if answered else ended,
                "at": told.get("at"),
                "problem": problem,
            },
            Trial,
        )
    except (msgspec.ValidationError, AttributeError):
        return Trial(library=whose, setting=setting, problem="not the answer that was asked for")


ENDS = ("truth", "problem")


def _section(record: str) -> object:
    try:
        return json.loads(record)["section"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _told(records: list[str]) -> dict[str, Any]:
    """The last value of each section."""
    found: dict[str, Any] = {}
    for record in records:
        section = _section(record)
        if isinstance(section, str):
            found[section] = json.loads(record).get("value")
    return found
