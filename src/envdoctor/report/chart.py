"""The micro-benchmark's figures as bars of text."""

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.measured import alternation_verdict, oversubscription_verdict
from envdoctor.ecosystem.units import plural
from envdoctor.facts import Alternation, Measure, Missing, Oversubscription, Speed

WIDTH = 24  # columns of the longest bar


def rows(measure: Measure | Missing) -> list[tuple[str, str]]:
    """Label and text of each line."""
    if isinstance(measure, Missing):
        return [("Measured", f"? ({measure.reason})")]
    lines = [line for speed in measure.speeds for line in _speed(speed)]
    if measure.alternation is not None:
        lines += _alternation(measure.alternation)
    if measure.oversubscription is not None:
        lines += _oversubscription(measure.oversubscription)
    lines.append(f"{measure.seconds:.1f} s in {measure.children} fresh processes")
    return [("Measured" if index == 0 else "", line) for index, line in enumerate(lines)]


def _speed(speed: Speed) -> list[str]:
    name = paths.name(speed.path)
    head = f"{name}: {speed.size}² product, {speed.gflops:g} GFLOP/s"
    if speed.threads == 1:
        return [f"{head} on its one thread, {speed.many * 1e3:.1f} ms"]
    most = max(speed.one, speed.many)
    return [
        f"{head}, {speed.threads} threads are {speed.speedup:.1f} × as fast as one",
        _bar("1 thread", speed.one, most),
        _bar(f"{speed.threads} threads", speed.many, most),
    ]


def _alternation(seen: Alternation) -> list[str]:
    verdict, why = alternation_verdict(seen)
    most = max(seen.factor, seen.cured_factor, 1.0)
    return [
        f"{len(seen.paths)} OpenBLAS copies in turn, {seen.size}² products: {_words(verdict)} ({why})",
        _bar("1 thread", seen.one, most * seen.one),
        _bar("as it is", seen.factor * seen.one, most * seen.one),
        _bar("time-out 18", seen.cured_factor * seen.one, most * seen.one),
    ]


def _oversubscription(seen: Oversubscription) -> list[str]:
    verdict, why = oversubscription_verdict(seen)
    most = max(seen.as_is, seen.limited)
    return [
        f"{seen.threads} threads on {plural(seen.usable, 'CPU')}: {_words(verdict)} ({why})",
        _bar(plural(seen.usable, "thread"), seen.limited, most),
        _bar("as it is", seen.as_is, most),
    ]


def _words(verdict: str) -> str:
    return {"competing": "their pools compete", "slower": "too many", "fine": "no harm seen"}.get(verdict, verdict)


def _bar(label: str, seconds: float, most: float) -> str:
    length = max(1, round(WIDTH * seconds / most))
    return f"  {label:12}{'█' * length}{' ' * (WIDTH - length)}  {seconds * 1e3:.2f} ms"
