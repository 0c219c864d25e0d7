"""PY015 incomplete-python: loud and quiet."""

import pytest

from envdoctor.engine.remedies import InstallSystem
from envdoctor.engine.rules import Severity
from envdoctor.probe.inside.collector import COMPILED
from envdoctor.testing import findings, interpreter
from envdoctor_checks.python.incomplete_python import incomplete_python


def test_the_modules_and_the_packages_with_their_headers_are_named() -> None:
    (finding,) = findings(incomplete_python, interpreter=interpreter(absent=["_lzma", "_sqlite3"]))
    assert finding.severity is Severity.WARNING
    assert "_lzma, _sqlite3" in finding.title
    remedy = finding.remedies[0]
    assert isinstance(remedy, InstallSystem)
    assert remedy.packages["apt-get"] == ("liblzma-dev", "libsqlite3-dev")


@pytest.mark.parametrize("module", COMPILED)
def test_every_module_that_is_looked_for_has_a_row(module: str) -> None:
    (finding,) = findings(incomplete_python, interpreter=interpreter(absent=[module]))
    assert module in finding.title


def test_without_ctypes_numpy_cannot_be_imported() -> None:
    (finding,) = findings(incomplete_python, interpreter=interpreter(absent=["_ctypes"]))
    assert finding.severity is Severity.ERROR


def test_a_complete_python_is_quiet() -> None:
    assert findings(incomplete_python) == []
