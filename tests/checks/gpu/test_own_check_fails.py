"""GPU016 own-check-fails: loud and quiet."""

from envdoctor.facts.packages import OwnCheck
from envdoctor.testing import findings, outcome, packages
from envdoctor_checks.gpu.own_check_fails import own_check_fails


def ended(name: str, how: str, said: str = "") -> OwnCheck:
    return OwnCheck(name=name, distribution="cudf-cu13", ended=how, said=said)


def test_a_check_that_fails_is_found_in_its_own_words_and_one_that_passes_is_quiet() -> None:
    both = packages(own_checks=[ended("driver", "failed", "needs driver 580"), ended("memory", "passed")])
    (finding,) = findings(own_check_fails, packages=both)
    assert (finding.rule.code, finding.subject) == ("GPU016", "driver")
    assert [item.value for item in finding.evidence] == ["cudf-cu13", "needs driver 580"]
    quiet = packages(own_checks=[ended("memory", "passed"), ended("moved", "absent", "ImportError: no")])
    assert outcome(own_check_fails, packages=quiet).status == "passed"


def test_what_was_not_asked_is_not_applicable_and_what_did_not_answer_is_unknown() -> None:
    assert outcome(own_check_fails, packages=packages()).status == "not-applicable"
    assert outcome(own_check_fails, packages=packages(own_checks=[])).status == "not-applicable"
    silent = outcome(own_check_fails, packages=packages(own_checks=[ended("driver", "", "no answer in 60 s")]))
    assert (silent.status, silent.reason) == ("unknown", "driver: no answer in 60 s")
