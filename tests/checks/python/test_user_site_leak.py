"""PY007 user-site-leak: loud and quiet."""

from envdoctor.testing import PREFIX, SITE, distribution, findings, interpreter, outcome, packages
from envdoctor_checks.python.user_site_leak import user_site_leak
from tests.checks.python._shared import USER

LETS_IN = interpreter(user_site=USER, user_site_enabled=True)


def test_a_users_copy_before_the_environments_is_a_warning() -> None:
    both = packages(distribution("numpy", "1.0", location=USER), distribution("numpy", "2.0"))
    (finding,) = findings(user_site_leak, packages=both, interpreter=LETS_IN)
    assert (finding.subject, finding.severity) == ("numpy", "warning")


def test_a_users_copy_behind_the_environments_is_information() -> None:
    both = packages(distribution("numpy", "2.0"), distribution("numpy", "1.0", location=USER))
    (finding,) = findings(user_site_leak, packages=both, interpreter=LETS_IN)
    assert finding.severity == "info"


def test_a_users_site_without_overlap_is_quiet() -> None:
    apart = packages(distribution("attrs", location=USER), distribution("numpy"))
    assert findings(user_site_leak, packages=apart, interpreter=LETS_IN) == []
    both = packages(distribution("numpy", location=USER), distribution("numpy"))
    assert outcome(user_site_leak, packages=both).status == "not-applicable"
    assert PREFIX in SITE
