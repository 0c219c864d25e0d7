"""Which library NumPy really uses: asked of a child of its own that imports NumPy, for ``--deep`` only."""

import json
import os
import time
from collections.abc import Mapping

from envdoctor.facts.base import Missing
from envdoctor.probe.child import Child
from envdoctor.probe.interrogation import FLAGS, HERE, Interrogation

SCRIPT = os.path.join(HERE, "inside", "used.py")


def read(interview: Interrogation, environ: Mapping[str, str], platform: str) -> str | None | Missing:
    """The file that provides ``cblas_dgemm`` to NumPy; the interview tells how the patient can be started.

    ``None`` where NumPy is not installed, or calls no BLAS in another file. The child has as many seconds as a patient.
    """
    if platform != "linux":
        return Missing("it can be seen on Linux only")
    if interview.mode not in FLAGS:
        return Missing("the interpreter does not start")
    if interview.mode == "isolated-without-site":
        return Missing("the interpreter starts only without its packages")
    cookie = "envdoctor-" + os.urandom(12).hex() + ":"
    argv = [interview.executable, *FLAGS[interview.mode], "-B", SCRIPT, cookie]
    child = Child(argv, cookie, dict(environ))
    try:
        answered = child.wait(bool, time.monotonic() + interview.timeout)
        ended = child.ending()
    finally:  # an interruption, too, must not leave it running
        child.stop()
    if not answered:
        ended = f"no answer in {interview.timeout:g} s" if ended == "still running" else ended
        return Missing(f"the child that imports NumPy: {ended}")
    return _told(child.records[0])


def _told(record: str) -> str | None | Missing:
    try:
        value = json.loads(record)["value"]
        path = value.get("path")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Missing("the child that imports NumPy: not the answer that was asked for")
    if "problem" in value:
        return Missing(str(value["problem"]))
    return os.path.realpath(path) if isinstance(path, str) else None
