"""What measured figures mean: the rule, replayed on the measurements of a machine of 16 cores, and on made-up figures."""

import json
from pathlib import Path
from typing import Any

import pytest

from envdoctor.ecosystem.measured import AS_IT_IS, Judgement, judged, median, variables
from envdoctor.facts import Disturbance, Row

TABLE = json.loads(
    (Path(__file__).parent.parent / "recordings" / "measurements" / "openblas-pools-16-cores.json").read_text("utf-8")
)
TWO_COPIES = ("products", "mixed")
ONE = "OPENBLAS_NUM_THREADS=1"


def timeout(number: object) -> str:
    return f"OPENBLAS_THREAD_TIMEOUT={number}"


def rows_of_timeouts(cores: int) -> list[Row]:
    """Products in turn, and mixed work of two copies; products and solves, eigenvalues and singular values of one."""
    names = {"default": AS_IT_IS, "one": ONE}
    return [
        Row(
            work=row["work"],
            size=row["size"],
            setting=names.get(str(row["timeout"]), timeout(row["timeout"])),
            milliseconds=row["milliseconds"],
            copies=2 if row["work"] in TWO_COPIES else 1,
        )
        for row in TABLE["timeouts"]
        if row["cores"] == cores
    ]


def rows_of_pairs(cores: int) -> list[Row]:
    names = {"as is": AS_IT_IS, "one thread": ONE, "half the threads": f"OPENBLAS_NUM_THREADS={max(cores // 2, 1)}"}
    found: dict[tuple[int, int, str], list[float]] = {}
    for row in TABLE["pairs"]:
        if row["cores"] == cores:
            setting = names.get(row["setting"]) or timeout(row["setting"].rpartition(" ")[2])
            key = (2 if row["libraries"] == "both" else 1, row["size"], setting)
            found.setdefault(key, []).extend(row["milliseconds"])
    return [
        Row(work="products", size=size, setting=setting, milliseconds=values, copies=copies)
        for (copies, size, setting), values in found.items()
    ]


@pytest.mark.parametrize(("cores", "best"), [(4, 18), (8, 14), (16, 16)])
def test_on_4_8_and_16_cores_the_longest_time_out_that_cures_is_recommended(cores: int, best: int) -> None:
    seen = judged(rows_of_timeouts(cores))
    assert seen.verdict == "competes"
    assert seen.recommended == {"OPENBLAS_THREAD_TIMEOUT": str(best)}
    assert seen.factor > 20
    for item in seen.comparisons:  # it cures, by the table's own figures
        if item.copies == 2:
            least = min(median(row.milliseconds) for row in rows_of(cores, item.work, item.size))
            assert item.after <= 3 * least


def rows_of(cores: int, work: str, size: int) -> list[Row]:
    return [row for row in rows_of_timeouts(cores) if (row.work, row.size) == (work, size)]


@pytest.mark.parametrize(("cores", "no_cure"), [(8, 18), (8, 16), (16, 18)])
def test_a_time_out_that_leaves_the_work_slow_is_dropped(cores: int, no_cure: int) -> None:
    assert timeout(no_cure) in judged(rows_of_timeouts(cores)).dropped


@pytest.mark.parametrize("cores", [4, 8, 16])
def test_what_is_recommended_has_the_smallest_price_of_the_time_outs_that_cure(cores: int) -> None:
    seen = judged(rows_of_timeouts(cores))
    shorter = [number for number in (16, 14, 12, 10, 8, 6, 4) if timeout(number) not in (*seen.dropped, seen.setting)]

    def price(setting: str) -> float:
        of = {row.setting: median(row.milliseconds) for row in rows_of(cores, "numpy", 100)}
        return of[setting] / of[AS_IT_IS]

    assert shorter
    assert all(price(seen.setting) <= price(timeout(number)) for number in shorter)


def test_the_price_is_said_in_words_with_its_figures() -> None:
    price = judged(rows_of_timeouts(8)).price
    assert price.startswith("OPENBLAS_THREAD_TIMEOUT=14: alternating 200² work 36 times faster")
    assert "100² work of one library alone 1.5 times slower" in price


@pytest.mark.parametrize("cores", [2, 4, 8, 16])
def test_products_in_turn_compete_on_2_to_16_cores(cores: int) -> None:
    seen = judged([row for row in rows_of_pairs(cores) if row.copies == 2])
    assert seen.verdict == "competes"
    assert set(seen.recommended) == {"OPENBLAS_THREAD_TIMEOUT"}
    assert AS_IT_IS in seen.dropped
    assert timeout(24) in seen.dropped


def test_on_2_cores_the_usual_time_out_cures() -> None:
    assert judged(rows_of_pairs(2)).recommended == {"OPENBLAS_THREAD_TIMEOUT": "18"}


@pytest.mark.parametrize("cores", [8, 16])
def test_a_cure_that_does_not_cure_is_not_recommended_where_no_other_was_tried(cores: int) -> None:
    seen = judged(rows_of_pairs(cores))  # one copy alone was timed with 18 only
    assert (seen.verdict, seen.recommended) == ("competes", {})


@pytest.mark.parametrize("cores", [4, 8, 16])
def test_work_of_one_copy_is_fine_and_needs_no_setting(cores: int) -> None:
    seen = judged([row for row in rows_of_timeouts(cores) if row.copies == 1])
    assert (seen.verdict, seen.recommended, seen.price) == ("fine", {}, "")


# Figures that were made up: one kind of work of two copies at 200², one of one copy at 100².


def made(one_copy: dict[str, list[float]] | None = None, **settings: list[float]) -> list[Row]:
    """``as_is``, ``t18`` … ``t12`` and ``one`` are milliseconds of each round."""
    names = {"as_is": AS_IT_IS, "one": ONE} | {f"t{number}": timeout(number) for number in (18, 16, 14, 12)}
    rows = [
        Row(work="products", size=200, setting=names[name], milliseconds=values, copies=2)
        for name, values in settings.items()
    ]
    rows += [
        Row(work="product and solve", size=100, setting=names[name], milliseconds=values)
        for name, values in (one_copy or {name: [0.2] * len(values) for name, values in settings.items()}).items()
    ]
    return rows


def busy(disturbed: int = 12) -> Disturbance:
    return Disturbance(cpus=2, busy=1.0, waiting=3, disturbed=disturbed, children=12)


def test_pools_that_do_not_compete_are_fine() -> None:
    seen = judged(made(as_is=[0.4, 0.42, 0.41], t18=[0.41, 0.4, 0.4], one=[0.6, 0.6, 0.6]))
    assert (seen.verdict, seen.recommended) == ("fine", {})


def test_runs_that_disagree_are_inconclusive_and_say_so() -> None:
    seen = judged(made(as_is=[8.0, 0.4, 8.0], t18=[0.4, 0.4, 0.4]))
    assert seen.verdict == "inconclusive"
    assert "repeated runs disagree" in seen.why
    assert "--thorough" in seen.why
    assert "other programs" not in seen.why  # nothing was seen of any


def test_what_disturbed_is_told_by_its_figures() -> None:
    seen = judged(made(as_is=[8.0, 0.4, 8.0], t18=[0.4, 0.4, 0.4]), busy())
    assert "other programs used 1.0 of 2 CPUs" in seen.why
    assert "3 of their tasks wanted to run at once" in seen.why


def test_a_single_outlier_of_five_runs_does_not_spoil_the_verdict() -> None:
    assert judged(made(as_is=[8.0, 8.0, 8.0, 0.9, 8.0], t18=[0.4] * 5)).verdict == "competes"


def test_on_a_busy_machine_fewer_threads_that_are_faster_prove_nothing() -> None:
    rows = made(as_is=[8.0, 8.0, 8.0], t18=[8.0, 8.1, 8.0], one=[0.5, 0.5, 0.5])
    assert judged(rows).verdict == "competes"
    assert judged(rows, busy()).verdict == "inconclusive"
    assert judged(rows, busy(disturbed=2)).verdict == "competes"


def test_on_a_busy_machine_a_time_out_that_cures_proves_it() -> None:
    seen = judged(made(as_is=[8.0, 8.0, 8.0], t18=[0.6, 0.6, 0.7], one=[0.5, 0.5, 0.5]), busy())
    assert (seen.verdict, seen.recommended) == ("competes", {"OPENBLAS_THREAD_TIMEOUT": "18"})


def test_a_setting_that_cures_in_most_runs_only_is_dropped() -> None:
    seen = judged(made(as_is=[8.0] * 3, t18=[0.4, 8.0, 0.4], t14=[0.5, 0.5, 0.5]))
    assert timeout(18) in seen.dropped
    assert seen.setting == timeout(14)


def test_of_settings_as_good_as_one_another_the_one_that_changes_least_is_taken() -> None:
    seen = judged(made(as_is=[8.0] * 3, t12=[0.4, 0.41, 0.4], t14=[0.41, 0.4, 0.41], one=[0.4, 0.4, 0.4]))
    assert seen.setting == timeout(14)
    assert set(seen.near) == {timeout(12), ONE}


def test_a_price_that_outweighs_the_gain_is_not_paid() -> None:
    alone = {"as_is": [0.1] * 3, "t14": [0.9] * 3, "one": [0.1] * 3}
    seen = judged(made(alone, as_is=[1.0] * 3, t14=[0.5] * 3, one=[1.1] * 3))
    assert (seen.verdict, seen.recommended) == ("fine", {})


def test_where_nothing_cures_nothing_is_recommended() -> None:
    other = [Row(work="products", size=400, setting=name, milliseconds=[value], copies=2) for name, value in LEFT]
    seen = judged([*made(as_is=[8.0], t14=[0.4], one=[0.5]), *other])
    assert (seen.verdict, seen.setting) == ("competes", "")
    assert set(seen.dropped) == {AS_IT_IS, timeout(14), ONE}


LEFT = ((AS_IT_IS, 1.0), (timeout(14), 9.0), (ONE, 4.0))


def test_a_gain_smaller_than_its_uncertainty_is_no_advice() -> None:
    seen = judged(made(as_is=[8.0, 90.0, 8.0], t14=[0.1, 0.1, 0.1]))
    assert (seen.verdict, seen.setting, seen.sure, seen.recommended) == ("competes", timeout(14), False, {})


def test_what_ran_once_is_no_advice() -> None:
    seen = judged(made(as_is=[8.0], t14=[0.4]))
    assert (seen.setting, seen.sure) == (timeout(14), False)


def test_on_a_busy_machine_an_advantage_must_be_known_better() -> None:
    rows = made(as_is=[8.0, 20.0, 8.0], t14=[0.4, 0.4, 0.4])
    quiet, noisy = judged(rows), judged(rows, busy())
    assert quiet.uncertainty == noisy.uncertainty > 0.25
    assert (quiet.setting, noisy.setting) == (timeout(14), timeout(14))
    assert (quiet.sure, noisy.sure) == (True, False)


def test_a_setting_that_was_not_tried_on_everything_is_left_out() -> None:
    rows = [row for row in made(as_is=[8.0], t18=[0.4], t14=[0.3]) if (row.setting, row.copies) != (timeout(14), 1)]
    assert judged(rows).setting == timeout(18)


def test_one_library_alone_is_told_which_number_of_threads_is_fastest() -> None:
    rows = [
        Row(work="product and solve", size=size, setting=setting, milliseconds=[value, value])
        for size, setting, value in ((100, AS_IT_IS, 0.9), (100, ONE, 0.2), (400, AS_IT_IS, 3.0), (400, ONE, 2.0))
    ]
    seen = judged(rows)
    assert (seen.verdict, seen.recommended) == ("fine", {"OPENBLAS_NUM_THREADS": "1"})
    assert seen.price == "OPENBLAS_NUM_THREADS=1: 100² work 4.5 times faster"


def test_nothing_measured_is_no_verdict() -> None:
    assert judged([]).verdict == "inconclusive"
    assert judged([]) == Judgement("inconclusive", "nothing was compared")


@pytest.mark.parametrize(("setting", "expected"), [(AS_IT_IS, {}), ("A=1 B=2", {"A": "1", "B": "2"}), ("", {})])
def test_a_setting_is_its_variables(setting: str, expected: dict[str, Any]) -> None:
    assert variables(setting) == expected
