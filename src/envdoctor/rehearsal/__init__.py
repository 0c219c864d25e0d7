"""The plan, carried out where it changes nothing: at the patient's own path, in a mount namespace with overlays.

No copy is made and nothing is moved. The environment is examined again in the namespace, by the same envdoctor.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from msgspec import Struct, structs

from envdoctor.ecosystem.units import plural
from envdoctor.fixes.plan import PlannedFix
from envdoctor.fixes.steps import as_json
from envdoctor.rehearsal import scratch as scratches
from envdoctor.rehearsal.overlays import outermost
from envdoctor.rehearsal.scope import Part, folders, part
from envdoctor.rehearsal.scratch import Scratch
from envdoctor.report.rehearsal import Carried, Named, Rehearsal
from envdoctor.report.report import Report

LOOK = 2.0  # seconds for telling how large an environment is
END = 5.0  # seconds for what runs to end by itself
ANSWERS = {  # nobody is there to be asked
    "CONDA_ALWAYS_YES": "1",
    "MAMBA_ALWAYS_YES": "1",
    "PIP_NO_INPUT": "1",
    "POETRY_NO_INTERACTION": "1",
    "PDM_NON_INTERACTIVE": "1",
}


class Rehearsing(Struct, frozen=True):
    """One patient's rehearsal before it begins: what is carried out, where, and what takes what is written."""

    report: Report
    part: Part
    folders: tuple[str, ...]
    scratch: Scratch

    @property
    def words(self) -> str:
        """What it will take, to be told before it begins."""
        size, whole = size_of(self.report.facts.patient.prefix or "")
        about = f"{'' if whole else 'more than '}{size / 1e6:.0f} MB"
        where = "memory" if self.scratch.in_memory else os.path.dirname(self.scratch.folder)
        count = sum(len(entry.fix.steps) for entry in self.part.entries)
        return (
            f"{plural(count, 'step is', 'steps are')} carried out on overlays; what they write (the environment has {about}) goes to {where}"
            f" ({self.scratch.free / 1e6:.0f} MB free) and is deleted afterwards"
        )


def prepared(report: Report, environ: Mapping[str, str], home: str, cwd: str) -> Rehearsing | Rehearsal | None:
    """What a rehearsal of the report's plan takes; why there can be none; ``None`` where nothing is to be done."""
    patient = report.facts.patient
    chosen = part(report.plan, patient.prefix or patient.executable or "")
    if not report.plan:
        return None
    if not chosen.entries:
        return Rehearsal(untried=chosen.untried)
    if sys.platform != "linux":
        return Rehearsal(impossible="only Linux has overlays", untried=chosen.untried)
    wanted = outermost(folders(report.facts, chosen.entries, environ, home, cwd))
    room = scratches.make(wanted)
    if room is None:
        return Rehearsal(impossible="there is no folder for what the steps write", untried=chosen.untried)
    return Rehearsing(report, chosen, tuple(wanted), room)


def rehearse(
    ready: Rehearsing, doctor: Sequence[str], environ: Mapping[str, str], cwd: str, say: Callable[[str], None]
) -> Rehearsal:
    """Carry it out. ``doctor`` is the command line that examines a patient again, without the patient; ``say`` tells
    which command is under way."""
    began = time.monotonic()
    try:
        answers = _answers(ready, doctor, environ, cwd, say)
    finally:
        with _uninterrupted():
            scratches.remove(ready.scratch)
    memory = scratches.in_memory(ready.folders)
    if _impossible(answers) and not ready.scratch.in_memory and memory is not None:
        others = _answers(structs.replace(ready, scratch=memory), doctor, environ, cwd, say)
        answers = answers if _impossible(others) else others
    return _judged(ready, answers, time.monotonic() - began)


def give_up(ready: Rehearsing) -> None:
    """Leave nothing of what was prepared."""
    scratches.remove(ready.scratch)


def size_of(folder: str) -> tuple[int, bool]:
    """How many bytes the files of a folder have, and whether all were counted in the time there is."""
    end, size, waiting = time.monotonic() + LOOK, 0, [folder]
    while waiting:
        if time.monotonic() > end:
            return size, False
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        size += entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue
    return size, True


def _answers(
    ready: Rehearsing, doctor: Sequence[str], environ: Mapping[str, str], cwd: str, say: Callable[[str], None]
) -> list[dict[str, Any]]:
    task = {
        "folders": ready.folders,
        "scratch": ready.scratch.folder,
        "in_memory": ready.scratch.in_memory,
        "cwd": cwd,
        "environ": {**ANSWERS, **environ},
        "steps": [as_json(step) for entry in ready.part.entries for step in entry.fix.steps],
        "patients": ready.part.patients,
        "doctor": list(doctor),
    }
    argv = [sys.executable, "-P", "-m", "envdoctor.rehearsal.inside"]
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        try:
            assert process.stdin is not None and process.stdout is not None and process.stderr is not None
            process.stdin.write(json.dumps(task).encode())
            process.stdin.close()
            found = []
            for line in process.stdout:
                found.append(json.loads(line))
                if "begun" in found[-1]:
                    say(f"rehearsing: {' '.join(found[-1]['begun'])}")
            error = process.stderr.read().decode("utf-8", "replace").strip()
            process.wait()
        finally:
            say("")
            with _uninterrupted():
                _end(process)
    if not any("bytes" in item or "impossible" in item for item in found):
        found.append({"impossible": error.splitlines()[-1] if error else f"status {process.returncode}"})
    return found


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the process and all that it has started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(END)
        except (ProcessLookupError, PermissionError):
            return
        except subprocess.TimeoutExpired:
            continue


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Tidying up is not to be cut short by a second Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _impossible(answers: Sequence[dict[str, Any]]) -> str:
    """Why nothing could be rehearsed; empty where it could."""
    return next((item["impossible"] for item in answers if "impossible" in item), "")


def _judged(ready: Rehearsing, answers: Sequence[dict[str, Any]], seconds: float) -> Rehearsal:
    if impossible := _impossible(answers):
        return Rehearsal(impossible=impossible, untried=ready.part.untried)
    report = ready.report
    marks = {id(item.finding): item.fingerprint for item in report.advice}
    known = set(marks.values())
    after = {item["patient"]: item for item in answers if "patient" in item}
    settled: list[Named] = []
    left: list[Named] = []
    here = report.facts.patient.prefix or report.facts.patient.executable or ""
    for entry in ready.part.entries:
        gone, still = _parted(entry, after[entry.fix.patient or here], marks)
        settled += gone
        left += still
    new = {
        item["fingerprint"]: Named(item["code"], item["title"], item["fingerprint"])
        for examined in after.values()
        for item in examined.get("findings", ())
        if item["severity"] != "info" and item["suppressed"] is None and item["fingerprint"] not in known
    }
    return Rehearsal(
        settled=tuple(settled),
        left=tuple(left),
        new=tuple(new.values()),
        untried=ready.part.untried,
        commands=tuple(
            Carried(tuple(item["argv"]), item["status"], item["seconds"], item["said"])
            for item in answers
            if "argv" in item
        ),
        seconds=seconds,
        bytes=next((item["bytes"] for item in answers if "bytes" in item), 0),
    )


def _parted(entry: PlannedFix, after: dict[str, Any], marks: Mapping[int, str]) -> tuple[list[Named], list[Named]]:
    """The entry's findings that are gone, and those that are not, or that nobody could judge again."""
    there = {item["fingerprint"] for item in after.get("findings", ())}
    unknown = {code for codes in after.get("unknown", ()) for code in codes}
    gone: list[Named] = []
    still: list[Named] = []
    for finding in entry.findings:
        named = Named(finding.rule.code, finding.title, marks[id(finding)])
        lost = "findings" in after and named.fingerprint not in there and named.code not in unknown
        (gone if lost else still).append(named)
    return gone, still
