"""Check-ups that are interrupted at random moments: by a signal, or by a reader that has had enough."""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.support.patients import Patient, clean_environ, processes_holding

PATIENCE = 20.0  # seconds for the end
KINDS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGPIPE", "closed")
ENDED = {"SIGINT": (130, -2), "SIGTERM": (143, -15), "SIGHUP": (129, -1), "SIGPIPE": (-13,), "closed": ()}
FILES = ("json", "sarif", "html", "markdown")
BEGINS, ENDS = 0.05, 0.8  # seconds between which the signal comes


def whole(path: Path) -> bool:
    """Whether a document is there to its end."""
    text = path.read_text(encoding="utf-8")
    if path.suffix in (".json", ".sarif"):
        try:
            return isinstance(json.loads(text), dict)
        except ValueError:
            return False
    return text.endswith("</html>\n") if path.suffix == ".html" else text.endswith("\n")


def one(patient: Patient, choose: random.Random, folder: Path) -> tuple[str, list[str]]:
    """What was done, and what was left that should not be."""
    kind = choose.choice(KINDS)
    command = choose.choice(["check", "check", "snapshot", "why", "info"])
    outputs = [word for name in FILES for word in ("-o", f"{name}={folder}/out.{name}")]
    words = {
        "check": ["check", "--python", str(patient.python), "--format", "json", *outputs],
        "snapshot": ["snapshot", "--python", str(patient.python), "-o", f"{folder}/out.json"],
        "why": ["why", "--python", str(patient.python), "ImportError: libgomp.so.1"],
        "info": ["info", "--python", str(patient.python)],
    }[command]
    delay = choose.uniform(BEGINS, ENDS)
    process = subprocess.Popen(
        [sys.executable, "-m", "envdoctor", *words],
        env=clean_environ(HOME=str(folder), ENVDOCTOR_TEST_INTERRUPTED=str(folder)),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    time.sleep(delay)
    early = process.poll() is not None
    if kind == "closed":
        assert process.stdout is not None
        process.stdout.close()
        process.stdout = None
    else:
        process.send_signal(signal.Signals[kind])
    what = f"{command}, {kind} after {delay:.2f} s"
    try:
        said, errors = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return what, ["it did not end"]
    if errors.rstrip().endswith(b"KeyboardInterrupt") and b"start.py" not in errors:
        return what, []  # Python itself was still starting
    wrong = []
    if process.returncode not in (0, 1, 3, *(() if early else ENDED[kind])):
        wrong.append(f"status {process.returncode}")
    if b"Traceback" in errors or len(errors.strip().splitlines()) > 1:
        wrong.append(f"standard error: {errors[-300:]!r}")
    if command == "check" and process.returncode in (0, 1, 3) and kind != "closed":
        wrong += [] if said.endswith(b"}\n") else ["half a document"]
    for path in sorted(folder.iterdir()):
        if not path.name.startswith("out.") or path.suffix[1:] not in FILES:
            wrong.append(f"left {path.name}")
        elif not whole(path):
            wrong.append(f"half of {path.name}")
    time.sleep(0.05)
    wrong += [f"still runs: {left}" for left in processes_holding(str(folder))]
    return what, wrong


def interruptions(count: int, seed: int, patient: Patient) -> Iterator[tuple[str, list[str]]]:
    """What was interrupted and did not end cleanly, and what was wrong."""
    for number in range(count):
        with tempfile.TemporaryDirectory(prefix="interrupted-") as folder:
            what, wrong = one(patient, random.Random(seed * 1_000_000 + number), Path(folder))
        if wrong:
            yield f"{number}: {what}", wrong


def at_once(count: int, patient: Patient) -> Iterator[tuple[str, list[str]]]:
    """What is wrong with ``count`` check-ups of one patient that run at the same time: they all say the same."""
    with tempfile.TemporaryDirectory(prefix="at-once-") as folder:
        words = [sys.executable, "-m", "envdoctor", "check", "--python", str(patient.python), "--format", "json"]
        environ = clean_environ(HOME=folder)
        running = [
            subprocess.Popen(
                [*words, "--timeout", "120"],
                env=environ,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            for _ in range(count)
        ]
        seen: dict[str, int] = {}
        for number, process in enumerate(running):
            said, errors = process.communicate(timeout=600)
            if process.returncode not in (0, 1) or b"Traceback" in errors:
                yield f"at once {number}", [f"status {process.returncode}: {errors[-200:]!r}"]
                continue
            findings = [[item["code"], item["subject"]] for item in json.loads(said)["findings"]]
            seen.setdefault(json.dumps(findings), number)
        if len(seen) > 1:
            yield "at once", [f"{len(seen)} different answers, of {list(seen.values())}"]
