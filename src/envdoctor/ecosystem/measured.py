"""What measured figures mean: the verdicts, shared by the checks and the chart."""

from envdoctor.facts.measure import Alternation, Oversubscription

COMPETING = 3.0  # alternating costs more than this, times the work on one thread
CURED = 1.5  # and less than this with the time-out
NOISY = 1.25  # the control itself, on one thread, varied by more
OVERSUBSCRIBED = 1.5


def alternation_verdict(seen: Alternation) -> tuple[str, str]:
    """competing, fine or inconclusive, and why. Every child as it is must agree; noise in the control spoils all."""
    if seen.disturbed:
        return "inconclusive", "other programs kept the processors busy"
    if seen.noise > NOISY:
        return "inconclusive", f"the control varied by {seen.noise:.2f} ×: something else keeps the processors busy"
    if min(seen.as_is) > COMPETING and seen.cured_factor < CURED:
        return "competing", f"alternating costs {seen.factor:.1f} ×, and {seen.cured_factor:.1f} × with the time-out"
    if seen.factor <= COMPETING:
        return "fine", f"alternating costs {seen.factor:.1f} ×"
    return "inconclusive", (
        f"alternating costs {seen.factor:.1f} × as it is, and {seen.cured_factor:.1f} × with the time-out: "
        "something else keeps the processors busy, or another cause is at work"
    )


def oversubscription_verdict(seen: Oversubscription) -> tuple[str, str]:
    """slower, fine or inconclusive, and why."""
    if seen.disturbed:
        return "inconclusive", "other programs kept the processors busy"
    if seen.noise > NOISY:
        return "inconclusive", f"the control varied by {seen.noise:.2f} ×: something else keeps the processors busy"
    words = f"a {seen.size}² product takes {seen.factor:.1f} × the time it takes on {seen.usable} thread"
    words += "" if seen.usable == 1 else "s"
    return ("slower" if seen.factor > OVERSUBSCRIBED else "fine"), words
