"""The micro-benchmark's figures, as sentences and bars; a terminal draws the bars as text."""

from msgspec import Struct

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.measured import (
    AS_IT_IS,
    SMALLEST,
    Judgement,
    disturbed_by,
    judged,
    median,
    oversubscription_verdict,
    times,
)
from envdoctor.ecosystem.units import plural
from envdoctor.facts import Measure, Missing, Oversubscription, Row, Speed, Unforced

WIDTH = 24  # columns of the longest bar
LABEL = 12, 34  # columns of the label beside it: the fewest, and the most that all are moved for


class Bar(Struct, frozen=True):
    """``seconds``, to be drawn beside the ``most`` of its group."""

    label: str
    seconds: float
    most: float


def rows(measure: Measure | Missing) -> list[tuple[str, str]]:
    """Label and text of each line; all bars begin in one column."""
    told = lines(measure)
    labels = [len(line.label) for line in told if isinstance(line, Bar)]
    width = max(LABEL[0], *(size for size in labels if size <= LABEL[1])) if labels else 0
    texts = [_text(line, width) if isinstance(line, Bar) else line for line in told]
    return [("Measured" if index == 0 else "", text) for index, text in enumerate(texts)]


def lines(measure: Measure | Missing) -> list[str | Bar]:
    """Sentences, and the bars that belong to the one before them."""
    if isinstance(measure, Missing):
        return [f"? ({measure.reason})"]
    told: list[str | Bar] = [line for speed in measure.speeds for line in _speed(speed)]
    told += [line for item in measure.unforced for line in _unforced(item)]
    if measure.rows:
        told += _settings(measure)
    if measure.oversubscription is not None:
        told += _oversubscription(measure.oversubscription)
    told.append(f"{measure.seconds:.1f} s in {measure.children} fresh processes")
    return told


def _speed(speed: Speed) -> list[str | Bar]:
    name = paths.name(speed.path)
    head = f"{name}: {speed.size}² product, {speed.gflops:g} GFLOP/s"
    if speed.threads == 1:
        return [f"{head} on its one thread, {speed.many * 1e3:.1f} ms"]
    most = max(speed.one, speed.many)
    return [
        f"{head}, {speed.threads} threads are {speed.speedup:.1f} × as fast as one",
        Bar("1 thread", speed.one, most),
        Bar(f"{speed.threads} threads", speed.many, most),
    ]


def _unforced(seen: Unforced) -> list[str | Bar]:
    """The product with the kernels that a variable forces, and without it."""
    names = ", ".join(seen.without)
    head = f"{paths.name(seen.path)}: {seen.size}² product"
    if seen.ended:
        return [f"{head} without {names}: {seen.ended}"]
    most = max(seen.as_is, seen.free)
    return [f"{head} with and without {names}", Bar("as it is", seen.as_is, most), Bar("without", seen.free, most)]


def _settings(measure: Measure) -> list[str | Bar]:
    """Bars of the work that the verdict is about, then the verdict, and the setting with its price."""
    seen = judged(measure.rows, measure.disturbance)
    lines: list[str | Bar] = [line for cell in _shown(measure.rows, seen) for line in _cell(measure.rows, cell)]
    count = len(measure.copies)
    lines.append(f"{count} OpenBLAS copies: {_words(seen.verdict)} ({seen.why})" if count else _fastest(measure.rows))
    if seen.setting:
        sure = f" (±{seen.uncertainty * 100:.0f} %)" if seen.uncertainty else ""
        lines.append(f"to use: {seen.price}{sure}" if seen.sure else f"perhaps {seen.price}{sure}: {UNSURE}")
        lines += [f"as good here: {', '.join(seen.near)}"] if seen.near else []
    elif seen.verdict != "inconclusive":
        lines.append("nothing that was tried is better than as it is" if AS_IT_IS not in seen.dropped else NO_CURE)
    busy = measure.disturbance
    if busy is not None and busy.disturbed:
        lines.append(f"{busy.disturbed} of {busy.children} processes were disturbed: {disturbed_by(busy)}")
    return lines


UNSURE = "too unsure to advise; envdoctor measure --thorough repeats more"
NO_CURE = "no setting that was tried cures it: one shared copy does (conda-forge, or the operating system's)"


def _shown(rows: list[Row], seen: Judgement) -> list[tuple[int, str, int]]:
    """The work of several copies that gains most, and that of one copy that pays most; of one library, every size."""
    cells = list(dict.fromkeys((row.copies, row.work, row.size) for row in rows))
    several = [cell for cell in cells if cell[0] > 1]
    if not several:
        return cells

    def slower(cell: tuple[int, str, int]) -> float:
        of = {row.setting: median(row.milliseconds) for row in rows if (row.copies, row.work, row.size) == cell}
        return of.get(AS_IT_IS, 0.0) / min(of.values()) if cell[0] > 1 else of.get(seen.setting, 0.0) / of[AS_IT_IS]

    return [max(several, key=slower), *sorted((cell for cell in cells if cell[0] == 1), key=slower)[-1:]]


def _cell(rows: list[Row], cell: tuple[int, str, int]) -> list[str | Bar]:
    of = {row.setting: median(row.milliseconds) for row in rows if (row.copies, row.work, row.size) == cell}
    whose = f" of {cell[0]} libraries in turn" if cell[0] > 1 else " of one library alone"
    bars = [Bar(setting, value / 1e3, max(of.values()) / 1e3) for setting, value in of.items()]
    return [f"{cell[2]}² {cell[1]}{whose}", *bars]


def _fastest(rows: list[Row]) -> str:
    """Which setting is fastest, by size."""
    words = []
    for size in dict.fromkeys(row.size for row in rows):
        best = min((row for row in rows if row.size == size), key=lambda row: median(row.milliseconds))
        words.append(f"{size}²: {best.setting}")
    return f"fastest by size: {', '.join(words)}"


def of_command(rows: list[Row], seen: Judgement, known: bool) -> list[str]:
    """A line a setting: a bar, the median, how many runs, the comparison; then the setting to use. ``known``: the ranking is."""
    medians = {row.setting: median(row.milliseconds) for row in rows}
    widest, most, before = max(map(len, medians)), max(medians.values()), medians.get(AS_IT_IS, 0.0)
    lines = []
    for row in rows:
        mine = medians[row.setting]
        length = max(1, round(WIDTH * mine / most))
        bar = "█" * length + " " * (WIDTH - length)
        ratio = before / mine if before else 1.0
        words = "" if row.setting == AS_IT_IS else "about the same"
        if max(ratio, 1 / ratio) > 1 + SMALLEST:
            words = f"{times(max(ratio, 1 / ratio))} {'faster' if ratio > 1 else 'slower'}"
        lines.append(
            f"  {row.setting:{widest}}  {bar}  {mine / 1e3:7.3f} s  {plural(len(row.milliseconds), 'run'):7}  {words}"
        )
    sure = f" (±{seen.uncertainty * 100:.0f} %)" if seen.uncertainty else ""
    if seen.sure:
        gain = before / medians[seen.setting]
        lines += [
            f"to use, {times(gain)} as fast as it is{sure}:",
            *(f"  export {name}={value}" for name, value in seen.recommended.items()),
        ]
        lines += [f"as good: {', '.join(seen.near)}"] if seen.near else []
    elif seen.setting:
        lines.append(f"perhaps {seen.setting}{sure}: too unsure to advise; a larger --limit repeats more")
    else:
        lines.append("nothing that was tried is faster than as it is" if known else "no setting is faster for sure")
    return lines


def _oversubscription(seen: Oversubscription) -> list[str | Bar]:
    verdict, why = oversubscription_verdict(seen)
    most = max(seen.as_is, seen.limited)
    return [
        f"{seen.threads} threads on {plural(seen.usable, 'CPU')}: {_words(verdict)} ({why})",
        Bar(plural(seen.usable, "thread"), seen.limited, most),
        Bar("as it is", seen.as_is, most),
    ]


def _words(verdict: str) -> str:
    return {"competes": "their pools compete", "slower": "too many", "fine": "no harm seen"}.get(verdict, verdict)


def _text(bar: Bar, width: int) -> str:
    length = max(1, round(WIDTH * bar.seconds / bar.most))
    return f"  {bar.label:{width}}  {'█' * length}{' ' * (WIDTH - length)}  {bar.seconds * 1e3:.2f} ms"
