"""The MPI that starts programs here, and the one that mpi4py takes: they have to be of one make."""

import json
import os
import subprocess
import time

from envdoctor.facts import Facts, Missing, Packages
from envdoctor.facts.system import Mpi
from envdoctor.probe.child import Child
from envdoctor.probe.world import World

DEADLINE = 15.0  # seconds for each of the two that are asked
COMMANDS = ("mpirun", "mpiexec")
# mpi4py is the only one that knows what it takes: a wheel holds a build for each make, and chooses when it is imported
# (https://mpi4py.readthedocs.io/en/stable/install.html). MPI itself is not begun: that would end the job around us.
CODE = """
import json, os, sys
del sys.path[0]
try:
    import mpi4py
    mpi4py.rc.initialize = mpi4py.rc.finalize = False
    from mpi4py import MPI
    answer = {"library": MPI.Get_library_version().split("\\n")[0].strip("\\0 ")}
except BaseException as error:
    answer = {"problem": "%s: %s" % (type(error).__name__, str(error).split("\\n")[0])}
os.write(1, ("\\n" + sys.argv[1] + json.dumps(answer) + sys.argv[1] + "\\n").encode("ascii"))
os._exit(0)
"""


def read(world: World, facts: Facts, launcher: str | None) -> Mpi | None:
    """What starts programs, by ``launcher`` (who has started this one) or by the first ``mpirun`` on PATH, and what mpi4py
    takes; ``None`` without mpi4py."""
    packages = facts.packages
    if not isinstance(packages, Packages) or not any(item.key == "mpi4py" for item in packages.distributions):
        return None
    command = None if launcher else _command(world)
    if command:
        launcher = make_of(_said([command, "--version"], world))
    return Mpi(launcher=launcher, command=command, library=_library(world, facts.patient.executable or ""))


def make_of(text: str) -> str | None:
    """Whose MPI says so of itself; ``None`` for one that is not known.

    >>> make_of("mpirun (Open MPI) 5.0.11"), make_of("HYDRA build details:")
    ('Open MPI', 'MPICH')
    """
    for words, make in (
        (("Open MPI", "OpenRTE", "prte"), "Open MPI"),
        (("Intel(R) MPI",), "Intel MPI"),
        (("MVAPICH",), "MVAPICH"),
        (("HYDRA", "MPICH"), "MPICH"),
    ):
        if any(word in text for word in words):
            return make
    return None


def _command(world: World) -> str | None:
    for name in COMMANDS:
        for folder in world.environ.get("PATH", "").split(os.pathsep):
            path = os.path.join(folder, name)
            if folder and os.path.isfile(path) and os.access(path, os.X_OK):
                return path
    return None


def _said(argv: list[str], world: World) -> str:
    try:
        done = subprocess.run(
            argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=DEADLINE, env=dict(world.environ), check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return (done.stdout + done.stderr)[:20_000].decode("utf-8", "replace")


def _library(world: World, executable: str) -> str | Missing:
    """The library's own name and version, asked of a child of the patient's."""
    cookie = "envdoctor-" + os.urandom(12).hex() + ":"
    child = Child([executable, "-B", "-c", CODE, cookie], cookie, dict(world.environ))
    try:
        answered = child.wait(bool, time.monotonic() + DEADLINE)
        ended = child.ending()
    finally:
        child.stop()
    if not answered:
        return Missing(f"the child that imports mpi4py: {ended}")
    try:
        told = json.loads(child.records[0])
    except ValueError:
        return Missing("the child that imports mpi4py: not the answer that was asked for")
    return str(told["library"]) if "library" in told else Missing(str(told.get("problem")))
