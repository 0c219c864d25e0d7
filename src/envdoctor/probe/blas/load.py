"""What other programs take of the processors while something is timed."""

import os
import time

import psutil

DISTURBED = 0.15  # CPUs; the clock ticks 100 times a second, so that a fifth of a second can be told to 0.05 CPUs


class Load:
    """Begins to watch when made; counts the CPUs of this process's mask, which its children inherit."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._before = self._now()

    def leaves(self, cpus: int) -> bool:
        """Whether ``cpus`` processors were left by everybody but us and the children that have been waited for.

        True where the system does not tell.
        """
        others = self.others()
        return others is None or len(_mask()) - others > cpus - DISTURBED

    def others(self) -> float | None:
        """The CPUs that everybody else used since the beginning, on average; ``None`` where the system does not tell."""
        now = self._now()
        seconds = time.perf_counter() - self._began
        if now is None or self._before is None or seconds <= 0:
            return None
        busy, own = (after - before for after, before in zip(now, self._before, strict=True))
        return max(0.0, (busy - own) / seconds)

    def _now(self) -> tuple[float, float] | None:
        """Seconds in which the mask's CPUs were not idle, and seconds of our own, since the beginning of time."""
        try:
            import resource

            times = psutil.cpu_times(percpu=True)
            busy = sum(sum(times[cpu]) - times[cpu].idle - getattr(times[cpu], "iowait", 0.0) for cpu in _mask())
            usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        except (ImportError, OSError, IndexError):
            return None
        # Guests' time is in user's already (man 5 proc) and counts twice: a host of busy guests is busy indeed.
        return busy, sum(item.ru_utime + item.ru_stime for item in usage)


def waiting() -> int:
    """Tasks of other programs that run or want to, at this moment (``procs_running``, man 5 proc); 0 where it is not told."""
    try:
        with open("/proc/stat", encoding="ascii") as file:
            found = [line.split()[1] for line in file if line.startswith("procs_running ")]
    except (OSError, ValueError):
        return 0
    return max(0, int(found[0]) - 1) if found and found[0].isdigit() else 0


def cpus() -> int:
    """The CPUs that are watched."""
    return len(_mask())


def _mask() -> list[int]:
    ask = getattr(os, "sched_getaffinity", None)
    return sorted(ask(0)) if ask else list(range(os.cpu_count() or 1))
