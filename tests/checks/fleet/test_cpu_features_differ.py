"""FLT005 cpu-features-differ: loud and quiet."""

from envdoctor_checks.fleet.cpu_features_differ import cpu_features_differ
from tests.support.fleets import found, group, job


def test_other_processors_are_worth_knowing_and_no_more() -> None:
    groups = group("A", 9, cpu={"model": "new", "avx512f": "yes"}), group("B", 1, cpu={"model": "old"})
    (finding,) = found(cpu_features_differ, job(*groups))
    assert (finding.severity, finding.title) == ("info", "processors differ: model, avx512f")
    assert found(cpu_features_differ, job(groups[0])) == []
