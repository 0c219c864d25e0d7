"""PY011 moved-environment: loud and quiet."""

from envdoctor.testing import PREFIX, findings, installation, outcome, prefix
from envdoctor_checks.python.moved_environment import moved_environment


def test_scripts_that_name_another_place_tell_a_move() -> None:
    moved = installation(script_prefixes={"/old/.venv": [f"{PREFIX}/bin/pip"]})
    (finding,) = findings(moved_environment, installation=moved)
    assert "/old/.venv" in finding.title
    assert finding.severity == "warning"
    assert findings(moved_environment, installation=installation()) == []
    base = installation(script_prefixes={"/usr": [f"{PREFIX}/bin/tool"]})
    assert findings(moved_environment, installation=base) == []
    plain = prefix(configuration=None, home=None)
    assert outcome(moved_environment, installation=moved, prefix=plain).status == "not-applicable"
