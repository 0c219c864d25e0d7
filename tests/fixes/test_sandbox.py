"""Scripts are run where every tool is a recorder: no word of a patient's or of a recording's reaches one as an argument
unless it is a name. All is run, also what the script would leave in comments, and what undoes it."""

import json
import os
import random
import re
import shlex
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from envdoctor.checkup import Options, diagnose
from envdoctor.engine.configuration import Config
from envdoctor.engine.plugins import built_in
from envdoctor.engine.remedies import Install, Remove, Replace
from envdoctor.engine.selection import Selection
from envdoctor.facts import Facts
from envdoctor.facts.recording import load
from envdoctor.fixes.model import Applicability
from envdoctor.fixes.plan import PlannedFix
from envdoctor.fixes.script import script
from envdoctor.fixes.steps import Run
from envdoctor.probe.packages.whole import read
from envdoctor.probe.world import World
from envdoctor.report.report import Settings
from envdoctor.testing import distribution, packages
from tests.fixes.test_arguments import tools
from tests.fixes.test_tools import made_by
from tests.support.build import finding
from tests.support.cures import planned

HOSTILE = [
    "-r/tmp/evil.txt", "--index-url=http://evil/simple", "-e/tmp/evil", "--target=/tmp/evil", "evil @ http://evil.example/x",
    "evil@file:///tmp/evil", "numpy; touch evil", "$(touch evil)", "`touch evil`", "a\u2028evil", "../../evil", "/tmp/evil",
    "http://evil.example/x.whl", "git+https://evil.example/x", "--evil", "-evil", "a b --index-url=http://evil",
    "x\r--index-url=http://evil", "x\n-r/tmp/evil", "C:\\evil", "~/evil", "*evil", "%0Aevil", "'evil'", '"evil"',
    "evil/numpy", "evil::numpy", "evil:numpy", "evil=1=0", ";touch evil;", "&& touch evil", "> evil",
]  # fmt: skip
# What a patient or a recording says of names, versions, places to install from, channels and variables.
FIELDS = {
    "name", "key", "version", "channel", "build", "requires", "requested", "specifier", "text", "distribution", "package",
    "installer", "url", "origin", "channels", "soname", "provides", "names", "pip", "added", "conda_name",
}  # fmt: skip
RECORDINGS = sorted((Path(__file__).parents[1] / "recordings").glob("*.json"))
RECORDER = '#!/bin/sh\nprintf "%s\\0" "$0" "$@" >> "$RECORD"\nprintf "\\n\\0" >> "$RECORD"\n'


def spoiled(value: Any, chance: random.Random, share: float, field: str = "") -> Any:
    """A copy of a document; this share of the strings in `FIELDS` is hostile."""
    if isinstance(value, dict):
        return {key: spoiled(item, chance, share, str(key)) for key, item in value.items()}
    if isinstance(value, list):
        return [spoiled(item, chance, share, field) for item in value]
    if isinstance(value, str) and field in FIELDS and chance.random() < share:
        evil = chance.choice(HOSTILE)
        return chance.choice([evil, f"{value}{evil}", f"{evil}{value}", f"{value} {evil}", f"{value}=={evil}"])
    return value


def whole_plan(known: Facts) -> Iterator[PlannedFix]:
    report = diagnose(known, Options(built_in(), Selection(), Config(), Settings()), 0)
    yield from report.plan
    for item in report.advice:
        for fix in item.fixes:
            yield PlannedFix(findings=(item.finding,), fix=fix)


def received(plan: Iterable[PlannedFix], folder: Path) -> list[list[str]]:
    """What tools got when the plan was run as a script, and the lines that undo it one by one."""
    bin_, record = folder / "bin", folder / "record"
    bin_.mkdir(exist_ok=True)
    record.write_bytes(b"")
    work = folder / "work"
    work.mkdir(exist_ok=True)
    entries, undos = [], []
    for entry in plan:
        steps = tuple(
            Run((os.path.basename(step.argv[0]), *step.argv[1:])) if isinstance(step, Run) else step
            for step in entry.fix.steps
        )
        undos += (
            [entry.fix.undo] if entry.fix.undo.split(" ")[0] not in ("", "remove", "install", "put") else []
        )  # in words
        safe = msgspec.structs.replace(entry.fix, steps=steps, applicability=Applicability.SAFE)
        entries.append(msgspec.structs.replace(entry, fix=safe, conflicts=()))
    lines = [shlex.split(undo)[0] for undo in undos if shlex.split(undo)]
    programs = {step.argv[0] for entry in entries for step in entry.fix.steps if isinstance(step, Run)}
    for name in programs | {os.path.basename(line) for line in lines} - {"export", "unset"}:
        (bin_ / name).write_text(RECORDER, encoding="ascii")
        (bin_ / name).chmod(0o755)
    text = script([("patient", entries)], False) + "".join(
        f"( {undo.replace(line, os.path.basename(line), 1)}\n)\n" for undo, line in zip(undos, lines, strict=True)
    )
    (folder / "fix.sh").write_text(text, encoding="utf-8", errors="surrogateescape")
    environ = {"PATH": str(bin_), "RECORD": str(record), "HOME": str(folder)}
    done = subprocess.run(
        ["/bin/sh", str(folder / "fix.sh")], cwd=work, env=environ, capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 0, (done.stderr, text)
    assert os.listdir(work) == [], text
    calls = record.read_bytes().decode("utf-8", "replace").split("\n\0")
    return [call.split("\0")[:-1] for call in calls if call]


def arguments(calls: list[list[str]]) -> list[str]:
    """The arguments that hold a hostile word and are no name of a package, with or without its version."""
    words = [word for call in calls for word in call[1:] if "evil" in word]
    return [word for word in words if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(==[0-9.]+)?", word)]


def test_the_recorders_tell_what_a_tool_would_get(tmp_path: Path) -> None:
    plan = planned(finding("A001", Remove(("numpy",))), finding("A002", Install(("scipy>=1",))))
    got = received(plan, tmp_path)
    assert any("scipy>=1" in call for call in got) and any(call[-1] == "numpy" for call in got), got


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_a_hostile_recording_gets_no_word_into_a_command(path: Path, tmp_path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    for share in (0.05, 0.4, 1.0):
        known = load(json.dumps(spoiled(document, random.Random(f"{path.stem} {share}"), share)), path.name)
        assert arguments(received(whole_plan(known), tmp_path)) == []


@pytest.mark.parametrize("evil", HOSTILE)
def test_hostile_names_stop_at_every_tool(evil: str, tmp_path: Path) -> None:
    listed = packages(
        distribution("pip"), distribution("numpy", "1.0"), distribution(evil, "1.0"), distribution("vic", f"1.0{evil}")
    )
    findings = [
        finding("A001", Install((evil,), force=True)),
        finding("A002", Remove((evil, "numpy"))),
        finding("A003", Replace((evil,), ("numpy",))),
        finding("A004", Install((f"numpy=={evil}",))),
        finding("A005", Install(("numpy>1.5",))),
    ]
    for number, known in enumerate(tools(packages=listed)):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert arguments(received(planned(*findings, known=known), folder)) == []


@pytest.mark.parametrize("evil", HOSTILE)
@pytest.mark.parametrize("place", ["missing", "requires", "twin", "damaged"])
def test_hostile_metadata_on_the_disk_stops_there(evil: str, place: str, tmp_path: Path) -> None:
    site = tmp_path / "site-packages"

    def install(folder: str, metadata: str, files: str) -> None:
        (site / folder).mkdir(parents=True)
        (site / folder / "METADATA").write_bytes(b"Metadata-Version: 2.1\n" + metadata.encode())
        (site / folder / "RECORD").write_text(files, encoding="utf-8")
        (site / folder / "INSTALLER").write_text("pip\n", encoding="ascii")

    named, version = ("vic", "1.0") if place == "requires" else (evil, "1.0")
    requires = f"Requires-Dist: {evil}\nRequires-Dist: not-there\n" if place == "requires" else ""
    versions = "" if place == "damaged" else f"Version: {version}\n"
    install("vic-1.0.dist-info", f"Name: {named}\n{versions}{requires}\n", "vic/__init__.py,,\n")
    if place == "twin":
        install("vic-2.0.dist-info", f"Name: {named}\nVersion: 2.0 {evil}\n\n", "x,,\n")
    install("pip-24.0.dist-info", "Name: pip\nVersion: 24.0\n\n", "pip-24.0.dist-info/METADATA,,\n")
    world = World(root=str(tmp_path), home="/home/ada", cwd="/home/ada", environ={})
    known = made_by("venv", packages=read(world, ["/site-packages"]))
    box = tmp_path / "box"
    box.mkdir()
    assert arguments(received(whole_plan(known), box)) == []
