"""Which shell envdoctor was started from: the nearest parent that is one, or what its variables tell."""

import os
import sys

# The names that programs of shells have, and ours for them.
PROGRAMS = {
    "sh": "sh",
    "dash": "sh",
    "ash": "sh",
    "ksh": "sh",
    "bash": "bash",
    "zsh": "zsh",
    "fish": "fish",
    "pwsh": "pwsh",
    "powershell": "powershell",
    "cmd": "cmd",
}
STARTERS = ("envdoctor", "python", "pythonw", "py", "uv", "uvx", "pipx", "conda")  # on Windows, between it and us
MOST = 6  # parents


def started_from() -> str | None:
    """``sh``, ``bash``, ``zsh``, ``fish``, ``pwsh``, ``powershell`` or ``cmd``; ``None`` where no parent is one.

    On Windows launchers stand between us and the shell; elsewhere only the parent itself counts.
    """
    try:
        if sys.platform == "win32":
            return _on_windows()
        with open(f"/proc/{os.getppid()}/comm", encoding="utf-8", errors="replace") as file:
            return PROGRAMS.get(file.read().strip().removeprefix("-"))
    except (OSError, ValueError, AttributeError, ImportError):
        return None


def _on_windows() -> str | None:
    """https://learn.microsoft.com/windows/win32/toolhelp/taking-a-snapshot-and-viewing-processes"""
    import ctypes
    from ctypes import wintypes

    class Entry(ctypes.Structure):
        _fields_ = [
            ("dwSize", wintypes.DWORD),
            ("cntUsage", wintypes.DWORD),
            ("th32ProcessID", wintypes.DWORD),
            ("th32DefaultHeapID", ctypes.c_size_t),
            ("th32ModuleID", wintypes.DWORD),
            ("cntThreads", wintypes.DWORD),
            ("th32ParentProcessID", wintypes.DWORD),
            ("pcPriClassBase", wintypes.LONG),
            ("dwFlags", wintypes.DWORD),
            ("szExeFile", wintypes.WCHAR * 260),
        ]

    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined]
    kernel.CreateToolhelp32Snapshot.restype = wintypes.HANDLE
    kernel.CreateToolhelp32Snapshot.argtypes = [wintypes.DWORD, wintypes.DWORD]
    for name in ("Process32FirstW", "Process32NextW"):
        getattr(kernel, name).argtypes = [wintypes.HANDLE, ctypes.POINTER(Entry)]
    kernel.CloseHandle.argtypes = [wintypes.HANDLE]
    snapshot = kernel.CreateToolhelp32Snapshot(2, 0)  # TH32CS_SNAPPROCESS
    entry = Entry(dwSize=ctypes.sizeof(Entry))
    processes: dict[int, tuple[int, str]] = {}
    more = kernel.Process32FirstW(snapshot, ctypes.byref(entry))
    while more:
        processes[entry.th32ProcessID] = (entry.th32ParentProcessID, entry.szExeFile)
        more = kernel.Process32NextW(snapshot, ctypes.byref(entry))
    kernel.CloseHandle(snapshot)
    return nearest(processes, os.getpid())


def nearest(processes: dict[int, tuple[int, str]], own: int) -> str | None:
    """The shell above ``own`` among processes (number: its parent's, its program), launchers passed over."""
    number = processes.get(own, (0, ""))[0]
    for _ in range(MOST):
        parent, program = processes.get(number, (0, ""))
        stem = program.lower().removesuffix(".exe")
        if shell := PROGRAMS.get(stem):
            return shell
        if stem.rstrip("0123456789.") not in STARTERS:
            return None
        number = parent
    return None
