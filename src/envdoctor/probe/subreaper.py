"""What a patient's start-up leaves behind: processes that have left their session, and outlive the check-up.

Killing the patient's process group misses them. On Linux a process can ask to adopt the orphans among its descendants
(``PR_SET_CHILD_SUBREAPER``, man 2 prctl), and so learn of them. Standard library only: imported before everything else.
"""

import os
import signal
import sys
import time

SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER: linux/prctl.h
PATIENCE = 0.2  # seconds; what does not end by then is in uninterruptible sleep


class Subreaper:
    """Made before the first child is started. ``open()`` once that is under way, and ``close()`` when all is done.

    A process that had children already (a shell's ``exec``) adopts nothing: theirs and ours could not be told apart.
    """

    def __init__(self) -> None:
        self._begins_alone = children() == []
        self._is_open = False

    def open(self) -> None:
        """Adopt from now on."""
        self._is_open = self._begins_alone and _adopts()

    def close(self) -> None:
        """End all children; their own become ours in turn."""
        end = time.monotonic() + PATIENCE
        while self._is_open and (left := children()) and time.monotonic() < end:
            for pid in left:
                try:
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, os.WNOHANG)
                except (OSError, ChildProcessError):
                    continue
            time.sleep(0.001)


def _adopts() -> bool:
    """Ask for our descendants' orphans; whether we get them. Called as ctypes does it: its module itself takes ten times
    as long to load."""
    try:
        from _ctypes import call_function, dlopen, dlsym

        itself = dlopen(None, 0)  # type: ignore[arg-type] # typeshed knows names only
        return bool(call_function(dlsym(itself, "prctl"), (SUBREAPER, 1, 0, 0, 0)) == 0)
    except (ImportError, OSError, AttributeError, TypeError):
        pass
    try:
        import ctypes

        return bool(ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0) == 0)
    except (ImportError, OSError, AttributeError):
        return False


def children() -> list[int] | None:
    """Our children's process numbers; ``None`` where the system does not tell (man 5 proc_pid_task)."""
    if sys.platform != "linux":
        return None
    found: list[int] = []
    try:
        for task in os.listdir("/proc/self/task"):
            with open(f"/proc/self/task/{task}/children", "rb") as file:
                found += map(int, file.read().split())
    except (OSError, ValueError):
        return None
    return found
