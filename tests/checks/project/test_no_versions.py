"""REP003 no-versions: loud and quiet."""

from envdoctor.testing import findings
from envdoctor_checks.project.no_versions import no_versions
from tests.checks.project._shared import here, listed, locked, requirement


def test_dependencies_without_versions_are_named_unless_a_lock_has_them() -> None:
    bare = listed(requirement("lib"), requirement("other>=1", ">=1"))
    (finding,) = findings(no_versions, project=here(bare))
    assert finding.evidence[0].value == "lib"
    assert findings(no_versions, project=here(bare, locked("lib", "1.0"))) == []


def test_the_pip_that_an_environment_yml_lists_needs_no_version() -> None:
    python = requirement("python==3.12.1", "==3.12.1", manager="conda")
    pip = requirement("pip", manager="conda")
    rich = requirement("rich==13.0", "==13.0")
    conda = listed(python, pip, rich, kind="environment.yml", file="environment.yml")
    assert findings(no_versions, project=here(conda)) == []
    assert len(findings(no_versions, project=here(listed(requirement("pip"))))) == 1
