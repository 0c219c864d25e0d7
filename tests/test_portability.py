"""envdoctor can be imported, and examines, where Python has none of what only POSIX systems have."""

import builtins
import json
import subprocess
import sys

from tests.support.patients import clean_environ

# https://docs.python.org/3/library/os.html, …/signal.html, …/intro.html#availability: "Unix" there means "not Windows".
WITHOUT = """
import os, psutil, signal, sys  # psutil has its own ways on each system
for name in ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog"):
    sys.modules[name] = None
for name in ("uname", "getuid", "geteuid", "getgid", "getegid", "fork", "killpg", "getpgid", "setsid", "mkfifo",
             "sched_getaffinity", "getloadavg", "O_NONBLOCK", "O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "statvfs",
             "confstr", "sysconf", "pread", "openpty", "WIFSIGNALED", "set_blocking", "ttyname", "get_blocking"):
    if hasattr(os, name):
        delattr(os, name)
kept = {"SIGINT", "SIGTERM", "SIGABRT", "SIGSEGV", "SIGILL", "SIGFPE", "SIG_DFL", "SIG_IGN"}
for name in [name for name in vars(signal) if name.startswith("SIG") and name.isupper() and name not in kept]:
    delattr(signal, name)
"""
IMPORT_ALL = """
import importlib, pkgutil
import envdoctor, envdoctor_checks
skipped = ("__main__", ".inside.", ".mcp_server")  # the last needs an extra
for package in (envdoctor, envdoctor_checks):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not any(word in module.name for word in skipped):
            importlib.import_module(module.name)
"""
CHECK = """
from envdoctor.cli.app import run
from envdoctor.probe.choose import Surroundings
from envdoctor.probe import child
from envdoctor.cli.head_start import HeadStart
child.signal.SIGKILL = 9  # the patient itself is still this system's
child.os.killpg = lambda group, number: None
status = run(["check", "--python", sys.executable, "--format", "json", "--fail-on", "never"], HeadStart([], Surroundings()))
sys.stdout.flush()
os._exit(status)
"""


def without_posix(program: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-c", "import subprocess\n" + WITHOUT + program]
    return subprocess.run(argv, capture_output=True, text=True, env=clean_environ(), check=False, timeout=60)


def test_every_module_can_be_imported_without_posix() -> None:
    ended = without_posix(IMPORT_ALL)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_check_up_needs_nothing_of_posix() -> None:
    ended = without_posix(CHECK)
    assert (ended.returncode, ended.stderr) == (0, "")
    document = json.loads(ended.stdout)
    errors = [name for name in vars(builtins) if name.endswith("Error")]
    text = json.dumps(document["facts"])
    assert [name for name in errors if name in text] == []
    assert [item for item in document["checks"] if "failed" in item["reason"]] == []
