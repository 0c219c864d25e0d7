"""The installations of the plan, resolved dry by the tool that would carry them out: nothing is installed or built.

What no releases satisfy becomes words; what resolves is judged by the rules in the versions that would be there.
"""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from shlex import join

from msgspec import Struct, structs

from envdoctor.ecosystem import paths
from envdoctor.facts import Facts, Packages
from envdoctor.fixes.closure import Change, Closure, changed
from envdoctor.fixes.model import Applicability, Fix
from envdoctor.fixes.plan import PlannedFix
from envdoctor.fixes.steps import Run
from envdoctor.fixes.target import Target
from envdoctor.report.rehearsal import Untried
from envdoctor.report.report import Report
from envdoctor.report.resolution import Resolution, Resolved
from envdoctor.resolution.asked import EMPTY, Dry, Hand, asked, installs
from envdoctor.resolution.told import Told, by_pip, by_uv

LIMIT = 120.0  # seconds for all of them
LARGEST = 1_000_000  # bytes of a list of requirements
OVERRULED = ("PIP_NO_BINARY", "UV_NO_BINARY", "UV_NO_BINARY_PACKAGE", "PIP_REPORT", "PIP_TARGET")


class Room(Struct, frozen=True):
    """Where a dry run runs: its ``environ``, its folder ``cwd``, and an ``empty`` folder."""

    environ: Mapping[str, str]
    cwd: str
    empty: str


Ask = Callable[[Sequence[str], Room, float], tuple[int, str, str]]


def resolve(
    report: Report, environ: Mapping[str, str], cwd: str, say: Callable[[str], None], ask: "Ask | None" = None
) -> Report:
    """The report with its resolution; ``say`` tells which command is under way, ``ask`` runs one."""
    began = time.monotonic()
    commands: list[Resolved] = []
    untried: list[Untried] = []
    entries: list[PlannedFix] = []
    hand, closure = at_hand(report.facts), Closure(report.facts, report.outcomes, report.settings.level)
    with tempfile.TemporaryDirectory(prefix="envdoctor-") as empty:
        room = Room({name: value for name, value in environ.items() if name not in OVERRULED}, cwd, empty)
        for entry in report.plan:
            said: list[Resolved] = []
            for index, step in enumerate(entry.fix.steps):
                if not isinstance(step, Run) or not installs(step):
                    continue
                dry = asked(entry.fix.steps, index, hand, _read)
                if isinstance(dry, str):
                    untried.append(Untried(join(step.argv), dry))
                    continue
                say(f"resolving: {' '.join(step.argv)}")
                left = LIMIT - (time.monotonic() - began)
                said.append(_resolved(step, dry, entry, report.facts, closure, room, left, ask or run))
            commands += said
            entries.append(_kept(entry, said))
        say("")
    shown = Resolution(commands=tuple(commands), untried=tuple(untried), seconds=time.monotonic() - began)
    return structs.replace(
        _with(report, entries), resolution=shown, notes=(*report.notes, *shown.words), planned=tuple(entries)
    )


def at_hand(facts: Facts) -> Hand:
    """The tools that can resolve."""
    target = Target(facts)
    pip = target.installed.get("pip")
    version = pip.version if pip is not None and isinstance(pip.version, str) else ""
    return Hand(uv=target.commands.get("uv", ""), pip=version, minor=target.minor)


def _resolved(
    step: Run, dry: Dry, entry: PlannedFix, facts: Facts, closure: Closure, room: Room, left: float, ask: Ask
) -> Resolved:
    began = time.monotonic()
    argv = [room.empty if word == EMPTY else word for word in dry.argv]
    told = _told(dry, argv, _versions(facts), room, left, ask)
    answer = None
    alone = len(entry.fix.steps) == 1 and not dry.anew and not entry.fix.patient
    if told.state == "resolved" and alone and isinstance(facts.packages, Packages):
        answer = closure.judge([changed(facts, told.changes)], "packages", entry.findings)
    return Resolved(
        argv=step.argv,
        asked=tuple(argv),
        state=told.state,
        changes=told.changes,
        words=told.words,
        judged=answer is not None,
        left=tuple(it.title for it in answer.left) if answer else (),
        new=tuple(it.title for it in answer.new) if answer else (),
        seconds=time.monotonic() - began,
    )


def _told(dry: Dry, argv: Sequence[str], installed: Mapping[str, str], room: Room, left: float, ask: Ask) -> Told:
    if left <= 0:
        return Told("failed", words=f"there was no time left of {LIMIT:.0f} s")
    try:
        status, out, error = ask(argv, room, left)
    except subprocess.TimeoutExpired:
        return Told("failed", words=f"it took longer than {left:.0f} s")
    except OSError as problem:
        return Told("failed", words=f"{argv[0]}: {problem.strerror}")
    if dry.tool == "uv":
        return by_uv(status, error or out)
    told = by_pip(status, out, error, {} if dry.anew else installed)
    if told.state != "resolved" and "No matching distribution" in error and _as_source(argv, room, left, ask):
        # pip speaks of what has no wheel as of what does not exist.
        return structs.replace(told, state="source")
    return told


def _as_source(argv: Sequence[str], room: Room, left: float, ask: Ask) -> bool:
    """Whether the same resolves where nothing is looked at but source distributions, which are only listed."""
    words = [word for word in argv[argv.index(":all:") + 1 :] if not word.startswith("-")]
    for word in words:
        status, out, _ = ask([*argv[:3], "index", "versions", _name(word), "--disable-pip-version-check"], room, left)
        if status == 0 and _admitted(word, out):
            continue
        return False
    return bool(words)


def _name(requirement: str) -> str:
    from envdoctor.ecosystem.requirements import name_in

    return name_in(requirement)


def _admitted(requirement: str, listed: str) -> bool:
    from envdoctor.ecosystem.versions import is_within
    from envdoctor.fixes.constraints import specifier_of

    row = next((line for line in listed.splitlines() if line.startswith("Available versions:")), "")
    wanted = specifier_of(requirement) or ">=0"
    return any(is_within(version.strip(), wanted) for version in row.partition(":")[2].split(",") if version.strip())


def _versions(facts: Facts) -> dict[str, str]:
    return {key: item.version for key, item in Target(facts).installed.items() if isinstance(item.version, str)}


def _kept(entry: PlannedFix, said: Sequence[Resolved]) -> PlannedFix:
    """The entry, in words where it does not resolve or brings another fault; not safe where something would be built."""
    fix = entry.fix
    bad = next((it for it in said if it.state == "refused" or it.new or it.left), None)
    if bad is not None:
        why = bad.words if bad.state == "refused" else f"after it: {(bad.new or bad.left)[0]}"
        short = f"{fix.title} (no releases agree: {why})" if bad.state == "refused" else f"{fix.title} ({why})"
        words = structs.replace(fix, title=short, steps=(), applicability=Applicability.MANUAL, undo="")
        return structs.replace(entry, fix=words)
    if any(it.state == "source" for it in said) and fix.applicability is Applicability.SAFE:
        reason = "some of it has no wheel for this Python and would be built from source"
        return structs.replace(
            entry,
            fix=structs.replace(fix, applicability=Applicability.UNSAFE, reason=f"{fix.reason}; {reason}".strip("; ")),
        )
    return entry


def _with(report: Report, entries: Sequence[PlannedFix]) -> Report:
    """The report whose findings have the cures that the plan has kept."""
    turned: dict[int, Fix] = {}
    for before, entry in zip(report.plan, entries, strict=True):
        if entry.fix is not before.fix:
            turned |= {id(finding): entry.fix for finding in entry.findings}
    advice = []
    for item in report.advice:
        fix = turned.get(id(item.finding))
        if fix is not None and item.fixes:
            own = structs.replace(fix, verify=item.fixes[0].verify)
            item = structs.replace(item, fixes=(own, *item.fixes[1:]))
        advice.append(item)
    return structs.replace(report, advice=tuple(advice))


def _read(path: str) -> str | None:
    """The text of a list of requirements; ``None`` where it can't be read."""
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > LARGEST:
            return None
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return None


def run(argv: Sequence[str], room: Room, seconds: float) -> tuple[int, str, str]:
    """The status of a command, its output and its errors; what it has started ends with it.

    Raises `OSError` where it can't be started, `subprocess.TimeoutExpired` after so many ``seconds``.
    """
    with subprocess.Popen(
        list(argv),
        env=dict(room.environ),
        cwd=room.cwd if paths.absolute(room.cwd) else None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            out, error = process.communicate(timeout=seconds)
        except BaseException:
            _end(process)
            raise
        return process.returncode, out, error


def _end(process: "subprocess.Popen[str]") -> None:
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except ProcessLookupError:
        return


__all__ = ["Change", "resolve"]
