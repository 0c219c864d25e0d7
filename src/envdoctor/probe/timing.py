"""A program timed under several settings, in turns: each run is a fresh process, and what it writes is kept out of the way."""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from envdoctor.ecosystem.measured import AS_IT_IS, settled, variables
from envdoctor.facts.cpu import Cpu
from envdoctor.facts.measure import Row

TIMEOUTS = (
    18,
    14,
)  # OPENBLAS_THREAD_TIMEOUT: how long OpenBLAS's idle threads go on waiting, as a power of two of clock ticks
OWN = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")  # where set, they outrank OMP_NUM_THREADS
LEAST, MOST = 3, 20  # rounds
KEPT = 4000  # bytes of the end of what a run wrote


class Failed(Exception):
    """The command ended with ``status`` (negative: by that signal) as it is; ``said`` is the end of what it wrote."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(status)
        self.status, self.said = status, said


class Timing(Struct, frozen=True):
    """``rows`` of seconds in milliseconds, one a setting; ``failed`` settings with the status; ``seconds`` it took."""

    rows: list[Row]
    failed: dict[str, int]
    seconds: float
    runs: int


def candidates(cpu: Cpu, environ: Mapping[str, str]) -> list[str]:
    """The settings to try, as it is first: time-outs for waiting threads; one thread, half of the CPUs, all that are usable."""
    names = ["OMP_NUM_THREADS", *(name for name in OWN if name in environ)]
    counts = {1, cpu.usable // 2, cpu.usable if cpu.usable < cpu.affinity else 1} - {0}
    found = [AS_IT_IS]
    if cpu.affinity > 1:
        found += [f"OPENBLAS_THREAD_TIMEOUT={value}" for value in TIMEOUTS]
        found += [" ".join(f"{name}={count}" for name in names) for count in sorted(counts)]
    return [it for it in found if it == AS_IT_IS or any(environ.get(k) != v for k, v in variables(it).items())]


def timed(
    argv: Sequence[str],
    environ: Mapping[str, str],
    settings: Sequence[str],
    limit: float,
    progress: Callable[[int, int], None],
) -> Timing:
    """Rounds of all settings until the ranking is sure, or the next round would pass ``limit`` seconds.

    Raises `Failed` where the command fails as it is, `OSError` where it can't be started. The first run is never cut.
    """
    began, runs = time.monotonic(), 0
    seen: dict[str, list[float]] = {setting: [] for setting in settings}
    failed: dict[str, int] = {}
    for number in range(MOST):
        trying = [setting for setting in settings if setting not in failed]
        for setting in trying[number % len(trying) :] + trying[: number % len(trying)] if number else trying:
            spent = time.monotonic() - began
            if runs and spent + spent / runs > limit:
                return Timing(_rows(seen, failed), failed, spent, runs)
            progress(min(int(spent), int(limit)), int(limit))
            status, seconds, said = _run(argv, {**environ, **variables(setting)})
            runs += 1
            if status and setting == AS_IT_IS:
                raise Failed(status, said)
            if status:
                failed[setting] = status
            else:
                seen[setting].append(seconds * 1e3)
        if number + 1 >= LEAST and settled(_rows(seen, failed)):
            break
    return Timing(_rows(seen, failed), failed, time.monotonic() - began, runs)


def _rows(seen: Mapping[str, list[float]], failed: Mapping[str, int]) -> list[Row]:
    """The settings with figures; as many as each other, so that a place is a round."""
    return [
        Row(work="command", size=0, setting=setting, milliseconds=list(values))
        for setting, values in seen.items()
        if values and setting not in failed
    ]


def _run(argv: Sequence[str], environ: Mapping[str, str]) -> tuple[int, float, str]:
    """Status, seconds, and the end of what was written."""
    with tempfile.TemporaryFile() as out:
        began = time.perf_counter()
        process = subprocess.Popen(argv, env=dict(environ), stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            status = process.wait()
        finally:  # an interruption, too, must not leave it running
            if process.poll() is None:
                process.kill()
                process.wait()
        seconds = time.perf_counter() - began
        out.seek(max(0, out.seek(0, os.SEEK_END) - KEPT))
        return status, seconds, out.read().decode("utf-8", "replace")
