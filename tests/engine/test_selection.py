"""Which rules are chosen by which words."""

import pytest

from envdoctor.engine.checks import Check
from envdoctor.engine.rules import Rule, Severity
from envdoctor.engine.run import RegisteredCheck
from envdoctor.engine.selection import Selection, UsageError, choose, validate

RULES = [
    Rule(code, name, Severity.INFO)
    for code, name in [
        ("BLA001", "blas-copies"),
        ("BLA002", "blas-pools"),
        ("BLA010", "blas-slow"),
        ("THR001", "threads"),
    ]
]


def chosen(select: str = "", ignore: str = "") -> str:
    """The last digits and first letters of the chosen rules, such as ``B1 B2 T1``."""
    selection = Selection(tuple(select.split()), tuple(ignore.split()))
    return " ".join(f"{rule.code[0]}{int(rule.code[3:])}" for rule in RULES if selection.includes(rule))


@pytest.mark.parametrize(
    "select, ignore, expected",
    [
        ("", "", "B1 B2 B10 T1"),
        ("BLA", "", "B1 B2 B10"),
        ("bla001", "", "B1"),
        ("BLA00", "", "B1 B2"),
        ("blas-slow", "", "B10"),
        ("Blas-Slow", "", "B10"),
        ("BLA001 threads", "", "B1 T1"),
        ("ALL", "", "B1 B2 B10 T1"),
        ("", "BLA", "T1"),
        ("", "ALL", ""),
        ("BLA", "BLA001", "B2 B10"),
        ("BLA001", "BLA", "B1"),
        ("BLA", "BLA", ""),
        ("BLA001", "BLA001", ""),
        ("BLA001", "blas-copies", ""),
        ("blas-copies", "BLA00", "B1"),
        ("ALL", "BLA", "T1"),
        ("BLA", "ALL", "B1 B2 B10"),
        ("BLA BLA001", "BLA00", "B1 B10"),
    ],
)
def test_the_more_specific_word_wins_and_ignoring_wins_a_draw(select: str, ignore: str, expected: str) -> None:
    assert chosen(select, ignore) == expected


@pytest.mark.parametrize(
    "word, hint",
    [
        ("BLA003", "did you mean BLA0"),
        ("thread", "did you mean THR?"),
        ("XYZ", "`envdoctor list` shows all rules"),
        ("", "`envdoctor list` shows all rules"),
        ("BLA001x", "did you mean BLA001?"),
        ("blas-", "did you mean blas-"),
    ],
)
def test_a_word_that_matches_nothing_is_refused_with_a_hint(word: str, hint: str) -> None:
    with pytest.raises(UsageError) as error:
        validate(["BLA", word], RULES, "--select")
    assert str(error.value).startswith(f"--select: no rule is called {word!r}; {hint}")


def test_words_that_match_are_fine() -> None:
    validate(["BLA", "bla001", "THREADS", "all", "T"], RULES, "--select")


def test_a_check_runs_if_one_of_its_rules_is_chosen() -> None:
    both = Check("both", (RULES[0], RULES[3]), list, ())
    other = Check("other", (RULES[1],), list, ())
    broken = Check("broken-plug-in", (), list, ())
    names = [
        item.check.name
        for item in choose(
            [RegisteredCheck(both), RegisteredCheck(other), RegisteredCheck(broken)], Selection(("THR",))
        )
    ]
    assert names == ["both", "broken-plug-in"]
