"""CON013 interrupted-install: loud and quiet."""

from envdoctor.testing import conda, findings, prefix, record
from envdoctor_checks.conda.interrupted_install import interrupted_install


def test_a_python_without_a_record_was_interrupted_unless_it_is_a_venvs() -> None:
    own = prefix(conda_meta=True, configuration=None, link="python3.12")
    assert len(findings(interrupted_install, conda=conda(record("a")), prefix=own)) == 1
    assert findings(interrupted_install, conda=conda(record("python")), prefix=own) == []
    assert findings(interrupted_install, conda=conda(record("a")), prefix=prefix(conda_meta=True)) == []
