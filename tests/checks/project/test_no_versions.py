"""REP003 no-versions: loud and quiet."""

from envdoctor.testing import findings
from envdoctor_checks.project.no_versions import no_versions
from tests.checks.project._shared import here, listed, locked, requirement


def test_dependencies_without_versions_are_named_unless_a_lock_has_them() -> None:
    bare = listed(requirement("lib"), requirement("other>=1", ">=1"))
    (finding,) = findings(no_versions, project=here(bare))
    assert finding.evidence[0].value == "lib"
    assert findings(no_versions, project=here(bare, locked("lib", "1.0"))) == []
