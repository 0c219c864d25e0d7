"""What measured figures mean: the verdict, and the one rule by which a setting is recommended."""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from envdoctor.facts.measure import Disturbance, Oversubscription, Row

AS_IT_IS = "as it is"
COMPETING = 3.0  # work of two copies takes more than this, times what it takes with the best setting
AGREED = 0.8  # the part of the runs that must say the same
SPARED = 0.25  # a setting is no cure where more runs than this stay slow
SMALLEST = 0.05  # differences below 5 % are none, however well they repeat
NOISY = 1.25  # the control itself varied by more
OVERSUBSCRIBED = 1.5
SURE, SURE_IF_DISTURBED = 0.5, 0.25  # an advantage whose uncertainty is larger is no advice
UNREPEATED = 1.0  # the uncertainty of what ran once

Cell = tuple[int, str, int]  # how many copies take turns, the work, the size
Figures = Mapping[str, Mapping[Cell, Sequence[float]]]  # of every setting, of every cell: milliseconds


class Comparison(Struct, frozen=True):
    """One kind of work as it is (``before``, ms a turn) and with the setting that is recommended (``after``)."""

    work: str
    size: int
    copies: int
    before: float
    after: float


class Judgement(Struct, frozen=True):
    """``verdict``: competes, fine or inconclusive, and ``why`` in words.

    ``factor`` is the most that a kind of two-copy work takes as it is, times the best setting's time (1: there is none).
    ``setting`` is recommended; empty means as it is. ``uncertainty`` is that of its advantage, as a fraction. ``comparisons`` are
    all kinds of work with it; ``dropped`` are the settings that leave two-copy work slow; ``near`` those as good as it.
    ``sure``: its advantage is larger than its uncertainty, and that is small (`SURE`); only then is it advice.
    """

    verdict: str
    why: str
    factor: float = 1.0
    setting: str = ""
    uncertainty: float = 0.0
    comparisons: tuple[Comparison, ...] = ()
    dropped: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    sure: bool = False

    @property
    def recommended(self) -> dict[str, str]:
        """The variables to set; none: as it is, or nothing that is sure."""
        return variables(self.setting) if self.sure else {}

    @property
    def gain(self) -> Comparison | None:
        """The two-copy work that the setting makes faster by most."""
        return max((item for item in self.comparisons if item.copies > 1), key=_ratio, default=None)

    @property
    def price(self) -> str:
        """What the setting brings and what it costs, in words; empty where none is recommended."""
        if not self.setting:
            return ""
        words = []
        gain, cost = self.gain, min((item for item in self.comparisons if item.copies == 1), key=_ratio, default=None)
        if gain is not None and _ratio(gain) > 1 + SMALLEST:
            words.append(f"alternating {gain.size}² work {times(_ratio(gain))} faster")
        alone = max((item for item in self.comparisons if item.copies == 1), key=_ratio, default=None)
        if gain is None and alone is not None and _ratio(alone) > 1 + SMALLEST:
            words.append(f"{alone.size}² work {times(_ratio(alone))} faster")
        if cost is None:
            pass
        elif _ratio(cost) < 1 / (1 + max(SMALLEST, self.uncertainty)):
            words.append(f"{cost.size}² work of one library alone {times(1 / _ratio(cost))} slower")
        elif gain is not None:
            words.append("work of one library alone as fast as before")
        return f"{self.setting}: {', '.join(words)}" if words else self.setting


def variables(setting: str) -> dict[str, str]:
    """``A=1 B=2`` as a mapping; as it is: none."""
    return dict(word.split("=", 1) for word in setting.split() if "=" in word)


def times(ratio: float) -> str:
    """``28 times``, ``1.4 times``: two digits below ten."""
    return f"{ratio:.0f} times" if ratio >= 9.95 else f"{ratio:.2g} times"


def judged(rows: Sequence[Row], disturbance: Disturbance | None = None) -> Judgement:
    """The verdict and the setting to use, by one rule.

    Verdict: as it is against the best setting, in pairs of one round, for every kind of work of several copies; more than `COMPETING`
    times in `AGREED` of the runs is competing, as many below it fine, anything between inconclusive. Where other programs kept the
    processors busy, fewer threads may be faster for that reason alone: the answer must then hold without them, too.

    Recommendation: a setting that leaves some work of several copies above `COMPETING` times the best (by the median, or in more than
    `SPARED` of the runs) is dropped. Of the rest, the smallest geometric mean of the ratios to the best over all cells. Ties within
    the uncertainty (two standard errors of the paired differences, `SMALLEST` at least) go to what changes least; so nothing is
    recommended where nothing beats "as it is" by more.
    """
    figures = _figures(rows)
    if AS_IT_IS not in figures or len(figures) < 2:
        return Judgement("fine" if figures else "inconclusive", "nothing was compared")
    busy = disturbance is not None and disturbance.disturbed * 4 > disturbance.children
    verdict, factor, where = _verdict(figures, lambda setting: True)
    steady = {setting: cells for setting, cells in figures.items() if not _fewer_threads(setting)}
    if busy and verdict != "inconclusive" and _verdict(steady, lambda setting: True)[0] != verdict:
        verdict = "inconclusive"
    if verdict == "inconclusive":
        return Judgement(verdict, _disagreement(where, disturbance if busy else None), factor)
    setting, uncertainty, dropped, near = _recommended(steady if busy and verdict == "competes" else figures)
    best = setting or AS_IT_IS
    gain = -_against(figures[best], figures[AS_IT_IS])[0]
    comparisons = tuple(
        Comparison(work, size, copies, median(values), median(figures[best][copies, work, size]))
        for (copies, work, size), values in figures[AS_IT_IS].items()
    )
    sure = bool(setting) and uncertainty <= (SURE_IF_DISTURBED if busy else SURE) and gain > uncertainty
    return Judgement(
        verdict, _why(verdict, factor, where), factor, setting, uncertainty, comparisons, dropped, near, sure
    )


def settled(rows: Sequence[Row]) -> bool:
    """Whether more repetitions would change nothing: a setting is better for sure, or all differences are known to `SMALLEST`."""
    figures = _figures(rows)
    if AS_IT_IS not in figures or len(figures) < 2:
        return True
    if judged(rows).sure:
        return True
    return all(_against(its, figures[AS_IT_IS])[1] <= SMALLEST for its in figures.values())


def _why(verdict: str, factor: float, where: Cell | None) -> str:
    if where is None:
        return "one library works alone"
    if verdict == "competes":
        return f"{where[2]}² {where[1]} of {where[0]} libraries: {times(factor)} slower than with the best setting"
    return f"{where[0]} libraries in turn: at most {times(max(factor, 1.0))} the best setting's time"


def _disagreement(where: Cell | None, disturbance: Disturbance | None) -> str:
    words = "repeated runs disagree"
    if where is not None:
        words += f" ({where[2]}² {where[1]})"
    if disturbance is None:
        return f"{words}; envdoctor measure --thorough repeats more"
    return f"{words}; {disturbed_by(disturbance)}"


def disturbed_by(seen: Disturbance) -> str:
    """What other programs did meanwhile, in words."""
    waiting = f", and up to {seen.waiting} of their tasks wanted to run at once" if seen.waiting else ""
    return f"other programs used {seen.busy:.1f} of {seen.cpus} CPUs meanwhile{waiting}"


def _figures(rows: Sequence[Row]) -> dict[str, dict[Cell, Sequence[float]]]:
    """By setting and cell; only the settings that were tried on all the work that was done as it is."""
    found: dict[str, dict[Cell, Sequence[float]]] = {}
    for row in rows:
        if row.milliseconds:
            found.setdefault(row.setting, {})[row.copies, row.work, row.size] = row.milliseconds
    cells = found.get(AS_IT_IS, {}).keys()
    return {setting: {cell: of[cell] for cell in cells} for setting, of in found.items() if cells <= of.keys()}


def _verdict(figures: Figures, allowed: Callable[[str], bool]) -> tuple[str, float, Cell | None]:
    """competes, fine or inconclusive; the largest factor, and the cell that decided."""
    verdict, factor, where = "fine", 0.0, None
    shares: list[tuple[float, float, Cell]] = []
    for cell, values in figures[AS_IT_IS].items():
        if cell[0] > 1:
            tried = [of[cell] for setting, of in figures.items() if allowed(setting)]
            limit = COMPETING * min(map(median, tried))
            best = min([its for its in tried if _mostly_below(its, limit)] or tried, key=median)
            ratios = [mine / its for mine, its in zip(values, best, strict=False)]
            slow = sum(ratio > COMPETING for ratio in ratios) / len(ratios)
            shares.append((slow, median(values) / median(best), cell))
    if not shares:
        return verdict, 1.0, None
    competing = [item for item in shares if item[0] >= AGREED]
    unclear = [item for item in shares if 1 - AGREED < item[0] < AGREED]
    if competing:
        verdict = "competes"
    elif unclear:
        verdict = "inconclusive"
    _, factor, where = max(competing or unclear or shares, key=lambda item: item[1])
    return verdict, factor, where


def _recommended(figures: Figures) -> tuple[str, float, tuple[str, ...], tuple[str, ...]]:
    """The setting (empty: as it is, or none), its uncertainty, those dropped, and those that are as good."""
    dropped = [setting for setting in figures if not _cures(setting, figures)]
    kept = [setting for setting in figures if setting not in dropped]
    if not kept:
        return "", 0.0, tuple(dropped), ()
    best = min(kept, key=lambda setting: _against(figures[setting], figures[AS_IT_IS])[0])
    near = []
    for setting in kept:
        difference, error = _against(figures[setting], figures[best])
        if setting == best or difference <= max(SMALLEST, error):
            near.append(setting)
    chosen = min(near, key=_change)
    error = _against(figures[chosen], figures[AS_IT_IS if chosen != AS_IT_IS else best])[1]
    near.remove(chosen)
    return "" if chosen == AS_IT_IS else chosen, round(error, 3), tuple(dropped), tuple(near)


def _cures(setting: str, figures: Figures) -> bool:
    for cell, values in figures[setting].items():
        if cell[0] > 1:
            limit = COMPETING * min(median(of[cell]) for of in figures.values())
            if not _mostly_below(values, limit):
                return False
    return True


def _mostly_below(values: Sequence[float], limit: float) -> bool:
    return median(values) <= limit and sum(value > limit for value in values) <= SPARED * len(values)


def _against(mine: Mapping[Cell, Sequence[float]], other: Mapping[Cell, Sequence[float]]) -> tuple[float, float]:
    """The mean logarithm of ``mine`` ÷ ``other`` over the cells, and two standard errors of it.

    A cell that was run once has the errors of the others, by their mean square; where all were, nothing is known (`UNREPEATED`).
    """
    from math import log

    means, squares = [], []
    for cell, values in mine.items():
        pairs = [log(a / b) for a, b in zip(values, other[cell], strict=False)]
        means.append(median(pairs))
        if len(pairs) > 1:
            centre = sum(pairs) / len(pairs)
            squares.append(sum((pair - centre) ** 2 for pair in pairs) / (len(pairs) - 1) / len(pairs))
    error = 2 * (sum(squares) / len(squares) / len(means)) ** 0.5 if squares else UNREPEATED
    return sum(means) / len(means), error


def _change(setting: str) -> tuple[int, int]:
    """How much a setting changes: nothing, a longer time-out, a shorter one, more threads, fewer."""
    if setting == AS_IT_IS:
        return 0, 0
    numbers = [-int(value) for value in variables(setting).values() if value.isdigit()]
    return 1 + _fewer_threads(setting), min(numbers, default=0)


def _fewer_threads(setting: str) -> bool:
    return any(name.endswith("_THREADS") for name in variables(setting))


def _ratio(item: Comparison) -> float:
    return item.before / item.after


def median(values: Sequence[float]) -> float:
    """The middle one; `statistics` takes longer to import than a check-up can spare."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def oversubscription_verdict(seen: Oversubscription) -> tuple[str, str]:
    """slower, fine or inconclusive, and why."""
    if seen.disturbed:
        return "inconclusive", "other programs kept the processors busy"
    if seen.noise > NOISY:
        return "inconclusive", f"the control varied by {seen.noise:.2f} ×: something else keeps the processors busy"
    words = f"a {seen.size}² product takes {seen.factor:.1f} × the time it takes on {seen.usable} thread"
    words += "" if seen.usable == 1 else "s"
    return ("slower" if seen.factor > OVERSUBSCRIBED else "fine"), words
