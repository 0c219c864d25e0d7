"""CON008 damaged-conda-package: loud and quiet."""

from envdoctor.engine.rules import Severity
from envdoctor.facts import CondaDamage
from envdoctor.testing import conda, findings, outcome, record
from envdoctor_checks.conda.damaged_conda_package import damaged_package
from tests.checks.conda._shared import overlap


def test_damage_is_an_error_for_code_and_a_word_for_the_rest() -> None:
    damage = [
        CondaDamage(package="a", severe={"lib/a.so": "gone"}, minor={}, count=1),
        CondaDamage(package="b", severe={}, minor={"share/doc/b": "gone"}, count=3),
        CondaDamage(package="c", severe={"lib/c.py": "gone"}, minor={}, count=1),
    ]
    sick = conda(record("a"), record("b"), record("c"), damaged=damage, overlaps=[overlap("c")])
    found = findings(damaged_package, conda=sick)
    assert [(item.subject, item.severity) for item in found] == [
        ("a", Severity.ERROR),
        ("files that no code needs", Severity.INFO),
    ]
    assert found[1].title == "3 files of 1 package are gone: none of them code"


def test_files_that_deep_could_not_read_leave_damage_unknown() -> None:
    seen = outcome(damaged_package, conda=conda(record("a"), unhashed={"/p/a.py": "Permission denied"}))
    assert (seen.status, seen.reason) == ("unknown", "files can't be read: /p/a.py: Permission denied")


def test_a_command_that_is_gone_is_a_warning_and_python_s_own_an_error() -> None:
    for name, severity in (("jupyter-core", "warning"), ("python", "error")):
        lost = CondaDamage(package=name, severe={f"bin/{name}": "gone"}, minor={}, count=1)
        (found,) = findings(damaged_package, conda=conda(record(name), damaged=[lost]))
        assert found.severity == severity and f"bin/{name}" in [line.label for line in found.evidence]
    both = CondaDamage(package="a", severe={"bin/a": "gone", "lib/liba.so": "gone"}, minor={}, count=2)
    (found,) = findings(damaged_package, conda=conda(record("a"), damaged=[both]))
    assert found.severity == "error"
