"""What runs in the namespace: ``python -m envdoctor.rehearsal.inside``, with what is to be done as JSON on its input.

It lays the overlays, carries the steps out, has envdoctor examine the environment again, and answers with a JSON
object a line. Standard library only; nothing of it is imported by anybody else.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

from envdoctor.rehearsal.overlays import Refused, lay, let_go
from envdoctor.rehearsal.scratch import clear

PARENT_DIED = 1  # PR_SET_PDEATHSIG: linux/prctl.h
KEPT = 1500  # bytes of the end of what a command says


def main() -> int:
    """Do what the input says; 0 if it came to an end."""
    task: dict[str, Any] = json.load(sys.stdin)
    signal.signal(signal.SIGTERM, _ended)
    scratch = task["scratch"]
    try:
        lay(task["folders"], scratch, task["in_memory"])
        ctypes.CDLL(None).prctl(PARENT_DIED, signal.SIGTERM, 0, 0, 0)
        os.chdir(task["cwd"])
        _work(task, scratch)
    except (Refused, OSError) as error:
        _tell({"impossible": str(error)})
    finally:
        os.chdir("/")
        clear(scratch)
        if not task["in_memory"]:
            let_go(scratch)
    return 0


def _ended(*_: object) -> None:
    """Leave once: of a parent with several threads the end is told for each, and tidying up is not to be cut short."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(128 + signal.SIGTERM)


def _work(task: dict[str, Any], scratch: str) -> None:
    environ: dict[str, str] = task["environ"]
    environ["TMPDIR"] = os.path.join(scratch, "tmp")
    for step in task["steps"]:
        environ.update(step.get("setenv", {}))
        for name in step.get("unsetenv", ()):
            environ.pop(name, None)
        if "argv" in step and not _carried_out(step["argv"], environ, scratch):
            break
    for patient in task["patients"]:
        _tell({"patient": patient, **_examined([*task["doctor"], "--python", patient], environ, scratch)})
    _tell({"bytes": _written(f"{scratch}/up")})


def _carried_out(argv: list[str], environ: dict[str, str], scratch: str) -> bool:
    _tell({"begun": argv})
    began = time.monotonic()
    path = os.path.join(scratch, "tmp", ".said")
    try:
        with open(path, "wb") as said:
            done = subprocess.run(
                argv, env=environ, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, check=False
            )
        status, words = done.returncode, _end_of(path)
    except OSError as error:
        status, words = 127, f"{error.filename or argv[0]}: {error.strerror}"
    _tell({"argv": argv, "status": status, "seconds": time.monotonic() - began, "said": words})
    return status == 0


def _end_of(path: str) -> str:
    with open(path, "rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - KEPT))
        return file.read().decode("utf-8", "replace")


def _examined(argv: list[str], environ: dict[str, str], scratch: str) -> dict[str, Any]:
    """The findings and the checks of the environment as it is now; ``failed`` says why there are none."""
    environ = {name: value for name, value in environ.items() if name != "TMPDIR"}
    done = subprocess.run(argv, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    try:
        document = json.loads(done.stdout)
        findings = [
            {name: item[name] for name in ("code", "title", "severity", "fingerprint", "suppressed")}
            for item in document["findings"]
        ]
        return {"findings": findings, "unknown": [_unknown(item) for item in document["checks"] if _unknown(item)]}
    except (ValueError, KeyError):
        return {"failed": (done.stderr or done.stdout).strip()[-KEPT:] or f"status {done.returncode}"}


def _unknown(check: dict[str, Any]) -> list[str]:
    return check["codes"] if check["status"] == "unknown" else []


def _written(folder: str) -> int:
    size = 0
    for place, _, files in os.walk(folder):
        for name in files:
            try:
                size += os.lstat(os.path.join(place, name)).st_size
            except OSError:
                continue
    return size


def _tell(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
