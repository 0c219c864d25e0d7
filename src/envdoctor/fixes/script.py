"""The plan as a script to be read first: what is safe runs, what is not stands in comments."""

from collections.abc import Iterator, Sequence

from envdoctor.fixes.model import Applicability
from envdoctor.fixes.plan import PlannedFix
from envdoctor.fixes.shell import PowerShell, Shell
from envdoctor.fixes.steps import Edit, Run, SetEnv, Step, UnsetEnv
from envdoctor.privacy.redact import credentials
from envdoctor.privacy.text import sanitize


def script(plans: Sequence[tuple[str, Sequence[PlannedFix]]], windows: bool) -> str:
    """A script for ``sh`` or PowerShell, of (patient, plan) pairs."""
    shell = PowerShell() if windows else Shell()
    lines = _head(windows)
    for patient, entries in plans:
        lines += ["", _comment(f"--- {patient} ---")]
        if not entries:
            lines.append(_comment("Nothing to do."))
        for number, entry in enumerate(entries, 1):
            lines += ["", *_entry(number, entry, shell)]
    return "\n".join(lines) + "\n"


def _head(windows: bool) -> list[str]:
    if windows:
        head = [
            "# Run in PowerShell, after you have read it: powershell -ExecutionPolicy Bypass -File THIS-FILE",
            "# (without -ExecutionPolicy, Windows refuses scripts where nobody has allowed them).",
            "$ErrorActionPreference = 'Stop'",
            "Set-StrictMode -Version Latest",
        ]
    else:
        head = ["#!/bin/sh", "set -eu"]
    said = "# Written by envdoctor. Read it before you run it: what is not safe is commented out, with the reason."
    return [*head, "", said,
            "# envdoctor itself changes nothing."]  # fmt: skip


def _entry(number: int, entry: PlannedFix, shell: Shell) -> Iterator[str]:
    fix = entry.fix
    yield _comment(f"{number}. {entry.severity} {', '.join(entry.codes)}: {fix.title}")
    for subject in entry.subjects[:8]:
        yield _comment(f"   concerns: {subject}")
    for conflict in entry.conflicts:
        yield _comment(f"   conflict: {conflict}")
    if fix.applicability is not Applicability.SAFE and fix.reason:
        yield _comment(f"   {fix.applicability}: {fix.reason}")
    if fix.undo:
        yield _comment(f"   undo: {fix.undo}")
    if not fix.steps:
        yield _comment("   by hand")
    runs = fix.applicability is Applicability.SAFE and not entry.conflicts
    for step in fix.steps:
        yield from _step(step, shell, runs)
    if runs and fix.verify:
        yield _comment(f"   then look again: {shell.command(fix.verify)}")


def _step(step: Step, shell: Shell, runs: bool) -> Iterator[str]:
    if isinstance(step, Edit):
        yield _comment(f"   in {step.file}: {step.change}")
        return
    if isinstance(step, (SetEnv, UnsetEnv)):
        yield _comment(
            "   for this script only; to keep it, change it where your programs are started (job script, service)"
        )
    line = shell.command(step)
    # Names come from package metadata: what can't be read by eye must not run.
    if sanitize(line) != line or credentials(line) != line:
        yield _comment("   left out, because it holds invisible characters or a password:")
        yield _comment(f"   {line}")
    elif runs:
        yield line
        if isinstance(shell, PowerShell) and isinstance(step, Run):  # it goes on where a program has failed
            yield "if ($LASTEXITCODE) { exit $LASTEXITCODE }"
    else:
        yield f"# {line}"


def _comment(text: str) -> str:
    return f"# {sanitize(credentials(text))}"
