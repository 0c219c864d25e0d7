"""CON022 environment-not-writable: loud and quiet."""

from envdoctor.testing import findings, outcome, prefix
from envdoctor_checks.conda.environment_not_writable import environment_not_writable


def test_an_environment_of_another_user_is_an_info_of_either_kind() -> None:
    for shared in (
        prefix(conda_meta=True, configuration=None, writable=False, owner="root"),
        prefix(configuration={"home": "/usr/bin"}, writable=False, owner="root"),
    ):
        (found,) = findings(environment_not_writable, prefix=shared)
        assert found.severity == "info" and "root" in found.title


def test_one_s_own_an_unknown_one_and_the_system_s_python_are_quiet() -> None:
    assert findings(environment_not_writable, prefix=prefix(conda_meta=True, writable=True)) == []
    assert findings(environment_not_writable, prefix=prefix(conda_meta=True)) == []
    system = prefix(conda_meta=False, configuration=None, writable=False, owner="root")
    assert outcome(environment_not_writable, prefix=system).status == "not-applicable"
