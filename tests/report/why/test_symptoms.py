"""What errors mean: the tables, each row against its own line and against everyone else's."""

from pathlib import Path

from envdoctor.engine.plugins import collect
from envdoctor.report.why.symptoms import TOPICS, Symptom, named, recognise, symptoms
from envdoctor.report.why.text import plain

FOLDER = Path(__file__).parent
POSTED = [
    line.split("\t", 1) for line in (FOLDER / "posted.txt").read_text(encoding="utf-8").splitlines() if line[:1] != "#"
]
APPLICATIONS = [
    line for line in (FOLDER / "applications.txt").read_text(encoding="utf-8").splitlines() if line[:1] != "#"
]
KINDS = {"environment", "program", "machine", "network", "information"}
WORDS = {"any", "linux", "macos", "windows", "conda", "debian", "fedora", "arch", "alpine", "suse"}
MANAGERS = {"apt-get", "dnf", "apk", "pacman", "zypper", "brew"}


# Each table is walked through by one test: a test a row would cost ten times as much.


def _first(line: str) -> str:
    return next((match.symptom.name for match in recognise(plain(line))), "")


def test_errors_that_were_posted_are_known_for_what_they_are() -> None:
    assert len(POSTED) > 180
    assert {line: (name, said) for name, line in POSTED if (said := _first(line)) != name} == {}


def test_there_are_many_symptoms() -> None:
    assert len(symptoms()) >= 250
    assert len({row.name for row in symptoms()}) == len(symptoms())
    assert len({row.title for row in symptoms()}) == len(symptoms())
    assert {row.topic for row in symptoms()} == set(TOPICS)


def _lacks(row: Symptom) -> list[str]:
    """What is not as it should be in a row."""
    asked = {
        "source": row.source.startswith("https://"),
        "means": row.means.endswith((".", ")")),
        "find": bool(row.find) and all(word == word.lower() for word in row.find),
        "kind": row.kind in KINDS,
        "cure": set(row.cure) <= WORDS and set(row.system) <= MANAGERS,
        # What to do is told, unless the text itself names the module to bring.
        "no cure": bool(row.cure or row.install or row.system or row.name in ("module-missing", "stdlib-name-removed")),
        "quotes": all(word.count("`") % 2 == 0 for word in [row.means, *row.cure.values()]),
        "also": all(named(other) is not None for other in row.also),
    }
    return [name for name, right in asked.items() if not right]


def test_every_symptom_is_whole() -> None:
    assert {row.name: lacks for row in symptoms() if (lacks := _lacks(row))} == {}


def test_a_symptom_claims_its_own_line_first_and_no_one_elses() -> None:
    wrong = {}
    for row in symptoms():
        names = [match.symptom.name for match in recognise(plain(row.example))]
        if names[:1] != [row.name] or not set(names[1:]) <= set(row.also):
            wrong[row.name] = names
    assert wrong == {}


def test_every_code_is_a_rules() -> None:
    known = {code for loaded in collect().checks for code in loaded.check.codes}
    assert {code for row in symptoms() for code in row.codes} - known == set()


def test_errors_of_programs_are_not_known() -> None:
    assert len(APPLICATIONS) >= 40
    assert {line: said for line in APPLICATIONS if (said := _first(line))} == {}


def test_the_error_that_ended_the_program_comes_before_a_warning_above_it() -> None:
    text = (
        "RuntimeWarning: The global interpreter lock (GIL) has been enabled to load module 'x'\n"
        "Traceback (most recent call last):\n"
        '  File "x.py", line 1, in <module>\n'
        "ModuleNotFoundError: No module named 'utils_of_mine'\n"
    )
    assert [match.symptom.name for match in recognise(plain(text), 3)] == ["module-missing", "gil-enabled"]


def test_a_line_that_a_terminal_has_broken_is_known() -> None:
    text = "ImportError: /x/libstdc++.so.6: version `GLIBCXX_3.4.30' not\nfound (required by /x/y.so)"
    assert recognise(plain(text))[0].symptom.name == "older-libstdcxx"


def test_what_is_particular_hides_what_is_general_in_one_line() -> None:
    names = [match.symptom.name for match in recognise("ModuleNotFoundError: No module named 'distutils'")]
    assert names == ["distutils-removed"]


def test_hostile_text_shows_nothing() -> None:
    assert recognise("(" * 200_000 + "\n" + "a " * 400_000) == []
