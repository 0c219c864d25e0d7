"""FLT008 recording-missing-or-broken: loud and quiet."""

from envdoctor_checks.fleet.recording_missing_or_broken import recording_missing_or_broken
from tests.support.fleets import found, group, job, severities


def test_a_machine_that_nothing_is_known_of_is_an_error_in_a_job() -> None:
    (finding,) = found(recording_missing_or_broken, job(group("A", 9), missing=("rank 7",)))
    assert (finding.severity, finding.members) == ("error", ("rank 7",))
    assert finding.title == "nothing is known of 1 machine: rank 7 (no answer)"


def test_elsewhere_it_is_a_warning_and_without_any_there_is_nothing() -> None:
    class_ = job(group("A", 9), missing=("a", "b"), one_job=False)
    assert severities(recording_missing_or_broken, class_) == ["warning"]
    assert found(recording_missing_or_broken, job(group("A", 9))) == []
